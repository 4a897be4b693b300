"""Conversations of a person, and what they were told of them."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, String, bindparam, cast, literal, select
from sqlalchemy.orm import InstrumentedAttribute, contains_eager, joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from unmentor.conversations.models import Conversation, Participation
from unmentor.db import db, id_of
from unmentor.mail.models import Message
from unmentor.people.models import Person
from unmentor.programmes.models import Membership, Programme
from unmentor.programmes.turn import lock

# No conversation is longer than this.
A_DAY = timedelta(days=1)
# The kinds of mail that say when a conversation is; the states of those that are, or may be, in a mailbox.
TELLING = ("invitation", "moved", "reminder")
ARRIVED = ("sent", "sending", "uncertain")
# Whoever says how it went is asked for theirs.
MEMBERSHIP = select(Membership).where(
    Membership.person_id == bindparam("person"), Membership.programme_id == bindparam("programme")
)


def participation(nonce: str | None) -> Participation | None:
    """Return the part in a conversation that keys name by *nonce*, with everybody in it."""
    return db.session.scalar(participations().where(Participation.nonce == nonce))


def lock_and_refresh(conversation: Conversation) -> None:
    """Take a turn at its programme and read *conversation* again: nobody else changes it before this one ends."""
    lock(conversation.round.programme)
    # What is due by the minute holds single conversations, and may have changed this one while we waited.
    again = select(Conversation).where(Conversation.id == id_of(conversation)).options(*_whole())
    db.session.scalars(again.with_for_update(of=Conversation)).all()


def upcoming(person: Person, now: datetime) -> Sequence[Participation]:
    """Return what *person* has before them, soonest first."""
    query = _of(person).where(Conversation.state == "arranged")
    coming = db.session.scalars(query.order_by(Conversation.starts_at)).all()
    return [each for each in coming if each.conversation.ends_at > now]


def past(person: Person, now: datetime) -> Sequence[Participation]:
    """Return what *person* has behind them, newest first; cancelled conversations are not among them."""
    query = _of(person).where(Conversation.state != "cancelled")
    gone = db.session.scalars(query.order_by(Conversation.starts_at.desc())).all()
    return [each for each in gone if each.conversation.ends_at <= now]


def arranged_for(person: Person) -> Sequence[Participation]:
    """Return what belongs in *person*'s calendar: all that was sent and not called off, behind them or ahead."""
    return db.session.scalars(_of(person).where(Conversation.state != "cancelled")).all()


def instead_of(part: Participation) -> Participation | None:
    """Return what a person has in the same round in the place of a conversation that was called off."""
    other = _of(part.person).where(
        Conversation.round_id == part.conversation.round_id, Conversation.state != "cancelled"
    )
    return db.session.scalar(other)


def invited(uid: str) -> Conversation | None:
    """Return the conversation that calendars know by *uid*."""
    return db.session.scalar(select(Conversation).where(Conversation.uid == uid))


def taken(conversation: Conversation, since: datetime, until: datetime) -> Sequence[Participation]:
    """Return what else the people of *conversation* have, from *since* until *until*."""
    mine = [part.person_id for part in conversation.present]
    query = participations().where(
        Participation.person_id.in_(mine),
        Participation.withdrew_at.is_(None),
        Conversation.id != conversation.id,
        Conversation.state == "arranged",
        Conversation.starts_at > since - A_DAY,
        Conversation.starts_at < until,
    )
    return [each for each in db.session.scalars(query) if each.conversation.ends_at > since]


def membership(part: Participation) -> Membership | None:
    """Return the membership through which a person came to a conversation; none where they have left since."""
    return db.session.scalar(MEMBERSHIP, {"person": part.person_id, "programme": part.conversation.round.programme_id})


def memberships(parts: Collection[Participation]) -> dict[int, Membership]:
    """Return the same of many, asked once, by the ids of their parts."""
    if not parts:
        return {}
    query = select(Participation.id, Membership).join(Participation.conversation).join(Conversation.round)
    theirs = (Membership.programme_id == Programme.id) & (Membership.person_id == Participation.person_id)
    query = query.join(Programme).join(Membership, theirs).where(Participation.id.in_([part.id for part in parts]))
    return dict(db.session.execute(query).all())


def numbered(ids: Collection[int]) -> Sequence[Conversation]:
    """Return those of these conversations that still stand, with everybody in them.

    What another process has locked is left to it.
    """
    if not ids:
        return []
    query = select(Conversation).where(Conversation.id.in_(ids), Conversation.state == "arranged")
    query = query.order_by(Conversation.id)
    return db.session.scalars(query.options(*_whole()).with_for_update(skip_locked=True, of=Conversation)).all()


def untold_in(conversation: Conversation) -> set[int]:
    """Return the ids of the parts in *conversation* whose people were never told when it is."""
    of_it = select(Participation.id).join(Participation.conversation).where(Conversation.id == conversation.id)
    return set(db.session.scalars(of_it.where(untold())))


def untold() -> ColumnElement[bool]:
    """Return the condition that a person was to be told by mail when their conversation is, and no mail of it left.

    Where no mail was ever written, as in a demo, nothing is known and nobody counts as untold; and whoever moved it, or
    whose calendar accepted, knows.
    """
    mail = select(Message.id).where(
        Message.about == about(Conversation.id), Message.person_id == Participation.person_id, Message.kind.in_(TELLING)
    )
    # A mail that says when expires then, which tells those of an earlier time from those of this one.
    told = mail.where(Message.state.in_(ARRIVED), Message.expires_at == Conversation.starts_at)
    unsent = mail.where(Message.state.not_in(ARRIVED))
    return (
        Participation.withdrew_at.is_(None)
        & (Participation.partstat != "accepted")
        & unsent.correlate(Conversation, Participation).exists()
        & ~told.correlate(Conversation, Participation).exists()
    )


def about(conversation: InstrumentedAttribute[int]) -> ColumnElement[str]:
    """Return what mails about a conversation are about, as a column of its id."""
    return literal("conversation:") + cast(conversation, String)


def participations() -> Select[Participation]:
    """Return the question for parts in conversations, with everybody in them."""
    talk = contains_eager(Participation.conversation)
    return (
        select(Participation)
        .join(Participation.conversation)
        .options(
            talk.joinedload(Conversation.round),
            # And so the person of each part that is asked for.
            talk.selectinload(Conversation.participations).joinedload(Participation.person),
        )
    )


def _whole() -> tuple[ORMOption, ...]:
    """Return the options that load a conversation with its round and everybody in it."""
    everybody = selectinload(Conversation.participations).joinedload(Participation.person)
    return joinedload(Conversation.round), everybody


def _of(person: Person) -> Select[Participation]:
    """Return the question for what *person* was told of and has not withdrawn from."""
    return participations().where(Participation.person_id == person.id, Participation.withdrew_at.is_(None), _is_sent())


def _is_sent() -> ColumnElement[bool]:
    return ~Conversation.round.has(state="drawn")
