"""Backup and restore: every row as a line of JSON, the same for SQLite and PostgreSQL."""

import base64
import gzip
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import groupby, islice
from pathlib import Path
from typing import Any, TextIO

from sqlalchemy import Table, delete, func, insert, select, text

from unmentor import zones
from unmentor.db import Heartbeat, db
from unmentor.mail.actions import hold_all
from unmentor.programmes.actions import give_way
from unmentor.programmes.commitment import forget_commitments
from unmentor.programmes.models import Programme
from unmentor.programmes.queries import all_programmes
from unmentor.rounds.schedule import claim_missed

AT_ONCE = 500


class CannotRestore(ValueError):  # noqa: N818 - it is named by what happened
    """A backup does not fit this database; its one line says why."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore brought back."""

    rows: int
    # The draws of each programme that came due since the backup, by their local time: late, and left to organisers.
    missed: dict[str, list[str]]


def backup(path: Path, now: datetime) -> int:
    """Write every table to *path*, for its owner's eyes only, as it stands at this moment; return the number of rows.

    The service may run meanwhile. Raises FileExistsError rather than overwrite an older backup.
    """
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as raw, gzip.open(raw, "wt", encoding="utf-8") as file:
        if db.engine.dialect.name == "postgresql":
            db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        print(json.dumps([_revision(), now.isoformat()]), file=file)
        return sum(_write(table, file) for table in db.metadata.sorted_tables)


def restore(path: Path, now: datetime) -> Restored:
    """Fill an empty, migrated database from a backup and hold all mail; return what was brought back.

    Some of what waited in the outbox may have left since the backup was made, so nothing leaves before an organiser
    lets it. Some draws may have been made and sent since, so none is made up for. Raises CannotRestore.
    """
    _make_room()
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            version, made_at = json.loads(file.readline())
            if version != _revision():
                raise CannotRestore(f"The backup is of version {version}, the database of {_revision()}.")
            count = _fill(file)
    except (gzip.BadGzipFile, EOFError, UnicodeDecodeError, json.JSONDecodeError):
        raise CannotRestore(f"{path} is not a whole backup.") from None
    _refuse_unknown_zones()
    made = datetime.fromisoformat(made_at)
    missed = {each.slug: slots for each in all_programmes() if (slots := claim_missed(each, made, now))}
    hold_all(now, perhaps_left=True)
    forget_commitments()
    return Restored(count, missed)


def _make_room() -> None:
    """Take away what a new database and its worker have by themselves. Raises CannotRestore where there is more."""
    give_way()
    db.session.execute(delete(Heartbeat))
    if any(db.session.execute(select(table).limit(1)).first() for table in db.metadata.sorted_tables):
        raise CannotRestore("This database is not empty. Restore into a new one, after flask db upgrade.")


def _refuse_unknown_zones() -> None:
    for slug, name in db.session.execute(select(Programme.slug, Programme.time_zone)):
        if not zones.is_known(name):
            raise CannotRestore(f"{slug} lives in the time zone {name!r}, which is not known here. Update tzdata.")


def _revision() -> str:
    return str(db.session.execute(text("SELECT version_num FROM alembic_version")).scalar())


def _write(table: Table, file: TextIO) -> int:
    """Write a table's rows, oldest first, and return how many there are."""
    count = 0
    for row in db.session.execute(select(table).order_by(*table.primary_key).execution_options(yield_per=AT_ONCE)):
        print(json.dumps([table.name, *map(_plain, row)], ensure_ascii=False), file=file)
        count += 1
    return count


def _fill(file: TextIO) -> int:
    """Insert every line of *file*, table by table, and return how many there are."""
    count = 0
    for name, lines in groupby(map(json.loads, file), key=lambda line: str(line[0])):
        table = db.metadata.tables[name]
        for rows in _batches(lines):
            db.session.execute(insert(table), [_row(table, row) for row in rows])
            count += len(rows)
        count_on(table)
    return count


def _batches(lines: Iterator[list[Any]]) -> Iterator[list[list[Any]]]:
    while batch := list(islice(lines, AT_ONCE)):
        yield batch


def _row(table: Table, line: list[Any]) -> dict[str, Any]:
    return {
        column.name: _typed(column.type.python_type, value)
        for column, value in zip(table.columns, line[1:], strict=True)
    }


def count_on(table: Table) -> None:
    """Let PostgreSQL number new rows after the restored ones; SQLite does so by itself."""
    if db.engine.dialect.name == "postgresql" and "id" in table.columns:
        highest = select(func.max(table.c.id)).scalar_subquery()
        db.session.execute(select(func.setval(func.pg_get_serial_sequence(f'"{table.name}"', "id"), highest)))


def _plain(value: Any) -> Any:
    """Return a value as JSON can hold it."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value.isoformat() if isinstance(value, date | time) else value


def _typed(kind: type, value: Any) -> Any:
    """Return what ``_plain`` was given, for a column of *kind*."""
    if value is None:
        return None
    if kind is bytes:
        return base64.b64decode(value)
    return kind.fromisoformat(value) if issubclass(kind, date | time) else value
