"""A network on a ring: groups side by side around a circle, and lines across it between those who know each other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import cos, degrees, pi, sin

SIZE, RADIUS, ROW = 800, 270, 9
# How far marks of one row stand apart, at least.
APART = 9


@dataclass(frozen=True, slots=True)
class Group:
    """A group on the ring: where its name stands, how it is turned, and the marks of those in it."""

    x: int
    y: int
    turned: int
    flipped: bool
    known: tuple[tuple[int, int], ...]
    alone: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Ring:
    """A network: its groups in the order they were given, and all its lines as one path."""

    size: int
    groups: tuple[Group, ...]
    lines: str


def ring(groups: Sequence[Sequence[int]], met: Mapping[int, Sequence[int]]) -> Ring:
    """Return a network of *groups* of ids, in which *met* names, by the lower id, the higher ids that each knows.

    >>> drawn = ring([[1, 2], [3]], {1: [3]})
    >>> len(drawn.groups[0].known), len(drawn.groups[0].alone), drawn.lines
    (1, 1, 'M400 130L166 535')
    """
    everybody = sum(len(group) for group in groups)
    rows = max(1, -(-everybody * APART // int(2 * pi * RADIUS)))
    known = set(met) | {other for others in met.values() for other in others}
    places, drawn, before = dict[int, tuple[int, int]](), [], 0
    for group in groups:
        for number, one in enumerate(group, before):
            places[one] = _at(_angle(number, everybody), RADIUS + number % rows * ROW)
        middle = _angle(before + (len(group) - 1) / 2, everybody)
        x, y = _at(middle, RADIUS + rows * ROW + 8)
        flipped = pi / 2 < middle % (2 * pi) < 3 * pi / 2
        drawn.append(
            Group(
                x, y, round(degrees(middle)) + 180 * flipped, flipped,
                tuple(places[one] for one in group if one in known),
                tuple(places[one] for one in group if one not in known),
            )
        )  # fmt: skip
        before += len(group)
    lines = "".join(
        f"M{places[one][0]} {places[one][1]}L{places[other][0]} {places[other][1]}"
        for one, others in met.items()
        for other in others
    )
    return Ring(SIZE, tuple(drawn), lines)


def _angle(number: float, everybody: int) -> float:
    return 2 * pi * (number + 0.5) / max(1, everybody) - pi / 2 - pi / max(1, everybody)


def _at(angle: float, radius: float) -> tuple[int, int]:
    return round(SIZE / 2 + radius * cos(angle)), round(SIZE / 2 + radius * sin(angle))
