"""Check a draw without trusting whoever drew it: the rules pair by pair, then the proof that nothing is better.

The proof is a price for every place, such that the prices of any two cover four times the gain of pairing them rather
than leaving both out; odd circles of places may share a price for the pairs within. No pairing can gain more than all
prices together (Edmonds 1965). Shared with the solver is only what “best” means, in promise.py.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, combinations, product, takewhile

from unmentor.pairing.entrants import Draw, Entrant, Id, Meeting, NotOptimal, NotValid, Rules
from unmentor.pairing.history import History
from unmentor.pairing.promise import Promise, promise


def verify(people: Sequence[Entrant], history: Iterable[Meeting] | History, rules: Rules, result: Draw) -> None:
    """Raise NotValid or NotOptimal, saying where, unless *result* keeps every rule and proves itself the best.

    Time linear in people, meetings and certificate; with a trio, also in the trios that the prices leave in doubt.
    """
    want = promise(people, history, rules)
    place = {who: i for i, who in enumerate(want.history.ids)}
    try:
        groups = [tuple(map(place.__getitem__, group)) for group in result.groups]
    except KeyError as unknown:
        raise NotValid(f"{unknown.args[0]!r} does not take part") from None
    cost = _check_rules(want, groups, result, want.history.ids)
    if cost != want.floor and len(want.who) > 1:
        _check_proof(want, 4 * cost, result)


def _check_rules(want: Promise, groups: list[tuple[int, ...]], result: Draw, ids: Sequence[Id]) -> int:
    """Return what the draw costs; raise NotValid where it breaks a rule or tells of itself what is not so."""
    seated = Counter(chain.from_iterable(groups))
    offers = set(want.who[want.regulars :])
    if too_often := [i for i, times in seated.items() if times > (i < want.regulars) + (i in offers)]:
        raise NotValid(f"{ids[too_often[0]]!r} is in more conversations than they offered")
    trios = [group for group in groups if len(group) != 2]
    if trios and (len(trios) > 1 or len(trios[0]) != 3 or not want.trio):
        raise NotValid(f"{[ids[i] for i in trios[0]]} is not a pair")
    met_here, repeats = set[tuple[int, int]](), set[tuple[frozenset[Id], int]]()
    for group in groups:
        for a, b in combinations(sorted(group), 2):
            if (a, b) in met_here or a >= want.regulars or not want.may_talk(a, b):
                raise NotValid(f"{ids[a]!r} and {ids[b]!r} must not talk, or not twice")
            met_here.add((a, b))
            if b in want.history.partners(a):
                repeats.add((frozenset((ids[a], ids[b])), want.history.last(a)[b]))
    last_turn = [i for i in chain(*trios) if want.rank[i] == min(want.rank[i] for i in trios[0])]
    out = [i for i in range(want.regulars) if i not in seated]
    used = [i for i, times in seated.items() if times > (i < want.regulars)]
    for name, said, done in (
        ("left out", result.left_out, [ids[i] for i in out]),
        ("stepping in", result.stepped_in, [ids[i] for i in used]),
        ("repeats", [(frozenset((again.a, again.b)), again.last_met) for again in result.repeats], repeats),
    ):
        if Counter(said) != Counter(done):
            raise NotValid(f"it tells of {name}: {said}, but it is {done}")
    if len(result.thirds) != len(trios) or not set(result.thirds) <= {ids[i] for i in last_turn}:
        raise NotValid(f"it tells of the third: {result.thirds}, but it was the turn of {[ids[i] for i in last_turn]}")
    turn = want.turn * want.rank[last_turn[0]] if trios else 0
    empty = sum(map(want.absent, chain(out, range(want.regulars + len(used), len(want.who)))))
    return turn + empty + sum(want.repeat_cost(last) for _, last in repeats)


def _check_proof(want: Promise, cost: int, result: Draw) -> None:
    """Raise NotOptimal unless the prices leave no way to draw for less than *cost*, four times what was paid."""
    bounds = [_Bound(want, one["places"], one["circles"]) for one in result.certificate.get("prices", ())]
    if not any(bound.pairs_only >= cost or (want.trio and cost < 4 * want.out) for bound in bounds):
        raise NotOptimal("nothing proves that it could not cost less")
    for trio in _doubtful(want, bounds[-1], cost) if want.trio else ():
        if max(bound.with_trio(trio) for bound in bounds) < cost:
            raise NotOptimal(f"a trio of {[want.people[i].id for i in trio]} might be better")


class _Bound:
    """Four times the least that any draw can cost, by one set of prices; raise NotOptimal if they do not cover all."""

    def __init__(self, want: Promise, places: list[int], circles: list[tuple[int, list[int]]]) -> None:
        if len(places) != len(want.who) or any(
            type(p) is not int or p < 0 for p in [*places, *(p for p, _ in circles)]
        ):
            raise NotOptimal("there is not one price, nothing or more, for every place")
        self.want = want
        self.above = [price - 4 * want.absent(i) for i, price in enumerate(places)]
        self.circles = [(price, set(circle)) for price, circle in circles]
        if any(len(circle) % 2 == 0 for _, circle in self.circles):
            raise NotOptimal("a circle of an even number of places proves nothing")
        self.pairs_only = -sum(self.above) - sum(price * (len(circle) // 2) for price, circle in self.circles)
        order = sorted(range(len(places)), key=self.above.__getitem__)
        for at, i in enumerate(order):
            for j in order[at + 1 :]:
                if self.above[i] + self.above[j] >= 0:
                    break
                covered = self.above[i] + self.above[j] + 4 * want.pair_cost(i, j)
                covered += sum(price for price, circle in self.circles if i in circle and j in circle)
                if covered < 0 and want.allowed(i, j):
                    raise NotOptimal(f"the prices do not cover places {i} and {j}")

    def with_trio(self, trio: Sequence[int]) -> int:
        """Return the bound for draws with this trio."""
        bound = self.pairs_only + 4 * self.want.group_cost(trio) + sum(self.above[i] for i in trio)
        return bound + sum(price * (len(all_) // 2 - len(all_.difference(trio)) // 2) for price, all_ in self.circles)


def _doubtful(want: Promise, bound: _Bound, cost: int) -> Iterator[tuple[int, ...]]:
    """Yield every trio that the rules allow, without those that even the cheapest company leaves too dear."""
    cheap = [want.cheapest(i) for i in range(len(want.who))]
    above = [own + 4 * least for own, least in zip(bound.above, cheap, strict=True)]
    for turn in sorted(set(want.rank)):
        order = sorted((i for i in range(want.regulars) if want.rank[i] >= turn), key=above.__getitem__)
        room = cost - bound.pairs_only - 4 * want.turn * turn
        for third, (at, i) in product((i for i in order if want.rank[i] == turn), enumerate(order)):
            so_far = above[third] + above[i] + 4 * want.pair_cost(third, i) - 2 * cheap[third] - 2 * cheap[i]
            if so_far + above[i] < room and want.allowed(third, i):
                for j in takewhile(lambda j: so_far + above[j] < room, order[at + 1 :]):  # noqa: B023 - used up at once
                    if want.allowed(third, j) and want.allowed(i, j):
                        yield third, i, j
