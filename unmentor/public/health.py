"""Whether this process can do its work, for the machines that ask."""

from datetime import datetime, timedelta
from functools import cache

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy.exc import SQLAlchemyError

from unmentor.db import SENDER, db, last_beat
from unmentor.mail.queries import overdue
from unmentor.runtime import where

# A worker beats once a minute, and its sender no less often.
LONG = timedelta(minutes=5)


def troubles(now: datetime) -> dict[str, str]:
    """Return what is not in order, each with how to mend it; nothing where all is well."""
    try:
        with db.engine.connect() as connection:
            current = set(MigrationContext.configure(connection).get_current_heads())
        if current != _newest(str(current_app.extensions["migrate"].directory)):
            return {"migrations": "are not at their newest; run: flask db upgrade"}
        return _worker(now) | _queue(now)
    except SQLAlchemyError as error:
        current_app.logger.error("The database does not answer: %s", where(error))
        return {"database": "does not answer; look at DATABASE_URL and the log"}


def _worker(now: datetime) -> dict[str, str]:
    beats = {"worker": last_beat(), "sender": last_beat(SENDER)}
    return {name: _missed(beat) for name, beat in beats.items() if beat is None or now - beat >= LONG}


def _missed(beat: datetime | None) -> str:
    since = f"since {beat:%Y-%m-%d %H:%M} UTC" if beat else "yet"
    return f"has not been seen {since}; run: flask worker"


def _queue(now: datetime) -> dict[str, str]:
    waiting = overdue(now - LONG)
    return {"mail": f"{waiting} messages should have left by now; look at: flask mail list"} if waiting else {}


@cache
def _newest(directory: str) -> set[str]:
    return set(ScriptDirectory(directory).get_heads())
