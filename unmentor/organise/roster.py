"""Who is in a programme, as its organisers look for them; a constant number of questions, however many they are."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_sqlalchemy.pagination import Pagination
from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from unmentor.conversations.models import Conversation, Participation
from unmentor.db import db
from unmentor.organise.standing import Entry, entries, refused
from unmentor.paging import paged_ids
from unmentor.people.models import Person
from unmentor.programmes.models import EACH, Membership, Programme
from unmentor.rounds.models import Round
from unmentor.rounds.turns import in_next

PAGE = 50
MOST_WORDS, LONGEST_SEARCH = 5, 100
SHOWN = {
    "next": _l("In the next draw"),
    "paused": _l("Paused"),
    "slower": _l("Not in every round, by choice"),
    "waiting": _l("Waiting for your yes"),
    "asked": _l("Asked, no answer yet"),
    "silent": _l("Silent about their last conversation"),
    "never": _l("Never met anybody"),
    "unreached": _l("Our email does not reach them"),
    "organisers": _l("Organisers"),
}
# How somebody who has not said yes is shown: by the address alone, for whatever else we know was told to others.
SHOWN_NAME = case((Membership.invited, Person.email), else_=func.lower(Person.name))
ORDERS: dict[str, tuple[Any, tuple[ColumnElement[Any], ...]]] = {
    "name": (_l("Name"), (SHOWN_NAME,)),
    "organisation": (_l("Organisation"), (func.lower(Person.organisation), SHOWN_NAME)),
    "newest": (_l("Newest first"), (Membership.joined_at.desc(),)),
}


@dataclass(frozen=True, slots=True)
class Sought:
    """Whom an organiser looks for, in which order."""

    words: str = ""
    show: str = ""
    order: str = "name"

    @classmethod
    def asked(cls, given: dict[str, str]) -> "Sought":
        """Return what an address or a form asks for; what it does not know counts as nothing."""
        show, order = given.get("show", ""), given.get("order", "")
        words = " ".join(given.get("q", "")[:LONGEST_SEARCH].split()[:MOST_WORDS])
        return cls(words, show if show in SHOWN else "", order if order in ORDERS else "name")

    @property
    def fields(self) -> dict[str, str]:
        """Return the same for an address or a form."""
        return {"q": self.words, "show": self.show, "order": self.order}


def totals(programme: Programme, today: date, known: str = "") -> dict[str, int]:
    """Return how many people each of SHOWN has but that which is *known*; "" are all, "organisations" where from.

    Who never met anybody is not counted: of ten thousand people that alone takes as long as all the rest.
    """
    conditions = {name: each for name, each in _conditions(programme, today).items() if name not in {"never", known}}
    counted = [func.count().filter(condition).label(name) for name, condition in conditions.items()]
    organisation = func.nullif(func.lower(Person.organisation), "")
    row = db.session.execute(
        _members(programme).with_only_columns(
            func.count().label("everybody"), func.count(organisation.distinct()).label("organisations"), *counted
        )
    ).one()
    people = dict(row._mapping)
    return {"": people.pop("everybody")} | people


def page_of(programme: Programme, sought: Sought, today: date, number: int) -> Pagination:
    """Return a page of whom an organiser looks for, by the ids of their memberships."""
    return paged_ids(_found(programme, sought, today), Membership.id, number, PAGE)


def everybody(programme: Programme, sought: Sought, today: date) -> list[Entry]:
    """Return all whom an organiser looks for."""
    found = _found(programme, sought, today)
    ids = found.with_only_columns(Membership.person_id).order_by(None)
    return entries(programme, db.session.scalars(found).all(), today, ids)


def members(page: Pagination) -> list[Membership]:
    """Return who is on a page, in its order."""
    theirs = select(Membership).where(Membership.id.in_(page.items)).options(joinedload(Membership.person))
    return sorted(db.session.scalars(theirs), key=lambda each: page.items.index(each.id))


def member(programme: Programme, number: int) -> Membership | None:
    """Return who has an id, as a member of *programme*."""
    return db.session.scalar(_everyone(programme).where(Membership.person_id == number))


def _found(programme: Programme, sought: Sought, today: date) -> Select[Membership]:
    query = _everyone(programme).where(*map(_about, sought.words.split()))
    if sought.show:
        query = query.where(_conditions(programme, today)[sought.show])
    return query.order_by(*ORDERS[sought.order][1], Membership.id)


def _everyone(programme: Programme) -> Select[Membership]:
    return _members(programme).options(contains_eager(Membership.person))


def _members(programme: Programme) -> Select[Membership]:
    of_it = select(Membership).join(Membership.person)
    return of_it.where(Membership.programme_id == programme.id, Person.left_at.is_(None))


def _about(word: str) -> ColumnElement[bool]:
    """Return the condition that somebody has a word in their name, organisation or address."""
    columns = (Person.name, Person.organisation, Person.told_organisation)
    told = or_(*(column.icontains(word, autoescape=True) for column in columns))
    return or_(Person.email.contains(word.lower(), autoescape=True), ~Membership.invited & told)


def _conditions(programme: Programme, today: date) -> dict[str, ColumnElement[bool]]:
    confirmed = Person.confirmed_at.is_not(None)
    return {
        # The condition alone: a list of ids would ask for everybody twice.
        "next": and_(in_next(programme, today).whereclause),  # type: ignore[arg-type]  # - it has conditions
        "paused": Membership.are_paused(today) & confirmed & ~Membership.invited,
        "slower": Membership.every != EACH,
        "waiting": ~Membership.approved & confirmed,
        "asked": ~confirmed | Membership.invited,
        "silent": Membership.silences > 0,
        "never": ~has_met(programme),
        "unreached": refused(),
        "organisers": Membership.role == "organiser",
    }


def has_met(programme: Programme) -> ColumnElement[bool]:
    """Return the condition that a member talked to somebody in *programme*."""
    talk = select(Participation.id).join(Participation.conversation)
    met = talk.where(
        Participation.person_id == Membership.person_id,
        Participation.withdrew_at.is_(None),
        Conversation.state == "met",
        Conversation.round_id.in_(select(Round.id).where(Round.programme_id == programme.id)),
    )
    # Asked for each, and ended by the first: for a NOT EXISTS PostgreSQL would read the parts of everybody.
    return met.limit(1).correlate(Membership).scalar_subquery().is_not(None)
