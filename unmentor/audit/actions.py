"""Write the log, and forget what is in it."""

from datetime import timedelta

from sqlalchemy import ColumnElement, delete

from unmentor.audit.deeds import Deed
from unmentor.audit.models import AuditEvent
from unmentor.db import db
from unmentor.runtime import now

KEPT = timedelta(days=730)


def record(
    deed: Deed,
    *,
    by: int | None,
    programme: int | None,
    person: int | None = None,
    round_number: int | None = None,
    **facts: str | int | bool,
) -> None:
    """Log a deed in the transaction of the deed: of who has the id *by*, or of whoever is at the command line (None).

    Where it is everybody's, *programme* is None. *facts* name nobody: whoever is erased is to be gone from here too.
    """
    event = AuditEvent(
        at=now(),
        deed=deed,
        by_id=by,
        programme_id=programme,
        person_id=person,
        round_number=round_number,
        facts=facts,
    )
    db.session.add(event)


def forget(which: ColumnElement[bool]) -> None:
    """Drop lines of the log."""
    db.session.execute(delete(AuditEvent).where(which))
