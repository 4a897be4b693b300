"""A network of who is linked with whom: its largest part, and over how many steps its nodes are linked. Pure."""

from collections import Counter
from collections.abc import Hashable, Iterator
from functools import reduce
from operator import or_

# To count steps, so many sets are joined at most: those around each of 447 nodes, or around some of more.
JOINED = 200_000


class Network:
    """Nodes and links. Whom each is linked with is a set of bits, so that thousands are joined at once.

    >>> council = Network()
    >>> for pair in ("ab", "ba", "bc", "cd", "xy"):
    ...     council.link(*pair)
    >>> council.links, council.nodes, council.largest, council.steps()
    (4, 6, 4, 1)
    """

    def __init__(self) -> None:
        self.links = 0
        self._places = dict[Hashable, int]()
        self._near = list[int]()

    @property
    def nodes(self) -> int:
        """Return how many are linked with anybody."""
        return len(self._near)

    @property
    def largest(self) -> int:
        """Return how many are in the largest part, all of whom are linked over some steps."""
        return self._largest().bit_count()

    def link(self, one: Hashable, other: Hashable) -> None:
        """Link two; who is linked already, or is the same, stays as they are."""
        if one == other:
            return
        here, there = self._place(one), self._place(other)
        self.links += not self._near[here] >> there & 1
        self._near[here] |= 1 << there
        self._near[there] |= 1 << here

    def steps(self, most: int = JOINED) -> int | None:
        """Return the median of the steps between any two in the largest part; None where nobody is linked.

        At least half of all pairs are as near, or nearer. It joins about *most* sets, however large the network is:
        where it has more nodes than the root of that, some are asked, spread evenly, how far all others are.
        """
        nodes = list(_bits(self._largest()))
        if not nodes:
            return None
        far = Counter[int]()
        for start in nodes[:: -(-(len(nodes) ** 2) // most)]:
            for distance, reached in enumerate(self._rings(start)):
                far[distance] += reached.bit_count()
        del far[0]
        distances = sorted(far.elements())
        return distances[(len(distances) - 1) // 2]

    def _largest(self) -> int:
        left, largest = (1 << self.nodes) - 1, 0
        while left.bit_count() > largest.bit_count():
            part = reduce(or_, self._rings(next(_bits(left))))
            largest = max(largest, part, key=int.bit_count)
            left &= ~part
        return largest

    def _rings(self, start: int) -> Iterator[int]:
        """Yield who is no step away, who is one, and so on (breadth first)."""
        ring = seen = 1 << start
        while ring:
            yield ring
            ring = reduce(or_, (self._near[node] for node in _bits(ring))) & ~seen
            seen |= ring

    def _place(self, node: Hashable) -> int:
        place = self._places.setdefault(node, len(self._near))
        if place == len(self._near):
            self._near.append(0)
        return place


def _bits(among: int) -> Iterator[int]:
    while among:
        lowest = among & -among
        yield lowest.bit_length() - 1
        among ^= lowest
