"""Lines of the log, as questions to the database."""

from sqlalchemy import Select, or_, select

from unmentor.audit.models import AuditEvent


def logged(programme: int | None = None) -> Select[AuditEvent]:
    """Return the question for every line, newest first; of one *programme*, with what was done to all of them."""
    lines = select(AuditEvent).order_by(AuditEvent.id.desc())
    if programme is None:
        return lines
    return lines.where(or_(AuditEvent.programme_id == programme, AuditEvent.programme_id.is_(None)))


def near(person: int) -> Select[AuditEvent]:
    """Return the question for what somebody did and what was done to them, oldest first."""
    theirs = or_(AuditEvent.by_id == person, AuditEvent.person_id == person)
    return select(AuditEvent).where(theirs).order_by(AuditEvent.id)
