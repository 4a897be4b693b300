"""How the network grows: who has talked with whom so far, month by month.

A round comes into it once the count of who talked in it is public, alone or with others, and in no other company: so
whoever takes one from the other finds what was public before. What is told is to the nearest five besides.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import combinations, groupby
from operator import attrgetter
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from unmentor.conversations.models import Conversation, Participation
from unmentor.db import db
from unmentor.impact.network import Network
from unmentor.people.models import Person
from unmentor.rounds.models import Round

NEAREST = 5
# Fewer organisations than this are so few that their steps would tell who talked with whom.
ENOUGH = 10
# What each figure counts, for whoever reads the data.
MEANS = {
    "month": _l("the figures of all rounds that are counted and were over by the end of it"),
    "pairs": _l("pairs of people who have talked, each once, to the nearest 5"),
    "people": _l("people who have talked with anybody, to the nearest 5"),
    "largest": _l("of these, people in the largest part, all of whom are linked by conversations, to the nearest 5"),
    "organisations": _l("organisations in the largest part of those whose people have talked, to the nearest 5"),
    "steps": _l(
        "the median of the steps between two of these organisations: 1 where their people have talked; at least half "
        "of all pairs are as near. Not told where there are fewer than %(enough)s",
        enough=ENOUGH,
    ),
}


def grown(known: Sequence[dict[str, Any]], units: Iterable[Sequence[int]]) -> list[dict[str, Any]]:
    """Return the *known* months, which stay as they are, and one for each in which some *units* of rounds were over.

    A unit is rounds of which the sum of who talked is public.
    """
    counted = [number for row in known for number in row["ids"]]
    months = _months([ids for ids in units if not set(counted).intersection(ids)], known[-1]["month"] if known else "")
    if not months:
        return list(known)
    network = _Linked([*counted, *(number for _month, ids in months for number in ids)])
    network.add(counted)
    rows, pairs = list(known), known[-1]["pairs"] if known else 0
    for month, ids in months:
        # Who says later that they talked is not seen to arrive alone.
        pairs += network.add(ids)
        rows.append({"month": month, "ids": ids, "pairs": pairs, **network.figures()})
    return rows


def told(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return these months as everybody may read them."""
    return [
        {name: row[name] if name in {"month", "steps"} else nearest(row[name]) for name in MEANS if name in row}
        for row in rows
    ]


def nearest(count: int) -> int:
    """Return *count* to the nearest five.

    >>> [nearest(count) for count in (0, 2, 3, 7, 8)]
    [0, 0, 5, 5, 10]
    """
    return (count + NEAREST // 2) // NEAREST * NEAREST


class _Linked:
    """The people of some rounds and their organisations, linked as they talked."""

    def __init__(self, rounds: Sequence[int]) -> None:
        self._people, self._places = Network(), Network()
        self._talks = _talks(rounds)
        named = select(Person.id, Person.organisation).where(Person.organisation != "")
        self._place = {number: place.casefold() for number, place in db.session.execute(named)}

    def add(self, rounds: Iterable[int]) -> int:
        """Link all who talked in these rounds; return how many pairs are new."""
        before = self._people.links
        for one, other in (pair for number in rounds for talk in self._talks[number] for pair in combinations(talk, 2)):
            self._people.link(one, other)
            # Who has left is still somebody, from nowhere.
            if one in self._place and other in self._place:
                self._places.link(self._place[one], self._place[other])
        return self._people.links - before

    def figures(self) -> dict[str, int]:
        """Return how large it is by now."""
        organisations = self._places.largest
        known = {"people": self._people.nodes, "largest": self._people.largest, "organisations": organisations}
        steps = self._places.steps() if organisations >= ENOUGH else None
        return known if steps is None else known | {"steps": steps}


def _months(units: Sequence[Sequence[int]], last: str) -> list[tuple[str, list[int]]]:
    """Return which rounds come in which month: that in which the last of a unit was over, after any *last* one."""
    rounds = [number for ids in units for number in ids]
    closed = db.session.execute(select(Round.id, Round.closed_at).where(Round.id.in_(rounds)))
    over = {number: f"{moment:%Y-%m}" for number, moment in closed}
    months = defaultdict[str, list[int]](list)
    for ids in units:
        months[max(_following(last), *(over[number] for number in ids))] += ids
    return sorted(months.items())


def _following(month: str) -> str:
    return f"{date.fromisoformat(f'{month}-28') + timedelta(days=5):%Y-%m}" if month else ""


def _talks(rounds: Sequence[int]) -> dict[int, list[list[int]]]:
    """Return who was in each conversation that took place, by round."""
    query = select(Conversation.round_id, Participation.conversation_id, Participation.person_id)
    there = query.join(Participation.conversation).where(Conversation.round_id.in_(rounds), Conversation.state == "met")
    standing = there.where(Participation.withdrew_at.is_(None)).order_by(Participation.conversation_id)
    talks = defaultdict[int, list[list[int]]](list)
    for (number, _talk), people in groupby(db.session.execute(standing), attrgetter("round_id", "conversation_id")):
        talks[number].append([each.person_id for each in people])
    return talks
