"""Who had met whom when a round was drawn, kept with it: whatever happens to its conversations later changes nothing.

Each round keeps the meetings of those rounds before it that were not what the round before had known: nearly always of
the last alone. So all rounds together keep each meeting about once, and to draw one nobody reads them all again.
"""

from array import array
from collections.abc import Iterable
from hashlib import sha256
from itertools import chain, groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import select

from unmentor.db import db
from unmentor.programmes.models import Programme
from unmentor.rounds.models import Round

Met = tuple[int, int, int]


def learned(programme: Programme, number: int, history: Iterable[Met]) -> dict[str, Any]:
    """Return what to keep with round *number*, which is drawn from *history*: (round, id, id) each, in order of rounds.

    A mark of the meetings of every round before it, and the ids of those who met in the ones whose mark is new, two by
    two.
    """
    known = db.session.scalar(_kept(programme, number - 1).order_by(Round.number.desc()).limit(1)) or {"marks": {}}
    met = {
        str(past): array("q", chain.from_iterable(pair for _past, *pair in rows)) for past, rows in _by_round(history)
    }
    marks = {past: sha256(ids.tobytes()).hexdigest() for past, ids in met.items()}
    news = [past for past in {**known["marks"], **marks} if marks.get(past) != known["marks"].get(past)]
    return {"marks": marks, "met": {past: list(met.get(past, ())) for past in news}}


def remembered(programme: Programme, number: int) -> list[Met]:
    """Return who had met whom when round *number* was drawn: (round, id, id) each, in order of rounds."""
    known: dict[int, list[int]] = {}
    for kept in db.session.scalars(_kept(programme, number).order_by(Round.number)):
        known |= {int(past): ids for past, ids in kept["met"].items()}
    return [
        (past, one, other)
        for past in sorted(known)
        for one, other in zip(known[past][::2], known[past][1::2], strict=True)
    ]


def _kept(programme: Programme, until: int) -> Any:
    return select(Round.learned).where(Round.programme_id == programme.id, Round.number <= until)


def _by_round(history: Iterable[Met]) -> Iterable[tuple[int, Iterable[Met]]]:
    return groupby(history, itemgetter(0))
