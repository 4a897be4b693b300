"""What somebody notes for themselves: sealed, read by nobody else, and gone after a while."""

from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import update

from unmentor.conversations.models import Participation
from unmentor.db import db
from unmentor.mail.seal import Unreadable, seal
from unmentor.runtime import settings

KEPT = timedelta(days=30)
LONGEST = 4_000


def take_note(part: Participation, words: str, now: datetime) -> None:
    """Keep what somebody notes in place of what they noted before; nothing, where they note nothing."""
    part.notes = seal(settings().secret_key).close(words.encode()) if words else None
    part.noted_at = now if words else None


def notes_of(part: Participation) -> str:
    """Return what somebody noted; nothing where it was sealed with a key that we do not have any more."""
    with suppress(Unreadable):
        return seal(settings().secret_key).open(part.notes or b"").decode()
    return ""


def forget(now: datetime) -> None:
    """Drop what was noted and not touched for 30 days."""
    old = update(Participation).where(Participation.noted_at < now - KEPT)
    db.session.execute(old.values(notes=None, noted_at=None))
