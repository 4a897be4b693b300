"""Against the tables of Newcombe, Statistics in Medicine 17 (1998): 857-872 for one share, 873-890 for two."""

import doctest

import pytest

from unmentor.charts import shares as chart
from unmentor.impact import cells, intervals
from unmentor.impact.figures import Share
from unmentor.impact.intervals import newcombe, wilson


@pytest.mark.parametrize("room", [intervals, cells, chart])
def test_the_examples_in_the_room_are_true(room: object) -> None:
    assert doctest.testmod(room).failed == 0  # type: ignore[arg-type]  # - a module


@pytest.mark.parametrize(
    ("said", "of", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilsons_interval_is_as_published(said: int, of: int, low: float, high: float) -> None:
    assert wilson(said, of) == pytest.approx((low, high), abs=0.00005)


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ],
)
def test_newcombes_interval_is_as_published(
    one: tuple[int, int], other: tuple[int, int], low: float, high: float
) -> None:
    difference, *interval = newcombe(one, other)
    assert difference == pytest.approx(one[0] / one[1] - other[0] / other[1])
    assert interval == pytest.approx([low, high], abs=0.00005)


def test_a_share_says_the_same_as_its_interval() -> None:
    assert Share(81, 263).likely == (26, 37)
