"""Rounds, and what a draw needs to know of those before it."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.orm import aliased, selectinload

from unmentor.conversations.models import Conversation, Participation
from unmentor.db import db
from unmentor.pairing import Entrant
from unmentor.people.models import Exclusion, Person
from unmentor.programmes import queries as programmes
from unmentor.programmes.models import Membership, Programme
from unmentor.rounds.models import LeftOut, Round


def rounds_of(programme: Programme) -> Sequence[Round]:
    """Return the rounds of *programme*, newest first, with their conversations."""
    of_it = select(Round).where(Round.programme_id == programme.id).options(selectinload(Round.conversations))
    return db.session.scalars(of_it.order_by(Round.number.desc())).all()


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


def held(round_: Round) -> Round:
    """Return *round_* read again; nobody else mends, sends or cancels it before this transaction ends."""
    db.session.execute(select(Round.id).where(Round.id == round_.id).with_for_update())
    db.session.refresh(round_)
    return round_


def free(round_: Round) -> tuple[set[int], set[int]]:
    """Return who has nobody to talk to in a round, and who offered to step in and was not asked yet.

    Whoever withdrew from it is neither: they cannot make it.
    """
    in_it = select(Participation.person_id).join(Participation.conversation).where(Conversation.round_id == round_.id)
    taken = in_it.where(or_(Conversation.state != "cancelled", Participation.withdrew_at.is_not(None)))
    out = select(LeftOut.person_id).where(LeftOut.round_id == round_.id)
    standby = select(Membership.person_id).where(Membership.programme_id == round_.programme_id, Membership.standby)
    busy = set(db.session.scalars(taken))
    alone = (set(db.session.scalars(in_it)) | set(db.session.scalars(out))) - busy
    return alone, set(db.session.scalars(standby)) - busy - alone


def entrants(programme: Programme, on: date, among: Collection[int] | None = None) -> list[Entrant]:
    """Return who takes part in a draw on a day, in the terms of the pure rooms; only those *among* some ids if told.

    Who was promised to go first next time counts as left out only just now.
    Organisations are numbered: a draw asks only whether two are the same, and what it keeps should name nobody.
    """
    taking_part = programmes.entrants(programme, on, among)
    here = {member.person_id for member in taking_part}
    turns, excluded, just_now = _last_turns(programme), apart(), latest_number(programme) + 1
    numbers = {"": ""}
    return [
        Entrant(
            member.person_id,
            organisation=numbers.setdefault(member.person.organisation.casefold(), str(len(numbers))),
            slots=frozenset(member.person.availability),
            not_with=frozenset(excluded.get(member.person_id, set()) & here),
            standby=member.standby,
            last_out=just_now if member.first_next else turns.get(member.person_id),
        )
        for member in taking_part
    ]


def apart() -> dict[int, set[int]]:
    """Return whom each person must not meet, since one of the two would rather not."""
    query = select(Exclusion.person_id, Person.id).join(Person, Person.email == Exclusion.email)
    wishes: dict[int, set[int]] = {}
    for one, other in db.session.execute(query):
        wishes.setdefault(one, set()).add(other)
        wishes.setdefault(other, set()).add(one)
    return wishes


def history(programme: Programme, among: Collection[int] | None = None) -> list[tuple[int, int, int]]:
    """Return who was paired with whom in the rounds that were sent: (round, id, id) each.

    What was called off does not count. Only those *among* some ids if told.
    """
    one, other = aliased(Participation), aliased(Participation)
    query = (
        select(Round.number, one.person_id, other.person_id)
        .join(Conversation, Conversation.round_id == Round.id)
        .join(one, one.conversation_id == Conversation.id)
        .join(other, (other.conversation_id == Conversation.id) & (one.person_id < other.person_id))
        .where(
            Round.programme_id == programme.id,
            Round.sent_at.is_not(None),
            Conversation.state != "cancelled",
            *(part.withdrew_at.is_(None) for part in (one, other)),
            *(part.person_id.in_(among) for part in (one, other) if among is not None),
        )
        .order_by(Round.number, one.person_id, other.person_id)
    )
    return [(number, a, b) for number, a, b in db.session.execute(query)]


def busy(after: datetime) -> list[tuple[int, datetime]]:
    """Return when people already talk to somebody in any programme after a moment."""
    query = (
        select(Participation.person_id, Conversation.starts_at)
        .join(Participation.conversation)
        .where(Conversation.state == "arranged", Conversation.starts_at > after, Participation.withdrew_at.is_(None))
    )
    return [(person, moment) for person, moment in db.session.execute(query)]


def is_newest_sent(round_: Round) -> bool:
    """Say whether nobody was told of a later round of its programme: who waits for somebody in this one still does."""
    later = select(Round.id).where(Round.programme_id == round_.programme_id, Round.number > round_.number)
    return db.session.scalar(later.where(Round.sent_at.is_not(None)).limit(1)) is None


def latest_sent(programme: Programme) -> Round | None:
    """Return the newest round that was sent: its plan looks ahead to the next."""
    query = select(Round).where(Round.programme_id == programme.id, Round.sent_at.is_not(None))
    return db.session.scalar(query.order_by(Round.number.desc()).limit(1))


def to_be_closed(now: datetime, patience: timedelta = timedelta(days=14)) -> list[Round]:
    """Return the sent rounds whose last conversation ended longer ago than *patience*."""
    # Asked every minute, so the database first rules out every round that is still going on.
    still = exists().where(Conversation.round_id == Round.id, Conversation.starts_at >= now - patience)
    sent = db.session.scalars(_whole().where(Round.state == "sent", Round.sent_at < now - patience, ~still)).all()
    return [each for each in sent if all(talk.ends_at < now - patience for talk in each.conversations)]


def _last_turns(programme: Programme) -> dict[int, int]:
    """Return the number of the round in which each person last was left out, or third."""
    counted = (Round.programme_id == programme.id, Round.state.in_(("sent", "closed")))
    out = select(LeftOut.person_id, Round.number).join(Round, Round.id == LeftOut.round_id).where(*counted, ~_mended())
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


def _mended() -> ColumnElement[bool]:
    """Return the condition that somebody left out of a round got a conversation in it after all."""
    after_all = select(Participation.id).join(Participation.conversation)
    return after_all.where(
        Participation.person_id == LeftOut.person_id,
        Conversation.round_id == LeftOut.round_id,
        Conversation.state != "cancelled",
    ).exists()


def _whole() -> Select[Round]:
    return select(Round).options(
        selectinload(Round.conversations).selectinload(Conversation.participations).selectinload(Participation.person),
        selectinload(Round.left_out).selectinload(LeftOut.person),
        selectinload(Round.programme),
    )
