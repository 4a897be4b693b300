"""What the draw promises, as numbers: what every pair costs, and what it costs to leave somebody out.

All that is promised is one sum, to be made as small as can be. Its tiers never trade against each other, because one
step of a tier outweighs all that the tiers below can add up to: people left out, then places that step in, then who
had their turn most recently, then repeats, then how fresh the repeats are.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from unmentor.pairing.entrants import Entrant, Id, Meeting, Rules
from unmentor.pairing.history import History

SOFT_TIER = 8
"""One more than the worst that soft wishes can cost a pair: 4 organisation, 2 region, 1 availability."""


@dataclass(slots=True)
class Promise:
    """A round to be drawn: its places, numbered, and what the rules and the history make of every two of them.

    Places 0 … *regulars* − 1 are people in the order of their ids. Those after are offers to step in, standbys and second
    conversations, taken only when the regulars are odd in number.
    """

    people: tuple[Entrant, ...]
    who: list[int]
    regulars: int
    history: History
    rules: Rules
    rank: list[int]
    excluded: dict[int, set[int]]
    freshest: int = 0
    turn: int = field(init=False)
    step: int = field(init=False)
    repeat: int = field(init=False)
    out: int = field(init=False)

    def __post_init__(self) -> None:
        """Lay the tiers: each is worth more than everything below it together."""
        most = len(self.who) + 3
        self.repeat = most * (self.freshest**2 + 1)
        self.turn = most * (self.repeat + self.freshest**2 + 1)
        self.step = most * self.turn * (max(self.rank, default=0) + 1)
        self.out = most * self.step

    @property
    def trio(self) -> bool:
        """Return whether one group of three is wanted: the numbers are odd and nobody can step in."""
        return self.rules.odd == "trio" and self.regulars % 2 == 1 and len(self.who) == self.regulars

    def allowed(self, i: int, j: int) -> bool:
        """Return whether the hard rules let places *i* and *j* talk."""
        if i >= self.regulars and j >= self.regulars:
            return False
        a, b = self.who[i], self.who[j]
        if a == b or b in self.excluded.get(a, ()):
            return False
        return self.rules.same_organisation != "forbid" or not self._colleagues(a, b)

    def _colleagues(self, a: int, b: int) -> bool:
        organisation = self.people[a].organisation
        return bool(organisation) and organisation == self.people[b].organisation

    def absent(self, i: int) -> int:
        """Return what it costs to leave place *i* empty; an offer not taken up is a gain."""
        return self.out + self.turn * self.rank[i] if i < self.regulars else -self.step

    def age_cost(self, last: int | None) -> int:
        """Return what it costs that a pair last met in round *last*: the fresher, the more, ever more steeply."""
        if last is None:
            return 0
        return self.repeat + (self.freshest - (self.history.latest - last)) ** 2

    def soft(self, i: int, j: int) -> int:
        """Return how many wishes places *i* and *j* leave open: 4 other organisation, 2 other region, 1 shared time."""
        a, b = self.people[self.who[i]], self.people[self.who[j]]
        wishes = 0
        if self.rules.same_organisation == "avoid" and a.organisation and a.organisation == b.organisation:
            wishes += 4
        if a.region and a.region == b.region:
            wishes += 2
        if a.slots and b.slots and a.slots.isdisjoint(b.slots):
            wishes += 1
        return wishes

    def met(self, i: int) -> dict[int, int]:
        """Return whom place *i* met among the *people*, with the round of their last meeting."""
        return self.history.last(self.who[i])

    def third_cost(self, trio: Iterable[int]) -> int:
        """Return what it costs a trio that one of them, who waited longest for that turn, is its third."""
        return self.turn * min(self.rank[i] for i in trio)


def promise(people: Sequence[Entrant], history: Iterable[Meeting] | History, rules: Rules) -> Promise:
    """Number the places and weigh the promises; raise ValueError naming whatever makes no sense."""
    ordered = tuple(sorted(people, key=lambda entrant: (isinstance(entrant.id, str), entrant.id)))
    ids = tuple(entrant.id for entrant in ordered)
    _check(ordered, ids)
    if not isinstance(history, History):
        history = History(ids, history)
    elif history.ids != ids:
        raise ValueError("the history was kept for other people, or for these in another order")
    place = {who: i for i, who in enumerate(ids)} if any(entrant.not_with for entrant in ordered) else {}
    excluded: dict[int, set[int]] = {}
    for i, entrant in enumerate(ordered):
        for other in entrant.not_with:
            if other in place and place[other] != i:
                excluded.setdefault(i, set()).add(place[other])
                excluded.setdefault(place[other], set()).add(i)
    regulars = [i for i, entrant in enumerate(ordered) if rules.odd != "standby" or not entrant.standby]
    offers = []
    if len(regulars) % 2:
        standing_by = set(range(len(ordered))).difference(regulars)
        offers = [i for i, entrant in enumerate(ordered) if i in standing_by or entrant.conversations > 1]
    turns = {last: rank for rank, last in enumerate(sorted({_turn(ordered[i]) for i in regulars}))}
    rank = [turns[_turn(ordered[i])] for i in regulars]
    freshest = history.latest - min(history.when, default=history.latest)
    return Promise(ordered, regulars + offers, len(regulars), history, rules, rank, excluded, freshest)


def _turn(entrant: Entrant) -> float:
    """Return when *entrant* was last left out, before all time where they never were."""
    return float("-inf") if entrant.last_out is None else entrant.last_out


def _check(people: tuple[Entrant, ...], ids: tuple[Id, ...]) -> None:
    """Raise ValueError that names the first thing in *people* that makes no sense."""
    if len(set(ids)) < len(ids):
        twice = next(a for a, b in pairwise(ids) if a == b)
        raise ValueError(f"{twice!r} takes part twice")
    for entrant in people:
        if entrant.conversations < 1:
            raise ValueError(f"{entrant.id!r} wants {entrant.conversations} conversations; at least 1 is needed")
