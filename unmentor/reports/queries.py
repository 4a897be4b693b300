"""Reports, as one organiser may read them: never those that are about themselves."""

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from unmentor.conversations.models import Conversation, Participation
from unmentor.db import db
from unmentor.people.models import KeptApart, Person
from unmentor.programmes.models import Membership, Programme
from unmentor.reports.models import Report

NEWEST = 100


def open_reports(programme: Programme, reader: Person) -> Sequence[Report]:
    """Return what nobody has settled yet, oldest first."""
    waiting = _reports(programme).where(Report.settled_at.is_(None)).order_by(Report.at, Report.id)
    return _for(reader, waiting.limit(NEWEST))


def settled_reports(programme: Programme, reader: Person) -> Sequence[Report]:
    """Return what was settled, newest first."""
    settled = _reports(programme).where(Report.settled_at.is_not(None)).order_by(Report.settled_at.desc(), Report.id)
    return _for(reader, settled.limit(NEWEST))


def report_numbered(programme: Programme, number: int, reader: Person) -> Report | None:
    """Return a report that *reader* may read."""
    return next(iter(_for(reader, _reports(programme).where(Report.id == number))), None)


def reports_by(person: Person) -> Sequence[Report]:
    """Return what *person* reported, oldest first."""
    theirs = select(Report).join(Report.participation).where(Participation.person_id == person.id)
    return db.session.scalars(theirs.order_by(Report.at)).all()


def kept_apart(programme: Programme, reader: Person) -> Sequence[tuple[KeptApart, str, str]]:
    """Return whom organisers of a programme keep apart, newest first, each with both names; "" for who has left."""
    pairs = select(KeptApart).where(KeptApart.programme_id == programme.id).order_by(KeptApart.id.desc()).limit(NEWEST)
    found = [pair for pair in db.session.scalars(pairs) if reader.email not in {pair.one, pair.other}]
    addresses = {address for pair in found for address in (pair.one, pair.other)}
    here = select(Membership).join(Membership.person).options(contains_eager(Membership.person))
    members = db.session.scalars(here.where(Membership.programme_id == programme.id, Person.email.in_(addresses)))
    names = {member.person.email: member.known_as for member in members}
    return [(pair, names.get(pair.one, ""), names.get(pair.other, "")) for pair in found]


def _reports(programme: Programme) -> Select[Report]:
    everybody = selectinload(Conversation.participations).joinedload(Participation.person)
    talk = (
        joinedload(Report.participation)
        .joinedload(Participation.conversation)
        .options(everybody, joinedload(Conversation.round))
    )
    return select(Report).where(Report.programme_id == programme.id).options(talk)


def _for(reader: Person, reports: Select[Report]) -> Sequence[Report]:
    return [each for each in db.session.scalars(reports) if reader.id not in each.about]
