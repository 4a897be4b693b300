"""A network on a ring: groups side by side around a circle, and lines across it between those who know each other."""

from collections import defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import cos, degrees, pi, sin

SIZE, RADIUS, ROW = 680, 270, 9
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


def ring(groups: Sequence[Sequence[int]], met: Mapping[int, Sequence[int]], alone: Container[int] = ()) -> Ring:
    """Return a network of *groups* of ids, in which *met* names, by the lower id, the higher ids that each knows.

    Who is *alone* has another mark.

    >>> drawn = ring([[1, 2], [3]], {1: [3]}, {2})
    >>> len(drawn.groups[0].known), len(drawn.groups[0].alone), drawn.lines
    (1, 1, 'M340 70L106 475')
    """
    everybody = sum(len(group) for group in groups)
    rows = max(1, -(-everybody * APART // int(2 * pi * RADIUS)))
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
                tuple(places[one] for one in group if one not in alone),
                tuple(places[one] for one in group if one in alone),
            )
        )  # fmt: skip
        before += len(group)
    return Ring(SIZE, tuple(drawn), "".join(_line([places[one] for one in trail]) for trail in _trails(met)))


def _trails(met: Mapping[int, Sequence[int]]) -> Iterator[list[int]]:
    """Yield walks along all lines, each line once: long walks, for a path that goes on is half as long to write."""
    knows = defaultdict[int, dict[int, None]](dict)
    for one, others in met.items():
        for other in others:
            knows[one][other] = knows[other][one] = None
    # One begins or ends wherever an odd number of lines meet, so those come first.
    for start in sorted(knows, key=lambda one: (len(knows[one]) % 2 == 0, one)):
        while knows[start]:
            trail = [start]
            while knows[trail[-1]]:
                following = next(iter(knows[trail[-1]]))
                del knows[trail[-1]][following], knows[following][trail[-1]]
                trail.append(following)
            yield trail


def _line(places: Sequence[tuple[int, int]]) -> str:
    first, *others = (f"{x} {y}" for x, y in places)
    return f"M{first}L{' '.join(others)}"


def _angle(number: float, everybody: int) -> float:
    return 2 * pi * (number + 0.5) / max(1, everybody) - pi / 2 - pi / max(1, everybody)


def _at(angle: float, radius: float) -> tuple[int, int]:
    return round(SIZE / 2 + radius * cos(angle)), round(SIZE / 2 + radius * sin(angle))
