"""Which counts may be public: none under five, and no two whose difference is. Pure.

Small rounds are not blanked out, for what is blank can be solved for: they are counted together with those that
follow, until what is told of them tells of nobody. A count that is still too small there is left out of that row, and
comes into the total only together with others like it, once their sum may be public: whoever takes the rows from the
total finds that sum.
"""

from collections.abc import Iterable, Mapping, Sequence

SMALL = 5
# Each counts some of those whom another counts.
AMONG = {
    "met": "invited", "answered": "invited", "rated": "answered", "challenged": "rated", "wrote": "invited",
    "told": "invited", "came": "told",
}  # fmt: skip
# Whoever knows that all said so, or nobody, knows what each said.
OPINIONS = {"challenged", "came"}
# What is shown first, where not all can be: an opinion, with of how many it is.
SHOWN = (("rated", "challenged"), ("told", "came"), ("met",), ("answered",), ("wrote",))
Counts = Mapping[str, int]


def shown(counts: Counts) -> dict[str, int]:
    """Return what may be public of *counts*; how many were invited always is.

    >>> shown({"invited": 40, "met": 38, "answered": 30, "rated": 28, "challenged": 12, "wrote": 7})
    {'invited': 40, 'rated': 28, 'challenged': 12, 'wrote': 7}
    """
    kept = {"invited": counts["invited"]}
    for names in SHOWN:
        new = {name: counts[name] for name in names if name in counts}
        if new and all(_fits(name, kept | new) for name in new):
            kept |= new
    return kept


def together(rounds: Sequence[Counts], name: str) -> list[int]:
    """Return how many rounds are counted together, one after another, until the count of that *name* may be public.

    Those at the end that are still too few wait for the next.

    >>> few = {"invited": 15, "answered": 10, "rated": 10, "challenged": 4}
    >>> together([few, few, few], "challenged")
    [2]
    """
    sizes, begun = list[int](), 0
    for number in range(1, len(rounds) + 1):
        if name in shown(added(rounds[begun:number])):
            sizes.append(number - begun)
            begun = number
    return sizes


def added(rounds: Iterable[Counts]) -> dict[str, int]:
    """Return the sums of what is in all of these."""
    total = dict[str, int]()
    for counts in rounds:
        for name, count in counts.items():
            total[name] = total.get(name, 0) + count
    return total


def divided(parts: Iterable[tuple[int, int]]) -> bool:
    """Say whether what some *parts* said, of how many each, may be public beside their sum."""
    return all(said >= SMALL and of - said >= SMALL for said, of in parts)


def _fits(name: str, kept: Counts) -> bool:
    """Say whether a count is public with no small number in it, or between it and any that counts more or fewer."""
    if kept[name] < SMALL or (name in OPINIONS and kept[AMONG[name]] - kept[name] < SMALL):
        return False
    nested = [(name, above) for above in _above(name)] + [(below, name) for below in kept if name in _above(below)]
    gaps = [kept[more] - kept[fewer] for fewer, more in nested if more in kept]
    return all(gap == 0 or gap >= SMALL for gap in gaps)


def _above(name: str) -> list[str]:
    above = []
    while name := AMONG.get(name, ""):
        above.append(name)
    return above
