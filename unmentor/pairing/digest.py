"""A fingerprint of all that a draw depends on, by which a later draw is known to be of the same."""

import json
from hashlib import sha256
from operator import attrgetter
from typing import Any

from unmentor.pairing.entrants import ALGORITHM
from unmentor.pairing.promise import Promise


def digest(want: Promise, seed: int, plan_digest: str) -> str:
    """Return the SHA-256 of algorithm, seed, plan, rules, people and history, in one canonical order.

    Injective: what is hashed are JSON texts and arrays whose lengths stand before them, so that no two inputs run
    together.
    """
    people, history = want.people, want.history
    sizes = (len(people), len(history.met), history.latest)
    total = sha256(_json([ALGORITHM, seed, plan_digest, want.rules.odd, want.rules.same_organisation, *sizes]))
    for column in ("id", "organisation", "region", "standby", "last_out", "conversations"):
        total.update(_json(list(map(attrgetter(column), people))))
    for column in ("slots", "not_with"):
        total.update(_json([sorted(one, key=repr) if one else 0 for one in map(attrgetter(column), people)]))
    for numbers in (history.start, history.met, history.when):
        total.update(numbers)
    return total.hexdigest()


def plan_digest(rounds: list[Any]) -> str:
    """Return the SHA-256 of the *rounds* that a draw took over from the plan before, "" where there were none."""
    return sha256(_json(rounds)).hexdigest() if rounds else ""


def _json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), default=repr).encode()
