"""The log as people read it: with names in the place of numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from flask_sqlalchemy.pagination import Pagination
from sqlalchemy import Select, func, or_, select

from unmentor.audit.deeds import sentence
from unmentor.audit.models import AuditEvent
from unmentor.audit.queries import logged
from unmentor.db import db
from unmentor.paging import paged
from unmentor.people.models import Person
from unmentor.programmes.models import Programme
from unmentor.programmes.queries import all_programmes

PAGE = 50


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody looks for in the log: part of a name, a deed, and from when to before when."""

    name: str = ""
    deed: str = ""
    since: datetime | None = None
    before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the log: who did what, to whom and when. What is not known, or was not so, is empty."""

    at: datetime
    programme: str
    by: str
    deed: str
    says: str
    person: str
    round_number: int | None


def page_of(programme: Programme, asked: Asked, number: int) -> tuple[Pagination, Sequence[Line]]:
    """Return a page of a programme's log, newest first, and its lines."""
    found = _found(logged(programme.id), asked)
    page = paged(found, number, PAGE)
    return page, _read(page.items)


def all_lines(programme: Programme | None, asked: Asked = Asked()) -> Sequence[Line]:
    """Return every line of a programme's log, or of all there is, newest first."""
    return _read(db.session.scalars(_found(logged(programme.id if programme else None), asked)).all())


def _found(lines: Select[AuditEvent], asked: Asked) -> Select[AuditEvent]:
    if asked.name:
        named = select(Person.id).where(func.lower(Person.name).contains(asked.name.lower(), autoescape=True))
        lines = lines.where(or_(AuditEvent.by_id.in_(named), AuditEvent.person_id.in_(named)))
    if asked.deed:
        lines = lines.where(AuditEvent.deed == asked.deed)
    if asked.since:
        lines = lines.where(AuditEvent.at >= asked.since)
    if asked.before:
        lines = lines.where(AuditEvent.at < asked.before)
    return lines


def _read(events: Sequence[AuditEvent]) -> Sequence[Line]:
    numbers = {number for event in events for number in (event.by_id, event.person_id) if number}
    called = select(Person.id, Person.name).where(Person.id.in_(numbers))
    names = dict(db.session.execute(called).all())
    slugs = {each.id: each.slug for each in all_programmes()}
    return [_line(event, names, slugs) for event in events]


def _line(event: AuditEvent, names: dict[int, str], slugs: dict[int, str]) -> Line:
    def name(number: int | None) -> str:
        return "" if number is None else names.get(number) or _("somebody who has left")

    facts = {"round": event.round_number, "person": name(event.person_id)} | event.facts
    return Line(
        at=event.at,
        programme=slugs.get(event.programme_id or 0, ""),
        by=name(event.by_id) or _("the command line"),
        deed=event.deed,
        says=sentence(event.deed, **{fact: told for fact, told in facts.items() if told not in {None, ""}}),
        person=name(event.person_id),
        round_number=event.round_number,
    )
