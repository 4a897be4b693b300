"""Who has met whom, and which organisations have: the newest rounds, since more lines than these are a blot."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from operator import add
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased

from unmentor.conversations.models import Conversation, Participation
from unmentor.db import db
from unmentor.organise.roster import has_met
from unmentor.people.models import Person
from unmentor.people.organisations import other_names
from unmentor.programmes.models import Membership, Programme
from unmentor.rounds.models import Round

ORGANISATION = func.trim(Person.organisation)


@dataclass(frozen=True, slots=True)
class Organisation:
    """Where some of a programme work: how many, and how many of them have met nobody yet."""

    name: str
    people: int
    alone: int


def how_many(programme: Programme) -> int:
    """Return how many people could be in a picture of *programme*."""
    return db.session.scalar(_members(programme).with_only_columns(func.count())) or 0


def newest_rounds(programme: Programme, most: int) -> tuple[int, int]:
    """Return the numbers of the first and the last of the newest rounds that were sent, at most so many."""
    sent = select(func.max(Round.number)).where(Round.programme_id == programme.id, Round.sent_at.is_not(None))
    last = db.session.scalar(sent) or 0
    return max(1, last - most + 1), last


def people(programme: Programme) -> tuple[dict[str, list[int]], set[int]]:
    """Return the ids of the people of each organisation, and of those who have met nobody yet."""
    groups, alone = defaultdict[str, list[int]](list), set[int]()
    query = _members(programme).with_only_columns(Person.id, ORGANISATION, has_met(programme)).order_by(Person.id)
    for one, organisation, met in db.session.execute(query):
        groups[organisation].append(one)
        if not met:
            alone.add(one)
    return groups, alone


def met(programme: Programme, people: Collection[int], since: int) -> dict[int, list[int]]:
    """Return whom of *people* each has met from a round on, each pair once, by the lower id."""
    one, other = aliased(Participation), aliased(Participation)
    pairs = _pairs(programme, one, other, since).with_only_columns(one.person_id, other.person_id).distinct()
    found = defaultdict[int, list[int]](list)
    for a, b in db.session.execute(pairs.order_by(one.person_id, other.person_id)):
        if a in people and b in people:
            found[a].append(b)
    return found


def by_name() -> Callable[[str], str]:
    """Return what tells the name by which an organisation is read from how somebody wrote it."""
    named = other_names()
    return lambda spelling: named.get(spelling.lower(), spelling).strip()


def organisations(programme: Programme, goes_by: Callable[[str], str]) -> list[Organisation]:
    """Return every organisation, the one with most people first."""
    alone = func.count().filter(~has_met(programme))
    told = _members(programme).with_only_columns(Person.told_organisation, func.count(), alone)
    found = defaultdict[str, list[int]](lambda: [0, 0])
    for spelling, *counts in db.session.execute(told.group_by(Person.told_organisation)):
        found[goes_by(spelling)] = [*map(add, found[goes_by(spelling)], counts)]
    return [Organisation(name, *found[name]) for name in sorted(found, key=lambda name: (-found[name][0], name))]


def talked(programme: Programme, since: int, goes_by: Callable[[str], str]) -> Counter[tuple[str, str]]:
    """Return how often people of two organisations have met from a round on, by both names, the first one first."""
    one, other = aliased(Participation), aliased(Participation)
    a, b = aliased(Person), aliased(Person)
    told = a.told_organisation, b.told_organisation
    pairs = _pairs(programme, one, other, since).join(a, a.id == one.person_id).join(b, b.id == other.person_id)
    found = Counter[tuple[str, str]]()
    for *spellings, times in db.session.execute(pairs.with_only_columns(*told, func.count()).group_by(*told)):
        first, second = sorted(map(goes_by, spellings))
        found[first, second] += times
    return found


def _members(programme: Programme) -> Select[Membership]:
    """Return the question for whoever takes part in a programme, has confirmed, and was let in."""
    ours = select(Membership).join(Membership.person).where(Membership.programme_id == programme.id)
    here = Person.left_at.is_(None), Person.confirmed_at.is_not(None), Membership.approved
    return ours.where(Membership.role == "participant", *here)


def _pairs(programme: Programme, one: type[Participation], other: type[Participation], since: int) -> Select[Any]:
    """Return the question for every two who talked to each other, from a round on."""
    return (
        select(one)
        .join(Conversation, Conversation.id == one.conversation_id)
        .join(Round, Round.id == Conversation.round_id)
        .join(other, (other.conversation_id == Conversation.id) & (one.person_id < other.person_id))
        .where(Round.programme_id == programme.id, Round.number >= since, Conversation.state == "met")
        .where(one.withdrew_at.is_(None), other.withdrew_at.is_(None))
    )
