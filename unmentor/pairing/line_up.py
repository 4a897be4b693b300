"""In which order people stand before a draw: whoever takes part, then who stands by, then who may talk to nobody."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from itertools import pairwise
from operator import attrgetter

from unmentor.pairing.entrants import NOBODY, Entrant, Id, Meeting, Rules
from unmentor.pairing.history import History


class LineUp:
    """The *people* of a draw in one order that nothing but their ids and the rules decides.

    First the *regulars* who may talk to somebody, then standbys, last the *stranded*: regulars who may talk to nobody.
    *offers* are the places in this order of those who would step in, none unless the regulars, stranded or not, are odd
    in number. *apart* holds whom each must not meet, whichever of the two wished it.
    """

    def __init__(self, people: Sequence[Entrant], rules: Rules) -> None:
        """Line them up in linear time; raise ValueError that names the first thing in *people* that makes no sense."""
        try:
            ordered = sorted(people, key=attrgetter("id"))
        except TypeError:  # numbers come before names
            ordered = sorted(people, key=lambda who: (isinstance(who.id, str), who.id))
        _check(ordered)
        self.apart = _apart(ordered)
        reserve = {who.id for who in ordered if who.standby} if rules.odd == "standby" else NOBODY
        odd = (len(ordered) - len(reserve)) % 2
        company = ordered if odd else [who for who in ordered if who.id not in reserve] if reserve else ordered
        stranded = _stranded(company, self.apart, rules) - reserve
        if reserve or stranded:
            ordered.sort(key=lambda who: 2 if who.id in stranded else who.id in reserve)
        self.people = tuple(ordered)
        self.stranded = len(stranded)
        self.regulars = len(ordered) - len(reserve) - len(stranded)
        doubles = [i for i in range(self.regulars) if ordered[i].conversations > 1] if odd else []
        self.offers = [*range(self.regulars, self.regulars + len(reserve)), *doubles] if odd else []

    @property
    def ids(self) -> tuple[Id, ...]:
        """Return the ids of the people in order."""
        return tuple(map(attrgetter("id"), self.people))


def history_of(people: Sequence[Entrant], meetings: Iterable[Meeting], rules: Rules) -> History:
    """Return the history of *people*, read once, to draw and verify from; raise ValueError as a draw would."""
    return History(LineUp(people, rules).ids, meetings)


def _check(ordered: Sequence[Entrant]) -> None:
    for one, other in pairwise(ordered):
        if one.id == other.id:
            raise ValueError(f"{one.id!r} takes part twice")
    if min(map(attrgetter("conversations"), ordered), default=1) < 1:
        entrant = min(ordered, key=attrgetter("conversations"))
        raise ValueError(f"{entrant.id!r} wants {entrant.conversations} conversations; at least 1 is needed")


def _apart(ordered: Sequence[Entrant]) -> dict[Id, set[Id]]:
    """Return whom each must not meet; both ways, since either one's wish counts."""
    apart: dict[Id, set[Id]] = {}
    wishful = [who for who in ordered if who.not_with]
    here = {who.id for who in ordered} if wishful else NOBODY
    for who in wishful:
        for other in who.not_with:
            if other not in here:
                raise ValueError(f"{who.id!r} is not to be with {other!r}, who does not take part")
            if other != who.id:
                apart.setdefault(who.id, set()).add(other)
                apart.setdefault(other, set()).add(who.id)
    return apart


def _stranded(company: Sequence[Entrant], apart: dict[Id, set[Id]], rules: Rules) -> set[Id]:
    """Return those of *company* whom the hard rules keep from everybody else in it."""
    colleagues: dict[str, set[Id]] = {}
    if rules.same_organisation == "forbid":
        for who in company:
            if who.organisation:
                colleagues.setdefault(who.organisation, set()).add(who.id)
    here = {who.id for who in company} if apart else NOBODY

    def barred(who: Entrant) -> int:
        alike: AbstractSet[Id] = colleagues.get(who.organisation or "", NOBODY) or {who.id}
        return len(alike) + sum(other in here and other not in alike for other in apart.get(who.id, NOBODY))

    some = company if colleagues or len(company) == 1 else [who for who in company if who.id in apart] if apart else []
    return {who.id for who in some if barred(who) == len(company)}
