"""Pause, stop a kind of mail, and leave."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import date, datetime, timedelta

from sqlalchemy import String, cast, delete, literal, select

from unmentor.conversations.models import Participation
from unmentor.db import db
from unmentor.mail.actions import forget as forget_mails
from unmentor.mail.models import Message, Stopped
from unmentor.mail.outbox import queue
from unmentor.me.queries import conversations_held, reflections_of
from unmentor.people import actions as people
from unmentor.people.mails import goodbye
from unmentor.people.models import Person
from unmentor.people.queries import silent_since
from unmentor.programmes.actions import pause, resume
from unmentor.programmes.models import Membership, Programme
from unmentor.programmes.queries import memberships
from unmentor.reflections.models import Reflection
from unmentor.rounds.actions import TooFewPeople, draw_again
from unmentor.rounds.mend import withdraw_from_all
from unmentor.rounds.models import Round
from unmentor.rounds.queries import waiting_round

# Without invitations nobody can take part, so stopping them is a pause.
PAUSES = "invitation"
FINAL = ("sent", "failed", "expired")
UNCONFIRMED = timedelta(days=30)
LAST_WORDS = ("goodbye", "cancelled")


def pause_in(chosen: Iterable[Membership], until: date | None) -> None:
    """Leave a person out of the draws of some programmes."""
    for membership in chosen:
        pause(membership, until)


def resume_in(chosen: Iterable[Membership]) -> None:
    """Take a person into the next draw of some programmes."""
    for membership in chosen:
        resume(membership)


def stop(person: Person, kind: str) -> None:
    """Send *person* no more mail of a kind (RFC 8058)."""
    if kind == PAUSES:
        pause_in(memberships(person), None)
    elif db.session.get(Stopped, (person.id, kind)) is None:
        db.session.add(Stopped(person_id=person.id, kind=kind))


def start_again(person: Person, kind: str) -> None:
    """Send *person* that kind of mail again."""
    if kind == PAUSES:
        resume_in(memberships(person))
    else:
        db.session.execute(delete(Stopped).where(Stopped.person_id == person.id, Stopped.kind == kind))


def leave(person: Person, seed: int, now: datetime) -> int:
    """Erase *person*: call off what is ahead, say goodbye, keep no detail; return how many conversations there were.

    What they published stays, without a name. What is on its way to a mailbox is forgotten once it has left.
    A round that waits with them in it is drawn again without, with *seed*.
    """
    waiting = [each for each in map(waiting_round, _programmes(person)) if each and person.id in _drawn(each)]
    count = conversations_held(person)
    withdraw_from_all(person, seed, now)
    queue(goodbye(person, count, now), now)
    for reflection in reflections_of(person):
        _let_go(reflection)
    _erase(person, now)
    _forget_letters()
    for round_ in waiting:
        with suppress(TooFewPeople):  # then nobody waits for it any more
            draw_again(round_, seed, now)
    return count


def forget(now: datetime) -> None:
    """Keep nothing that nobody needs: addresses that were never confirmed, and mails that name who has left."""
    for person in silent_since(now - UNCONFIRMED):
        _erase(person, now)
    _forget_letters()


def _forget_letters() -> None:
    """Drop mails that are out: those to people who have left, and the words of those about their conversations."""
    left = select(Person.id).where(Person.left_at.is_not(None))
    shared = select(literal("conversation:") + cast(Participation.conversation_id, String)).where(
        Participation.person_id.in_(left)
    )
    db.session.execute(delete(Message).where(Message.person_id.in_(left), Message.state.in_(FINAL)))
    # Without its Message-ID nobody can send it again.
    forget_mails(Message.about.in_(shared) & Message.state.in_(FINAL) & (Message.message_id != ""))


def _programmes(person: Person) -> list[Programme]:
    return [membership.programme for membership in memberships(person)]


def _drawn(round_: Round) -> set[int]:
    paired = {part.person_id for talk in round_.conversations for part in talk.participations}
    return paired | {left_out.person_id for left_out in round_.left_out}


def _erase(person: Person, now: datetime) -> None:
    for table in (Membership, Stopped):
        db.session.execute(delete(table).where(table.person_id == person.id))
    going = Message.kind.in_(LAST_WORDS) & Message.state.not_in(FINAL)
    db.session.execute(delete(Message).where(Message.person_id == person.id, ~going))
    people.erase(person, now)
    db.session.flush()


def _let_go(reflection: Reflection) -> None:
    if reflection.state == "published":
        reflection.attribution, reflection.note = "anonymous", ""
    else:
        db.session.delete(reflection)
