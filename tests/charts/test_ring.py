import doctest

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
