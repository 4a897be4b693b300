"""remember who had met round by round, so that nobody reads all of it again for the next draw."""

from array import array
from collections.abc import Iterable, Iterator
from hashlib import sha256
from itertools import groupby
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

ROUND = sa.table(
    "round", sa.column("id"), sa.column("programme_id"), sa.column("number"), sa.column("learned", sa.JSON)
)
Met = tuple[int, int, int]


def upgrade() -> None:
    for of_programme in _kept():
        known, before = set[Met](), dict[str, list[int]]()
        for number, kept in of_programme:
            known = (known - set(map(tuple, kept["gone"]))) | set(map(tuple, kept["new"]))
            met = _by_round(known)
            marks = {of: sha256(array("q", ids).tobytes()).hexdigest() for of, ids in met.items()}
            news = {of: met.get(of, []) for of in {**before, **met} if met.get(of) != before.get(of)}
            _keep(number, {"marks": marks, "met": news})
            before = met


def downgrade() -> None:
    for of_programme in _kept():
        met, before = dict[str, list[int]](), set[Met]()
        for number, kept in of_programme:
            met |= kept["met"]
            known = {(int(of), *pair) for of, ids in met.items() for pair in zip(ids[::2], ids[1::2], strict=True)}
            _keep(number, {"new": sorted(known - before), "gone": sorted(before - known)})
            before = known


def _kept() -> Iterator[list[tuple[int, dict[str, Any]]]]:
    """Yield the rounds of each programme, oldest first: the id of each, and what it keeps."""
    rows = sa.select(ROUND.c.programme_id, ROUND.c.id, ROUND.c.learned).order_by(ROUND.c.programme_id, ROUND.c.number)
    for _programme, rounds in groupby(op.get_bind().execute(rows).all(), itemgetter(0)):
        yield [(number, kept) for _, number, kept in rounds]


def _keep(number: int, learned: dict[str, Any]) -> None:
    op.get_bind().execute(sa.update(ROUND).where(ROUND.c.id == number).values(learned=learned))


def _by_round(known: Iterable[Met]) -> dict[str, list[int]]:
    rounds = groupby(sorted(known), itemgetter(0))
    return {str(of): [person for _of, *pair in rows for person in pair] for of, rows in rounds}
