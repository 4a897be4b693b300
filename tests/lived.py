"""The demo community, which lives through its past once; after that it is stored as it was, in whatever database."""

from datetime import datetime
from typing import Any

from sqlalchemy import Table, func, insert, select

from unmentor import demo
from unmentor.db import db

_lived: dict[object, list[tuple[Table, list[dict[str, Any]]]]] = {}


def community(now: datetime, **given: int) -> None:
    """Fill the database as ``demo.fill`` does."""
    key = (now, *sorted(given.items()))
    if key in _lived:
        for table, rows in _lived[key]:
            db.session.execute(insert(table), rows)
            _number_after(table, rows)
        return
    demo.fill(now, **given)
    every = ((table, db.session.execute(select(table)).mappings()) for table in db.metadata.sorted_tables)
    _lived[key] = [(table, rows) for table, found in every if (rows := [dict(row) for row in found])]


def _number_after(table: Table, rows: list[dict[str, Any]]) -> None:
    """Let PostgreSQL number what comes after these rows; SQLite does so by itself."""
    if db.engine.dialect.name == "postgresql" and "id" in table.columns:
        numbers = func.pg_get_serial_sequence(table.name, "id")
        db.session.execute(select(func.setval(numbers, max(row["id"] for row in rows))))
