"""The draw against every goal set for it, beside a plain shuffle, greedy pairing and networkx with full history.

By default fewer seeds, so that all is done in some minutes; ``BENCH_DRAW=full`` runs as many as the goals say.
"""

import os
import random
import statistics
import time
import tracemalloc
from collections.abc import Iterable, Iterator
from itertools import combinations

from bench.matchers import Met, greedy, networkx, season, shuffled
from bench.table import Row, median_seconds
from tests.pairing.brute import Brute
from tests.pairing.fairness import chi_squared
from tests.pairing.test_hard_histories import all_met, cliques, half_graph
from unmentor.pairing import Entrant, History, Rules, draw, verify
from unmentor.pairing.best import best_groups
from unmentor.pairing.promise import promise

TITLE = "The draw"
FULL = os.environ.get("BENCH_DRAW") == "full"
SIT_OUT = Rules(odd="sit-out")


def our_season(
    n: int, rounds: int, seed: int, *, organisations: int = 1, attending: float = 1
) -> tuple[int, int, float, list[int]]:
    """Return the same for our draw, and the gaps between two meetings of a pair."""
    chance, plan, history, out = random.Random(seed), None, [], {}
    last: Met = {}
    first, gaps, repeats, times = 0, [], 0, []
    for number in range(1, rounds + 1):
        coming = [i for i in range(n) if attending == 1 or chance.random() < attending]
        people = [
            Entrant(i, organisation=str(i % organisations) if organisations > 1 else "", last_out=out.get(i))
            for i in coming
        ]
        start = time.perf_counter()
        result = draw(people, history, SIT_OUT, seed=seed * 10_000 + number, plan=plan)
        times.append(time.perf_counter() - start)
        plan = result.plan
        for pair in map(frozenset, result.groups):
            gaps += [number - last[pair]] if pair in last else []
            last[pair] = number
        history += [(number, *pair) for pair in result.groups]
        out.update(dict.fromkeys(result.left_out, number))
        first = first or (number if result.repeats else 0)
        repeats += len(result.repeats)
    return repeats, first, statistics.median(times), gaps


def full_attendance() -> Iterator[Row]:
    """Everybody comes to all of the n − 1 rounds in which nobody need meet twice."""
    seeds = {8: 10_000, 10: 10_000, 12: 10_000, 20: 1_000, 50: 100, 100: 20}
    for n, wanted in seeds.items():
        count = wanted if FULL else max(1, min(60, wanted // 100, 2400 // n**2 + 1))
        for organisations in (1, 2):
            ours = [our_season(n, n - 1, seed, organisations=organisations) for seed in range(count)]
            bad = sum(repeats > 0 for repeats, *_ in ours)
            who = f"{n} people, {n - 1} rounds" + (", 2 organisations" if organisations > 1 else "")
            yield Row(f"seeds with a repeat: {who}", bad, "seeds", goal="0", note=f"{count} seeds")
            if n == 50:
                took = statistics.median(median for _, _, median, _ in ours)
                yield Row(f"a round: {who}", took * 1000, "ms", goal="≤ 50 ms")


def side_by_side() -> Iterator[Row]:
    """Fifty people, forty rounds: what the others do with a season that needs no repeat."""
    n, rounds, seeds = 50, 40, range(3 if FULL else 1)
    ours = [our_season(n, rounds, seed) for seed in seeds]
    for matcher in (shuffled, greedy, networkx):
        theirs = [season(matcher, n, rounds, seed) for seed in seeds]
        note = f"first in round {min(first for _, first, _ in theirs) or '–'}"
        mean = statistics.mean(repeats for repeats, *_ in theirs)
        us = statistics.mean(repeats for repeats, *_ in ours)
        yield Row("repeats: 50 people, 40 rounds", us, "repeats", matcher.__name__, mean, "0", note)
        yield Row(
            "a round of 50 people",
            statistics.median(median for _, _, median, _ in ours) * 1000,
            "ms",
            matcher.__name__,
            statistics.median(median for *_, median in theirs) * 1000,
        )


def attendance_and_gaps() -> Iterator[Row]:
    """Seven in ten attending, and seasons that go on after everyone has met everyone."""
    count = 100 if FULL else 6
    early = [our_season(40, 39, seed, attending=0.7)[0] for seed in range(count)]
    yield Row("seeds with a repeat: 40 people, 70% attending, 39 rounds", sum(map(bool, early)), "seeds", goal="0")
    late = [our_season(40, 52, seed, attending=0.7)[0] for seed in range(count)]
    note = f"worst {max(late)} of {count} seeds"
    yield Row("repeats: 40 people, 70% attending, 52 rounds", statistics.mean(late), "repeats", goal="≤ 6", note=note)
    for n in (10, 20, 40):
        gap = min(min(our_season(n, 3 * n, seed)[3]) for seed in range(20 if FULL else 2))
        yield Row(f"shortest gap, {n} people, {3 * n} rounds", gap, "rounds", goal=f"≥ {0.9 * (n - 1):.1f}")


def crowds() -> Iterator[Row]:
    """Many people who met twenty each."""
    for n, goal in ((1_000, "≤ 5 ms"), (10_000, "≤ 50 ms"), (100_000, "≤ 500 ms"), (1_000_000, "≤ 8,000 ms")):
        if n > 100_000 and not FULL:
            continue
        chance, ids, meetings = random.Random(n), list(range(n)), []
        for number in range(1, 21):
            line = chance.sample(ids, n)
            meetings += [(number, a, b) for a, b in zip(line[::2], line[1::2], strict=True)]
        people = [Entrant(i) for i in ids]
        start = time.perf_counter()
        history = History(ids, meetings)
        built = time.perf_counter() - start
        line_time = time.perf_counter()
        shuffled(ids, {}, chance)
        line_time = time.perf_counter() - line_time
        times, repeats = [], 0
        for seed in range(1 if n > 100_000 else 5):
            start = time.perf_counter()
            result = draw(people, history, seed=seed)
            times.append(time.perf_counter() - start)
            repeats += len(result.repeats)
        took = statistics.median(times) * 1000
        note = f"{repeats} repeats; reading the history {built:.2f} s more"
        yield Row(f"{n:,} people who met 20 each", took, "ms", "shuffled", line_time * 1000, goal, note)
        start = time.perf_counter()
        verify(people, history, Rules(), result)
        yield Row(f"verify {n:,} people", time.perf_counter() - start, "s", goal="≤ 0.2 s" if n == 100_000 else "")
        if n <= 100_000 or FULL:
            tracemalloc.start()
            draw(people, history, seed=1)
            peak = tracemalloc.get_traced_memory()[1] / n
            tracemalloc.stop()
            yield Row(f"memory above the input, {n:,} people", peak, "bytes a person", goal="≤ 300")


def saturated() -> Iterator[Row]:
    """Everyone met everyone, in random rounds; and a thousand who met nine hundred each."""
    chance = random.Random(5)
    cases = {
        "300 people who all met, best proven": (300, 1.0, "≤ 0.5 s"),
        "1,000 people who met 900 each, best proven": (1_000, 0.9, "≤ 10 s"),
    }
    for what, (n, share, goal) in cases.items():
        met = {frozenset(pair): chance.randint(1, n) for pair in combinations(range(n), 2) if chance.random() < share}
        people, history = [Entrant(i) for i in range(n)], [(number, *pair) for pair, number in met.items()]
        start = time.perf_counter()
        result = draw(people, history, seed=1)
        took = time.perf_counter() - start
        verify(people, history, Rules(), result)
        beside = None
        if n == 300:
            start = time.perf_counter()
            networkx(list(range(n)), met, chance)
            beside = time.perf_counter() - start
        yield Row(what, took, "s", "networkx" if beside else "", beside, goal, f"{len(result.repeats)} repeats")


def hard() -> Iterator[Row]:
    """Histories made to break matchers, beside as many people of whom nobody met anybody."""
    cases = {
        "62 people, two cliques joined by one pair": (62, cliques(31)),
        "298 people, two cliques joined by one pair": (298, cliques(149)),
        "300 people, one perfect matching": (300, half_graph(300)),
        "300 people, all met but one pair": (300, [each for each in all_met(range(300)) if each[1:] != (0, 1)]),
    }
    for what, (n, history) in cases.items():
        people = [Entrant(i) for i in range(n)]
        took, plain = (
            median_seconds(lambda people=people, met=met: draw(people, met, seed=1)) for met in (history, ())
        )
        yield Row(what, took, "s", "nobody met", plain, "≤ 2 s")


def forbidden() -> Iterator[Row]:
    """Crowds that hard rules keep apart, beside as many people whom nothing does."""
    forbid = Rules(same_organisation="forbid")
    cases = {
        "1,500 colleagues, forbidden": ([Entrant(i, organisation="x") for i in range(1_500)], forbid, ""),
        "1,001 people, 505 of one organisation, forbidden": (
            [Entrant(i, organisation="x" if i < 505 else f"town {i}") for i in range(1_001)],
            forbid,
            "≤ 10 s",
        ),
        "3,000 people, one excluded by all": (
            [Entrant(0, not_with=set(range(1, 3_000))), *(Entrant(i) for i in range(1, 3_000))],
            Rules(),
            "≤ 9 s",
        ),
    }
    for what, (people, rules, goal) in cases.items():
        plain = [Entrant(who.id) for who in people]
        took: dict[str, list[float]] = {}
        for name, crowd in (("plain", plain), ("apart", people)):
            start = time.process_time()
            result = draw(crowd, (), rules, seed=1)
            drawn = time.process_time()
            verify(crowd, (), rules, result)
            took[name] = [drawn - start, time.process_time() - drawn]
        note = f"{len(result.left_out)} left out, {result.certificate['proof']}"
        yield Row(f"draw {what}", took["apart"][0], "s", "nobody apart", took["plain"][0], goal, note)
        yield Row(f"verify {what}", took["apart"][1], "s", "nobody apart", took["plain"][1], "≤ 1 s")


def uniformity() -> Iterator[Row]:
    """Five irregular histories, each best draw counted."""
    total = 1_000_000 if FULL else 20_000
    for n, share, rules in (
        (6, 0.3, Rules()),
        (8, 0.4, Rules()),
        (10, 0.5, Rules()),
        (7, 0.3, Rules()),
        (9, 0.4, SIT_OUT),
    ):
        chance, names = random.Random(n), "abcdefghij"[:n]
        history = [(1, a, b) for a, b in combinations(names, 2) if chance.random() < share]
        people = [Entrant(name) for name in names]
        _, best = Brute(people, history, rules).best()
        want = promise(people, history, rules)
        seen = (
            frozenset(frozenset(names[i] for i in group) for group in best_groups(want, chance)[0])
            for _ in range(total)
        )
        statistic, p = chi_squared(seen, best)
        note = f"χ² {statistic:.1f} over {len(best)} draws, {total:,} times"
        yield Row(f"even chance: {n} people, {len(history)} pairs met, {rules.odd}", p, "p", goal="> 0.001", note=note)


def rows() -> Iterable[Row]:
    """Measure every goal."""
    yield from side_by_side()
    yield from full_attendance()
    yield from attendance_and_gaps()
    yield from crowds()
    yield from saturated()
    yield from hard()
    yield from forbidden()
    yield from uniformity()
