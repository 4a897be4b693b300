"""Crowds that hard rules keep apart: drawn in seconds, checked in a blink."""

from time import process_time

import pytest

from unmentor.pairing import Entrant, NotOptimal, Rules, draw, verify

pytestmark = pytest.mark.thorough

FORBID = Rules(same_organisation="forbid")
SIT_OUT = Rules(odd="sit-out", same_organisation="forbid")


def timed(people, rules, history=()):
    """Return the draw, and the seconds that drawing and checking took."""
    start = process_time()
    result = draw(people, history, rules, seed=1)
    drawn = process_time()
    verify(people, history, rules, result)
    return result, drawn - start, process_time() - drawn


def star(n):
    return [Entrant(0, not_with=set(range(1, n))), *(Entrant(i) for i in range(1, n))]


def test_fifteen_hundred_colleagues_who_may_not_talk_are_all_left_out():
    result, _, _ = timed([Entrant(i, organisation="Devon") for i in range(1500)], FORBID)
    assert (result.groups, len(result.left_out)) == ((), 1500)


@pytest.mark.parametrize("rules", [FORBID, SIT_OUT], ids=["trio", "sit-out"])
def test_one_organisation_with_more_than_half_of_a_thousand_is_drawn_fast_and_checked_at_once(rules):
    people = [Entrant(i, organisation="Devon" if i < 505 else f"town {i}") for i in range(1001)]
    result, drawing, checking = timed(people, rules)
    assert len(result.left_out) == 9
    assert drawing <= 10
    assert checking <= 1


@pytest.mark.parametrize("odd", ["trio", "sit-out"])
def test_a_star_of_exclusions_among_three_thousand_is_drawn_by_chance(odd):
    result, drawing, checking = timed(star(3000), Rules(odd=odd))
    assert len(result.left_out) == (1 if odd == "trio" else 2)
    assert result.certificate == {"proof": "clean"}
    assert drawing < 2
    assert checking < 1


def test_checking_colleagues_apart_takes_time_in_line_with_their_number():
    def seconds(n):
        crowd = [Entrant(i, organisation="Devon" if i < n // 2 + 10 else "Kent") for i in range(n)]
        # A price on everybody in Kent proves that no more of Devon can be seated.
        result = draw(crowd, (), SIT_OUT, seed=1)
        start = process_time()
        for _ in range(3):
            verify(crowd, (), SIT_OUT, result)
        return process_time() - start

    assert seconds(1200) < 8 * seconds(300)


def test_a_person_too_many_left_out_of_a_thousand_is_found_out():
    people = [Entrant(i, organisation="Devon" if i < 60 else "Kent") for i in range(101)]
    result, _, _ = timed(people, FORBID)
    fewer = draw(people, (), FORBID, seed=2)
    assert len(result.left_out) == len(fewer.left_out) == 19
    broken = {**result.certificate, "prices": [{**each, "places": [0] * 101} for each in result.certificate["prices"]]}
    with pytest.raises(NotOptimal, match="do not cover"):
        verify(people, (), FORBID, type(result)(**{**as_fields(result), "certificate": broken}))


def as_fields(result):
    return {name: getattr(result, name) for name in result.__dataclass_fields__}
