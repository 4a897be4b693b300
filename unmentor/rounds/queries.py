"""Rounds, their conversations, and what they have still to tell."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from flask_sqlalchemy.pagination import Pagination
from sqlalchemy import CompoundSelect, Select, case, exists, func, literal, or_, select, union_all
from sqlalchemy.orm import joinedload, selectinload, undefer

from unmentor.conversations.models import Conversation, Participation
from unmentor.db import db
from unmentor.people.models import Person
from unmentor.programmes.models import Membership, Programme
from unmentor.rounds.models import LeftOut, Round
from unmentor.words import listed


def round_of(programme: Programme, number: int) -> Round | None:
    """Return one round of *programme* with everybody in it."""
    return db.session.scalar(_whole().where(Round.programme_id == programme.id, Round.number == number))


def round_numbered(programme: Programme, number: int) -> Round | None:
    """Return one round of *programme*, alone."""
    return db.session.scalar(select(Round).where(Round.programme_id == programme.id, Round.number == number))


def newest_rounds(programme: Programme, most: int) -> Sequence[Round]:
    """Return some rounds of *programme*, the newest first."""
    query = select(Round).where(Round.programme_id == programme.id)
    return db.session.scalars(query.order_by(Round.number.desc()).limit(most)).all()


def page_of_rounds(programme: Programme, number: int, most: int) -> Pagination:
    """Return a page of *most* rounds of *programme*, the newest first, each with what was changed of it by hand."""
    query = _public().where(Round.programme_id == programme.id).order_by(Round.number.desc())
    return db.paginate(query, page=number, per_page=most, max_per_page=most, error_out=False)


def all_rounds() -> Sequence[Round]:
    """Return the rounds of every programme, the oldest first, each with what was changed of it by hand."""
    return db.session.scalars(_public().order_by(Round.programme_id, Round.number)).all()


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


def met_in(round_: Round, person: Person) -> set[int]:
    """Return the ids of those whom a round put in a conversation with *person*, whatever became of it."""
    theirs = select(Participation.conversation_id).join(Participation.conversation)
    theirs = theirs.where(Conversation.round_id == round_.id, Participation.person_id == person.id)
    return set(db.session.scalars(select(Participation.person_id).where(Participation.conversation_id.in_(theirs))))


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
    drawn = paired.where(Conversation.round_id == round_.id, ~Conversation.mended, Participation.joined_at.is_(None))
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


def name_of(person: int) -> str:
    """Return what somebody is called, also where they have left."""
    return names_of([person])[person]


def names_of(people: Collection[int]) -> dict[int, str]:
    """Return what some are called, also where they have left, by their ids; asked once, however many they are."""
    found = dict(db.session.execute(select(Person.id, Person.name).where(Person.id.in_(people))).all())
    return {person: found.get(person) or listed([""]) for person in people}


def round_to_send(now: datetime) -> Round | None:
    """Return a round that somebody let go and nobody stopped, once its time has come."""
    due = select(Round).where(Round.state == "drawn", Round.send_at <= now)
    return db.session.scalar(due.order_by(Round.send_at, Round.id).limit(1))


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
    cannot = or_(Conversation.state != "cancelled", Participation.withdrew_at.is_not(None))
    in_it = select(Participation.person_id, case((cannot, "busy"), else_="here")).join(Participation.conversation)
    out = select(LeftOut.person_id, literal("here")).where(LeftOut.round_id == round_.id)
    standby = select(Membership.person_id, literal("offered")).where(
        Membership.programme_id == round_.programme_id, Membership.standby
    )
    asked: CompoundSelect[int, str] = union_all(in_it.where(Conversation.round_id == round_.id), out, standby)
    found = {"busy": set[int](), "here": set[int](), "offered": set[int]()}
    for person, how in db.session.execute(asked):
        found[how].add(person)
    alone = found["here"] - found["busy"]
    return alone, found["offered"] - found["busy"] - alone


def is_newest_sent(round_: Round) -> bool:
    """Say whether nobody was told of a later round of its programme: who waits for somebody in this one still does."""
    later = select(Round.id).where(Round.programme_id == round_.programme_id, Round.number > round_.number)
    return db.session.scalar(later.where(Round.sent_at.is_not(None)).limit(1)) is None


def latest_sent(programme: Programme) -> Round | None:
    """Return the newest round that was sent: its plan looks ahead to the next."""
    query = select(Round).where(Round.programme_id == programme.id, Round.sent_at.is_not(None))
    return db.session.scalar(query.order_by(Round.number.desc()).limit(1).options(undefer(Round.plan)))


def to_be_closed(now: datetime, quiet: timedelta = timedelta(days=14)) -> Sequence[Round]:
    """Return the sent rounds whose last conversation began longer ago than *quiet*."""
    # Asked every minute, so the database rules out every round that is still going on.
    still = exists().where(Conversation.round_id == Round.id, Conversation.starts_at >= now - quiet)
    over = select(Round).where(Round.state == "sent", Round.sent_at < now - quiet, ~still)
    return db.session.scalars(over.order_by(Round.programme_id, Round.id)).all()


def _whole() -> Select[Round]:
    return select(Round).options(
        selectinload(Round.conversations).selectinload(Conversation.participations).selectinload(Participation.person),
        selectinload(Round.left_out).selectinload(LeftOut.person),
        selectinload(Round.programme),
    )


def _public() -> Select[Round]:
    return select(Round).options(selectinload(Round.changes), joinedload(Round.programme))
