"""Maximum weight matching that also says why nothing is heavier: prices of people and of odd circles of people.

Jack Edmonds, “Maximum matching and a polyhedron with 0,1-vertices” (1965), in the form of Galil's survey (1986). Pure
Python, and no compiled solver beside it: those there are keep their prices to themselves, and a proof needs them. The
verifier reads the prices in proof.py and shares none of this code. All numbers are integers.
"""

from dataclasses import dataclass
from itertools import pairwise

Edge = tuple[int, int]
FREE = -1


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices that cover four times the gain of every pair: of each vertex, and of odd circles, for the pairs within."""

    vertex: list[int]
    circles: list[tuple[int, list[int]]]


def priced_matching(gains: list[dict[int, int]]) -> tuple[list[int], Prices]:
    """Return everyone's mate (or FREE) in a heaviest matching and the prices that prove it. O(n² · edges) at worst.

    *gains* holds for each vertex the positive integer gain of each neighbour, the same in both directions.
    """
    search = _Search(gains)
    while search.stage():
        pass
    circles = [(price, sorted(search.leaves(b))) for b, price in search.circle_price.items() if price]
    return search.mate, Prices(search.price, circles)


class _Search:
    """Trees of alternating paths, grown from every free vertex at once, with odd circles shrunk into single nodes."""

    def __init__(self, gains: list[dict[int, int]]) -> None:
        n = len(gains)
        self.gains = gains
        self.price = [2 * max(row.values(), default=0) for row in gains]
        self.circle_price: dict[int, int] = {}
        self.mate = [FREE] * n
        self.top = list(range(n))
        self.base = dict(enumerate(range(n)))
        self.ring: dict[int, list[tuple[int, Edge]]] = {}
        self.within: dict[int, list[int]] = {}
        self.fresh = n
        for u, row in enumerate(gains):
            for v in row if self.mate[u] == FREE else ():
                if self.mate[v] == FREE and self.slack(u, v) == 0:
                    self.mate[u], self.mate[v] = v, u
                    break

    def slack(self, u: int, v: int) -> int:
        """Return how much the prices of *u* and *v* exceed their gain."""
        return self.price[u] + self.price[v] - 4 * self.gains[u][v]

    def leaves(self, x: int) -> list[int]:
        """Return the vertices within node *x*."""
        return self.within.get(x, [x])

    def stage(self) -> bool:
        """Match one more free vertex or find it worth nothing; return False when none is left."""
        self.outer: set[int] = set()
        self.entry: dict[int, Edge] = {}
        self.queue: list[int] = []
        for x in set(self.top):
            if self.mate[self.base[x]] == FREE and self.price[self.base[x]] > 0:
                self._make_outer(x)
        if not self.outer:
            return False
        while not self._grow():
            self._reprice()
        return True

    def _make_outer(self, x: int) -> None:
        self.outer.add(x)
        self.queue.extend(self.leaves(x))

    def _grow(self) -> bool:
        """Follow tight pairs from outer vertices; return whether the matching was improved."""
        top, price = self.top, self.price
        while self.queue:
            u = self.queue.pop()
            if price[u] == 0:
                self._match_up(u, FREE)
                return True
            for v, gain in self.gains[u].items():
                if price[u] + price[v] == 4 * gain and top[u] != top[v] and self._follow(u, v):
                    return True
        return False

    def _follow(self, u: int, v: int) -> bool:
        """Use the tight pair from outer *u* to *v*: grow a tree, shrink a circle, or improve the matching."""
        x = self.top[v]
        if x in self.outer:
            circle = self._circle(u, v)
            if circle:
                self._shrink(circle)
                return False
            self._match_up(u, v)
            self._match_up(v, u)
            return True
        if x not in self.entry:
            if self.mate[self.base[x]] == FREE:
                self._match_up(u, v)
                self._rebase(x, v)
                self.mate[v] = u
                return True
            self.entry[x] = (u, v)
            self._make_outer(self.top[self.mate[self.base[x]]])
        return False

    def _steps(self, u: int) -> list[tuple[int, Edge]]:
        """Return the nodes from *u*'s to its root, each with the pair that leads on to the next."""
        x, steps = self.top[u], []
        while (mate := self.mate[self.base[x]]) != FREE:
            inner = self.top[mate]
            above, below = self.entry[inner]
            steps += [(x, (self.base[x], mate)), (inner, (below, above))]
            x = self.top[above]
        return [*steps, (x, (FREE, FREE))]

    def _circle(self, u: int, v: int) -> list[tuple[int, Edge]]:
        """Return the odd circle that the tight pair *u*, *v* closes, from its base; empty where their roots differ."""
        left, right = self._steps(u), self._steps(v)
        if left[-1][0] != right[-1][0]:
            return []
        while len(left) > 1 and len(right) > 1 and left[-2][0] == right[-2][0]:
            left.pop()
            right.pop()
        down = [(after[0], (before[1][1], before[1][0])) for before, after in pairwise(left)]
        return [*reversed(down), (left[0][0], (u, v)), *right[:-1]]

    def _shrink(self, circle: list[tuple[int, Edge]]) -> None:
        b, self.fresh = self.fresh, self.fresh + 1
        self.ring[b], self.base[b], self.circle_price[b] = circle, self.base[circle[0][0]], 0
        self.within[b] = [leaf for child, _ in circle for leaf in self.leaves(child)]
        for child, _ in circle:
            if child in self.outer:
                self.outer.discard(child)
            else:
                del self.entry[child]
                self.queue.extend(self.leaves(child))
        for leaf in self.leaves(b):
            self.top[leaf] = b
        self.outer.add(b)

    def _rebase(self, x: int, u: int) -> None:
        """Turn circle *x* so that *u* is its vertex matched outside, and match the others around it."""
        todo = [(x, u)]
        while todo:
            x, u = todo.pop()
            self.base[x] = u
            if x in self.ring:
                at = next(
                    k for k, (child, _) in enumerate(self.ring[x]) if child == u or u in self.within.get(child, ())
                )
                self.ring[x] = ring = self.ring[x][at:] + self.ring[x][:at]
                todo.append((ring[0][0], u))
                for k in range(1, len(ring), 2):
                    p, q = ring[k][1]
                    todo += [(ring[k][0], p), (ring[k + 1][0], q)]
                    self.mate[p], self.mate[q] = q, p

    def _match_up(self, u: int, v: int) -> None:
        """Match outer *u* to *v* (or leave it free) and switch every pair from there to the root."""
        while True:
            x = self.top[u]
            before = self.mate[self.base[x]]
            self._rebase(x, u)
            self.mate[u] = v
            if before == FREE:
                return
            inner = self.top[before]
            above, below = self.entry[inner]
            self._rebase(inner, below)
            self.mate[below] = above
            u, v = above, below

    def _reprice(self) -> None:
        """Lower outer and raise inner prices until another pair is tight, a vertex worthless or a circle free again."""
        top, price, outer, entry = self.top, self.price, self.outer, self.entry
        lower = [u for u in range(len(price)) if top[u] in outer]
        step = min(price[u] for u in lower)
        for u in lower:
            x, own = top[u], price[u]
            for v, gain in self.gains[u].items():
                y = top[v]
                if y not in entry and y != x:
                    slack = own + price[v] - 4 * gain
                    if y in outer:
                        slack //= 2
                    if slack < step:
                        step = slack
        step = min([step, *(self.circle_price[x] // 2 for x in entry if x in self.ring)])
        for u, x in enumerate(top):
            price[u] += -step if x in outer else step if x in entry else 0
        for x in self.ring:
            if x in outer or x in entry:
                self.circle_price[x] += 2 * step if x in outer else -2 * step
        self.queue = lower
        for x in [x for x in entry if x in self.ring and not self.circle_price[x]]:
            self._open(x)

    def _open(self, x: int) -> None:
        """Dissolve inner circle *x*, whose price is used up, keeping the even way through it in the tree."""
        ring = self.ring.pop(x)
        del self.base[x], self.within[x]
        above, below = self.entry.pop(x)
        del self.circle_price[x]
        for child, _ in ring:
            for leaf in self.leaves(child):
                self.top[leaf] = child
        nodes = [child for child, _ in ring]
        at = nodes.index(self.top[below])  # The base always comes first, so the even way leads from here to place 0.
        self.entry[nodes[at]] = (above, below)
        way = range(at, len(ring)) if at % 2 else range(at, 0, -1)
        for k in way:
            after = (k + 1) % len(ring) if at % 2 else k - 1
            p, q = ring[k][1] if at % 2 else (ring[after][1][1], ring[after][1][0])
            if (k - at) % 2:
                self.entry[nodes[after]] = (p, q)
            else:
                self._make_outer(nodes[after])
