"""The organisations of a programme, and which names of theirs are likely one."""

from collections import defaultdict
from dataclasses import dataclass

from flask_sqlalchemy.pagination import Pagination
from sqlalchemy import Select, func, select

from unmentor.db import db
from unmentor.paging import paged
from unmentor.people.likeness import likely_doubles
from unmentor.people.models import Person
from unmentor.programmes.models import Membership, Programme

PAGE = 50
MOST_SUGGESTED = 10


@dataclass(frozen=True, slots=True)
class Organisation:
    """Where some of a programme are from: its name, how many, and how many wrote which other name."""

    name: str
    people: int
    others: list[tuple[str, int]]


def page_of(programme: Programme, number: int) -> Pagination:
    """Return a page of the names that the organisations of *programme* go by, in the order of the alphabet."""
    names = _members(programme).with_only_columns(Person.organisation).group_by(Person.organisation)
    names = names.order_by(func.lower(Person.organisation), Person.organisation)
    return paged(names, number, PAGE)


def organisations(programme: Programme, names: list[str]) -> list[Organisation]:
    """Return the organisations that go by these names, in their order."""
    told = _members(programme).with_only_columns(Person.organisation, Person.told_organisation, func.count())
    told = told.where(Person.organisation.in_(names)).group_by(Person.organisation, Person.told_organisation)
    written = defaultdict[str, list[tuple[str, int]]](list)
    for name, spelling, people in db.session.execute(told.order_by(Person.told_organisation)):
        written[name].append((spelling, people))
    return [
        Organisation(
            name,
            sum(people for _spelling, people in written[name]),
            [(spelling, people) for spelling, people in written[name] if spelling != name],
        )
        for name in names
    ]


def suggested(programme: Programme) -> list[tuple[str, str]]:
    """Return some pairs of names that are likely one organisation: what to call otherwise, and its name."""
    counted = _members(programme).with_only_columns(Person.organisation, func.count()).group_by(Person.organisation)
    people = dict(db.session.execute(counted).all())
    return likely_doubles(people)[:MOST_SUGGESTED]


def somebody_is_from(programme: Programme, spelling: str) -> bool:
    """Say whether anybody in *programme* wrote this name, or is known by it."""
    named = (func.lower(Person.organisation) == spelling.lower()) | (
        func.lower(Person.told_organisation) == spelling.lower()
    )
    return db.session.scalar(_members(programme).with_only_columns(Person.id).where(named).limit(1)) is not None


def _members(programme: Programme) -> Select[Membership]:
    """Return the question for those of whom an organiser may know where they are from."""
    ours = select(Membership).join(Membership.person).where(Membership.programme_id == programme.id)
    return ours.where(Person.left_at.is_(None), ~Membership.invited, Person.told_organisation != "")
