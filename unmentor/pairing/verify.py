"""Check a draw without trusting whoever drew it: the rules group by group, then the proof that nothing is better.

Shared with the solver is what a draw is given and what “best” means (entrants, line_up, history, promise, digest), and
nothing of how a best draw is found. The proof is checked in proof.py.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain, combinations

from unmentor.pairing.digest import digest
from unmentor.pairing.entrants import ALGORITHM, Draw, Entrant, Meeting, NotValid, Rules
from unmentor.pairing.history import History
from unmentor.pairing.promise import Groups, Promise, promise
from unmentor.pairing.proof import check_proof


def verify(people: Sequence[Entrant], history: Iterable[Meeting] | History, rules: Rules, result: Draw) -> None:
    """Raise NotValid or NotOptimal, saying where, unless *result* keeps every rule and proves itself the best.

    Time linear in people, meetings, exclusions and certificate, but for the trios that the prices leave in doubt.
    Raises ValueError where people or history make no sense.
    """
    want = promise(people, history, rules)
    drawn = _Drawn(want, _numbered(want, result))
    for group in drawn.groups:
        _check_group(want, group)
    _check_seats(want, drawn)
    _check_lists(want, drawn, result)
    _check_origin(want, result)
    check_proof(want, drawn.cost(), result.certificate)


def _numbered(want: Promise, result: Draw) -> Groups:
    """Return the groups as numbers of people."""
    number = {who: i for i, who in enumerate(want.history.ids)}
    try:
        return [tuple(number[who] for who in group) for group in result.groups]
    except KeyError as unknown:
        raise NotValid(f"{unknown.args[0]!r} does not take part") from None
    except TypeError:
        raise NotValid("the groups are not groups of ids") from None


class _Drawn:
    """What follows from the *groups*: who talks how often, who is out, who helps out, and who meets again."""

    def __init__(self, want: Promise, groups: Groups) -> None:
        self.want, self.groups, self.times = want, groups, Counter(chain(*groups))
        self.trios = [group for group in groups if len(group) == 3]
        self.out = [i for i in want.due if i not in self.times]
        self.helping = [i for i, times in self.times.items() if i >= want.regulars or times > 1]
        pairs = (pair for group in groups for pair in combinations(group, 2))
        self.again = [(a, b, want.history.last(a)[b]) for a, b in pairs if b in want.history.partners(a)]

    def cost(self) -> int:
        """Return what the draw costs; who has no place at all costs nothing, since nothing could help them."""
        want = self.want
        left_out = sum(want.absent(i) for i in self.out if i < want.regulars)
        unused = len(want.who) - want.regulars - len(self.helping)
        threes = sum(want.three + want.turn * min(want.rank[i] for i in trio) for trio in self.trios)
        return left_out - unused * want.step + threes + sum(want.repeat_cost(last) for _, _, last in self.again)


def _check_group(want: Promise, group: tuple[int, ...]) -> None:
    """Raise NotValid unless *group* is two who may talk, or three where the rules have that."""
    helpers = [i for i in group if i >= want.regulars]
    if len(group) != 2 and not (len(group) == 3 and want.trio):
        raise NotValid(f"{[want.people[i].id for i in group]} is not a pair")
    if len(helpers) > 3 - len(group) or not all(want.may_talk(a, b) for a, b in combinations(group, 2)):
        raise NotValid(f"{[want.people[i].id for i in group]} must not talk")


def _check_seats(want: Promise, drawn: _Drawn) -> None:
    """Raise NotValid where somebody talks more often than offered, or twice with the same, or a trio is not alone."""
    seats = Counter(want.who)
    for i, times in drawn.times.items():
        if times > seats[i]:
            raise NotValid(f"{want.people[i].id!r} is in {times} conversations and offered {seats[i]}")
    more = {i for i, times in drawn.times.items() if times > 1}
    pairs = Counter(
        frozenset(pair) for group in drawn.groups for pair in combinations(group, 2) if more.issuperset(pair)
    )
    if twice := [pair for pair, times in pairs.items() if times > 1]:
        raise NotValid(f"{[want.people[i].id for i in twice[0]]} must not talk twice")
    if len(drawn.trios) > 1:
        raise NotValid(f"there are {len(drawn.trios)} groups of three")


def _check_lists(want: Promise, drawn: _Drawn, result: Draw) -> None:
    """Raise NotValid unless *result* says itself who is left out, steps in, meets again and is third."""
    ids = want.history.ids
    done: dict[str, list[object]] = {
        "left out": [ids[i] for i in drawn.out],
        "stepping in": [ids[i] for i in drawn.helping],
        "repeats": [(frozenset((ids[a], ids[b])), last) for a, b, last in drawn.again],
    }
    try:
        repeats = [(frozenset((again.a, again.b)), again.last_met) for again in result.repeats]
        for (what, true), told in zip(done.items(), (result.left_out, result.stepped_in, repeats), strict=True):
            if Counter[object](told) != Counter(true):
                raise NotValid(f"it tells of {what}: {told}, but it is {true}")
        thirds = list(result.thirds)
    except (TypeError, AttributeError):
        raise NotValid("what it tells of who is left out, steps in or meets again cannot be read") from None
    turns = [[ids[i] for i in trio if want.rank[i] == min(want.rank[j] for j in trio)] for trio in drawn.trios]
    if len(thirds) != len(turns) or any(third not in turn for third, turn in zip(thirds, turns, strict=True)):
        raise NotValid(f"it tells of the third: {thirds}, but it was the turn of one of {turns}")


def _check_origin(want: Promise, result: Draw) -> None:
    """Raise NotValid unless *result* was drawn our way, and from what we were given."""
    if result.algorithm != ALGORITHM:
        raise NotValid(f"the algorithm is {result.algorithm!r}, and this checks {ALGORITHM!r}")
    if type(result.seed) is not int or type(result.plan_digest) is not str:
        raise NotValid(f"the seed is {result.seed!r}, not a number, or the plan's digest is not a text")
    if result.digest != digest(want, result.seed, result.plan_digest):
        raise NotValid("the digest is not that of these people, history and rules with this seed and plan")
