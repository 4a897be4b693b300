"""What the outbox holds, for organisers and machines."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from unmentor.db import db
from unmentor.mail.models import Hold, Message, Suppressed
from unmentor.mail.seal import seal
from unmentor.runtime import settings

TROUBLED = ("failed", "uncertain", "expired")


def counts() -> dict[str, int]:
    """Return how many messages are in each state."""
    counted = select(Message.state, func.count()).group_by(Message.state).order_by(Message.state)
    return dict(db.session.execute(counted).all())


def messages(*states: str, most: int = 200) -> Sequence[Message]:
    """Return the newest messages, of these states only where any are named."""
    newest = select(Message).order_by(Message.queued_at.desc(), Message.id.desc()).limit(most)
    return db.session.scalars(newest.where(Message.state.in_(states)) if states else newest).all()


def content(message: Message) -> bytes:
    """Return a message byte for byte as it leaves; nothing where its bytes are gone. Raises Unreadable."""
    return seal(settings().secret_key).open(message.sealed)


def overdue(since: datetime) -> int:
    """Return how many messages were due before a moment and still wait; the held ones are meant to."""
    late = select(func.count()).where(Message.state.in_(("queued", "sending", "uncertain")), Message.due_at < since)
    return db.session.scalar(late) or 0


def held_since() -> datetime | None:
    """Return since when all mail is held, or None."""
    return db.session.scalar(select(Hold.since))


def suppressed() -> Sequence[Suppressed]:
    """Return the addresses that were refused for good, the latest first."""
    return db.session.scalars(select(Suppressed).order_by(Suppressed.since.desc(), Suppressed.address)).all()


def rows(*states: str, most: int = 200) -> list[dict[str, Any]]:
    """Return messages as ``flask mail list --json`` prints them."""
    return [
        {
            "id": message.id,
            "state": message.state,
            "kind": message.kind,
            "to": message.recipient,
            "subject": message.subject,
            "about": message.about,
            "queued": message.queued_at.isoformat(),
            "sent": message.sent_at.isoformat() if message.sent_at else None,
            "attempts": message.attempts,
            "trouble": message.trouble,
        }
        for message in messages(*states, most=most)
    ]
