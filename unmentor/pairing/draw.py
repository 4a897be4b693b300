"""From entrants, history and rules to a draw."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from hashlib import sha256
from itertools import combinations
from operator import attrgetter
from random import Random
from typing import Any

from unmentor.pairing.best import best_groups
from unmentor.pairing.entrants import Draw, Entrant, Meeting, Repeat, Rules
from unmentor.pairing.foresight import Foresight
from unmentor.pairing.history import History
from unmentor.pairing.promise import Groups, Promise, promise

ALGORITHM = "unmentor-1"


def draw(
    people: Sequence[Entrant],
    history: Iterable[Meeting] | History = (),
    rules: Rules | None = None,
    *,
    seed: int,
    plan: dict[str, Any] | None = None,
) -> Draw:
    """Return the best groups of *people* there are, drawn by the chance that *seed* gives.

    *plan* is the plan of the draw before, which keeps today's pairs from forcing tomorrow's to repeat.
    The result does not depend on the order of *people* or of *history*.
    """
    rules = rules or Rules()
    want = promise(people, history, rules)
    chance = Random(seed)  # noqa: S311 - a draw wants chance that can be replayed, not secrecy
    if len(want.who) < 2:
        return _nobody_to_pair(want, seed)
    foresight = Foresight(want, plan, chance)
    groups, certificate = foresight.choose(lambda: best_groups(want, chance))
    return replace(_told(want, groups, certificate, chance, seed), plan=foresight.plan())


def _nobody_to_pair(want: Promise, seed: int) -> Draw:
    """Return an empty draw that says why it is empty."""
    alone = tuple(want.people[want.who[i]].id for i in range(want.regulars))
    note = f"Only {alone[0]} takes part, and a conversation needs two." if alone else "Nobody takes part."
    return Draw(
        (), alone, certificate={"proof": "clean"}, seed=seed, algorithm=ALGORITHM, digest=digest(want), note=note
    )


def _told(want: Promise, groups: Groups, certificate: dict[str, Any], chance: Random, seed: int) -> Draw:
    """Put places back into people: who starts, who is third, who is left out, who meets again."""
    ids = [want.people[person].id for person in want.who]
    seated, told, thirds, repeats = set[int](), [], [], []
    for group in sorted(tuple(sorted(group)) for group in groups):
        seated.update(group)
        line = sorted(group, key=lambda _: chance.random())
        if len(line) > 2:
            line.sort(key=lambda i: -want.rank[i])
            third = line.pop()
            line = [*sorted(line, key=lambda _: chance.random()), third]
            thirds.append(ids[third])
        told.append(tuple(ids[i] for i in line))
        for i, j in combinations(group, 2):
            if want.who[j] in want.history.partners(want.who[i]):
                repeats.append(Repeat(ids[i], ids[j], want.history.last(want.who[i])[want.who[j]]))
    return Draw(
        groups=tuple(told),
        left_out=tuple(ids[i] for i in range(want.regulars) if i not in seated),
        thirds=tuple(thirds),
        stepped_in=tuple(ids[i] for i in range(want.regulars, len(ids)) if i in seated),
        repeats=tuple(repeats),
        certificate=certificate,
        seed=seed,
        algorithm=ALGORITHM,
        digest=digest(want),
    )


def digest(want: Promise) -> str:
    """Return the SHA-256 of everything a draw depends on except its seed and plan, in one canonical order."""
    total = sha256(repr((want.rules.odd, want.rules.same_organisation, want.history.latest)).encode())
    for column in ("id", "organisation", "region", "standby", "last_out", "conversations"):
        total.update("\n".join(map(repr, map(attrgetter(column), want.people))).encode())
    for column in ("slots", "not_with"):
        several = map(attrgetter(column), want.people)
        total.update("\n".join(" ".join(sorted(map(repr, one))) if one else "" for one in several).encode())
    for numbers in (want.history.start, want.history.met, want.history.when):
        total.update(numbers.tobytes())
    return total.hexdigest()
