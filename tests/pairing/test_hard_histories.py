"""Histories made to break matchers: the draw is right and proves it. How long it takes is in ``bench/draw.py``."""

from itertools import combinations

import pytest

from unmentor.pairing import Entrant, Rules, draw, verify


def all_met(group):
    return [(1, a, b) for a, b in combinations(group, 2)]


def proven(people, history, rules=None):
    rules = rules or Rules()
    result = draw(people, history, rules, seed=1)
    verify(people, history, rules, result)
    return result


def people(n, **all_alike):
    return [Entrant(number, **all_alike) for number in range(n)]


@pytest.mark.parametrize("n", [10, 60, 300])
def test_all_on_one_side_met_each_other(n):
    sides = all_met(range(n // 2)) + all_met(range(n // 2, n))
    assert proven(people(n), sides).repeats == ()


@pytest.mark.parametrize("n", [10, 60, 300])
def test_everyone_met_everyone_of_the_other_side(n):
    across = [(1, a, b) for a in range(n // 2) for b in range(n // 2, n)]
    assert len(proven(people(n), across).repeats) == n // 2 % 2


def cliques(half):
    return [(1, a, half + b) for a in range(half) for b in range(half) if (a, b) != (0, 0)]


@pytest.mark.parametrize("half", [5, 31, 149])
def test_two_cliques_of_strangers_joined_by_one_pair(half):
    result = proven(people(2 * half), cliques(half))
    assert result.repeats == ()
    assert any(set(pair) == {0, half} for pair in result.groups)


@pytest.mark.parametrize("n", [9, 10, 99, 300])
def test_one_whom_nobody_may_talk_to_is_left_out(n):
    loners = [Entrant(0, not_with=set(range(1, n))), *(Entrant(number) for number in range(1, n))]
    result = proven(loners, [])
    assert 0 in result.left_out
    assert len(result.left_out) == 1


def half_graph(n):
    """Return meetings after which i on the left never met the i-th and later on the right: one perfect matching."""
    history = all_met(range(n // 2)) + all_met(range(n // 2, n))
    return history + [(1, i, n // 2 + j) for i in range(n // 2) for j in range(i)]


@pytest.mark.parametrize("n", [8, 40, 300])
def test_the_only_perfect_matching_is_found(n):
    result = proven(people(n), half_graph(n))
    assert {frozenset(pair) for pair in result.groups} == {frozenset((i, n // 2 + i)) for i in range(n // 2)}


@pytest.mark.parametrize("n", [7, 8, 51, 99, 300])
def test_everyone_met_everyone_but_one_pair(n):
    history = [meeting for meeting in all_met(range(n)) if meeting[1:] != (0, 1)]
    repeats = proven(people(n), history).repeats
    # A trio holds three pairs, of which one can be the new one.
    assert len(repeats) == (n // 2 - 1 if n % 2 == 0 else (n - 3) // 2 + 2 if n < 4 else n // 2 + 1)


def test_two_organisations_that_must_mix_leave_out_the_surplus():
    crowd = [Entrant(number, organisation="big" if number < 70 else "small") for number in range(100)]
    result = proven(crowd, [], Rules(odd="sit-out", same_organisation="forbid"))
    assert len(result.left_out) == 40
