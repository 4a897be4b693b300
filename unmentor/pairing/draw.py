"""From entrants, history and rules to a draw."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import combinations
from random import Random
from typing import Any

from unmentor.pairing.best import best_groups
from unmentor.pairing.digest import digest
from unmentor.pairing.entrants import ALGORITHM, Draw, Entrant, Meeting, Repeat, Rules
from unmentor.pairing.foresight import Foresight
from unmentor.pairing.history import History
from unmentor.pairing.promise import Groups, Promise, promise


def draw(
    people: Sequence[Entrant],
    history: Iterable[Meeting] | History = (),
    rules: Rules | None = None,
    *,
    seed: int,
    plan: dict[str, Any] | None = None,
) -> Draw:
    """Return the best groups of *people* there are, drawn by the chance that *seed* gives.

    *plan* is the plan of the draw before, which keeps today's pairs from forcing tomorrow's to repeat; one that is
    broken, or of other people, is as good as none. The result does not depend on the order of *people* or of *history*.
    Raises ValueError that names whatever makes no sense in people or history.
    """
    want = promise(people, history, rules or Rules())
    chance = Random(seed)  # noqa: S311 - a draw wants chance that can be replayed, not secrecy
    foresight = Foresight(want, plan, chance)
    result = Draw((), seed=seed, algorithm=ALGORITHM, plan_digest=foresight.followed)
    result = replace(result, digest=digest(want, seed, result.plan_digest), note=_note(want))
    if not want.regulars or len(want.who) < 2:
        return replace(result, left_out=tuple(want.people[i].id for i in want.due), certificate={"proof": "clean"})
    groups, certificate = foresight.choose(lambda: best_groups(want, chance))
    return replace(result, **_seated(want, groups, chance), certificate=certificate, plan=foresight.plan())


def _note(want: Promise) -> str:
    """Return why there is nobody to pair, "" where there is."""
    due = [want.people[i].id for i in want.due]
    if not due:
        return "Nobody takes part."
    if len(want.people) == 1:
        return f"Only {due[0]} takes part, and a conversation needs two."
    return "" if want.regulars else "No two of them may talk to each other."


def _seated(want: Promise, groups: Groups, chance: Random) -> dict[str, Any]:
    """Put places back into people: who starts, who is third, who is left out, who meets again."""
    ids = [want.people[person].id for person in want.who]
    seated, told, thirds, repeats = {i for group in groups for i in group}, [], [], []
    talking = {want.who[i] for i in seated}
    for group in sorted(tuple(sorted(group)) for group in groups):
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
    return {
        "groups": tuple(told),
        "left_out": tuple(want.people[i].id for i in want.due if i not in talking),
        "thirds": tuple(thirds),
        "stepped_in": tuple(ids[i] for i in range(want.regulars, len(ids)) if i in seated),
        "repeats": tuple(repeats),
    }
