"""Another address: asked for here, confirmed where mail to it is read, and taken back where mail to the old one is.

As with who knocks (``door``), the page only notes what was asked, and a worker writes: nobody can tell by page or clock
whether an address is known here.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, or_, select, update

from unmentor.budgets import DAY, HOUR, Limit, spend
from unmentor.db import db
from unmentor.mail.outbox import queue
from unmentor.people import mails
from unmentor.people.door import FROM_ONE_SOURCE, SOMEBODY_WAITS, TO_A_STRANGER, TO_ONE_ADDRESS, TooMany
from unmentor.people.models import EmailChange, Passkey, Person, SignIn
from unmentor.people.queries import person_at

OF_ONE_PERSON = (Limit("new addresses", 5, HOUR), Limit("new addresses", 10, DAY))
CONFIRM_WITHIN = timedelta(days=1)
UNDO_WITHIN = timedelta(days=7)


def ask(person: Person, email: str, source: str, now: datetime) -> None:
    """Note that *person* asks for another address, instead of one they asked for before. Raises TooMany."""
    if not (spend(FROM_ONE_SOURCE, source, now) and spend(OF_ONE_PERSON, person.nonce, now)):
        raise TooMany
    _forget(EmailChange.person_id == person.id, EmailChange.confirmed_at.is_(None))
    # Enough mails to one address are enough, silently: who asks is not told whether others did.
    answered_at = None if spend(TO_ONE_ADDRESS, email, now) else now
    db.session.add(EmailChange(person_id=person.id, old=person.email, new=email, asked_at=now, answered_at=answered_at))


def asked_by(person: Person, now: datetime) -> EmailChange | None:
    """Return the address that *person* asked for, and that can still be confirmed."""
    return db.session.scalar(select(EmailChange).where(EmailChange.person_id == person.id, *_open(now)))


def changes(person: Person) -> Sequence[EmailChange]:
    """Return the addresses that *person* asked for lately, oldest first."""
    return db.session.scalars(
        select(EmailChange).where(EmailChange.person_id == person.id).order_by(EmailChange.id)
    ).all()


def unanswered(now: datetime) -> list[int]:
    """Return the ids of what was asked and waits for a mail, oldest first."""
    waiting = select(EmailChange.id).where(
        EmailChange.answered_at.is_(None), EmailChange.asked_at > now - SOMEBODY_WAITS
    )
    return list(db.session.scalars(waiting.order_by(EmailChange.id)))


def answer(number: int, now: datetime) -> None:
    """Write to the address that somebody asked for: is it theirs? Or that it is in use here, where it is."""
    waiting = select(EmailChange).where(EmailChange.id == number, EmailChange.answered_at.is_(None))
    change = db.session.scalar(waiting.with_for_update(skip_locked=True))
    if change is None:  # another process was faster
        return
    change.answered_at = now
    if not spend(TO_A_STRANGER, change.new, now):
        return
    owner = person_at(change.new)
    queue(mails.in_use(change, owner) if owner and owner.confirmed_at else mails.is_it_yours(change), now)


def change_of(nonce: str) -> EmailChange | None:
    """Return what the keys in a letter name; None where it is over and forgotten."""
    return db.session.scalar(select(EmailChange).where(EmailChange.nonce == nonce))


def is_open(change: EmailChange, now: datetime) -> bool:
    """Say whether the new address can still be confirmed."""
    return change.confirmed_at is None and change.asked_at + CONFIRM_WITHIN > now


def can_be_undone(change: EmailChange, now: datetime) -> bool:
    """Say whether the old address can still be put back."""
    return change.confirmed_at is not None and change.confirmed_at + UNDO_WITHIN > now


def confirm(change: EmailChange, now: datetime) -> bool:
    """Count the new address as confirmed; say whether this was the press that did it."""
    won = update(EmailChange).where(EmailChange.id == change.id, *_open(now)).values(confirmed_at=now)
    return db.session.scalar(won.returning(EmailChange.id)) is not None


def undo(change: EmailChange, now: datetime) -> bool:
    """Use up the way back, and those from what came after it; say whether this was the press that did it."""
    lately = EmailChange.confirmed_at > now - UNDO_WITHIN
    won = delete(EmailChange).where(EmailChange.id == change.id, lately).returning(EmailChange.id)
    if db.session.scalar(won) is None:
        return False
    _forget(EmailChange.person_id == change.person_id, EmailChange.id > change.id)
    return True


def close_ways_in(person: Person, now: datetime, *, passkeys: bool = False) -> None:
    """Let no link or code that went to the address before sign anybody in; nor a passkey, which may be a stranger's."""
    unused = update(SignIn).where(SignIn.person_id == person.id, SignIn.used_at.is_(None), SignIn.expires_at > now)
    db.session.execute(unused.values(expires_at=now))
    if passkeys:
        db.session.execute(delete(Passkey).where(Passkey.person_id == person.id))


def forget(now: datetime) -> None:
    """Forget what can neither be confirmed nor undone any more."""
    unconfirmed = EmailChange.confirmed_at.is_(None) & (EmailChange.asked_at <= now - CONFIRM_WITHIN)
    _forget(or_(unconfirmed, EmailChange.confirmed_at <= now - UNDO_WITHIN))


def _forget(*which: ColumnElement[bool]) -> None:
    db.session.execute(delete(EmailChange).where(*which))


def _open(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return EmailChange.confirmed_at.is_(None), EmailChange.asked_at > now - CONFIRM_WITHIN
