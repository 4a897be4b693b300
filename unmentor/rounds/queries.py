"""Rounds, and what a draw needs to know of those before it."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
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


def round_numbered(programme: Programme, number: int) -> Round | None:
    """Return one round of *programme*, alone."""
    return db.session.scalar(select(Round).where(Round.programme_id == programme.id, Round.number == number))


def waiting_round(programme: Programme) -> Round | None:
    """Return the drawn round that waits to be sent, if there is one."""
    return db.session.scalar(select(Round).where(Round.programme_id == programme.id, Round.state == "drawn"))


def latest_number(programme: Programme) -> int:
    """Return the number of the newest round, 0 before the first."""
    query = select(Round.number).where(Round.programme_id == programme.id).order_by(Round.number.desc()).limit(1)
    return db.session.scalar(query) or 0


def is_in(person: Person, round_: Round) -> bool:
    """Say whether a round drew *person*, or left them out."""
    out = select(LeftOut.person_id).where(LeftOut.round_id == round_.id)
    paired = select(Participation.person_id).join(Participation.conversation).where(Conversation.round_id == round_.id)
    return person.id in set(db.session.scalars(out.union(paired)))


def lengths(round_: Round) -> Sequence[int]:
    """Return how long the conversations of a round are, in minutes; each length once."""
    return db.session.scalars(select(Conversation.minutes).where(Conversation.round_id == round_.id).distinct()).all()


def talking_in(round_: Round) -> Select[int]:
    """Return the question for the ids of those who talk to somebody in a round."""
    part = select(Participation.person_id).join(Participation.conversation)
    return part.where(
        Conversation.round_id == round_.id, Conversation.state != "cancelled", Participation.withdrew_at.is_(None)
    )


def people_in(round_: Round) -> int:
    """Return how many people a round drew, those left out included."""
    paired = select(func.count()).select_from(Participation).join(Participation.conversation)
    drawn = paired.where(Conversation.round_id == round_.id, ~Conversation.mended)
    out = select(func.count()).where(LeftOut.round_id == round_.id)
    return (db.session.scalar(drawn) or 0) + (db.session.scalar(out) or 0)


def groups(round_: Round) -> dict[int, list[int]]:
    """Return the ids of those who are in each conversation of a round, by the conversation's."""
    query = select(Participation.conversation_id, Participation.person_id).join(Participation.conversation)
    of_it = query.where(Conversation.round_id == round_.id).order_by(Conversation.id, Participation.id)
    found = dict[int, list[int]]()
    for talk, person in db.session.execute(of_it):
        found.setdefault(talk, []).append(person)
    return found


def groups_before(round_: Round, moment: datetime) -> tuple[dict[int, list[int]], dict[int, list[str]]]:
    """Return who is in those conversations of a round that start before a moment, and when each of them is free."""
    query = (
        select(Participation.conversation_id, Person.id, Person.availability)
        .join(Participation.conversation)
        .join(Participation.person)
        .where(Conversation.round_id == round_.id, Conversation.starts_at < moment, Conversation.state == "arranged")
        .order_by(Conversation.id, Participation.id)
    )
    groups, availability = dict[int, list[int]](), dict[int, list[str]]()
    for talk, person, slots in db.session.execute(query):
        groups.setdefault(talk, []).append(person)
        availability[person] = slots
    return groups, availability


def round_to_tell() -> Round | None:
    """Return a round that has something to tell, if there is one."""
    talks = exists().where(Conversation.round_id == Round.id, Conversation.to_tell)
    out = exists().where(LeftOut.round_id == Round.id, LeftOut.to_tell)
    return db.session.scalar(select(Round).where(talks | out).order_by(Round.id).limit(1))


def conversations_to_tell(round_: Round, most: int) -> Sequence[Conversation]:
    """Return some conversations of a round whose people are to be told, with everybody in them."""
    everybody = selectinload(Conversation.participations).joinedload(Participation.person)
    query = select(Conversation).where(Conversation.round_id == round_.id, Conversation.to_tell)
    return db.session.scalars(query.options(everybody).order_by(Conversation.id).limit(most)).all()


def versions_to_tell(ids: Collection[int]) -> set[tuple[int, int]]:
    """Return those of some conversations whose people are still to be told: id and sequence each."""
    query = select(Conversation.id, Conversation.sequence).where(Conversation.id.in_(ids), Conversation.to_tell)
    return {(number, sequence) for number, sequence in db.session.execute(query)}


def left_out_to_tell(round_: Round, most: int) -> Sequence[LeftOut]:
    """Return some whom a round is to tell that it has nobody for them."""
    query = select(LeftOut).where(LeftOut.round_id == round_.id, LeftOut.to_tell).options(selectinload(LeftOut.person))
    return db.session.scalars(query.order_by(LeftOut.person_id).limit(most)).all()


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
    # By columns: a programme may be large, and everybody else waits while a draw is stored.
    query = programmes.drawn_on(programme, on).with_only_columns(
        Person.id, Person.organisation, Person.availability, Membership.standby, Membership.first_next
    )
    if among is not None:
        query = query.where(Person.id.in_(among))
    rows = db.session.execute(query.order_by(Membership.id)).all()
    here = {person for person, *_ in rows}
    turns, excluded, just_now = _last_turns(programme), apart(), latest_number(programme) + 1
    numbers = {"": ""}
    return [
        Entrant(
            person,
            organisation=numbers.setdefault(organisation.casefold(), str(len(numbers))),
            slots=frozenset(slots),
            not_with=frozenset(excluded.get(person, set()) & here),
            standby=standby,
            last_out=just_now if first_next else turns.get(person),
        )
        for person, organisation, slots, standby, first_next in rows
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


def busy(after: datetime) -> list[tuple[int, datetime, datetime]]:
    """Return who already talks to somebody in any programme after a moment, from when until when."""
    query = (
        select(Participation.person_id, Conversation.starts_at, Conversation.minutes)
        .join(Participation.conversation)
        .where(Conversation.state == "arranged", Conversation.starts_at > after, Participation.withdrew_at.is_(None))
    )
    talks = db.session.execute(query)
    return [(person, start, start + timedelta(minutes=minutes)) for person, start, minutes in talks]


def is_newest_sent(round_: Round) -> bool:
    """Say whether nobody was told of a later round of its programme: who waits for somebody in this one still does."""
    later = select(Round.id).where(Round.programme_id == round_.programme_id, Round.number > round_.number)
    return db.session.scalar(later.where(Round.sent_at.is_not(None)).limit(1)) is None


def latest_sent(programme: Programme) -> Round | None:
    """Return the newest round that was sent: its plan looks ahead to the next."""
    query = select(Round).where(Round.programme_id == programme.id, Round.sent_at.is_not(None))
    return db.session.scalar(query.order_by(Round.number.desc()).limit(1))


def to_be_closed(now: datetime, patience: timedelta = timedelta(days=14)) -> Sequence[Round]:
    """Return the sent rounds whose last conversation began longer ago than *patience*."""
    # Asked every minute, so the database rules out every round that is still going on.
    still = exists().where(Conversation.round_id == Round.id, Conversation.starts_at >= now - patience)
    over = select(Round).where(Round.state == "sent", Round.sent_at < now - patience, ~still)
    return db.session.scalars(over.order_by(Round.programme_id, Round.id)).all()


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
