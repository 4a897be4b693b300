"""Shares under each other: a mark where each is, and a line over where the truth is likely to be."""

from collections.abc import Sequence
from dataclasses import dataclass

# What a share is called stands over it, so that a phone has room for both.
WIDTH, EDGE, ROW, NAMED = 440, 14, 60, 40


@dataclass(frozen=True, slots=True)
class Mark:
    """One share: how far down it stands; and how far right the line over it begins, it is, and that line ends."""

    y: int
    low: float
    at: float
    high: float


@dataclass(frozen=True, slots=True)
class Shares:
    """A chart: its size, its marks, and the lines to read them by, each a place and the percent it stands for."""

    width: int
    height: int
    marks: tuple[Mark, ...]
    lines: tuple[tuple[float, int], ...]


def shares(rows: Sequence[tuple[float, float, float]]) -> Shares:
    """Return a chart of *rows*, each the lower end, the share and the upper end, from 0 to 1.

    >>> chart = shares([(0.25, 0.5, 0.75)])
    >>> chart.marks[0], chart.lines[1]
    (Mark(y=40, low=117.0, at=220.0, high=323.0), (117.0, 25))
    """
    marks = [Mark(ROW * place + NAMED, *(_across(end) for end in row)) for place, row in enumerate(rows)]
    lines = tuple((_across(percent / 100), percent) for percent in range(0, 101, 25))
    return Shares(WIDTH, ROW * len(rows), tuple(marks), lines)


def _across(share: float) -> float:
    return round(EDGE + (WIDTH - 2 * EDGE) * share, 1)
