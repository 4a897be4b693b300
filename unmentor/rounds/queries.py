"""Rounds, and what a draw needs to know of those before it."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import aliased, selectinload

from unmentor.conversations.models import Conversation, Participation
from unmentor.db import db
from unmentor.pairing import Entrant
from unmentor.people.models import Exclusion, Person
from unmentor.programmes import queries as programmes
from unmentor.programmes.models import Programme
from unmentor.rounds.models import LeftOut, Round


def rounds_of(programme: Programme) -> Sequence[Round]:
    """Return the rounds of *programme*, newest first."""
    return db.session.scalars(_whole().where(Round.programme_id == programme.id).order_by(Round.number.desc())).all()


def round_of(programme: Programme, number: int) -> Round | None:
    """Return one round of *programme* with everybody in it."""
    return db.session.scalar(_whole().where(Round.programme_id == programme.id, Round.number == number))


def waiting_round(programme: Programme) -> Round | None:
    """Return the drawn round that waits to be sent, if there is one."""
    return db.session.scalar(_whole().where(Round.programme_id == programme.id, Round.state == "drawn"))


def latest_number(programme: Programme) -> int:
    """Return the number of the newest round, 0 before the first."""
    query = select(Round.number).where(Round.programme_id == programme.id).order_by(Round.number.desc()).limit(1)
    return db.session.scalar(query) or 0


def entrants(programme: Programme, on: date) -> list[Entrant]:
    """Return who takes part in a draw on a day, in the terms of the pure rooms.

    Organisations are numbered: a draw asks only whether two are the same, and what it keeps should name nobody.
    """
    taking_part = programmes.entrants(programme, on)
    here = {member.person_id for member in taking_part}
    turns, excluded = _last_turns(programme), _exclusions()
    numbers = {"": ""}
    return [
        Entrant(
            member.person_id,
            organisation=numbers.setdefault(member.person.organisation.casefold(), str(len(numbers))),
            slots=frozenset(member.person.availability),
            not_with=frozenset(excluded.get(member.person_id, set()) & here),
            standby=member.standby,
            last_out=turns.get(member.person_id),
        )
        for member in taking_part
    ]


def history(programme: Programme, before: int, at: datetime) -> list[tuple[int, int, int]]:
    """Return who was paired with whom in the rounds before a number, as it stood at a moment: (round, id, id) each."""
    one, other = aliased(Participation), aliased(Participation)
    query = (
        select(Round.number, one.person_id, other.person_id)
        .join(Conversation, Conversation.round_id == Round.id)
        .join(one, one.conversation_id == Conversation.id)
        .join(other, (other.conversation_id == Conversation.id) & (one.person_id < other.person_id))
        .where(
            Round.programme_id == programme.id,
            Round.number < before,
            Round.sent_at <= at,
            Conversation.arranged_at <= at,
            or_(Conversation.state != "cancelled", Conversation.stamped_at > at),
        )
        .order_by(Round.number, one.person_id, other.person_id)
    )
    return [(number, a, b) for number, a, b in db.session.execute(query)]


def busy(after: datetime) -> list[tuple[int, datetime]]:
    """Return when people already talk to somebody in any programme after a moment."""
    query = (
        select(Participation.person_id, Conversation.starts_at)
        .join(Participation.conversation)
        .where(Conversation.state == "arranged", Conversation.starts_at > after)
    )
    return [(person, moment) for person, moment in db.session.execute(query)]


def latest_sent(programme: Programme, at: datetime) -> Round | None:
    """Return the newest round that had been sent by a moment: its plan looks ahead to the next."""
    query = select(Round).where(Round.programme_id == programme.id, Round.sent_at <= at)
    return db.session.scalar(query.order_by(Round.number.desc()).limit(1))


def to_be_closed(now: datetime, patience: timedelta = timedelta(days=14)) -> list[Round]:
    """Return the sent rounds whose last conversation ended longer ago than *patience*."""
    sent = db.session.scalars(_whole().where(Round.state == "sent", Round.sent_at < now - patience)).all()
    return [each for each in sent if all(talk.ends_at < now - patience for talk in each.conversations)]


def _last_turns(programme: Programme) -> dict[int, int]:
    """Return the number of the round in which each person last was left out, or third."""
    counted = (Round.programme_id == programme.id, Round.state.in_(("sent", "closed")))
    out = select(LeftOut.person_id, Round.number).join(Round, Round.id == LeftOut.round_id).where(*counted)
    third = (
        select(Participation.person_id, Round.number)
        .join(Participation.conversation)
        .join(Conversation.round)
        .where(Participation.third, *counted)
    )
    turns: dict[int, int] = {}
    for person, number in [*db.session.execute(out), *db.session.execute(third)]:
        turns[person] = max(number, turns.get(person, 0))
    return turns


def _exclusions() -> dict[int, set[int]]:
    """Return whom each person would rather not meet; either side's wish counts."""
    query = select(Exclusion.person_id, Person.id).join(Person, Person.email == Exclusion.email)
    apart: dict[int, set[int]] = {}
    for one, other in db.session.execute(query):
        apart.setdefault(one, set()).add(other)
        apart.setdefault(other, set()).add(one)
    return apart


def _whole() -> Select[Round]:
    return select(Round).options(
        selectinload(Round.conversations).selectinload(Conversation.participations).selectinload(Participation.person),
        selectinload(Round.left_out).selectinload(LeftOut.person),
        selectinload(Round.programme),
    )
