"""The fast path: draws that cost nothing at all, every one of them equally likely.

Among people who met twenty each, a random pairing has about ten repeats, however many people there are. So chance
nearly always suffices, and such a draw is its own proof. Shuffling and then mending the few repeats would favour some
draws over others; what is done here does not.
"""

from itertools import combinations
from random import Random

from unmentor.pairing.chance import below, one_of
from unmentor.pairing.promise import Groups, Promise
from unmentor.pairing.switching import Switching

FEW = 200
MOST_TRIES = 40_000
MOST_CLASHES_TO_REJECT = 7
COUNTABLE = 22


def flawless(want: Promise, chance: Random, *, wishes: bool = False) -> Groups | None:
    """Return groups without any repeat, and with no wish left open if *wishes*, or None if chance finds none soon.

    Guarantee: every such draw is equally likely. Few people: try again until nothing clashes, O(MOST_TRIES). Many:
    switchings, O(people) for each of a few attempts; never with *wishes*.
    """
    if len(want.who) <= FEW:
        good = [{j for j in range(len(want.who)) if want.fits(i, j, wishes=wishes)} for i in range(len(want.who))]
        if len(want.who) / 2 - sum(map(len, good)) / (2 * len(good) - 2) < MOST_CLASHES_TO_REJECT:
            return _by_rejection(want, good, chance)
    return None if wishes else _by_switching(want, chance)


def odd_one(want: Promise, chance: Random) -> tuple[list[int], tuple[int, ...]] | None:
    """Return the places to be paired and the trio if there is one, as likely as any; None asks for another try."""
    n = want.regulars
    rest = list(range(n))
    if n % 2 == 0:
        return rest, ()
    if len(want.who) > n:
        return [*rest, n + below(len(want.who) - n, chance)], ()
    turn = one_of(want.next_in_turn, chance)
    rest[turn] = rest[-1]
    rest.pop()
    if not want.trio:
        return rest, ()
    for last in (n - 2, n - 3):
        pick = below(last + 1, chance)
        rest[pick], rest[last] = rest[last], rest[pick]
    trio = (turn, rest.pop(), rest.pop())
    # A trio of which two are next in turn would otherwise be drawn twice as often.
    if below(sum(want.rank[i] == want.rank[turn] for i in trio), chance):
        return None
    return rest, trio


def _by_rejection(want: Promise, good: list[set[int]], chance: Random) -> Groups | None:
    """Pair at random and start again at the first clash."""
    if not all(good[: want.regulars]) and not want.regulars % 2:
        return None
    tries_left = MOST_TRIES if len(good) > COUNTABLE else MOST_TRIES // 10
    while tries_left > 0:
        tries_left -= len(good) // 16 + 1
        odd = odd_one(want, chance)
        if odd is None:
            continue
        rest, trio = odd
        if any(j not in good[i] for i, j in combinations(trio, 2)):
            continue
        groups: Groups = [trio] if trio else []
        while rest:
            i = rest.pop()
            pick = below(len(rest), chance)
            j, rest[pick] = rest[pick], rest[-1]
            rest.pop()
            tries_left -= 1
            if j not in good[i]:
                break
            groups.append((i, j))
        else:
            return groups
    return None


def _by_switching(want: Promise, chance: Random) -> Groups | None:
    """Pair at random and switch the clashes away."""
    switching = Switching(want)
    for _ in range(switching.attempts):
        odd = odd_one(want, chance)
        if odd is None:
            continue
        rest, trio = odd
        if any(j in switching.clashing(i) for i, j in combinations(trio, 2)):
            continue
        pairs = switching.pairs(rest, chance)
        if pairs is not None:
            return [trio, *pairs] if trio else pairs
    return None
