"""Whether this process can do its work, for the machines that ask."""

from functools import cache

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy.exc import SQLAlchemyError

from unmentor.db import db


def troubles() -> dict[str, str]:
    """Return what is not in order, each with how to mend it; nothing where all is well."""
    try:
        with db.engine.connect() as connection:
            current = set(MigrationContext.configure(connection).get_current_heads())
    except SQLAlchemyError:
        current_app.logger.exception("The database does not answer")
        return {"database": "does not answer; look at DATABASE_URL and the log"}
    newest = _newest(str(current_app.extensions["migrate"].directory))
    return {} if current == newest else {"migrations": "are not at their newest; run: flask db upgrade"}


@cache
def _newest(directory: str) -> set[str]:
    return set(ScriptDirectory(directory).get_heads())
