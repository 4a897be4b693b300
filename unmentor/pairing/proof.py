"""The proof that nothing is better: what any draw must cost at the least, as prices tell.

There is a price for every place, such that the prices of any two cover four times the gain of pairing them rather than
leaving both out; odd circles of places may share a price for the pairs within. No pairing can gain more than all prices
together (Edmonds 1965). Nothing here knows how prices are found.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, pairwise, takewhile
from typing import Any

from unmentor.pairing.entrants import NotOptimal
from unmentor.pairing.promise import Promise

EVERYBODY, INNERMOST = -1, -2
Lines = dict[tuple[int, str], list[int]]
"""Places that share a circle and an organisation, the cheapest first; so are the lines."""


def check_proof(want: Promise, cost: int, certificate: Any) -> None:
    """Raise NotOptimal unless nothing can cost less than *cost*, at sight or by prices."""
    proof = certificate.get("proof") if isinstance(certificate, dict) else None
    if proof == "clean":
        if cost != want.floor:
            raise NotOptimal("the certificate says that nothing is wanting, but something is")
        return
    prices = certificate.get("prices") if proof == "prices" else None
    if not isinstance(prices, list) or not prices:
        raise NotOptimal("the certificate is neither “clean” nor a list of prices")
    bounds = [Bound(want, each) for each in prices]
    if max(bound.pairs_only for bound in bounds) < 4 * cost:
        raise NotOptimal("the prices in the certificate do not prove that it could not cost less")
    for trio in bounds[-1].trios_below(4 * cost) if want.trio else ():
        if all(bound.with_trio(trio) < 4 * cost for bound in bounds):
            raise NotOptimal(f"a trio of {[want.people[i].id for i in trio]} might be better")


class Bound:
    """Four times the least that any draw can cost, by one set of prices."""

    def __init__(self, want: Promise, prices: Any) -> None:
        """Read *prices* as a certificate has them; raise NotOptimal where they are malformed or do not cover a pair."""
        places, circles = _read(prices, len(want.who))
        self.want = want
        forbid = want.rules.same_organisation == "forbid"
        self.firm = [want.people[person].organisation or "" if forbid else "" for person in want.who]
        # What is left of a price once it has paid for leaving its place empty.
        self.own = {i: price - 4 * want.absent(i) for i, price in enumerate(places)}
        self.around: list[list[int]] = [[] for _ in places]
        self.paid = {EVERYBODY: 0}
        for number, (price, circle) in enumerate(circles):
            outer = {self._innermost(i) for i in circle}
            if len(outer) > 1:
                raise NotOptimal("the certificate has circles that cross")
            self.paid[number] = price + self.paid[outer.pop()]
            for i in circle:
                self.around[i].append(number)
        self.pairs_only = -sum(self.own.values()) - sum(price * (len(circle) // 2) for price, circle in circles)
        self._check_cover()

    def _innermost(self, i: int) -> int:
        return self.around[i][-1] if self.around[i] else EVERYBODY

    def _check_cover(self) -> None:
        """Look at every two places in the smallest circle around both, but only while they are too cheap together."""
        within: dict[int, Lines] = {}
        for i in sorted(self.own, key=self.own.__getitem__):
            for circle, inner in pairwise([EVERYBODY, *self.around[i], INNERMOST]):
                within.setdefault(circle, {}).setdefault((inner, self.firm[i]), []).append(i)
        for i, own in self.own.items():
            for circle, inner in pairwise([EVERYBODY, *self.around[i], INNERMOST]):
                short = -self.paid[circle] - own
                for j in _cheap(within[circle], self.own, short, self.firm[i], inner):
                    if self.own[j] + 4 * self.want.pair_cost(i, j) < short and self.want.allowed(i, j):
                        raise NotOptimal(f"the prices do not cover places {i} and {j}")

    def with_trio(self, trio: Sequence[int]) -> int:
        """Return the bound for draws with this trio."""
        shared = max(self._paid_by_circles(i, j) for i, j in combinations(trio, 2))
        return self.pairs_only + 4 * self.want.group_cost(trio) + sum(self.own[i] for i in trio) + shared

    def _paid_by_circles(self, i: int, j: int) -> int:
        common = [one for one, other in zip(self.around[i], self.around[j], strict=False) if one == other]
        return self.paid[common[-1]] if common else 0

    def trios_below(self, cost: int) -> Iterator[tuple[int, int, int]]:
        """Yield every trio that the rules allow and with which a draw might cost less than *cost*.

        Let two places weigh own[i] + own[j] + 8 · pair_cost(i, j). The pairs of such a trio weigh less than *room*
        together; and since the prices cover them, each with its circles at least four times what it costs.
        """
        want, own = self.want, self.own
        least = [4 * want.cheapest(i) for i in range(want.regulars)]
        heavy = {i: own[i] + least[i] for i in range(want.regulars)}
        lines = self._lines(heavy)
        for third in range(want.regulars):
            turn = want.rank[third], third
            room = 2 * (cost - self.pairs_only - 4 * (want.three + want.turn * want.rank[third]))
            near: dict[int, int] = {}
            for j in _cheap(lines, heavy, room - heavy[third], self.firm[third]):
                repeat = 8 * want.pair_cost(third, j)
                if (want.rank[j], j) > turn and heavy[third] + heavy[j] + repeat < room and want.allowed(third, j):
                    near[j] = own[third] + own[j] + repeat + least[j] // 2
            some = self._lines(near)
            for i, weight in near.items():
                for j in _cheap(some, near, room - weight, self.firm[i]):
                    if i < j and want.allowed(i, j) and self.with_trio((third, i, j)) < cost:
                        yield third, i, j

    def _lines(self, weight: dict[int, int]) -> Lines:
        """Return the places that have a *weight* as lines, without any circles."""
        lines: Lines = {}
        for i in sorted(weight, key=weight.__getitem__):
            lines.setdefault((INNERMOST, self.firm[i]), []).append(i)
        return lines


def _cheap(lines: Lines, weight: dict[int, int], room: int, firm: str, circle: int = INNERMOST) -> Iterator[int]:
    """Yield the places in *lines* that weigh less than *room*, passing over colleagues and a *circle* in bulk."""
    for (inner, theirs), line in lines.items():
        if weight[line[0]] >= room:
            return
        if not (firm and theirs == firm) and (inner != circle or inner == INNERMOST):
            yield from takewhile(lambda j: weight[j] < room, line)


def _read(prices: Any, n: int) -> tuple[list[int], list[tuple[int, list[int]]]]:
    """Return the prices of *n* places and of circles, the widest first; raise NotOptimal where they are malformed."""
    try:
        places, rings = prices["places"], prices["circles"]
        circles = [(price, circle) for price, circle in rings]
    except (TypeError, KeyError, ValueError):
        circles, places, rings = [], None, None
    if not all(isinstance(part, list) for part in (places, rings, *(circle for _, circle in circles))):
        raise NotOptimal("the certificate does not hold prices of places and circles")
    if len(places) != n or not _whole([*places, *(price for price, _ in circles)]):
        raise NotOptimal("the certificate does not hold one price, nothing or more, for every place and circle")
    for _, circle in circles:
        if not _whole(circle) or len(circle) % 2 == 0 or len(set(circle)) < len(circle) or max(circle) >= n:
            raise NotOptimal("the certificate has a circle that is not an odd number of places")
    return places, sorted(circles, key=lambda one: -len(one[1]))


def _whole(numbers: Iterable[Any]) -> bool:
    return all(type(number) is int and number >= 0 for number in numbers)
