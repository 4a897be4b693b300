"""Chance: every best draw is as likely as any other."""

from random import Random

import pytest

from tests.pairing.brute import Brute
from tests.pairing.fairness import chi_squared
from unmentor.pairing import Entrant, Rules, draw
from unmentor.pairing.best import best_groups
from unmentor.pairing.promise import promise
from unmentor.pairing.sampler import _by_switching
from unmentor.pairing.switching import Switching

pytestmark = pytest.mark.thorough

PAIRS, SIT_OUT = Rules(), Rules(odd="sit-out")


def met(*pairs):
    return [(1 + number % 3, a, b) for number, (a, b) in enumerate(pair for pair in pairs)]


def irregular(n, share, seed):
    chance = Random(seed)
    names = "abcdefghijkl"[:n]
    return [(chance.randint(1, 3), a, b) for a in names for b in names if a < b and chance.random() < share]


HISTORIES = [
    (6, met("ab", "ac", "ad", "bc"), PAIRS),
    (8, met("ab", "ac", "ad", "ae", "bc", "fg"), PAIRS),
    (8, [(1, a, b) for a in "abcdefgh" for b in "abcdefgh" if a < b], PAIRS),
    (10, met("ab", "ac", "ad", "bc", "ef", "gh", "gi", "gj", "aj", "bi", "ch", "dg", "ei"), PAIRS),
    (10, irregular(10, 0.6, 4), PAIRS),
    (7, met("ab", "ac", "bc", "de", "dg"), PAIRS),
    (9, irregular(9, 0.75, 2), SIT_OUT),
    (5, [(1, a, b) for a in "abcde" for b in "abcde" if a < b], SIT_OUT),
]


@pytest.mark.parametrize(("n", "history", "rules"), HISTORIES)
def test_every_best_draw_is_equally_likely(n, history, rules, record_property):
    people = [Entrant(name) for name in "abcdefghij"[:n]]
    _, best = Brute(people, history, rules).best()
    want, chance = promise(people, history, rules), Random(20150601)
    names = [who.id for who in want.people]
    seen = [
        frozenset(frozenset(names[want.who[i]] for i in group) for group in best_groups(want, chance)[0])
        for _ in range(min(800, 25 * len(best) + 100))
    ]
    statistic, p = chi_squared(seen, best)
    print(f"n={n} draws={len(best)} χ²={statistic:.1f} p={p:.3f}")  # noqa: T201 - the statistic is to be seen
    record_property("p", p)
    assert p > 0.001


@pytest.mark.parametrize(("names", "rules"), [("abcdefghij", PAIRS), ("abcdefghijk", SIT_OUT)])
def test_switching_is_as_even_as_trying_again_and_again(names, rules, monkeypatch):
    monkeypatch.setattr(Switching, "_worth_trying", lambda *_: 10_000)
    history = met("ab", "cd")
    people = [Entrant(name, last_out=None if name in "ak" or len(names) == 10 else 1) for name in names]
    _, best = Brute(people, history, rules).best()
    want, chance = promise(people, history, rules), Random(8)
    seen = []
    for _ in range(6 * len(best)):
        groups = _by_switching(want, chance)
        seen.append(frozenset(frozenset(names[i] for i in group) for group in groups))
    statistic, p = chi_squared(seen, best)
    print(f"switching n={len(names)} draws={len(best)} χ²={statistic:.1f} p={p:.3f}")  # noqa: T201 - the statistic is to be seen
    assert p > 0.001


def test_shuffling_and_mending_would_fail_the_same_check():
    people, history, rules = [Entrant(name) for name in "abcdefgh"], HISTORIES[1][1], PAIRS
    _, best = Brute(people, history, rules).best()
    clash = {frozenset((a, b)) for _, a, b in history}
    chance, seen = Random(1), []
    while len(seen) < 12_000:
        line = list("abcdefgh")
        chance.shuffle(line)
        while any(frozenset(line[k : k + 2]) in clash for k in (0, 2, 4, 6)):
            bad = next(k for k in (0, 2, 4, 6) if frozenset(line[k : k + 2]) in clash)
            other = chance.randrange(8)
            line[bad], line[other] = line[other], line[bad]
        seen.append(frozenset(frozenset(line[k : k + 2]) for k in (0, 2, 4, 6)))
    statistic, p = chi_squared(seen, best)
    print(f"biased: χ²={statistic:.1f} p={p:.2g}")  # noqa: T201 - the statistic is to be seen
    assert p < 0.001


def test_who_starts_is_chance_too():
    people = [Entrant("ada"), Entrant("ben")]
    starts = [draw(people, [], seed=seed).groups[0][0] for seed in range(400)]
    assert 160 < starts.count("ada") < 240
