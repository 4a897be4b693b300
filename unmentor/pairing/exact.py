"""The exact solver for what chance alone cannot satisfy: saturated histories, hard rules, turns."""

from collections.abc import Iterable
from itertools import combinations
from random import Random

from unmentor.pairing.promise import SOFT_TIER, Promise

Groups = list[tuple[int, ...]]


def best_pairs(want: Promise, places: Iterable[int], chance: Random) -> Groups:
    """Return pairs of *places* that cost the least of all, soft wishes last. O(n³), Galil (1986), compiled."""
    import rustworkx as rx

    order = sorted(places, key=lambda _: chance.random())
    graph = rx.PyGraph()
    graph.add_nodes_from(order)
    scale = SOFT_TIER * (len(order) + 1)
    met = {i: want.met(i) for i in order}
    edges = []
    for (at, i), (to, j) in combinations(enumerate(order), 2):
        if want.allowed(i, j):
            gain = want.absent(i) + want.absent(j) - want.age_cost(met[i].get(want.who[j]))
            if gain > 0:
                edges.append((at, to, gain * scale - want.soft(i, j)))
    graph.add_edges_from(edges)
    return [(order[at], order[to]) for at, to in rx.max_weight_matching(graph, weight_fn=int)]


def best_groups(want: Promise, chance: Random) -> Groups:
    """Return the groups that cost the least, one of them a trio where the rules want one."""
    places = range(len(want.who))
    best = best_pairs(want, places, chance)
    if not want.trio:
        return best
    least = cost(want, best)
    trios = [trio for trio in combinations(places, 3) if all(want.allowed(i, j) for i, j in combinations(trio, 2))]
    chance.shuffle(trios)
    for trio in sorted(trios, key=lambda trio: group_cost(want, trio))[:40]:
        groups = [trio, *best_pairs(want, set(places).difference(trio), chance)]
        if cost(want, groups) < least:
            best, least = groups, cost(want, groups)
    return best


def group_cost(want: Promise, group: tuple[int, ...]) -> int:
    """Return what the repeats within *group* cost, and its third's turn where it has one."""
    repeats = sum(want.age_cost(want.met(i).get(want.who[j])) for i, j in combinations(group, 2))
    return repeats + (want.third_cost(group) if len(group) > 2 else 0)


def cost(want: Promise, groups: Groups) -> int:
    """Return what a draw of *groups* costs."""
    seated = {i for group in groups for i in group}
    absent = sum(want.absent(i) for i in range(len(want.who)) if i not in seated)
    return absent + sum(group_cost(want, group) for group in groups)
