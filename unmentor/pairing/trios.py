"""The best draw with one trio: the trio is guessed, the rest solved, until prices rule out every other guess.

Prices found for one trio bound from below what any other trio would cost, so nearly all are ruled out unseen.
"""

from collections.abc import Iterator
from itertools import combinations
from random import Random

from unmentor.pairing.duals import Prices
from unmentor.pairing.exact import best_pairs, gains_of
from unmentor.pairing.promise import Groups, Promise

Trio = tuple[int, ...]


def best_with_trio(want: Promise, chance: Random) -> tuple[Groups, list[Prices]]:
    """Return groups that cost the least of all, at most one of them a trio, and the prices that prove it together.

    Exact. One matching for each trio that is not ruled out: mostly one or two, in theory O(n³) of them.
    """
    everyone = range(len(want.who))
    best, prices = best_pairs(want, everyone, chance)
    known, least = [prices], want.cost(best)
    seated = {i for pair in best for i in pair}
    welcome = [(*pair, i) for i in everyone if i not in seated for pair in best if _allowed(want, (*pair, i))]
    guess = min(welcome, key=want.group_cost, default=None)
    open_trios: list[tuple[int, Trio]] | None = None
    while True:
        if guess is not None:
            pairs, prices = best_pairs(want, set(everyone).difference(guess), chance)
            known.append(_extended(want, prices, guess))
            if want.cost([guess, *pairs]) < least:
                best, least = [guess, *pairs], want.cost([guess, *pairs])
            if open_trios is not None:
                bound = Bound(want, known[-1])
                open_trios = [(max(low, bound.least(trio)), trio) for low, trio in open_trios]
        if open_trios is None:
            open_trios = list(Bound(want, known[-1]).below(4 * least))
        open_trios = [(low, trio) for low, trio in open_trios if low < 4 * least]
        if not open_trios:
            return best, known
        guess = min(open_trios)[1]


def _allowed(want: Promise, trio: Trio) -> bool:
    return all(want.allowed(i, j) for i, j in combinations(trio, 2))


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
        self.above = [prices.vertex[i] - 4 * want.absent(i) for i in places]
        self.circles = [(price, frozenset(members)) for price, members in prices.circles]
        self.none = -sum(self.above) - sum(price * (len(circle) // 2) for price, circle in self.circles)

    def least(self, trio: Trio) -> int:
        """Return the bound with *trio*."""
        least = self.none + 4 * self.want.group_cost(trio) + sum(self.above[i] for i in trio)
        for price, circle in self.circles:
            least += price * (len(circle) // 2 - len(circle.difference(trio)) // 2)
        return least

    def below(self, limit: int) -> Iterator[tuple[int, Trio]]:
        """Yield every allowed trio whose bound is below *limit*; most are never looked at."""
        want, rank = self.want, self.want.rank
        # A trio's three conversations cost each of its three at least their cheapest one.
        cheap = [want.cheapest(i) for i in range(len(want.who))]
        above = [own + 4 * least for own, least in zip(self.above, cheap, strict=True)]
        for turn in sorted(set(rank)):
            room = limit - self.none - 4 * want.turn * turn
            order = sorted((i for i in range(len(rank)) if rank[i] >= turn), key=above.__getitem__)
            for t in (i for i in order if rank[i] == turn):
                for at, j in enumerate(order):
                    if above[t] + 2 * above[j] >= room:
                        break
                    dear = 4 * want.pair_cost(t, j) - 2 * cheap[t] - 2 * cheap[j]
                    if above[t] + 2 * above[j] + dear >= room or not want.allowed(t, j):
                        continue
                    for k in order[at + 1 :]:
                        if above[t] + above[j] + above[k] + dear >= room:
                            break
                        if _allowed(want, (t, j, k)) and (low := self.least((t, j, k))) < limit:
                            yield low, (t, j, k)
