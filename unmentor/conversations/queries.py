"""Conversations of a person, and those that wait for a word."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from unmentor.conversations.models import Conversation, Participation
from unmentor.db import db
from unmentor.people.models import Person


def participation(number: int) -> Participation | None:
    """Return a person's part in a conversation, with everybody in it."""
    return db.session.scalar(_participations().where(Participation.id == number))


def upcoming(person: Person, now: datetime) -> Sequence[Participation]:
    """Return what *person* has before them, soonest first."""
    query = _participations().where(Participation.person_id == person.id, Conversation.state == "arranged")
    coming = db.session.scalars(query.order_by(Conversation.starts_at)).all()
    return [each for each in coming if each.conversation.ends_at > now and each.conversation.round.sent_at]


def past(person: Person, now: datetime) -> Sequence[Participation]:
    """Return what *person* has behind them, newest first; cancelled conversations are not among them."""
    query = _participations().where(Participation.person_id == person.id, Conversation.state != "cancelled")
    gone = db.session.scalars(query.order_by(Conversation.starts_at.desc())).all()
    return [each for each in gone if each.conversation.ends_at <= now]


def to_be_asked(now: datetime, within: timedelta = timedelta(days=2)) -> Sequence[Participation]:
    """Return the parts whose conversation has ended and who were not asked yet how it was."""
    query = _participations().where(
        Conversation.state.in_(("arranged", "met")),
        Conversation.starts_at < now,
        Conversation.starts_at > now - within,
        Participation.asked_at.is_(None),
        Participation.answered_at.is_(None),
        Person.left_at.is_(None),
    )
    ended = db.session.scalars(query.join(Participation.person).order_by(Participation.id)).all()
    return [each for each in ended if each.conversation.ends_at <= now and each.conversation.round.sent_at]


def _participations() -> Select[Participation]:
    talk = joinedload(Participation.conversation)
    return (
        select(Participation)
        .join(Participation.conversation)
        .options(
            talk.joinedload(Conversation.round),
            talk.selectinload(Conversation.participations).joinedload(Participation.person),
            selectinload(Participation.person),
        )
    )
