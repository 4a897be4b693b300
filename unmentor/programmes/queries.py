"""Programmes and their people, as questions to the database."""

from collections import ChainMap
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time
from types import MappingProxyType
from typing import Any

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from unmentor import zones
from unmentor.db import db
from unmentor.mail.models import Message, Suppressed
from unmentor.people.models import Person
from unmentor.programmes.models import Membership, Period, Programme
from unmentor.timetable import cadence as timetable
from unmentor.timetable.holidays import bank_holidays

# What a rhythm is made of.
RHYTHM = ("every", "weekday", "nth", "draw_time", "time_zone", "starts_on")
# What the first programme is called in addresses.
FIRST = "unmentoring"


def all_programmes() -> Sequence[Programme]:
    """Return every programme, oldest first."""
    return db.session.scalars(select(Programme).order_by(Programme.id)).all()


def running_programmes() -> Sequence[Programme]:
    """Return every programme that has not ended, oldest first."""
    return [each for each in all_programmes() if each.ended_at is None]


def only_programme() -> Programme | None:
    """Return the programme there is, where it is the only one."""
    programmes = all_programmes()
    return programmes[0] if len(programmes) == 1 else None


def untouched() -> bool:
    """Say whether nobody has been here yet: there is no person, and no programme but the first, made by a migration."""
    nobody = not any(db.session.scalar(select(each.id).limit(1)) for each in (Person, Message))
    return nobody and {each.slug for each in all_programmes()} <= {FIRST}


def programme_named(slug: str) -> Programme | None:
    """Return the programme that *slug* names."""
    return db.session.scalar(select(Programme).where(Programme.slug == slug))


def memberships(person: Person) -> Sequence[Membership]:
    """Return the programmes that *person* is in."""
    return db.session.scalars(
        select(Membership)
        .where(Membership.person_id == person.id)
        .options(joinedload(Membership.programme))
        .order_by(Membership.id)
    ).all()


def membership_of(nonce: str | None) -> Membership | None:
    """Return the membership that keys name by *nonce*."""
    return db.session.scalar(select(Membership).where(Membership.nonce == nonce))


def organised_by(person: Person) -> list[Programme]:
    """Return the programmes that *person* organises."""
    return [membership.programme for membership in memberships(person) if membership.role == "organiser"]


def is_organiser(person: Person) -> bool:
    """Say whether *person* organises any programme."""
    organises = select(Membership.id).where(Membership.person_id == person.id, Membership.role == "organiser")
    return db.session.scalar(organises.limit(1)) is not None


def organisers(programme: Programme) -> Sequence[Person]:
    """Return who organises *programme* and can be written to."""
    return db.session.scalars(_people(programme).where(Membership.role == "organiser")).all()


def waiting_for_yes(programme: Programme) -> Sequence[Membership]:
    """Return who waits for an organiser's yes, by name; nobody whose address is not confirmed."""
    return db.session.scalars(
        select(Membership)
        .join(Membership.person)
        .where(
            Membership.programme_id == programme.id,
            ~Membership.approved,
            Person.left_at.is_(None),
            Person.confirmed_at.is_not(None),
        )
        .options(contains_eager(Membership.person))
        .order_by(func.lower(Person.name), Person.id)
    ).all()


def how_many_wait(programme: Programme) -> int:
    """Return how many people wait for an organiser's yes."""
    waiting = select(func.count()).select_from(Membership).join(Membership.person)
    ours = (Membership.programme_id == programme.id, ~Membership.approved)
    return db.session.scalar(waiting.where(*ours, Person.left_at.is_(None), Person.confirmed_at.is_not(None))) or 0


def memberships_of(programme: Programme, people: Collection[int]) -> Sequence[Membership]:
    """Return the memberships of *programme* that these people have, by their ids."""
    return db.session.scalars(
        select(Membership).where(Membership.programme_id == programme.id, Membership.person_id.in_(people))
    ).all()


def drawn_on(programme: Programme, on: date) -> Select[Membership]:
    """Return the question for who takes part in a draw on a day, and does not skip the one that it counts as."""
    query, draw = part_of(programme, on), _counts_as(programme, on)
    return query.where(or_(Membership.skips.is_(None), Membership.skips != draw)) if draw else query


def part_of(programme: Programme, on: date) -> Select[Membership]:
    """Return the question for who takes part on a day: confirmed, let in, not paused, within reach.

    Whose address refuses our mail for good would only be waited for.
    """
    return (
        select(Membership)
        .join(Membership.person)
        .where(
            Membership.programme_id == programme.id,
            Person.confirmed_at.is_not(None),
            Person.left_at.is_(None),
            or_(Person.phone != "", Person.video != ""),
            ~exists().where(Suppressed.address == Person.email),
            ~Membership.are_paused(on),
            Membership.approved,
            ~Membership.invited,
        )
    )


def taking_part(programme: Programme, on: date) -> tuple[int, int]:
    """Return how many people take part in *programme*, however often, and from how many organisations."""
    return counted(drawn_on(programme, on))


def counted(members: Select[Membership]) -> tuple[int, int]:
    """Return how many people a question for members finds, and from how many organisations."""
    # Grouped as it is written first: to tell different ones apart, PostgreSQL sorts everybody.
    each = members.with_only_columns(Person.organisation.label("name"), func.count().label("people"))
    written = each.group_by(Person.organisation).subquery().c
    named = func.nullif(func.lower(written.name), "")
    numbers = select(func.coalesce(func.sum(written.people), 0), func.count(named.distinct()))
    people, organisations = db.session.execute(numbers).one()
    return people, organisations


def told_of(programme: Programme, draw: date) -> int:
    """Return how many people have had a heads-up about the draw of a day."""
    told = select(func.count()).where(Membership.programme_id == programme.id, Membership.heads_up_for == draw)
    return db.session.scalar(told) or 0


def cadence(programme: Programme, other: Mapping[str, Any] = MappingProxyType({})) -> timetable.Cadence:
    """Return when *programme* draws, in the terms of the pure rooms; with *other* rules, by their columns, instead."""
    rule = ChainMap(dict(other), {name: getattr(programme, name) for name in RHYTHM})
    return timetable.Cadence(
        every=rule["every"],
        weekday=rule["weekday"],
        at=rule["draw_time"],
        zone=zones.zone(rule["time_zone"]),
        starts_on=rule["starts_on"],
        nth=rule["nth"],
    )


def next_draw(programme: Programme, after: datetime) -> datetime:
    """Return when *programme* draws next after a moment, in its own zone."""
    return timetable.next_draw(cadence(programme), after)


def last_claimed(programme: Programme) -> date | None:
    """Return the day of the last draw that something came of, whatever it was."""
    return _day(db.session.scalar(select(func.max(Period.slot)).where(Period.programme_id == programme.id)))


def running_and_claimed() -> list[tuple[Programme, date | None]]:
    """Return every programme that has not ended, and the same day of each, asked once for all."""
    query = select(Programme, func.max(Period.slot)).outerjoin(Period, Period.programme_id == Programme.id)
    running = query.where(Programme.ended_at.is_(None)).group_by(Programme.id).order_by(Programme.id)
    return [(programme, _day(slot)) for programme, slot in db.session.execute(running)]


def holidays(programme: Programme, language: str = "en") -> Mapping[date, str]:
    """Return the bank holidays that *programme* keeps, with their names: those of its nation, or none abroad."""
    at_home = programme.time_zone in {"Europe/London", "Europe/Belfast", "GB"}
    return bank_holidays(programme.nation, language) if at_home else {}


def _counts_as(programme: Programme, on: date) -> date | None:
    """Return the day of the draw that one on a day counts as, late as it may be, or made again: the last until then."""
    due = timetable.latest_draw(cadence(programme), timetable.wall_time(on, time.max, programme.zone))
    return due.date() if due else last_claimed(programme)


def _day(slot: str | None) -> date | None:
    return date.fromisoformat(slot[:10]) if slot else None


def _people(programme: Programme) -> Select[Person]:
    return (
        select(Person)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.programme_id == programme.id, Person.left_at.is_(None), Person.confirmed_at.is_not(None))
        .order_by(Person.id)
    )
