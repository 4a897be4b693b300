"""The exact solver, for what chance alone cannot satisfy: saturated histories, hard rules, turns."""

from collections.abc import Collection
from random import Random

from unmentor.pairing.chance import one_of
from unmentor.pairing.duals import FREE, Prices, priced_matching
from unmentor.pairing.promise import Groups, Promise

DENSE = 300
CANDIDATES = 12
Gains = list[dict[int, int]]


def best_pairs(want: Promise, places: Collection[int], chance: Random) -> tuple[Groups, Prices]:
    """Return pairs of *places* that cost the least of all, and prices for all places of *want* that prove it.

    Up to DENSE places every pair is looked at. With more, each place begins with its CANDIDATES cheapest and a few
    random ones; pairs that the prices do not cover are added until there are none.
    """
    chosen = set(places)
    if len(chosen) <= DENSE:
        gains = [gains_of(want, i, chosen) if i in chosen else {} for i in range(len(want.who))]
        mate, prices = priced_matching(gains)
    else:
        mate, prices = _by_candidates(want, chosen, chance)
    return [(i, j) for i, j in enumerate(mate) if j != FREE and i < j], prices


def gains_of(want: Promise, i: int, others: Collection[int]) -> dict[int, int]:
    """Return what it is worth to pair *i* with each of *others* rather than to leave both out."""
    barred, met, who, own = want.barred(i), want.met(i), want.who, want.absent(i)
    row = {j: own + want.absent(j) for j in others if j not in barred}
    if met:
        for j in row:
            if who[j] in met:
                row[j] -= want.pair_cost(i, j)
    return row


def _by_candidates(want: Promise, chosen: set[int], chance: Random) -> tuple[list[int], Prices]:
    """Solve among few candidates of each place, adding whatever the prices do not cover. Two to six rounds."""
    order = sorted(chosen)
    gains: Gains = [{} for _ in want.who]

    def add(i: int, j: int) -> bool:
        gain = gains_of(want, i, (j,)).get(j)
        if gain is not None and j not in gains[i]:
            gains[i][j] = gains[j][i] = gain
        return gain is not None

    for i in order:
        oldest = sorted(want.met(i), key=want.met(i).__getitem__)[:CANDIDATES]
        for j in want.seats(oldest) & chosen:
            add(i, j)
        unmet = 0
        for _ in range(40 * CANDIDATES):
            j = one_of(order, chance)
            unmet += want.fits(i, j) and add(i, j)
            if unmet >= CANDIDATES:
                break
    while True:
        mate, prices = priced_matching(gains)
        missing = uncovered(want, prices, order)
        if not missing:
            return mate, prices
        for i, j in missing:
            add(i, j)


def uncovered(want: Promise, prices: Prices, places: list[int]) -> list[tuple[int, int]]:
    """Return the pairs whose gain the prices do not cover; most that never met are skipped in bulk."""
    above = {i: prices.vertex[i] - 4 * want.absent(i) for i in places}
    order = sorted(places, key=above.__getitem__)
    within = circles_by_place(prices)
    missing = []
    for at, i in enumerate(order):
        for j in order[at + 1 :]:
            if above[i] + above[j] >= 0:
                break
            price = above[i] + above[j] + sum(within[c] for c in within if i in c and j in c)
            if price < 0 and want.allowed(i, j) and price + 4 * want.pair_cost(i, j) < 0:
                missing.append((i, j))
    return missing


def circles_by_place(prices: Prices) -> dict[frozenset[int], int]:
    """Return the odd circles with their prices."""
    return {frozenset(members): price for price, members in prices.circles}


def tight(want: Promise, prices: Prices, places: Collection[int]) -> list[list[int]]:
    """Return whom each place may meet in a best draw: only pairs that the prices cover with nothing to spare."""
    chosen = set(places)
    circles = circles_by_place(prices)
    rows: list[list[int]] = [[] for _ in want.who]
    for i in chosen:
        own = prices.vertex[i]
        for j, gain in gains_of(want, i, chosen).items():
            spare = own + prices.vertex[j] - 4 * gain
            if (
                spare <= 0
                and spare + sum(price for circle, price in circles.items() if i in circle and j in circle) == 0
            ):
                rows[i].append(j)
    return rows
