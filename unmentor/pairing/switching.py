"""Shuffle many people, then switch every clash away so that each clash-free pairing stays equally likely."""

from random import Random

from unmentor.pairing.chance import below, one_of, shuffle
from unmentor.pairing.promise import Groups, Promise

MOST_CLASHES = 25
MOST_ATTEMPTS = 300


class Switching:
    """A sampler of pairings without clashes. Time O(people + clashes · most clashes of one person) an attempt.

    Brendan McKay and Nicholas Wormald, “Uniform generation of random regular graphs of moderate degree”, Journal of
    Algorithms 11 (1990) 52–67, with clashing pairs in the place of loops. A switching may be refused, in proportion to
    the number of ways that lead to its result; whoever is refused starts again from nothing, the odd one out included.
    """

    def __init__(self, want: Promise) -> None:
        """Count the clashes between all places once."""
        self.clashing = want.clashing
        self.places = len(want.who)
        degrees = want.clash_degrees()
        self.widest, self.total = max(degrees), sum(degrees)
        self.attempts = self._worth_trying(self.places - self.places % 2)

    def _worth_trying(self, n: int) -> int:
        """Return how many attempts make sense: none where a dense history would have nearly all of them refused."""
        met = self.total / n
        clashes = round(met / 2) + 2
        likely = 1.0
        for c in range(clashes):
            likely *= max(0, n - 2 * c - 4 - 2 * self.widest) / max(1, n - 2 * c - 4 - 2 * met)
            likely *= max(0, self.total - 4 * c * self.widest) / max(1, self.total - 4 * c * met)
        return MOST_ATTEMPTS if clashes < MOST_CLASHES and likely > 1 / 50 else 0

    def pairs(self, order: list[int], chance: Random) -> Groups | None:
        """Return a clash-free pairing of the places in *order*, each equally likely, or None where one was refused."""
        n, clashing = len(order), self.clashing
        shuffle(order, chance)
        clashes = [(u, v) for u, v in zip(order[::2], order[1::2], strict=True) if v in clashing(u)]
        if len(clashes) > MOST_CLASHES:
            return None
        if not clashes:
            return list(zip(order[::2], order[1::2], strict=True))
        mate = [-1] * self.places
        for u, v in zip(order[::2], order[1::2], strict=True):
            mate[u], mate[v] = v, u
        while clashes:
            u, v = clashes.pop(below(len(clashes), chance))
            if chance.getrandbits(1):
                u, v = v, u
            x, z = one_of(order, chance), one_of(order, chance)
            y, w = mate[x], mate[z]
            if len({u, v, x, y, z, w}) < 6 or y in clashing(x) or w in clashing(z):
                return None
            if x in clashing(u) or z in clashing(v) or w in clashing(y):
                return None
            mate[u], mate[x], mate[v], mate[z], mate[y], mate[w] = x, u, z, v, w, y
            if not self._accepted(mate, clashes, (u, x, v, z), n, chance):
                return None
        return [(u, mate[u]) for u in order if u < mate[u]]

    def _accepted(
        self, mate: list[int], clashes: list[tuple[int, int]], ends: tuple[int, int, int, int], n: int, chance: Random
    ) -> bool:
        """Accept in inverse proportion to the ways back: clashing pairs to restore, and middles (y, w) for one."""
        c = len(clashes)
        covered = {place for pair in clashes for place in pair}
        _, x, _, z = ends
        barred = {y for y in self.clashing(x) if mate[y] >= 0}
        barred.update(mate[w] for w in self.clashing(z) if mate[w] >= 0)
        middles = n - 2 * c - 4 - len(barred.difference(covered, ends))
        if below(middles, chance) >= n - 2 * c - 4 - 2 * self.widest:
            return False
        absent = [place for place in range(self.places) if mate[place] < 0] if n < self.places else []
        pairs = self.total - self._touching(absent + sorted(covered))
        # The least is the same whoever is absent, so that nobody's absence is favoured.
        least = self.total - 2 * self.widest * len(absent) - 4 * c * self.widest + 2 * c
        return below(pairs, chance) < least

    def _touching(self, places: list[int]) -> int:
        """Return how many clashing pairs, counted in both directions, have an end among *places*."""
        within = set(places)
        return sum(2 * len(row) - len(within.intersection(row)) for row in map(self.clashing, places))
