"""What the pages of a round ask: its people, and its conversations a page at a time."""

from collections.abc import Sequence
from datetime import date, datetime

from flask_sqlalchemy.pagination import Pagination
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from unmentor.conversations.models import Conversation, Participation
from unmentor.db import db
from unmentor.paging import paged_ids
from unmentor.people.models import Person
from unmentor.programmes.models import Membership, Programme
from unmentor.rounds.figures import fates, found, says
from unmentor.rounds.models import Round
from unmentor.rounds.turns import in_draw

PAGE = 50
CHOICES = 30


def conversations(round_: Round, number: int, words: str, fate: str, now: datetime) -> Pagination:
    """Return a page of a round's conversations in order of time; only those that met a *fate*, or with somebody."""
    query = select(Conversation).where(Conversation.round_id == round_.id)
    if fate:
        query = query.where(fates(now)[fate])
    if words:
        query = query.where(found(words))
    page = paged_ids(query.order_by(Conversation.starts_at, Conversation.id), Conversation.id, number, PAGE)
    page.items = sorted(conversations_numbered(page.items), key=lambda each: (each.starts_at, each.id))
    return page


def conversations_numbered(ids: Sequence[int]) -> Sequence[Conversation]:
    """Return some conversations with everybody in them."""
    everybody = selectinload(Conversation.participations).joinedload(Participation.person)
    return db.session.scalars(select(Conversation).where(Conversation.id.in_(ids)).options(everybody)).all()


def part_of(round_: Round, person: int) -> Participation | None:
    """Return the part that somebody has in a round."""
    query = select(Participation).join(Participation.conversation)
    return db.session.scalar(
        query.where(
            Conversation.round_id == round_.id,
            Conversation.state == "arranged",
            Participation.person_id == person,
            Participation.withdrew_at.is_(None),
        )
    )


def somebody_in(programme: Programme, number: int) -> Person | None:
    """Return a member of *programme* by their id."""
    member = select(Person).join(Membership, Membership.person_id == Person.id)
    return db.session.scalar(member.where(Membership.programme_id == programme.id, Person.id == number))


def people_for(round_: Round, on: date, words: str, one: Person | None) -> Sequence[tuple[Person, list[str]]]:
    """Return some who could change places with *one*, by name, and whom each talks to in a round.

    Without *one*, those who take part and have no conversation in it.
    """
    mine = select(Participation.person_id).join(Participation.conversation).where(Conversation.round_id == round_.id)
    query = in_draw(round_.programme, on, round_).with_only_columns(Person)
    if one is None:
        query = query.where(Person.id.not_in(mine))
    else:
        talk = part_of(round_, one.id)
        query = query.where(
            Person.id.not_in(_in_conversation(talk)) if talk else Person.id.in_(mine), Person.id != one.id
        )
    if words:
        query = query.where(says(words))
    people = db.session.scalars(query.order_by(func.lower(Person.name), Person.id).limit(CHOICES)).all()
    talk_to = _others(round_, [person.id for person in people])
    return [(person, talk_to.get(person.id, [])) for person in people]


def _in_conversation(part: Participation) -> list[int]:
    return [each.person_id for each in part.conversation.participations]


def _others(round_: Round, people: Sequence[int]) -> dict[int, list[str]]:
    """Return the names of those whom each of *people* talks to in a round."""
    talks = select(Participation.conversation_id).join(Participation.conversation)
    theirs = talks.where(Conversation.round_id == round_.id, Participation.person_id.in_(people))
    everybody = selectinload(Conversation.participations).joinedload(Participation.person)
    found_talks = db.session.scalars(select(Conversation).where(Conversation.id.in_(theirs)).options(everybody))
    return {
        part.person_id: [other.name for other in part.partners] for talk in found_talks for part in talk.participations
    }
