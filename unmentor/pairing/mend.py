"""Mending: a random draw made better by exchanging partners, for crowds too large or too wishful for anything finer."""

from itertools import combinations
from random import Random

from unmentor.pairing.chance import below, shuffle
from unmentor.pairing.promise import SOFT_TIER, Groups, Promise
from unmentor.pairing.sampler import odd_one

PASSES = 8
TRIES = 120


def mended(want: Promise, start: Groups | None, chance: Random) -> Groups | None:
    """Return groups that keep the hard rules and cost nothing, with few wishes open, or None where mending fails.

    Begins with *start*, or a shuffle. O(people) where what clashes is a small share of all pairs. What it returns is
    proven free of repeats; the fewest open wishes it only comes near, and not every draw is exactly as likely.
    """
    if sum(degree > len(want.who) - 2 for degree in want.clash_degrees()) > 1:
        return None  # who has nobody new left is not helped by any exchange
    groups = start or _shuffled(want, chance)
    pairs = [group for group in groups if len(group) == 2]
    whole = [group for group in groups if len(group) != 2]
    wishes = want.wishes
    forbidden = SOFT_TIER * (want.out + 1)

    def cost(i: int, j: int) -> int:
        if not want.allowed(i, j):
            return forbidden
        return SOFT_TIER * want.pair_cost(i, j) + (want.soft(i, j) if wishes else 0)

    costs = [cost(*pair) for pair in pairs]
    for _ in range(PASSES):
        for k in [k for k, price in enumerate(costs) if price]:
            for _ in range(TRIES):
                other = below(len(pairs), chance)
                (u, v), (x, y) = pairs[k], pairs[other]
                if chance.getrandbits(1):
                    x, y = y, x
                here, there = cost(u, x), cost(v, y)
                if other != k and here + there < costs[k] + costs[other]:
                    pairs[k], pairs[other], costs[k], costs[other] = (u, x), (v, y), here, there
                if not costs[k]:
                    break
    whole_fits = all(want.fits(i, j) for group in whole for i, j in combinations(group, 2))
    return [*whole, *pairs] if whole_fits and max(costs, default=0) < SOFT_TIER else None


def _shuffled(want: Promise, chance: Random) -> Groups:
    """Return a draw by chance alone, which may break every rule but that of turns."""
    odd = odd_one(want, chance)
    while odd is None:
        odd = odd_one(want, chance)
    rest, trio = odd
    shuffle(rest, chance)
    pairs: Groups = list(zip(rest[::2], rest[1::2], strict=True))
    return [trio, *pairs] if trio else pairs
