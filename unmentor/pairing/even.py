"""Fair chance among the best: where the best draws can be counted, each is equally likely; else they are stirred."""

from collections.abc import Iterator
from itertools import combinations
from random import Random

from unmentor.pairing.chance import below, shuffle
from unmentor.pairing.promise import SOFT_TIER, Groups, Promise

MOST_STATES = 40_000
FEW_ENOUGH_FOR_TRIOS = 13


class TooMany(Exception):  # noqa: N818 - not an error: there are too many draws to count
    """There are more ways to go on than is sensible to count."""


class Count:
    """For every set of places: the least it costs to pair them among *partners*, and in how many ways.

    A dynamic program over subsets, the most constrained end first; soft wishes are the lowest tier of the cost.
    """

    def __init__(self, want: Promise, partners: list[list[int]], free: list[bool]) -> None:
        """Count pairings of places with their *partners*, leaving out nobody but those who are *free* to be."""
        self.want = want
        self.order = _along(partners)
        at = {place: k for k, place in enumerate(self.order)}
        scale = SOFT_TIER * (len(self.order) + 1)
        soft = want.wishes
        self.choices: list[list[tuple[int, int]]] = []
        for k, i in enumerate(self.order):
            later = [j for j in partners[i] if at[j] > k]
            self.choices.append(
                [(1 << k | 1 << at[j], want.pair_cost(i, j) * scale + (want.soft(i, j) if soft else 0)) for j in later]
                + ([(1 << k, want.absent(i) * scale)] if free[i] else [])
            )
        self.scale = scale
        self.at = at
        self.known: dict[int, tuple[int, int]] = {0: (0, 1)}

    def all_but(self, group: tuple[int, ...]) -> int:
        """Return the set of all places without *group*."""
        return (1 << len(self.order)) - 1 - sum(1 << self.at[i] for i in group)

    def ways(self, rest: int) -> tuple[int, int]:
        """Return the least cost of *rest* (−1 where it cannot be) and the number of ways to reach it."""
        todo = [] if rest in self.known else [rest]
        while todo:
            now = todo[-1]
            missing = [left for left, _ in self._after(now) if left not in self.known]
            todo += missing
            if not missing:
                self.known[todo.pop()] = self._least(now)
            if len(self.known) > MOST_STATES:
                raise TooMany
        return self.known[rest]

    def _after(self, rest: int) -> Iterator[tuple[int, int]]:
        """Yield what each choice of the first of *rest* leaves of it, and what the choice costs."""
        first = (rest & -rest).bit_length() - 1
        for taken, cost in self.choices[first] if rest else ():
            if taken & rest == taken:
                yield rest ^ taken, cost

    def _least(self, rest: int) -> tuple[int, int]:
        """Return the same, where all that its choices leave is known."""
        ways = [(self.known[left][0] + cost, self.known[left][1]) for left, cost in self._after(rest)]
        least = min((cost for cost, count in ways if count), default=0)
        return least, sum(count for cost, count in ways if cost == least)

    def draw(self, rest: int, chance: Random) -> Groups:
        """Return one of the cheapest ways to pair *rest*, each equally likely."""
        groups: Groups = []
        while rest:
            least, count = self.ways(rest)
            pick = below(count, chance)
            for left, cost in self._after(rest):
                rest_cost, rest_count = self.known[left]
                if rest_count and rest_cost + cost == least:
                    pick -= rest_count
                    if pick < 0:
                        break
            taken, rest = rest ^ left, left
            group = tuple(self.order[k] for k in range(taken.bit_length()) if taken >> k & 1)
            if len(group) == 2:
                groups.append(group)
        return groups


def _along(partners: list[list[int]]) -> list[int]:
    """Return the places so that neighbours stand near each other, which keeps the sets to be counted few."""
    order: list[int] = []
    seen: set[int] = set()
    for start in sorted(range(len(partners)), key=lambda i: len(partners[i])):
        queue = [] if start in seen else [start]
        seen.add(start)
        for i in queue:
            order.append(i)
            for j in sorted(partners[i], key=lambda j: len(partners[j])):
                if j not in seen:
                    seen.add(j)
                    queue.append(j)
    return order


def evenly(want: Promise, partners: list[list[int]], free: list[bool], chance: Random) -> Groups | None:
    """Return one of the best draws without a trio, each equally likely, or None where they are too many to count."""
    try:
        count = Count(want, partners, free)
        return count.draw(count.all_but(()), chance)
    except TooMany:
        return None


def evenly_with_trio(want: Promise, least: int, chance: Random) -> Groups | None:
    """Return one of the draws with one trio that cost *least*, each equally likely, or None where they are too many."""
    n = len(want.who)
    if n > FEW_ENOUGH_FOR_TRIOS:
        return None
    everyone = [[j for j in range(n) if want.allowed(i, j)] for i in range(n)]
    count = Count(want, everyone, [True] * n)
    best: list[tuple[tuple[int, ...], int]] = []
    lowest = (least + 1) * count.scale
    trio: tuple[int, ...]
    for trio in combinations(range(want.regulars), 3):
        if all(want.allowed(i, j) for i, j in combinations(trio, 2)):
            cost, ways = count.ways(count.all_but(trio))
            cost += want.group_cost(trio) * count.scale
            cost += sum(want.soft(i, j) for i, j in combinations(trio, 2)) if want.wishes else 0
            if ways and cost <= lowest:
                best = [*(best if cost == lowest else []), (trio, ways)]
                lowest = cost
    pick = below(sum(ways for _, ways in best), chance)
    for trio, ways in best:
        pick -= ways
        if pick < 0:
            return [trio, *count.draw(count.all_but(trio), chance)]
    raise AssertionError("one of the best trios is always picked")


def stir(want: Promise, groups: Groups, chance: Random) -> Groups:
    """Exchange partners between pairs at random wherever that makes nothing worse. O(places).

    Each exchange is as likely as the one that undoes it, so long stirring approaches an even chance among the draws
    that exchanges can reach; unlike all else here that is not a guarantee.
    """
    pairs = [group for group in groups if len(group) == 2]
    others = [group for group in groups if len(group) != 2]
    if len(pairs) < 2:
        return groups
    soft = want.wishes

    def cost(i: int, j: int) -> tuple[int, int]:
        return want.pair_cost(i, j), want.soft(i, j) if soft else 0

    for _ in range(10 * len(pairs)):
        a, b = below(len(pairs), chance), below(len(pairs), chance)
        (u, v), (x, y) = pairs[a], pairs[b]
        if chance.getrandbits(1):
            x, y = y, x
        if a != b and want.allowed(u, x) and want.allowed(v, y):
            before, after = (cost(u, v), cost(x, y)), (cost(u, x), cost(v, y))
            if all(
                sum(new) <= sum(old)
                for new, old in zip(zip(*after, strict=True), zip(*before, strict=True), strict=True)
            ):
                pairs[a], pairs[b] = (u, x), (v, y)
    shuffle(pairs, chance)
    return [*others, *pairs]
