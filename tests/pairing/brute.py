"""Every draw there is, one after the other: slow, plain, and written without a look at the solver."""

from collections.abc import Iterator, Sequence
from itertools import combinations

from unmentor.pairing import Entrant, Rules

Groups = tuple[frozenset[str], ...]


def every_pairing(people: Sequence[str], over: int) -> Iterator[tuple[list[frozenset[str]], list[str]]]:
    """Yield all ways to pair all of *people* but so many, with those left over."""
    if not people:
        yield [], []
        return
    first, *rest = people
    if over:
        for pairs, left in every_pairing(rest, over - 1):
            yield pairs, [first, *left]
    if len(rest) > over:
        for other in rest:
            for pairs, left in every_pairing([who for who in rest if who != other], over):
                yield [frozenset((first, other)), *pairs], left


class Brute:
    """What the promise says about a small round, straight from its words."""

    def __init__(self, people: Sequence[Entrant], history: Sequence[tuple[int, str, str]], rules: Rules) -> None:
        self.people = {who.id: who for who in people}
        self.rules = rules
        self.last: dict[frozenset[str], int] = {}
        for number, a, b in history:
            if a in self.people and b in self.people:
                self.last[frozenset((a, b))] = max(number, self.last.get(frozenset((a, b)), number))
        self.now = max((number for number, _, _ in history), default=0)
        self.oldest = self.now - min(self.last.values(), default=self.now)
        self.reserve = {who.id for who in people if who.standby and rules.odd == "standby"}
        self.regulars = [who.id for who in people if who.id not in self.reserve]
        odd = len(self.regulars) % 2
        self.doubles = {who for who in self.regulars if odd and self.people[who].conversations > 1}
        self.offers = (self.reserve | self.doubles) if odd else set()

    def allowed(self, a: str, b: str) -> bool:
        one, two = self.people[a], self.people[b]
        if b in one.not_with or a in two.not_with:
            return False
        return not (
            self.rules.same_organisation == "forbid" and one.organisation and one.organisation == two.organisation
        )

    def waited(self, who: str) -> float:
        last = self.people[who].last_out
        return float("-inf") if last is None else last

    def value(self, groups: Sequence[frozenset[str]], out: Sequence[str], stepped_in: int) -> tuple[object, ...]:
        """Return what to make small, first things first."""
        turns = sorted((self.waited(who) for who in out), reverse=True)
        trio = [min(map(self.waited, group)) for group in groups if len(group) == 3]
        met = [
            self.last[frozenset(pair)]
            for group in groups
            for pair in combinations(group, 2)
            if frozenset(pair) in self.last
        ]
        short = sum((self.oldest - (self.now - last)) ** 2 for last in met)
        return len(out), len(trio), stepped_in, sorted([*turns, *trio], reverse=True), len(met), short

    def every_draw(self) -> Iterator[tuple[Groups, tuple[object, ...]]]:
        """Yield each draw that the hard rules allow, with its value."""
        for over in range(len(self.regulars) + 1):
            yield from self.every_draw_without(over)

    def every_draw_without(self, over: int) -> Iterator[tuple[Groups, tuple[object, ...]]]:
        """Yield each draw that the hard rules allow and that leaves out so many, with its value."""
        trios = combinations(self.regulars, 3) if self.rules.odd == "trio" else ()
        for three in ((), *trios):
            if not all(self.allowed(a, b) for a, b in combinations(three, 2)):
                continue
            trio = [frozenset(three)] if three else []
            for extra in self._extras():
                seats = [who for who in self.regulars if who not in three]
                seats += [f"{who}+" if who in self.doubles else who for who in extra]
                if len(seats) < over or (len(seats) - over) % 2:
                    continue
                for pairs, out in every_pairing(seats, over):
                    if any(who.endswith("+") or who in self.reserve for who in out):
                        continue
                    plain = [frozenset(who.rstrip("+") for who in pair) for pair in pairs]
                    twice = len(set(plain)) < len(plain)
                    helpers = any(all(who.endswith("+") or who in self.reserve for who in pair) for pair in pairs)
                    if twice or helpers or any(len(pair) < 2 or not self.allowed(*pair) for pair in plain):
                        continue
                    groups = (*trio, *plain)
                    yield groups, self.value(groups, out, len(extra))

    def _extras(self) -> Iterator[tuple[str, ...]]:
        for size in range(min(3, len(self.offers)) + 1):
            yield from combinations(sorted(self.offers), size)

    def best(self) -> tuple[tuple[object, ...], set[frozenset[frozenset[str]]]]:
        """Return the best value and all draws that reach it."""
        # Fewest left out comes first of all.
        few = (list(self.every_draw_without(over)) for over in range(len(self.regulars) + 1))
        draws = next(filter(None, few))
        least = min(value for _groups, value in draws)
        return least, {frozenset(groups) for groups, value in draws if value == least}
