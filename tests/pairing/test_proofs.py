"""A thousand ways to falsify a draw, and none that passes."""

import copy
import math
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

import pytest

from tests.pairing.brute import Brute
from unmentor.pairing import Draw, Entrant, NotOptimal, NotValid, Repeat, Rules, draw, history_of, verify

pytestmark = pytest.mark.thorough

SATURATED = [(1 + (ord(a) + ord(b)) % 5, a, b) for a, b in combinations("abcdefgh", 2)]
ROUNDS = [
    ([Entrant(name) for name in "abcdefgh"], SATURATED, Rules()),
    ([Entrant(name, not_with={"a"} if name in "bcd" else set()) for name in "abcdefgh"], SATURATED, Rules()),
    ([Entrant(name, last_out=ord(name)) for name in "abcdefg"], SATURATED, Rules(odd="sit-out")),
    ([Entrant(name, last_out=ord(name)) for name in "abcdefg"], SATURATED, Rules(odd="trio")),
    ([Entrant(name, standby=name in "gh") for name in "abcdefgh"][:8], SATURATED, Rules()),
    ([Entrant(name, standby=name == "h") for name in "abcdefgh"], SATURATED, Rules(odd="standby")),
]


def mutations(result: Draw, names: str) -> Iterator[tuple[str, Draw]]:
    """Yield draws that are not what they say, or not what they may be."""
    groups = result.groups
    for k, group in enumerate(groups):
        others = groups[:k] + groups[k + 1 :]
        yield f"drop {group}", replace(result, groups=others)
        yield f"double {group}", replace(result, groups=(*groups, group))
        yield f"split {group}", replace(result, groups=(*others, *((who,) for who in group)))
        for at, who in enumerate(group):
            for stranger in (*names, "nobody"):
                if stranger != who:
                    changed = (*group[:at], stranger, *group[at + 1 :])
                    yield f"{stranger} for {who} in {group}", replace(result, groups=(*others, changed))
        for other in others:
            rest = tuple(one for one in others if one != other)
            yield f"merge {group} and {other}", replace(result, groups=(*rest, group + other))
    for who in names:
        yield f"{who} left out", replace(result, left_out=(*result.left_out, who))
        yield f"{who} steps in", replace(result, stepped_in=(*result.stepped_in, who))
        yield f"{who} third", replace(result, thirds=(*result.thirds, who))
    for k, again in enumerate(result.repeats):
        others = result.repeats[:k] + result.repeats[k + 1 :]
        yield f"hide {again}", replace(result, repeats=others)
        for last in (again.last_met - 1, again.last_met + 1):
            yield f"date {again}", replace(result, repeats=(*others, Repeat(again.a, again.b, last)))
    for a, b in combinations(names, 2):
        yield f"invent {a} {b}", replace(result, repeats=(*result.repeats, Repeat(a, b, 1)))


def forgeries(result: Draw) -> Iterator[tuple[str, Draw]]:
    """Yield draws whose proof is not one."""
    yield "no proof", replace(result, certificate={})
    yield "only a claim", replace(result, certificate={"proof": "clean"})
    for k, _ in enumerate(result.certificate["prices"][0]["places"]):
        for change in (-1000, -7, -3, -1, 1, 3, 7, 1000, math.nan, math.inf, 0.5):
            forged = copy.deepcopy(result.certificate)
            forged["prices"][0]["places"][k] += change
            yield f"price {k} {change:+}", replace(result, certificate=forged)
    for circle in ([0, 1], [0, 1, 2, 3], [0, 1, 2], [2, 3, 4], [0, 1, 2, 3, 4]):
        for price in (-4, 4, math.nan):
            forged = copy.deepcopy(result.certificate)
            forged["prices"][0]["circles"].append((price, circle))
            yield f"circle {circle} {price}", replace(result, certificate=forged)


def worse(people, history, rules, result) -> Iterator[tuple[str, Draw]]:
    """Yield draws that are valid and tell the truth, but that are not the best."""
    brute = Brute(people, history, rules)
    least, _ = brute.best()
    for groups, value in brute.every_draw():
        if value > least:
            seated = [who for group in groups for who in group]
            thirds = [min(sorted(group), key=brute.waited) for group in groups if len(group) == 3]
            again = [pair for group in groups for pair in map(frozenset, combinations(group, 2)) if pair in brute.last]
            yield (
                f"{sorted(map(sorted, groups))}",
                replace(
                    result,
                    groups=tuple(map(tuple, groups)),
                    left_out=tuple(who for who in brute.regulars if who not in seated),
                    stepped_in=tuple(who for who in brute.reserve if who in seated),
                    thirds=tuple(thirds),
                    repeats=tuple(Repeat(*sorted(pair), brute.last[pair]) for pair in again),
                ),
            )


def refusal(*given) -> type[Exception] | None:
    """Return how verify refuses what is *given*."""
    try:
        verify(*given)
    except (NotValid, NotOptimal) as refused:
        return type(refused)
    return None


def test_a_thousand_falsified_draws_are_all_found_out():
    kinds = 0
    for people, history, rules in ROUNDS:
        result, known = draw(people, history, rules, seed=3), history_of(people, history, rules)
        verify(people, known, rules, result)
        for name, mutant in mutations(result, "".join(who.id for who in people)):
            assert refusal(people, known, rules, mutant) is NotValid, name
            kinds += 1
        for name, mutant in worse(people, history, rules, result):
            assert refusal(people, known, rules, mutant) is NotOptimal, name
            kinds += 1
    for people, history, rules in ROUNDS[:3]:
        result, known = draw(people, history, rules, seed=3), history_of(people, history, rules)
        for name, mutant in forgeries(result):
            assert refusal(people, known, rules, mutant) is NotOptimal, name
            kinds += 1
    print(f"{kinds:,} kinds")  # noqa: T201 - the number is to be seen
    assert kinds >= 1000


def test_colleagues_are_found_out_where_they_are_forbidden():
    people = [Entrant("ada", "Devon"), Entrant("ben", "Devon")]
    with pytest.raises(NotValid, match="must not talk"):
        verify(people, [], Rules(same_organisation="forbid"), Draw(groups=(("ada", "ben"),)))
