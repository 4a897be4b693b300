"""What the draw promises, as numbers: what every pair costs, and what it costs to leave somebody out.

All that is promised is one sum, to be made as small as can be. Its tiers never trade against each other, because one
step of a tier outweighs all that the tiers below can add up to: people left out, then a group of three, then places
that step in, then who had their turn most recently, then repeats, then how fresh the repeats are.
"""

from collections.abc import Collection, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import combinations, pairwise

from unmentor.pairing.entrants import NOBODY, Entrant, Meeting, Rules
from unmentor.pairing.history import History
from unmentor.pairing.line_up import LineUp

Groups = list[tuple[int, ...]]

SOFT_TIER = 8
"""One more than the worst that soft wishes can cost a pair: 4 organisation, 2 region, 1 availability."""


@dataclass(slots=True)
class Promise:
    """A round to be drawn: its places, numbered, and what the rules and the history make of every two of them.

    The first *regulars* places are the first *people*. Places after them are offers to step in, standbys and second
    conversations, there only when those who take part are odd in number; *who* says whose they are. The last *stranded*
    people may talk to nobody: they are left out whatever is drawn, and have no place.
    """

    people: tuple[Entrant, ...]
    who: list[int]
    regulars: int
    stranded: int
    history: History
    rules: Rules
    rank: list[int]
    excluded: dict[int, set[int]]
    freshest: int = 0
    _met: dict[int, dict[int, int]] = field(default_factory=dict)
    _seats: dict[int, list[int]] = field(default_factory=dict)
    _organisations: dict[str, set[int]] = field(default_factory=dict)
    turn: int = field(init=False)
    step: int = field(init=False)
    three: int = field(init=False)
    repeat: int = field(init=False)
    out: int = field(init=False)

    def __post_init__(self) -> None:
        """Lay the tiers: each is worth more than everything below it together."""
        most = len(self.who) + 3
        self.repeat = most * (self.freshest**2 + 1)
        self.turn = most * (self.repeat + self.freshest**2 + 1)
        self.step = most * self.turn * (max(self.rank, default=0) + 1)
        self.three = most * self.step
        self.out = 2 * self.three

    @property
    def trio(self) -> bool:
        """Return whether one group may be of three. It is, only where somebody more would be left out otherwise."""
        return self.rules.odd == "trio" and self.regulars > 2

    @property
    def floor(self) -> int:
        """Return what the best draw imaginable costs: nobody out but by parity, the right turn, no repeat."""
        offers = len(self.who) - self.regulars
        if self.regulars % 2 == 0:
            return -self.step * offers
        if offers:
            return -self.step * (offers - 1)
        return self.three if self.trio else self.out

    @property
    def due(self) -> list[int]:
        """Return the people who are left out unless they talk to somebody: all but standbys."""
        return [*range(self.regulars), *range(len(self.people) - self.stranded, len(self.people))]

    @property
    def next_in_turn(self) -> list[int]:
        """Return the regulars who waited longest to be the odd one out."""
        return [i for i, rank in enumerate(self.rank) if rank == 0]

    def allowed(self, i: int, j: int) -> bool:
        """Return whether the hard rules let places *i* and *j* talk."""
        return (i < self.regulars or j < self.regulars) and self.may_talk(self.who[i], self.who[j])

    def may_talk(self, a: int, b: int) -> bool:
        """Return whether the hard rules let persons *a* and *b* talk."""
        if a == b or b in self.excluded.get(a, ()):
            return False
        return b not in self._colleagues(a)

    def fits(self, i: int, j: int, *, wishes: bool = False) -> bool:
        """Return whether places *i* and *j* may talk, never met and, if *wishes*, leave no wish open."""
        return self.who[j] not in self.met(i) and self.allowed(i, j) and not (wishes and self.soft(i, j))

    def met(self, i: int) -> dict[int, int]:
        """Return whom place *i* met among the *people*, with the round of their last meeting."""
        row = self._met.get(i)
        if row is None:
            row = self._met[i] = self.history.last(self.who[i])
        return row

    def _colleagues(self, person: int) -> AbstractSet[int]:
        """Return those with whom the rules forbid *person* to talk since they work together."""
        if self.rules.same_organisation != "forbid":
            return NOBODY
        if not self._organisations:
            for i, entrant in enumerate(self.people):
                if entrant.organisation:
                    self._organisations.setdefault(entrant.organisation, set()).add(i)
        return self._organisations.get(self.people[person].organisation or "", NOBODY)

    @property
    def _plain(self) -> bool:
        """Return whether places are people and nothing clashes but what the history says."""
        return len(self.people) == len(self.who) and not self.excluded and self.rules.same_organisation != "forbid"

    def clashing(self, i: int) -> Collection[int]:
        """Return the places that place *i* met or must not meet."""
        if self._plain:
            return self.history.partners(i)
        return self.barred(i).union(self.seats(self.history.partners(self.who[i])))

    def barred(self, i: int) -> set[int]:
        """Return the places that the hard rules keep from place *i*, itself among them."""
        person = self.who[i]
        barred = {person}.union(self.excluded.get(person, ()), self._colleagues(person))
        if self.regulars < max(len(self.people), len(self.who)):  # places are not just people
            barred = self.seats(barred)
        return barred.union(range(self.regulars, len(self.who))) if i >= self.regulars else barred

    def seats(self, people: Iterable[int]) -> set[int]:
        """Return the places of *people*."""
        if not self._seats:
            for place, person in enumerate(self.who):
                self._seats.setdefault(person, []).append(place)
        return {place for person in people for place in self._seats.get(person, ())}

    def clash_degrees(self) -> list[int]:
        """Return how many places clash with each."""
        if self._plain:
            start = self.history.start
            return [end - begin for begin, end in pairwise(start)]
        return [len(self.clashing(i)) for i in range(len(self.who))]

    def absent(self, i: int) -> int:
        """Return what it costs to leave place *i* empty; an offer not taken up is a gain."""
        return self.out + self.turn * self.rank[i] if i < self.regulars else -self.step

    def pair_cost(self, i: int, j: int) -> int:
        """Return what it costs that places *i* and *j* talk."""
        last = self.met(i).get(self.who[j])
        return 0 if last is None else self.repeat_cost(last)

    def repeat_cost(self, last: int) -> int:
        """Return what a repeat costs: the fresher the *last* meeting, the more, and ever more steeply."""
        return self.repeat + (self.freshest - self.history.latest + last) ** 2

    def group_cost(self, group: Sequence[int]) -> int:
        """Return what *group* costs: its repeats and, for a trio, that it is one and who waited longest to be third."""
        repeats = sum(self.pair_cost(i, j) for i, j in combinations(group, 2))
        return repeats + (self.three + self.turn * min(self.rank[i] for i in group) if len(group) > 2 else 0)

    def cost(self, groups: Iterable[Sequence[int]]) -> int:
        """Return what a draw of *groups* costs."""
        empty, total = set(range(len(self.who))), 0
        for group in groups:
            empty.difference_update(group)
            total += self.group_cost(group)
        return total + sum(map(self.absent, empty))

    def cheapest(self, i: int) -> int:
        """Return what the cheapest conversation of regular place *i* costs."""
        met, person = self.met(i), self.who[i]
        if 1 + len(met) + len(self.excluded.get(person, ())) + len(self._colleagues(person)) < self.regulars:
            return 0
        barred = self.barred(i)
        if len(barred | self.seats(met)) < len(self.who):
            return 0
        return min((self.repeat_cost(last) for j, last in met.items() if j not in barred), default=0)

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

    @property
    def wishes(self) -> bool:
        """Return whether anybody has a soft wish at all."""
        avoid = self.rules.same_organisation == "avoid"
        return any(who.region or who.slots or (avoid and who.organisation) for who in self.people)


def promise(people: Sequence[Entrant], history: Iterable[Meeting] | History, rules: Rules) -> Promise:
    """Number the places and weigh the promises; raise ValueError naming whatever makes no sense."""
    line = LineUp(people, rules)
    ids = line.ids
    if not (isinstance(history, History) and history.ids == ids):
        history = History(ids, history)
    place = {who: i for i, who in enumerate(ids)} if line.apart else {}
    excluded = {place[who]: {place[other] for other in others} for who, others in line.apart.items()}
    lasts = [who.last_out for who in line.people[: line.regulars]]
    turns: dict[int | None, int] = {last: rank for rank, last in enumerate(sorted(set(lasts), key=_never_first))}
    return Promise(
        people=line.people,
        who=[*range(line.regulars), *line.offers],
        regulars=line.regulars,
        stranded=line.stranded,
        history=history,
        rules=rules,
        rank=[turns[last] for last in lasts],
        excluded=excluded,
        freshest=history.latest - history.oldest,
    )


def _never_first(last_out: int | None) -> float:
    """Return when somebody was last left out, before all time where they never were."""
    return float("-inf") if last_out is None else last_out
