"""A network of groups on a ring: marks as large as they are, and lines as thick as there is between them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import cos, pi, sin, sqrt

SIZE, RADIUS = 730, 300
# The largest a mark may be, from its middle; the least that is between two; and how far its name stands from it.
LARGEST, SMALLEST, APART, NAMED = 34, 5, 6, 14
THICKNESSES = 4


@dataclass(frozen=True, slots=True)
class Node:
    """A group: where its mark stands, how large that is from its middle, and where its name is."""

    x: int
    y: int
    radius: float
    name_x: int
    name_y: int


@dataclass(frozen=True, slots=True)
class Web:
    """A network: its nodes in the order they were given, and its lines as paths, the thinnest first."""

    size: int
    nodes: tuple[Node, ...]
    lines: tuple[str, ...]


def web(sizes: Sequence[int], between: Mapping[tuple[int, int], int]) -> Web:
    """Return a network of groups of some *sizes*; *between* two of them, by their places, is as much as it says.

    The area of a mark is what counts. A line is as thick as its share of the thickest, in four steps.

    >>> drawn = web([4, 1, 1], {(0, 1): 8, (1, 2): 1})
    >>> [node.radius for node in drawn.nodes], drawn.lines
    ([34.0, 17.0, 17.0], ('M584 571L146 571', '', '', 'M365 65L584 571'))
    """
    radii = _radii(sizes)
    nodes, before = [], 0.0
    around = sum(2 * radius + APART for radius in radii)
    for radius in radii:
        middle = 2 * pi * (before + radius - radii[0]) / around - pi / 2
        x, y = _at(middle, RADIUS)
        nodes.append(Node(x, y, round(radius, 1), *_at(middle, RADIUS + radius + NAMED)))
        before += 2 * radius + APART
    most = max(between.values(), default=1)
    paths = [""] * THICKNESSES
    for (one, other), much in sorted(between.items()):
        a, b = nodes[one], nodes[other]
        paths[-(-much * THICKNESSES // most) - 1] += f"M{a.x} {a.y}L{b.x} {b.y}"
    return Web(SIZE, tuple(nodes), tuple(paths))


def _radii(sizes: Sequence[int]) -> list[float]:
    """Return how large each mark is, so that all have a place on the ring."""
    roots = [sqrt(size) for size in sizes]
    free = 2 * pi * RADIUS - APART * len(sizes)
    scale = min(LARGEST / max(roots, default=1), free / (2 * sum(roots) or 1))
    return [max(SMALLEST, root * scale) for root in roots]


def _at(angle: float, radius: float) -> tuple[int, int]:
    return round(SIZE / 2 + radius * cos(angle)), round(SIZE / 2 + radius * sin(angle))
