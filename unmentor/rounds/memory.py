"""Who had met whom when a round was drawn, kept with it: whatever happens to its conversations later changes nothing.

Each round keeps what had become new and what was gone since the round before it, so that all rounds together keep each
meeting about once.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from unmentor.db import db
from unmentor.programmes.models import Programme
from unmentor.rounds.models import Round

Met = tuple[int, int, int]


def learned(programme: Programme, number: int, history: Iterable[Met]) -> dict[str, Any]:
    """Return what to keep with round *number*, which is drawn from *history*: (round, id, id) each."""
    before, now = remembered(programme, number - 1), set(history)
    return {"new": sorted(now - before), "gone": sorted(before - now)}


def remembered(programme: Programme, number: int) -> set[Met]:
    """Return who had met whom when round *number* was drawn: (round, id, id) each."""
    rounds = select(Round.learned).where(Round.programme_id == programme.id, Round.number <= number)
    known = set[Met]()
    for news in db.session.scalars(rounds.order_by(Round.number)):
        known.difference_update(map(tuple, news["gone"]))
        known.update(map(tuple, news["new"]))
    return known
