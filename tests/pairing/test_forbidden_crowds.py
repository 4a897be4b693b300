"""Crowds that hard rules keep apart are drawn, and proven. How long it takes is in ``bench/draw.py``."""

import pytest

from unmentor.pairing import Entrant, NotOptimal, Rules, draw, verify

pytestmark = pytest.mark.thorough

FORBID = Rules(same_organisation="forbid")
SIT_OUT = Rules(odd="sit-out", same_organisation="forbid")


def proven(people, rules):
    result = draw(people, (), rules, seed=1)
    verify(people, (), rules, result)
    return result


def star(n):
    return [Entrant(0, not_with=set(range(1, n))), *(Entrant(i) for i in range(1, n))]


def test_fifteen_hundred_colleagues_who_may_not_talk_are_all_left_out():
    result = proven([Entrant(i, organisation="Devon") for i in range(1500)], FORBID)
    assert (result.groups, len(result.left_out)) == ((), 1500)


@pytest.mark.parametrize("rules", [FORBID, SIT_OUT], ids=["trio", "sit-out"])
def test_one_organisation_with_more_than_half_of_a_thousand_leaves_out_only_its_surplus(rules):
    people = [Entrant(i, organisation="Devon" if i < 505 else f"town {i}") for i in range(1001)]
    result = proven(people, rules)
    assert len(result.left_out) == 9


@pytest.mark.parametrize("odd", ["trio", "sit-out"])
def test_a_star_of_exclusions_among_three_thousand_is_drawn_by_chance(odd):
    result = proven(star(3000), Rules(odd=odd))
    assert len(result.left_out) == (1 if odd == "trio" else 2)
    assert result.certificate == {"proof": "clean"}


def test_a_person_too_many_left_out_of_a_thousand_is_found_out():
    people = [Entrant(i, organisation="Devon" if i < 60 else "Kent") for i in range(101)]
    result = proven(people, FORBID)
    fewer = draw(people, (), FORBID, seed=2)
    assert len(result.left_out) == len(fewer.left_out) == 19
    broken = {**result.certificate, "prices": [{**each, "places": [0] * 101} for each in result.certificate["prices"]]}
    with pytest.raises(NotOptimal, match="do not cover"):
        verify(people, (), FORBID, type(result)(**{**as_fields(result), "certificate": broken}))


def as_fields(result):
    return {name: getattr(result, name) for name in result.__dataclass_fields__}
