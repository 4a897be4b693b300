import doctest
from itertools import combinations
from math import dist

from unmentor.charts import web as room
from unmentor.charts.web import APART, web


def test_the_examples_in_the_room_are_true() -> None:
    assert doctest.testmod(room).failed == 0


def test_marks_of_any_size_stand_apart_and_inside() -> None:
    for sizes in ([1] * 41, [900, *[30] * 40], range(500, 90, -10), [7], [5, 5], []):
        drawn = web(list(sizes), {})
        for one, other in combinations(drawn.nodes, 2):
            assert dist((one.x, one.y), (other.x, other.y)) > one.radius + other.radius + APART - 3
        assert all(node.radius < node.x < drawn.size - node.radius for node in drawn.nodes)
