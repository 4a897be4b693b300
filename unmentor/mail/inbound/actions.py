"""Do what reports ask for: note what did not arrive, and send nothing more where that is not wanted."""

from datetime import datetime

from sqlalchemy import ColumnElement, func, select, update

from unmentor.db import db, insert_new
from unmentor.mail.delivery.transport import NO_SUCH_MAILBOX
from unmentor.mail.inbound.reports import Complaint, Undelivered
from unmentor.mail.models import Message, Suppressed

# What organisers see instead of a server's words; their page says it in their language.
COMPLAINED = "They marked our mail as spam."


def undelivered(report: Undelivered, now: datetime) -> bool:
    """Note that a message did not arrive after all; False, and nothing done, where we never sent it there."""
    said = f"{report.status} {report.said}".strip()[:300]
    ours = update(Message).where(_marked(report.marks), func.lower(Message.recipient).in_(report.recipients))
    bounced = ours.values(state="failed", trouble=said)
    known = db.session.scalars(bounced.returning(Message.recipient)).all()
    if known and NO_SUCH_MAILBOX.search(said):
        _suppress(known[0], said, now)
    return bool(known)


def complained(complaint: Complaint, now: datetime) -> bool:
    """Send nothing that can be stopped to whom a message of ours is spam; False where it was none of ours."""
    ours = select(Message.recipient).where(_marked(complaint.marks))
    known = db.session.scalar(ours.limit(1))
    if known:
        _suppress(known, COMPLAINED, now)
    return known is not None


def _marked(marks: tuple[str, ...]) -> ColumnElement[bool]:
    # A Message-ID is "<mark@domain>"; what was forgotten, or never written, has none.
    return func.substr(Message.message_id, 2, 40).in_(marks)


def _suppress(address: str, why: str, now: datetime) -> None:
    row = {"address": address.lower(), "since": now, "trouble": why}
    db.session.execute(insert_new(Suppressed).values(row))
