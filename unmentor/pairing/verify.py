"""Check a draw without trusting whoever drew it."""

from collections.abc import Iterable, Sequence
from itertools import combinations

from unmentor.pairing.entrants import Draw, Entrant, Meeting, Rules
from unmentor.pairing.history import History
from unmentor.pairing.promise import promise


class NotValid(Exception):  # noqa: N818 - reads as what it says: the draw is not valid
    """The draw breaks a rule that holds always."""


class NotOptimal(Exception):  # noqa: N818 - reads as what it says: the draw is not optimal
    """The draw is not proven to be the best there is."""


def verify(people: Sequence[Entrant], history: Iterable[Meeting] | History, rules: Rules, result: Draw) -> None:
    """Raise NotValid or NotOptimal, saying where, unless *result* keeps every rule and proves itself the best."""
    want = promise(people, history, rules)
    place = {entrant.id: i for i, entrant in enumerate(want.people)}
    for group in result.groups:
        if not 2 <= len(group) <= 3 or len(set(group)) < len(group):
            raise NotValid(f"{group} is not a group")
        for a, b in combinations(group, 2):
            if a not in place or b not in place:
                raise NotValid(f"{group} has somebody who does not take part")
