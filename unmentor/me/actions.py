"""Pause, and stop a kind of mail."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import delete

from unmentor.db import db
from unmentor.mail.kinds import PAUSES
from unmentor.mail.models import Stopped
from unmentor.people.models import Person
from unmentor.programmes import actions as programmes
from unmentor.programmes.actions import pause, resume
from unmentor.programmes.models import Membership
from unmentor.programmes.queries import memberships


def pause_in(chosen: Iterable[Membership], until: date | None) -> None:
    """Leave a person out of the draws of some programmes."""
    for membership in chosen:
        pause(membership, until)


def resume_in(chosen: Iterable[Membership]) -> None:
    """Take a person into the next draw of some programmes."""
    for membership in chosen:
        resume(membership)


def stop(person: Person, kind: str) -> None:
    """Send *person* no more mail of a kind (RFC 8058)."""
    if kind in PAUSES:
        for membership in memberships(person):
            programmes.stop(membership)
    elif db.session.get(Stopped, (person.id, kind)) is None:
        db.session.add(Stopped(person_id=person.id, kind=kind))


def start_again(person: Person, kind: str) -> None:
    """Send *person* that kind of mail again; where stopping it paused them, all is as it was before."""
    if kind in PAUSES:
        for membership in memberships(person):
            programmes.undo_stop(membership)
    else:
        db.session.execute(delete(Stopped).where(Stopped.person_id == person.id, Stopped.kind == kind))
