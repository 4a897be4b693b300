"""A stranger's check of a draw file: what the documents say, written anew, with nothing of ours imported.

It cannot draw again, since it does not know how we draw. It checks that the chance was fixed, that the seed follows
from it, that the rules hold, and that no draw could cost less: the prices in the certificate are a bound by linear
duality, for pairs alone and with every possible three.
"""

import hmac
import json
from hashlib import sha256
from itertools import combinations
from math import inf
from typing import Any


class Wrong(Exception):  # noqa: N818 - it is what a stranger says
    """Something does not add up."""


def check(file: bytes) -> None:
    """Raise Wrong unless this is a draw by the chance that was fixed, and no draw could do better."""
    told = json.loads(file)
    rest = {name: value for name, value in told.items() if name != "checksum"}
    _must(sha256(_packed(rest)).hexdigest() == told["checksum"], "checksum")
    inputs, chance, result = told["inputs"], told["chance"], told["result"]
    secret = bytes.fromhex(chance["secret"])
    _must(sha256(secret).hexdigest() == chance["commitment"], "commitment")
    _must(sha256(_packed(inputs)).hexdigest() == chance["digest"], "digest")
    seed = hmac.new(secret, _packed(["seed", chance["digest"], chance["draws"], chance["tries"]]), sha256)
    _must(int(seed.hexdigest()[:16], 16) >> 2 == chance["seed"], "seed")
    you = told["you"]
    _must(hmac.new(secret, _packed(["pseudonym", you["ticket"]]), sha256).hexdigest()[:16] == you["id"], "pseudonym")
    _must(any(you["id"] in group for group in result["groups"]) or you["id"] in result["left_out"], "reader")
    Costs(inputs).check(result)


class Costs:
    """What it costs to leave somebody out, to make a three and to repeat: each tier outweighs all those below it."""

    def __init__(self, inputs: dict[str, Any]) -> None:
        people, self.trio = inputs["people"], inputs["rules"]["odd"] == "trio"
        _must(inputs["rules"]["odd"] != "standby" and inputs["rules"]["same_organisation"] != "forbid", "rules")
        self.place = {who["id"]: number for number, who in enumerate(sorted(people, key=lambda who: who["id"]))}
        _must(len(self.place) == len(people), "people")
        turns = {self.place[who["id"]]: who.get("last_out", -inf) for who in people}
        order = sorted({*turns.values()})
        self.rank = [order.index(turns[i]) for i in range(len(people))]
        self.last: dict[tuple[int, int], int] = {}
        for number, a, b in inputs["history"]:
            i, j = sorted((self.place[a], self.place[b]))
            self.last[i, j] = max(number, self.last.get((i, j), number))
        self.oldest = min(self.last.values(), default=0)
        span = (max(self.last.values(), default=0) - self.oldest) ** 2
        most = len(people) + 3
        self.repeat = most * (span + 1)
        self.turn = most * (self.repeat + span + 1)
        self.three = most * most * self.turn * (max(self.rank) + 1)
        self.out = 2 * self.three

    def check(self, result: dict[str, Any]) -> None:
        """Raise Wrong unless these groups keep the rules and none could cost less."""
        groups = [tuple(sorted(self.place[who] for who in group)) for group in result["groups"]]
        out = [self.place[who] for who in result["left_out"]]
        everybody = sorted([i for group in groups for i in group] + out)
        _must(everybody == list(range(len(self.place))), "everybody once")
        threes = [group for group in groups if len(group) == 3]
        _must(all(len(group) in {2, 3} for group in groups) and len(threes) <= self.trio, "groups")
        again = {tuple(sorted((self.place[each["a"]], self.place[each["b"]]))): each["last_met"]
                 for each in result["repeats"]}  # fmt: skip
        met = {pair for group in groups for pair in combinations(group, 2) if pair in self.last}
        _must(again == {pair: self.last[pair] for pair in met}, "repeats")
        cost = sum(map(self.absent, out)) + sum(map(self.group, groups))
        if result["certificate"]["proof"] == "clean":
            odd = self.three if self.trio and len(self.place) > 2 else self.out
            _must(cost == (odd if len(self.place) % 2 else 0), "clean")
        else:
            self.check_prices(result["certificate"]["prices"], cost)

    def check_prices(self, prices: list[dict[str, Any]], cost: int) -> None:
        """Raise Wrong unless no draw, with or without a three, can cost less."""
        bounds = [Bound(self, each) for each in prices]
        _must(max(bound.without(()) for bound in bounds) >= 4 * cost, "prices")
        for trio in combinations(range(len(self.place)), 3) if self.trio else ():
            least = self.group(trio)
            proven = least >= cost or any(4 * least + bound.without(trio) >= 4 * cost for bound in bounds)
            _must(proven, "a three")

    def absent(self, i: int) -> int:
        """Return what it costs to leave somebody out."""
        return self.out + self.turn * self.rank[i]

    def group(self, group: tuple[int, ...]) -> int:
        """Return what it costs that these talk."""
        pairs = (pair for pair in combinations(group, 2) if pair in self.last)
        repeats = sum(self.repeat + (self.last[pair] - self.oldest) ** 2 for pair in pairs)
        return repeats + (self.three + self.turn * min(self.rank[i] for i in group) if len(group) == 3 else 0)


class Bound:
    """What pairs must cost at the least, four times over: the prices of any two pay for what it saves to pair them."""

    def __init__(self, costs: Costs, prices: dict[str, Any]) -> None:
        self.costs, self.places, people = costs, prices["places"], range(len(costs.place))
        self.circles = [(price, set(circle)) for price, circle in prices["circles"]]
        fine = len(self.places) == len(people) and min([*self.places, *(price for price, _ in self.circles)]) >= 0
        _must(fine and all(len(circle) % 2 for _, circle in self.circles), "prices")
        for i, j in combinations(people, 2):
            shared = sum(price for price, circle in self.circles if i in circle and j in circle)
            saved = costs.absent(i) + costs.absent(j) - costs.group((i, j))
            _must(self.places[i] + self.places[j] + shared >= 4 * saved, "cover")
        self.all = sum(4 * costs.absent(i) - self.places[i] for i in people)

    def without(self, trio: tuple[int, ...]) -> int:
        """Return the least for all but some people."""
        fewer = sum(4 * self.costs.absent(i) - self.places[i] for i in trio)
        paid = sum(price * (len(circle.difference(trio)) // 2) for price, circle in self.circles)
        return self.all - fewer - paid


def _packed(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def _must(holds: bool, what: str) -> None:
    if not holds:
        raise Wrong(what)
