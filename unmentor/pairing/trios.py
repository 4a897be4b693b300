"""The best draw with one trio: the trio is guessed, the rest solved, until prices rule out every other guess.

Prices found for one trio bound from below what any other trio would cost, so nearly all are ruled out unseen.
"""

from bisect import bisect_left
from collections.abc import Iterator
from random import Random

from unmentor.pairing.duals import Prices
from unmentor.pairing.exact import Spare, best_pairs, gains_of
from unmentor.pairing.promise import Groups, Promise

Trio = tuple[int, ...]


def best_with_trio(want: Promise, chance: Random) -> tuple[Groups, Prices, list[Prices]]:
    """Return groups that cost the least of all, at most one of them a trio, the prices of pairs, and all that prove it.

    Exact. One matching for each trio that is not ruled out: mostly one or two, in theory O(n³) of them. The prices that
    leave the fewest trios in doubt come last.
    """
    best, of_pairs = best_pairs(want, range(len(want.who)), chance)
    known, least = [of_pairs], want.cost(best)
    guess = _welcome(want, best) or next(Bound(want, of_pairs).trios_below(4 * least), None)
    doubted: list[Trio] | None = None
    while True:
        if guess is not None:
            pairs, prices = best_pairs(want, set(range(len(want.who))).difference(guess), chance)
            known.insert(0 if doubted is not None else len(known), _extended(want, prices, guess))
            if want.cost([guess, *pairs]) < least:
                best, least = [guess, *pairs], want.cost([guess, *pairs])
        if doubted is None:
            doubted = list(Bound(want, known[-1]).trios_below(4 * least))
        bounds = [Bound(want, prices) for prices in known]
        lows = {trio: max(bound.least(trio) for bound in bounds) for trio in doubted}
        doubted = [trio for trio in doubted if lows[trio] < 4 * least]
        if not doubted:
            return best, of_pairs, known
        guess = min(doubted, key=lows.__getitem__)


def _welcome(want: Promise, pairs: Groups) -> Trio | None:
    """Return the cheapest trio of one of the *pairs* and somebody left out, None where the rules allow none."""
    seated = {i for pair in pairs for i in pair}
    alone = [i for i in range(want.regulars) if i not in seated]
    regular = [pair for pair in pairs if max(pair) < want.regulars]
    welcome = ((*pair, i) for i in alone for pair in regular if all(want.allowed(i, j) for j in pair))
    return min(welcome, key=want.group_cost, default=None)


def _extended(want: Promise, prices: Prices, trio: Trio) -> Prices:
    """Give the members of *trio* the lowest prices that cover their pairs, so that the prices hold for everybody."""
    vertex = list(prices.vertex)
    others = set(range(len(vertex))).difference(trio)
    for i in trio:
        vertex[i] = max((4 * gain - vertex[j] for j, gain in gains_of(want, i, others).items()), default=0)
        vertex[i] = max(0, vertex[i])
        others.add(i)
    return Prices(vertex, prices.circles)


class Bound:
    """Four times the least that a draw with a given trio can cost, as some prices see it."""

    def __init__(self, want: Promise, prices: Prices) -> None:
        """Prepare the bound of a draw without any trio."""
        places = range(len(want.who))
        self.want = want
        self.vertex = prices.vertex
        self.above = [prices.vertex[i] - 4 * want.absent(i) for i in places]
        self.circles = [(price, frozenset(members)) for price, members in prices.circles]
        self.none = -sum(self.above) - sum(price * (len(circle) // 2) for price, circle in self.circles)

    def least(self, trio: Trio) -> int:
        """Return the bound with *trio*."""
        least = self.none + 4 * self.want.group_cost(trio) + sum(self.above[i] for i in trio)
        for price, circle in self.circles:
            least += price * (len(circle) // 2 - len(circle.difference(trio)) // 2)
        return least

    def trios_below(self, limit: int) -> Iterator[Trio]:
        """Yield every allowed trio whose bound is below *limit*, those in turn first.

        Without circles, what is spare for its three pairs, each repeat counted twice, is less than twice the room there
        is; and no pair of them has less to spare than its circles pay for.
        """
        want = self.want
        least = [want.cheapest(i) for i in range(want.regulars)]
        raised = [price + 4 * dear for price, dear in zip(self.vertex, least, strict=False)]
        light = Spare(want, Prices(raised, []), range(want.regulars))
        for rank, first in sorted((rank, i) for i, rank in enumerate(want.rank)):
            room = 2 * (limit - self.none - 4 * (want.three + want.turn * rank))
            near: dict[int, int] = {}
            for j, spare in light.below(first, room):
                weight = spare + 4 * want.pair_cost(first, j)
                if (want.rank[j], j) > (rank, first) and weight < room:
                    near[j] = weight - 4 * least[first] - 2 * least[j]
            order = sorted(near, key=near.__getitem__)
            weights = [near[j] for j in order]
            for j in order:
                for k in set(order[: bisect_left(weights, room - near[j])]).difference(want.barred(j)):
                    if j < k and self.least((first, j, k)) < limit:
                        yield first, j, k
