"""Bars of stacked parts, side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

WIDTH, HEIGHT, LEFT = 440, 220, 60
# So wide is a figure of a number beside the lines, where type is large, and what is around the number.
FIGURE, AROUND = 10, 12
# Of the place that a bar has, so much is the bar.
FILLED = 0.7
# A scale ends with one of these times a power of ten, and is divided so.
STEPS = {1: 2, 2: 2, 4: 2, 5: 5, 10: 2}


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a bar, from its top."""

    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: where it stands, and its parts, from the ground up."""

    x: float
    width: float
    middle: float
    top: float
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Bars:
    """A chart: its size, its bars, and the lines to read them by, each a height and what it stands for."""

    width: int
    height: int
    left: int
    bars: tuple[Bar, ...]
    lines: tuple[tuple[float, int], ...]


def bars(rows: Sequence[Sequence[int]], width: int = WIDTH, height: int = HEIGHT) -> Bars:
    """Return a chart with a bar for each of *rows*, whose numbers are its parts from the ground up.

    >>> chart = bars([(3, 1), (4, 0)], width=260, height=100)
    >>> [(part.y, part.height) for part in chart.bars[0].parts], chart.lines
    ([(25.0, 75.0), (0.0, 25.0)], ((100.0, 0), (50.0, 2), (0.0, 4)))
    """
    top, step = scale(max((sum(row) for row in rows), default=0))
    left = max(LEFT, AROUND + FIGURE * len(f"{top:,}"))
    place, up = (width - left) / max(1, len(rows)), height / top
    drawn = []
    for number, row in enumerate(rows):
        tops = [round(height - up * total, 1) for total in accumulate(row)]
        parts = tuple(Part(y, round(up * value, 1)) for y, value in zip(tops, row, strict=True))
        x = left + place * (number + (1 - FILLED) / 2)
        middle = round(left + place * (number + 0.5), 1)
        drawn.append(Bar(round(x, 1), round(place * FILLED, 1), middle, min(tops, default=height), parts))
    lines = tuple((round(height - up * value, 1), value) for value in range(0, top + 1, step))
    return Bars(width, height, left, tuple(drawn), lines)


def scale(most: int) -> tuple[int, int]:
    """Return where a scale ends that has room for *most*, the next round number, and the step of its lines.

    >>> [scale(most) for most in (0, 3, 37, 41, 5000, 9001)]
    [(2, 1), (4, 2), (40, 20), (50, 10), (5000, 1000), (10000, 5000)]
    """
    return next(
        (first * ten, first * ten // parts)
        for ten in (10**power for power in range(12))
        for first, parts in STEPS.items()
        if first * ten >= max(2, most)
    )
