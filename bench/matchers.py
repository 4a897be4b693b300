"""How others pair people, and how well that goes over a season: what the draw is measured beside."""

import random
import statistics
import time
from collections.abc import Callable
from itertools import combinations

import networkx as nx

Met = dict[frozenset[int], int]
Matcher = Callable[[list[int], Met, random.Random], list[tuple[int, int]]]


def shuffled(people: list[int], met: Met, chance: random.Random) -> list[tuple[int, int]]:  # noqa: ARG001 - a matcher
    """Pair at random, as most chat bots do."""
    line = chance.sample(people, len(people))
    return list(zip(line[::2], line[1::2], strict=False))


def greedy(people: list[int], met: Met, chance: random.Random) -> list[tuple[int, int]]:
    """Pair one after the other with somebody not met, or met longest ago."""
    line, pairs = chance.sample(people, len(people)), []
    while len(line) > 1:
        one = line.pop()
        other = min(line, key=lambda two: met.get(frozenset((one, two)), -1))
        line.remove(other)
        pairs.append((one, other))
    return pairs


def networkx(people: list[int], met: Met, chance: random.Random) -> list[tuple[int, int]]:
    """Pair by maximum weight matching over the full history."""
    graph = nx.Graph()
    now = max(met.values(), default=0) + 1
    for a, b in combinations(chance.sample(people, len(people)), 2):
        last = met.get(frozenset((a, b)))
        graph.add_edge(a, b, weight=10**6 if last is None else now - last)
    return list(nx.max_weight_matching(graph, maxcardinality=True))


def season(matcher: Matcher, n: int, rounds: int, seed: int) -> tuple[int, int, float]:
    """Return repeats, the first round with one (0 for none) and the median seconds of a round, by *matcher*."""
    chance, met, repeats, first, times = random.Random(seed), Met(), 0, 0, []
    for number in range(1, rounds + 1):
        start = time.perf_counter()
        pairs = matcher(list(range(n)), met, chance)
        times.append(time.perf_counter() - start)
        again = sum(frozenset(pair) in met for pair in pairs)
        first = first or (number if again else 0)
        repeats += again
        met.update(dict.fromkeys(map(frozenset, pairs), number))
    return repeats, first, statistics.median(times)
