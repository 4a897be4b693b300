"""Plans and certificates from who knows where: a plan is used or ignored, a certificate holds or is refused by name."""

from dataclasses import replace
from itertools import combinations
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from tests.pairing.test_proofs import refusal
from unmentor.pairing import Entrant, NotOptimal, NotValid, Rules, draw, verify

pytestmark = pytest.mark.thorough

PEOPLE = [Entrant(name) for name in "abcdef"]
MET = [(1 + (ord(a) + ord(b)) % 5, a, b) for a, b in combinations("abcdefg", 2)]
PAIRS = [["a", "b"], ["c", "d"], ["e", "f"]]
SATURATED = draw(PEOPLE, MET, seed=1)
WITH_TRIO = draw([*PEOPLE, Entrant("g")], MET, seed=1)
CLEAN = draw(PEOPLE, [], seed=1)

anything = some.recursive(
    some.none()
    | some.booleans()
    | some.integers(-2, 9)
    | some.just(10**400)
    | some.floats()
    | some.sampled_from(["", "a", "proof", "prices", "places", "circles", "rounds", "clean"]),
    lambda inner: (
        some.lists(inner, max_size=4)
        | some.dictionaries(some.sampled_from(["proof", "prices", "places", "circles", "rounds"]), inner, max_size=4)
    ),
    max_leaves=12,
)

BROKEN_PLANS = [
    [], "plan", 7, {"rounds": None}, {"rounds": 5}, {"rounds": "ab"}, {"rounds": {"a": "b"}}, {"rounds": [None]},
    {"rounds": [5]}, {"rounds": [["a", "b"]]}, {"rounds": [[["a"], ["b"]]]}, {"rounds": [[["a", ["b"]]]]},
    {"rounds": [[["a", {"b": 1}], ["c", "d"], ["e", "f"]]]}, {"rounds": [[["x", "y"], ["c", "d"], ["e", "f"]]]},
    {"rounds": [[["a", "a"], ["c", "d"], ["e", "f"]]]}, {"rounds": [[[None, "b"], ["c", "d"], ["e", "f"]]]},
]  # fmt: skip


@pytest.mark.parametrize("plan", BROKEN_PLANS, ids=repr)
def test_a_broken_or_foreign_plan_is_as_good_as_none(plan):
    assert draw(PEOPLE, [], seed=1, plan=plan) == CLEAN


def test_a_plan_that_repeats_itself_counts_once():
    twice, once = {"rounds": [PAIRS, PAIRS]}, {"rounds": [PAIRS]}
    assert draw(PEOPLE, [], seed=1, plan=twice) == draw(PEOPLE, [], seed=1, plan=once)


@settings(max_examples=300, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(anything, some.lists(some.lists(some.lists(anything, max_size=3), max_size=4), max_size=3))
def test_no_plan_is_an_error(plan, rounds):
    for each in (plan, {"rounds": plan}, {"rounds": [*rounds, PAIRS]}):
        verify(PEOPLE, [], Rules(), draw(PEOPLE, [], seed=1, plan=each))


def assert_refused(people, met, result):
    with pytest.raises((NotOptimal, NotValid), match=r"certificate|prices"):
        verify(people, met, Rules(), result)


@settings(max_examples=400, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(anything, anything, anything)
def test_a_malformed_certificate_is_refused_by_name(certificate, places, circles):
    for each in (
        certificate,
        {"proof": "prices", "prices": certificate},
        {"proof": "prices", "prices": [{"places": places, "circles": circles}]},
        {"proof": "prices", "prices": [{"places": [0] * 6, "circles": circles}]},
    ):
        assert_refused(PEOPLE, MET, replace(SATURATED, certificate=each))


def parts(value, path=()):
    """Yield the way to every part of a certificate."""
    yield path
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list | tuple) else ()
    for key, child in children:
        yield from parts(child, (*path, key))


def changed(value, path, new):
    """Return *value* with the part at *path* made *new*."""
    if not path:
        return new
    items = dict(value) if isinstance(value, dict) else list(value)
    items[path[0]] = changed(value[path[0]], path[1:], new)
    return items


@pytest.mark.parametrize("result", [SATURATED, WITH_TRIO, CLEAN], ids=["pairs", "trio", "clean"])
def test_a_certificate_broken_anywhere_never_crashes_the_check(result):
    people, met = (PEOPLE, MET) if result is SATURATED else ([*PEOPLE, Entrant("g")], MET)
    people, met = (PEOPLE, []) if result is CLEAN else (people, met)
    for path in parts(result.certificate):
        for new in (None, True, -1, 0.5, "x", [], {}, [[]], [None], float("nan")):
            broken = replace(result, certificate=changed(result.certificate, path, new))
            # One of several sets of prices may prove it alone, and a list of no circles is as good as another.
            assert refusal(people, met, Rules(), broken) or result is WITH_TRIO or new == []


def test_circles_that_cross_are_refused():
    forged = {"proof": "prices", "prices": [{"places": [9] * 6, "circles": [[1, [0, 1, 2]], [1, [2, 3, 4]]]}]}
    assert_refused(PEOPLE, MET, replace(SATURATED, certificate=forged))


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"seed": 2}, "digest"),
        ({"seed": "1"}, "seed"),
        ({"seed": None}, "seed"),
        ({"algorithm": "unmentor-1"}, "unmentor-1"),
        ({"algorithm": ""}, "algorithm"),
        ({"digest": "0" * 64}, "digest"),
        ({"digest": None}, "digest"),
        ({"plan_digest": "0" * 64}, "digest"),
        ({"plan_digest": None}, "digest"),
    ],
)
def test_seed_algorithm_and_digest_are_looked_at(change, named):
    with pytest.raises(NotValid, match=named):
        verify(PEOPLE, [], Rules(), replace(CLEAN, **change))


@pytest.mark.parametrize("name", ["groups", "left_out", "thirds", "stepped_in", "repeats"])
def test_a_draw_that_cannot_be_read_is_refused(name):
    for new in (5, [5], [[5]], [[["a"]]], "x", [{}]):
        with pytest.raises(NotValid):
            verify(PEOPLE, MET, Rules(), replace(SATURATED, **{name: new}))


def test_other_people_history_or_rules_than_were_drawn_from_are_found_out():
    for people, met, rules in (
        ([*PEOPLE[:5], Entrant("f", region="north")], [], Rules()),
        (PEOPLE, [(1, "x", "y")], Rules()),
        (PEOPLE, [], Rules(odd="sit-out")),
    ):
        with pytest.raises(NotValid, match="digest"):
            verify(people, met, rules, CLEAN)


def test_no_two_inputs_share_a_digest():
    def digest(*people, plan=None, seed=1, rules=None):
        return draw(people, [], rules, seed=seed, plan=plan).digest

    a, b = Entrant("a"), Entrant("b")
    inputs = [
        digest(a, b),
        digest(a, b, seed=2),
        digest(a, b, rules=Rules(odd="sit-out")),
        digest(a, b, plan={"rounds": [[["a", "b"]]]}),
        digest(Entrant("a", organisation="x\n'y'"), b),
        digest(Entrant("a", organisation="x"), Entrant("b", organisation="y")),
        digest(Entrant("a", slots={"1", "2"}), b),
        digest(Entrant("a", slots={"1 2"}), b),
        digest(Entrant("a", slots={"1' '2"}), b),
        digest(Entrant("a", slots={"1"}), Entrant("b", slots={"2"})),
        digest(Entrant("a", not_with={"b"}), b),
        digest(Entrant("a", region="north"), b),
        digest(Entrant("a", organisation="north"), b),
        digest(Entrant(1), Entrant(2)),
        digest(Entrant("1"), Entrant("2")),
    ]
    assert len(set(inputs)) == len(inputs)


def test_columns_do_not_run_into_each_other():
    # Once the last of one column and the first of the next could be the same text.
    chance = Random(3)
    seen = {}
    for _ in range(400):
        fields = {name: chance.choice(["", "x", "''", "'x'\n'x'", "x''x"]) for name in ("organisation", "region")}
        seen.setdefault(draw([Entrant("a", **fields), Entrant("b")], [], seed=1).digest, set()).add(str(fields))
    assert all(len(inputs) == 1 for inputs in seen.values())
