import doctest
import re
from collections import Counter
from itertools import pairwise

from unmentor.charts import ring as room
from unmentor.charts.ring import ring


def test_the_examples_in_the_room_are_true() -> None:
    assert doctest.testmod(room).failed == 0


def test_five_hundred_have_a_place_each() -> None:
    groups = [list(range(start, start + 10)) for start in range(0, 500, 10)]
    drawn = ring(groups, {0: [499]})
    places = [place for group in drawn.groups for place in (*group.known, *group.alone)]
    assert len(set(places)) == 500
    assert all(0 < x < drawn.size and 0 < y < drawn.size for x, y in places)


def test_each_line_is_drawn_once_and_not_from_its_beginning_each_time() -> None:
    met = {0: [1, 2, 3], 1: [2, 3], 2: [3]}
    drawn = ring([[0, 1], [2, 3]], met)
    trails = [re.findall(r"\d+ \d+", trail) for trail in drawn.lines.split("M")[1:]]
    lines = Counter(frozenset(line) for trail in trails for line in pairwise(trail))
    assert (len(lines), set(lines.values())) == (6, {1})
    assert len(trails) == 2  # a walk along all six begins and ends where an odd number of lines meet, and four such are
