"""Many rows at once."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from sqlalchemy import insert

from unmentor.db import db

BATCH = 2_000


def write(table: Any, rows: Iterator[dict[str, Any]]) -> None:
    """Insert rows, some at a time."""
    waiting = iter(rows)
    while batch := list(islice(waiting, BATCH)):
        db.session.execute(insert(table), batch)
