"""Clear the demo community away."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import CompoundSelect, Select, String, cast, delete, literal, select, union
from sqlalchemy.orm import InstrumentedAttribute

from unmentor.audit.actions import forget
from unmentor.audit.models import AuditEvent
from unmentor.conversations.models import Conversation, Participation
from unmentor.db import db
from unmentor.features import features
from unmentor.impact.editions import drop_editions
from unmentor.mail.models import Message, Suppressed
from unmentor.people.models import Person, Request
from unmentor.people.organisations import forget_unused
from unmentor.programmes.actions import create_first, enrol
from unmentor.programmes.models import Membership, Programme
from unmentor.programmes.queries import all_programmes
from unmentor.rounds.models import LeftOut, Round


def start_empty(demo: Programme, keep: Person, time_zone: str, now: datetime) -> Programme | None:
    """Remove a demo community, and whoever is in nothing else, but for *keep*.

    Return a first programme that they organise; None where there are other programmes, which stay as they are.
    """
    people = db.session.scalars(_people(demo)).all()
    db.session.execute(delete(Message).where(Message.about.in_(_subjects(demo)) | (Message.programme_id == demo.id)))
    db.session.execute(delete(Request).where(Request.programme == demo.slug))
    # Another programme may be given its number.
    forget(AuditEvent.programme_id == demo.id)
    # Its rounds, and all that is in them, go with it.
    db.session.execute(delete(Programme).where(Programme.id == demo.id))
    _remove([number for number in people if number != keep.id])
    forget_unused()
    for feature in features():
        feature.tidy()
    drop_editions()
    db.session.expire_all()
    if all_programmes():
        return None
    programme = create_first(time_zone, now)
    enrol(keep, programme, now, role="organiser")
    return programme


def _people(demo: Programme) -> CompoundSelect[int]:
    """Return the question for the ids of all who are or were in it."""
    talked = select(Participation.person_id).join(Participation.conversation).join(Conversation.round)
    return union(
        select(Membership.person_id).where(Membership.programme_id == demo.id),
        talked.where(Round.programme_id == demo.id),
        select(LeftOut.person_id).join(Round, Round.id == LeftOut.round_id).where(Round.programme_id == demo.id),
    )


def _subjects(demo: Programme) -> CompoundSelect[str]:
    """Return the question for what mail may be about that is of it."""
    talks = _named("conversation", Conversation.id).join(Conversation.round)
    parts = _named("participation", Participation.id).join(Participation.conversation).join(Conversation.round)
    return union(*(each.where(Round.programme_id == demo.id) for each in (talks, parts, _named("round", Round.id))))


def _named(kind: str, number: InstrumentedAttribute[int]) -> Select[str]:
    return select(literal(f"{kind}:") + cast(number, String))


def _remove(people: Sequence[int]) -> None:
    """Remove those of *people* who are in nothing any more, with all that is theirs alone."""
    gone: Any = Person.id.in_(people)
    for table in (Membership, Participation, LeftOut):
        gone &= Person.id.not_in(select(table.person_id))
    theirs = select(Person.id).where(gone)
    addresses = select(Person.email).where(gone, Person.email.is_not(None))
    db.session.execute(delete(Message).where(Message.person_id.in_(theirs)))
    db.session.execute(delete(Suppressed).where(Suppressed.address.in_(addresses)))
    db.session.execute(delete(Person).where(gone))
