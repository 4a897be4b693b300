"""Conversations of a person, and those that wait for a word."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, String, cast, exists, func, literal, or_, select
from sqlalchemy.orm import contains_eager, selectinload

from unmentor.conversations.models import Conversation, Participation
from unmentor.db import db
from unmentor.mail.models import Message, Suppressed
from unmentor.people.models import Person
from unmentor.programmes.models import Membership, Programme
from unmentor.programmes.turn import lock

# No conversation is longer than this.
A_DAY = timedelta(days=1)
# The kinds of mail that say when a conversation is; the states of those that are, or may be, in a mailbox.
TELLING = ("invitation", "moved", "reminder")
ARRIVED = ("sent", "sending", "uncertain")


def participation(nonce: str | None) -> Participation | None:
    """Return the part in a conversation that keys name by *nonce*, with everybody in it."""
    return db.session.scalar(_participations().where(Participation.nonce == nonce))


def lock_and_refresh(conversation: Conversation) -> None:
    """Take a turn at its programme and read *conversation* again: nobody else changes it before this one ends."""
    lock(conversation.round.programme)
    # What is due by the minute holds single conversations.
    db.session.execute(select(Conversation.id).where(Conversation.id == conversation.id).with_for_update())


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
    query = _participations().where(
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
    return db.session.scalar(
        select(Membership).where(
            Membership.person_id == part.person_id, Membership.programme_id == part.conversation.round.programme_id
        )
    )


def to_be_reminded(programme: Programme, since: datetime, until: datetime) -> Sequence[tuple[int, datetime, datetime]]:
    """Return the conversations that start in a time and nobody was reminded of: id, start and latest change each."""
    query = select(Conversation.id, Conversation.starts_at, Conversation.stamped_at).where(
        Conversation.round.has(programme_id=programme.id, state="sent"),
        Conversation.state == "arranged",
        Conversation.starts_at > since,
        Conversation.starts_at < until,
        Conversation.reminded_at.is_(None),
    )
    found = db.session.execute(query.order_by(Conversation.starts_at, Conversation.id))
    return [(number, starts_at, stamped_at) for number, starts_at, stamped_at in found]


def numbered(ids: Collection[int]) -> Sequence[Conversation]:
    """Return those of these conversations that still stand, with everybody in them.

    What another process has locked is left to it.
    """
    query = select(Conversation).where(Conversation.id.in_(ids), Conversation.state == "arranged")
    query = query.order_by(Conversation.id)
    everybody = selectinload(Conversation.participations).joinedload(Participation.person)
    return db.session.scalars(query.options(everybody).with_for_update(skip_locked=True, of=Conversation)).all()


def begun_untold(since: datetime, now: datetime, most: int) -> Sequence[int]:
    """Return the ids of conversations that began since, and that somebody in them was never told of."""
    query = select(Conversation.id).where(
        Conversation.state == "arranged",
        Conversation.starts_at > since,
        Conversation.starts_at <= now,
        Conversation.round.has(state="sent"),
        select(Participation.id).where(Participation.conversation_id == Conversation.id, untold()).exists(),
    )
    return db.session.scalars(query.order_by(Conversation.starts_at, Conversation.id).limit(most)).all()


def untold_in(conversation: Conversation) -> set[int]:
    """Return the ids of the parts in *conversation* whose people were never told when it is."""
    of_it = select(Participation.id).join(Participation.conversation).where(Conversation.id == conversation.id)
    return set(db.session.scalars(of_it.where(untold())))


def untold() -> ColumnElement[bool]:
    """Return the condition that a person was to be told by mail when their conversation is, and no mail of it left.

    Where no mail was ever written, as in a demo, nothing is known and nobody counts as untold; and whoever moved it, or
    whose calendar accepted, knows.
    """
    about = literal("conversation:") + cast(Conversation.id, String)
    mail = select(Message.id).where(
        Message.about == about, Message.person_id == Participation.person_id, Message.kind.in_(TELLING)
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


def unreachable(now: datetime) -> Participation | None:
    """Return the next part ahead whose person was not told when it is, and whose address refuses our mail for good."""
    query = (
        _participations()
        .join(Participation.person)
        .where(
            Conversation.state == "arranged",
            Conversation.starts_at > now,
            Conversation.round.has(state="sent"),
            exists().where(Suppressed.address == Person.email),
            untold(),
        )
    )
    return db.session.scalars(query.order_by(Participation.id).limit(1)).first()


def was_asked_twice(part: Participation, by: datetime) -> bool:
    """Say whether two questions how it went had left by a moment and did not come back: only then silence says much."""
    own = (Message.kind == "how-was-it") & (Message.about == f"conversation:{part.conversation_id}")
    # The second may have gone within a heads-up.
    query = select(func.count()).where(
        own | (Message.kind == "heads-up") & (Message.queued_at == part.asked_at),
        Message.person_id == part.person_id,
        Message.state == "sent",
        Message.queued_at >= part.conversation.ends_at,
        Message.sent_at <= by,
    )
    return (db.session.scalar(query) or 0) > 1


def unanswered(
    asks: int, asked_before: datetime | None, since: datetime, now: datetime, most: int
) -> list[Participation]:
    """Return at most *most* parts in conversations that ended since, whose people were asked so often and said nothing.

    Who was never told when it is could not talk, and is not asked. What another process has locked is left to it.
    """
    query = _participations().where(
        Conversation.state.in_(("arranged", "met", "missed")),
        Conversation.starts_at > since,
        Conversation.starts_at < now,
        or_(Conversation.round.has(state="sent"), Conversation.round.has(state="closed")),
        Participation.asks == asks,
        Participation.asked_at <= asked_before if asked_before else Participation.asked_at.is_(None),
        Participation.answered_at.is_(None),
        Participation.withdrew_at.is_(None),
        Person.left_at.is_(None),
        ~untold(),
    )
    query = query.join(Participation.person).order_by(Conversation.starts_at, Participation.id).limit(most)
    # With the conversation, which whoever answers locks first: nobody waits in a circle.
    locked = query.with_for_update(skip_locked=True, of=(Conversation, Participation))
    found = db.session.scalars(locked).all()
    return [each for each in found if each.conversation.ends_at <= now]


def still_planned(before: datetime, most: int) -> Sequence[Participation]:
    """Return at most *most* parts whose people said before a moment that they have a time, and were not asked since."""
    query = _participations().where(
        Conversation.state == "arranged",
        Conversation.starts_at < before,
        Conversation.round.has(state="sent"),
        Participation.met == "planned",
        Participation.answered_at <= before,
        or_(Participation.asked_at.is_(None), Participation.asked_at <= Participation.answered_at),
        Participation.withdrew_at.is_(None),
        Person.left_at.is_(None),
    )
    query = query.join(Participation.person).order_by(Conversation.starts_at, Participation.id).limit(most)
    return db.session.scalars(query.with_for_update(skip_locked=True, of=Participation)).all()


def _of(person: Person) -> Select[Participation]:
    """Return the question for what *person* was told of and has not withdrawn from."""
    return _participations().where(
        Participation.person_id == person.id, Participation.withdrew_at.is_(None), _is_sent()
    )


def _is_sent() -> ColumnElement[bool]:
    return ~Conversation.round.has(state="drawn")


def _participations() -> Select[Participation]:
    talk = contains_eager(Participation.conversation)
    return (
        select(Participation)
        .join(Participation.conversation)
        .options(
            talk.joinedload(Conversation.round),
            talk.selectinload(Conversation.participations).joinedload(Participation.person),
            selectinload(Participation.person),
        )
    )
