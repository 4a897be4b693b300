"""How it goes, round by round."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from unmentor.conversations.models import CAME, Conversation, Participation
from unmentor.db import db
from unmentor.features import features
from unmentor.impact.figures import CHALLENGED
from unmentor.programmes.models import Programme
from unmentor.rounds.models import Round


@dataclass(frozen=True, slots=True)
class RoundFigures:
    """A round in numbers. What was called off counts for nobody."""

    number: int
    state: str
    drawn_at: datetime
    conversations: int = 0
    met: int = 0
    # Nobody has said yet.
    unknown: int = 0
    repeats: int = 0
    people: int = 0
    people_met: int = 0
    people_unknown: int = 0
    # From the invitation on: who said how it went; how much it challenged them, and how many said a lot; what came of
    # it, and for how many anything did; and who wrote what they learned, in public.
    answered: int = 0
    rated: int = 0
    challenged: int = 0
    told: int = 0
    came: int = 0
    wrote: int = 0

    @property
    def people_missed(self) -> int:
        """Return how many people were in a conversation that did not happen."""
        return self.people - self.people_met - self.people_unknown

    @property
    def share(self) -> int | None:
        """Return how many in a hundred conversations happened, of those of which that is known; None where none is."""
        known = self.conversations - self.unknown
        return round(100 * self.met / known) if known else None


def by_round(programme: Programme, most: int, before: int | None = None) -> list[RoundFigures]:
    """Return the newest rounds of *programme* in numbers, the newest first; only those with a number below *before*.

    It asks three questions and one of each feature, however many rounds there are, and they cost what *most* of them
    hold.
    """
    newest = select(Round.id, Round.number, Round.state, Round.drawn_at).where(Round.programme_id == programme.id)
    if before is not None:
        newest = newest.where(Round.number < before)
    rounds = db.session.execute(newest.order_by(Round.number.desc()).limit(most)).all()
    keys = [row.id for row in rounds]
    talks, people, wrote = _talks(keys), _people(keys), _wrote(keys)
    return [
        RoundFigures(number, state, drawn_at, **talks.get(key, {}), **people.get(key, {}), wrote=wrote[key])
        for key, number, state, drawn_at in rounds
    ]


def people_by_round(rounds: Sequence[int]) -> dict[int, dict[str, int]]:
    """Return how many people were invited to each of these rounds, and what became of that; by their ids."""
    wrote, names = _wrote(rounds), {"people": "invited", "people_met": "met"}
    counted = {
        key: {names.get(name, name): count for name, count in row.items()} for key, row in _people(rounds).items()
    }
    return {key: row | {"wrote": wrote[key]} for key, row in counted.items()}


def _wrote(rounds: Sequence[int]) -> Counter[int]:
    wrote = Counter[int]()
    for feature in features():
        wrote.update(feature.wrote(rounds))
    return wrote


def _talks(rounds: Sequence[int]) -> dict[int, dict[str, int]]:
    query = select(
        Conversation.round_id,
        func.count().label("conversations"),
        func.count().filter(Conversation.state == "met").label("met"),
        func.count().filter(Conversation.state == "arranged").label("unknown"),
        func.count().filter(Conversation.repeat).label("repeats"),
    )
    return _by_round(query, rounds)


def _people(rounds: Sequence[int]) -> dict[int, dict[str, int]]:
    query = select(
        Conversation.round_id,
        func.count().label("people"),
        func.count().filter(Conversation.state == "met").label("people_met"),
        func.count().filter(Conversation.state == "arranged").label("people_unknown"),
        func.count(Participation.answered_at).label("answered"),
        func.count(Participation.challenged).label("rated"),
        func.count().filter(Participation.challenged >= CHALLENGED).label("challenged"),
        func.count(Participation.came).label("told"),
        func.count().filter(Participation.came != CAME[0]).label("came"),
    )
    present = query.join(Participation, Participation.conversation_id == Conversation.id)
    return _by_round(present.where(Participation.withdrew_at.is_(None)), rounds)


def _by_round(query: Select[*tuple[Any, ...]], rounds: Sequence[int]) -> dict[int, dict[str, int]]:
    standing = query.where(Conversation.round_id.in_(rounds), Conversation.state != "cancelled")
    rows = db.session.execute(standing.group_by(Conversation.round_id)).mappings()
    return {row["round_id"]: {name: count for name, count in row.items() if name != "round_id"} for row in rows}
