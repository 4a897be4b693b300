"""The draw against every draw there is."""

import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from tests.pairing.brute import Brute
from unmentor.pairing import Entrant, Rules, draw, verify

pytestmark = pytest.mark.thorough

NAMES = "abcdefghij"
every_rule = some.builds(
    Rules, some.sampled_from(["trio", "sit-out", "standby"]), some.sampled_from(["avoid", "forbid", "allow"])
)


@some.composite
def rounds(pick, least=2, most=10):
    names = NAMES[: pick(some.integers(least, most))]
    pairs = [(a, b) for a in names for b in names if a < b]
    barred = pick(some.sets(some.sampled_from(pairs), max_size=len(pairs) // 2))
    share = pick(some.sampled_from([1, 1, 2, 4]))
    met = [
        (number, a, b) for a, b in pairs if pick(some.integers(1, share)) == 1 and (number := pick(some.integers(0, 6)))
    ]
    people = [
        Entrant(
            name,
            organisation=pick(some.sampled_from(["", "x", "y"])),
            region=pick(some.sampled_from(["", "", "north"])),
            not_with={b for a, b in barred if a == name},
            standby=pick(some.sampled_from([False, False, True])),
            last_out=pick(some.sampled_from([None, None, 1, 2])),
            conversations=pick(some.sampled_from([1, 1, 1, 2])),
        )
        for name in names
    ]
    return people, met


def assert_best(people, history, rules, seed):
    result = draw(people, history, rules, seed=seed)
    brute = Brute(people, history, rules)
    if len(brute.regulars) + len(brute.offers) > 1:
        least, best = brute.best()
        groups = frozenset(map(frozenset, result.groups))
        assert groups in best
        assert brute.value(tuple(groups), result.left_out, len(result.stepped_in)) == least


@settings(max_examples=250, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(rounds(most=8), every_rule, some.integers(0, 99))
def test_who_is_left_out_repeats_and_gaps_are_the_best_of_all_draws(people_and_history, rules, seed):
    assert_best(*people_and_history, rules, seed)


@settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(rounds(least=9), every_rule, some.integers(0, 99))
def test_so_they_are_for_nine_and_ten_people(people_and_history, rules, seed):
    assert_best(*people_and_history, rules, seed)


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(rounds(), every_rule, some.integers(0, 99))
def test_every_draw_proves_itself_even_after_json(people_and_history, rules, seed):
    people, history = people_and_history
    result = draw(people, history, rules, seed=seed)
    stored = replace(result, certificate=json.loads(json.dumps(result.certificate)))
    verify(people, history, rules, stored)


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(rounds(), every_rule, some.randoms(use_true_random=False))
def test_the_order_of_people_and_history_changes_nothing(people_and_history, rules, chance):
    people, history = people_and_history
    first = draw(people, history, rules, seed=5)
    chance.shuffle(people)
    chance.shuffle(history)
    assert draw(people, history, rules, seed=5) == first
