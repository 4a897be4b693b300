"""A community to look at."""

from datetime import datetime


def fill(now: datetime) -> None:
    """Fill an empty database with a programme, people, rounds and reflections."""
