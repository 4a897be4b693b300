"""The exact solver, for what chance alone cannot satisfy: saturated histories, hard rules, turns."""

from bisect import bisect_left
from collections.abc import Collection, Iterator
from random import Random

from unmentor.pairing.chance import one_of
from unmentor.pairing.duals import FREE, Prices, priced_matching
from unmentor.pairing.promise import Groups, Promise

DENSE = 300
CANDIDATES = 12
Gains = list[dict[int, int]]


def best_pairs(want: Promise, places: Collection[int], chance: Random) -> tuple[Groups, Prices]:
    """Return pairs of *places* that cost the least of all, and prices for all places of *want* that prove it.

    Up to DENSE places every pair is looked at. With more, each place begins with its CANDIDATES cheapest and a few
    random ones; pairs that the prices do not cover are added until there are none.
    """
    chosen = set(places)
    if len(chosen) <= DENSE:
        gains = [gains_of(want, i, chosen) if i in chosen else {} for i in range(len(want.who))]
        mate, prices = priced_matching(gains)
    else:
        mate, prices = _by_candidates(want, chosen, chance)
    return [(i, j) for i, j in enumerate(mate) if j != FREE and i < j], prices


def gains_of(want: Promise, i: int, others: Collection[int]) -> dict[int, int]:
    """Return what it is worth to pair *i* with each of *others* rather than to leave both out."""
    barred, met, who, own = want.barred(i), want.met(i), want.who, want.absent(i)
    row = {j: own + want.absent(j) for j in others if j not in barred}
    if met:
        for j in row:
            if who[j] in met:
                row[j] -= want.pair_cost(i, j)
    return row


def _by_candidates(want: Promise, chosen: set[int], chance: Random) -> tuple[list[int], Prices]:
    """Solve among few candidates of each place, adding whatever the prices do not cover. Two to six rounds."""
    order = sorted(chosen)
    gains: Gains = [{} for _ in want.who]

    def add(i: int, j: int) -> bool:
        gain = gains_of(want, i, (j,)).get(j)
        if gain is not None and j not in gains[i]:
            gains[i][j] = gains[j][i] = gain
        return gain is not None

    for i in order:
        oldest = sorted(want.met(i), key=want.met(i).__getitem__)[:CANDIDATES]
        for j in want.seats(oldest) & chosen:
            add(i, j)
        unmet = 0
        for _ in range(40 * CANDIDATES):
            j = one_of(order, chance)
            unmet += want.fits(i, j) and add(i, j)
            if unmet >= CANDIDATES:
                break
    while True:
        mate, prices = priced_matching(gains)
        spare = Spare(want, prices, order)
        missing = [(i, j) for i in order for j, _ in spare.below(i, 0) if i < j]
        if not missing:
            return mate, prices
        for i, j in missing:
            add(i, j)


class Spare:
    """By how much the prices of any two *places* exceed four times the gain of pairing them."""

    def __init__(self, want: Promise, prices: Prices, places: Collection[int]) -> None:
        """Sort the places by price, once; O(n log n)."""
        self.want = want
        self.above = {i: prices.vertex[i] - 4 * want.absent(i) for i in places}
        self.order = sorted(places, key=self.above.__getitem__)
        self.sums = [self.above[i] for i in self.order]
        self.around: dict[int, list[tuple[frozenset[int], int]]] = {i: [] for i in places}
        for price, members in sorted(prices.circles, key=lambda circle: -len(circle[1])):
            circle = frozenset(members)
            for i in circle.intersection(self.above):
                self.around[i].append((circle, price))

    def below(self, i: int, limit: int) -> Iterator[tuple[int, int]]:
        """Yield the places that may sit with *i* and leave less than *limit* to spare, each with what they leave.

        Those too dear at sight and those whom the rules keep from *i* are passed over in bulk.
        """
        want, above, paid = self.want, self.above, 0
        barred, outer = want.barred(i), None
        for circle, price in [*self.around[i], (frozenset[int](), 0)]:
            cheap = set(self.order[: bisect_left(self.sums, limit - paid - above[i])])
            here = cheap if outer is None else cheap & outer
            for j in sorted(here.difference(barred, circle)):
                left = above[i] + above[j] + paid + 4 * want.pair_cost(i, j)
                if left < limit:
                    yield j, left
            outer, paid = circle, paid + price


def tight(want: Promise, prices: Prices) -> list[list[int]]:
    """Return whom each place may meet in a best draw: only those with whom the prices leave nothing to spare."""
    places = range(len(want.who))
    spare = Spare(want, prices, places)
    return [[j for j, _ in spare.below(i, 1)] for i in places]
