import doctest

import pytest

from unmentor.charts import bars as room
from unmentor.charts.bars import bars, scale


def test_the_examples_in_the_room_are_true() -> None:
    assert doctest.testmod(room).failed == 0


def test_parts_stand_on_each_other_from_the_ground_up() -> None:
    chart = bars([(30, 10, 5), (0, 0, 20)])
    ground, second, third = chart.bars[0].parts
    assert ground.y + ground.height == pytest.approx(chart.height)
    assert second.y + second.height == pytest.approx(ground.y)
    assert third.y == pytest.approx(chart.bars[0].top)
    assert chart.bars[1].parts[0].height == 0


def test_a_scale_has_room_for_the_most_and_little_more() -> None:
    for most in range(1, 3000):
        top, step = scale(most)
        assert most <= top <= max(2, 2.5 * most)
        assert top % step == 0


def test_a_chart_of_nothing_is_empty() -> None:
    assert bars([]).bars == ()
