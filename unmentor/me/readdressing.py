"""Let somebody be at another address, in every room that knows them by it."""

from collections.abc import Sequence
from datetime import datetime

from unmentor.conversations.queries import upcoming
from unmentor.conversations.readdressed import readdressed
from unmentor.db import db
from unmentor.mail.actions import send_elsewhere
from unmentor.mail.outbox import queue
from unmentor.people import changing, mails
from unmentor.people.actions import AddressTaken, end_sessions, readdress, renew_calendar
from unmentor.people.models import EmailChange, Person
from unmentor.people.queries import person_at
from unmentor.privacy.erasure import erase
from unmentor.programmes.actions import look_again
from unmentor.programmes.importing import take_in
from unmentor.programmes.models import Programme
from unmentor.programmes.queries import memberships
from unmentor.programmes.turn import lock_diaries


def change_address(change: EmailChange, now: datetime) -> bool:
    """Let whoever asked be at their new address, and tell the old one; False where somebody was faster, or too late.

    Every session ends, and what the old address was sent to sign in with. Raises AddressTaken.
    """
    if not changing.confirm(change, now):
        return False
    _move(change.person, change.new, f"email:{change.nonce}", now)
    changing.close_ways_in(change.person, now)
    end_sessions(change.person)
    queue(mails.address_changed(change, now), now)
    return True


def put_back(change: EmailChange, now: datetime) -> bool:
    """Let them be at their old address again, since somebody else changed it; False where that was done or is too late.

    Whoever was in is out, and leaves no key behind. Raises AddressTaken.
    """
    person, letter = change.person, mails.address_put_back(change, now)
    old, about = change.old, f"email-back:{change.nonce}"
    if not changing.undo(change, now):
        return False
    _move(person, old, about, now, never_theirs=True)
    changing.close_ways_in(person, now, passkeys=True)
    end_sessions(person)
    renew_calendar(person)
    queue(letter, now)
    return True


def _move(person: Person, email: str, about: str, now: datetime, *, never_theirs: bool = False) -> None:
    before, lists = person.email or "", _give_way(person, email, now)
    readdress(person, email, never_theirs=never_theirs)
    send_elsewhere(person.id, person.name, email)
    look_again(person, before, now)
    mine = {each.programme_id for each in memberships(person)}
    for programme in lists:
        if programme.id not in mine:
            take_in(person, programme, now)
    for part in upcoming(person, now):
        if part.conversation.to_tell:
            part.conversation.sequence += 1  # letters that are being written to the old address are written anew
        else:
            queue(readdressed(part, about, now), now)


def _give_way(person: Person, email: str, now: datetime) -> Sequence[Programme]:
    """Empty the row of whoever was put on lists with an address and never said yes; return the programmes of those.

    Raises AddressTaken where they did say yes.
    """
    other = person_at(email)
    lock_diaries({person.id, other.id} if other else {person.id})
    if other is None:
        return []
    db.session.refresh(other)
    if other.confirmed_at:
        raise AddressTaken
    lists = [each.programme for each in memberships(other)]
    if other.left_at is None:  # else somebody was faster, and has the address
        erase(other, now)
    return lists
