"""Reports, as one organiser may read them: never those that are about themselves."""

from collections.abc import Iterable, Sequence
from typing import Any

from flask_sqlalchemy.pagination import Pagination
from sqlalchemy import ColumnElement, Select, String, cast, func, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from unmentor.conversations.models import Conversation, Participation
from unmentor.db import db
from unmentor.people.models import KeptApart, Person
from unmentor.programmes.models import Membership, Programme
from unmentor.reports.models import ASKS_AGAIN, Report

# So many on a page: each has a page of words in it, at the most.
PAGE, PAIRS = 10, 20


def lists(programme: Programme, reader: Person, number: int) -> tuple[Pagination, Pagination, Pagination]:
    """Return a page of what nobody has settled yet, of what was, and of whom organisers keep apart.

    They are turned together: past the end of the longest, it is the last.
    """
    asked = programme, reader, number
    found = open_reports(*asked), settled_reports(*asked), kept_apart(*asked)
    last = max(each.pages for each in found)
    return lists(programme, reader, last) if 1 < number > last else found


def open_reports(programme: Programme, reader: Person, number: int) -> Pagination:
    """Return a page of what nobody has settled yet, oldest first."""
    waiting = _reports().where(*_open(programme, reader)).order_by(Report.at, Report.id)
    return _page(waiting, number, PAGE)


def asked_again(programme: Programme, reader: Person) -> Sequence[Report]:
    """Return who asks that words are read again, which nobody has yet, oldest first."""
    waiting = _reports().where(*_readable(programme, reader), ASKS_AGAIN, Report.settled_at.is_(None))
    return db.session.scalars(waiting.order_by(Report.at, Report.id)).all()


def asked_by(part: Participation) -> Sequence[int | None]:
    """Return the numbers of the reflections that somebody asked to have read again."""
    return db.session.scalars(select(Report.reflection_id).where(ASKS_AGAIN, Report.participation_id == part.id)).all()


def is_asked_about(reflection: int, *, still: bool = False) -> bool:
    """Say whether somebody ever asked that a reflection is read again; or that and it is *still* not."""
    asked = select(Report.id).where(ASKS_AGAIN, Report.reflection_id == reflection)
    asked = asked.where(Report.settled_at.is_(None)) if still else asked
    return db.session.scalar(asked.limit(1)) is not None


def how_many_open(programme: Programme, reader: Person) -> int:
    """Return how many nobody has settled yet."""
    return db.session.scalar(select(func.count()).select_from(Report).where(*_open(programme, reader))) or 0


def settled_reports(programme: Programme, reader: Person, number: int) -> Pagination:
    """Return a page of what was settled, newest first."""
    settled = _reports().where(*_readable(programme, reader), Report.settled_at.is_not(None))
    return _page(settled.order_by(Report.settled_at.desc(), Report.id), number, PAGE)


def report_numbered(programme: Programme, number: int, reader: Person) -> Report | None:
    """Return a report that *reader* may read."""
    return db.session.scalar(_reports().where(*_readable(programme, reader), Report.id == number))


def reports_by(person: Person) -> Sequence[Report]:
    """Return what *person* reported, oldest first."""
    theirs = select(Report).join(Report.participation).where(Participation.person_id == person.id)
    return db.session.scalars(theirs.order_by(Report.at)).all()


def kept_apart(programme: Programme, reader: Person, number: int) -> Pagination:
    """Return a page of whom organisers of a programme keep apart, newest first; never the reader."""
    return _page(_pairs(programme, reader).order_by(KeptApart.id.desc()), number, PAIRS)


def keeps_apart(programme: Programme, reader: Person, number: int) -> bool:
    """Say whether the pair of that number is one that *reader* may know of."""
    return db.session.scalar(_pairs(programme, reader).where(KeptApart.id == number)) is not None


def names_of(programme: Programme, pairs: Iterable[KeptApart]) -> dict[str, str]:
    """Return what those who are kept apart may be called, by their addresses; nothing of who has left."""
    addresses = {address for pair in pairs for address in (pair.one, pair.other)}
    here = select(Membership).join(Membership.person).options(contains_eager(Membership.person))
    members = db.session.scalars(here.where(Membership.programme_id == programme.id, Person.email.in_(addresses)))
    return {member.person.email or "": member.known_as for member in members}


def _pairs(programme: Programme, reader: Person) -> Select[KeptApart]:
    ours = select(KeptApart).where(KeptApart.programme_id == programme.id)
    return ours.where(KeptApart.one != (reader.email or ""), KeptApart.other != (reader.email or ""))


def _reports() -> Select[Report]:
    everybody = selectinload(Conversation.participations).joinedload(Participation.person)
    talk = (
        joinedload(Report.participation)
        .joinedload(Participation.conversation)
        .options(everybody, joinedload(Conversation.round))
    )
    return select(Report).options(talk)


def _open(programme: Programme, reader: Person) -> tuple[ColumnElement[bool], ...]:
    return *_readable(programme, reader), Report.settled_at.is_(None), ~ASKS_AGAIN


def _readable(programme: Programme, reader: Person) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that a report is of *programme*, and not about *reader*."""
    # As text, for the two databases look into JSON differently: "[12, 13]" is ",12,13,".
    about = func.replace(cast(Report.about, String), " ", "")
    about = func.replace(func.replace(about, "[", ","), "]", ",")
    return Report.programme_id == programme.id, about.not_like(f"%,{reader.id},%")


def _page(found: Select[Any], number: int, most: int) -> Pagination:
    return db.paginate(found, page=number, per_page=most, max_per_page=most, error_out=False)
