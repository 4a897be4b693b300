"""Run migrations over the app's own database, all of them or none.

SQLite cannot alter most of a table, so Alembic's batch mode copies it and drops the old one. Three things make that
safe: foreign keys are off meanwhile, or dropping the old table would delete every row that refers to it; they are
checked before anything is kept; and the copy counts on from the highest number that the table ever gave.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic import context
from alembic.ddl.sqlite import SQLiteImpl
from alembic.util import CommandError
from flask import current_app
from sqlalchemy import Connection, Engine, Table, text

from unmentor.db import Moment

ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(20151124)")
COUNT_ON = text("INSERT INTO sqlite_sequence SELECT :copy, seq FROM sqlite_sequence WHERE name = :original")
TRIGGERS = text("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :original")
COUNTS = text("SELECT 1 FROM sqlite_master WHERE name = :original AND sql LIKE '%AUTOINCREMENT%'")


class CountingOn(SQLiteImpl):
    """SQLite, whose copies keep AUTOINCREMENT. That there is such a class is enough: Alembic takes the newest."""

    __dialect__ = "sqlite"
    transactional_ddl = True  # our connections begin transactions themselves, so tables are rolled back as well

    def prep_table_for_batch(self, batch_impl: Any, table: Table) -> None:
        """Let the copy of *table* give numbers as the table does."""
        names = {"copy": batch_impl.temp_table_name, "original": table.name}
        if self.connection and self.connection.execute(COUNTS, names).first():
            batch_impl.new_table.dialect_options["sqlite"]["autoincrement"] = True
            self.connection.execute(COUNT_ON, names)
        found = self.connection.execute(TRIGGERS, names).scalars() if self.connection else ()
        self.triggers = {table.name: list(found)}

    def rename_table(self, old_table_name: str, new_table_name: Any, schema: Any = None) -> None:
        """Give the copy, once it has its name, the triggers of the table whose place it takes."""
        super().rename_table(old_table_name, new_table_name, schema=schema)
        for trigger in self.triggers.pop(str(new_table_name), ()):
            self.execute(text(trigger))


@contextmanager
def migrating(engine: Engine) -> Iterator[Connection]:
    """Yield a connection of its own; on SQLite without foreign keys, until it is closed for good."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.detach()
            # Not by SQLAlchemy, which would begin a transaction; inside one SQLite ignores this.
            connection.connection.dbapi_connection.execute("PRAGMA foreign_keys=OFF")
        yield connection


def refuse_lost_rows(connection: Connection) -> None:
    """Raise CommandError where a row refers to one that is gone."""
    lost = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if lost:
        raise CommandError(
            f"Nothing was changed: row {lost[1]} of {lost[0]} would refer to a row of {lost[2]} that is not there."
            " Mend the migration, or that row."
        )


def plainly(kind: str, item: object, _context: object) -> str | bool:
    """Write our own column type as what it is underneath, so that migrations import nothing of ours."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, Moment) else False


def is_ours(name: str | None, kind: str, _of: object) -> bool:
    """Leave out what finds words, which each database has in its own way and no model describes."""
    return kind not in {"table", "index"} or not (name or "").startswith(("reflection_words", "ix_reflection_words"))


database = current_app.extensions["migrate"].db

with migrating(database.engine) as connection:
    sqlite = connection.dialect.name == "sqlite"
    context.configure(
        connection=connection,
        target_metadata=database.metadata,
        compare_type=True,
        render_item=plainly,
        include_name=is_ours,
        render_as_batch=sqlite,
    )
    with context.begin_transaction():
        if not sqlite:
            # Several machines may start at once; the later ones find nothing left to do.
            connection.execute(ONE_AT_A_TIME)
        context.run_migrations()
        if sqlite:
            refuse_lost_rows(connection)
