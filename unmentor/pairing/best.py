"""How the best groups are found: by chance where chance suffices, exactly where it does not."""

from random import Random
from typing import Any

from unmentor.pairing.duals import Prices, priced_matching
from unmentor.pairing.even import evenly, evenly_with_trio, stir
from unmentor.pairing.exact import DENSE, best_pairs, tight
from unmentor.pairing.mend import mended
from unmentor.pairing.promise import SOFT_TIER, Groups, Promise
from unmentor.pairing.sampler import COUNTABLE, FEW, flawless
from unmentor.pairing.trios import best_with_trio

CLEAN: dict[str, Any] = {"proof": "clean"}


def best_groups(want: Promise, chance: Random) -> tuple[Groups, dict[str, Any]]:
    """Return the groups that keep the promise best and the certificate that proves it."""
    by_chance = flawless(want, chance, wishes=want.wishes)
    if by_chance is not None:
        return by_chance, dict(CLEAN)
    if len(want.who) > FEW:
        crowd = mended(want, flawless(want, chance) if want.wishes else None, chance)
        if crowd is not None:
            return crowd, dict(CLEAN)
    groups, proof = _solved(want, chance)
    if want.cost(groups) == want.floor:
        return groups, dict(CLEAN)
    return groups, {"proof": "prices", "prices": [{"places": one.vertex, "circles": one.circles} for one in proof]}


def _solved(want: Promise, chance: Random) -> tuple[Groups, list[Prices]]:
    """Return exactly the best groups, as evenly drawn among the best as can be, and the prices that prove them."""
    if want.trio:
        groups, prices, proof = best_with_trio(want, chance)
    else:
        groups, prices = best_pairs(want, range(len(want.who)), chance)
        proof = [prices]
    even: Groups | None = None
    if any(len(group) > 2 for group in groups):
        even = evenly_with_trio(want, want.cost(groups), chance)
    elif len(want.who) <= DENSE:
        partners = tight(want, prices)
        few = len(partners) <= COUNTABLE or sum(map(len, partners)) <= 4 * len(partners)
        even = evenly(want, partners, [price == 0 for price in prices.vertex], chance) if few else None
        groups = _wished(want, partners, groups) if even is None else groups
    return even if even is not None else stir(want, groups, chance), proof


def _wished(want: Promise, partners: list[list[int]], groups: Groups) -> Groups:
    """Return, among the best pairings, one that leaves the fewest soft wishes open."""
    if not want.wishes:
        return groups
    scale = SOFT_TIER * (len(partners) + 1)
    gains = [
        {j: (want.absent(i) + want.absent(j) - want.pair_cost(i, j)) * scale - want.soft(i, j) for j in row}
        for i, row in enumerate(partners)
    ]
    mate, _ = priced_matching(gains)
    return [(i, j) for i, j in enumerate(mate) if i < j]
