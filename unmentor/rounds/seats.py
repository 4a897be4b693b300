"""Who sits with whom in a round that waits, and which rules hold whatever anybody changes of it by hand."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from flask_babel import gettext as _

from unmentor.pairing import Entrant
from unmentor.programmes.models import Programme
from unmentor.rounds import draw_queries, queries
from unmentor.rounds.models import Round
from unmentor.rounds.queries import name_of

Group = list[int]


class Refused(ValueError):  # noqa: N818 - it is named by what happened
    """A change by hand breaks a rule that holds always, or makes no sense; its one line says why.

    It says of two who must not meet only that they cannot be paired, whoever wished it.
    """


@dataclass(frozen=True, slots=True)
class Seats:
    """The groups of a drawn round by the ids of their conversations, whom it leaves out, and who takes part today."""

    programme: Programme
    groups: Mapping[int, Group]
    out: Collection[int]
    here: Mapping[int, Entrant]

    def at(self, person: int) -> int | None:
        """Return the id of the conversation that *person* has."""
        return next((talk for talk, group in self.groups.items() if person in group), None)

    @property
    def free(self) -> set[int]:
        """Return who takes part and has no conversation: left out, standing by, or here only since the draw."""
        return set(self.here).difference(*self.groups.values())

    def stands_by(self, person: int) -> bool:
        """Say whether *person* is only there to make the numbers even."""
        return self.programme.odd == "standby" and self.here[person].standby

    def check(self, group: Group) -> None:
        """Raise Refused where somebody in *group* takes no part any more, or two of them must not meet."""
        for person in group:
            if person not in self.here:
                raise Refused(_("%(name)s does not take part at the moment.", name=name_of(person)))
        for one, other in combinations(group, 2):
            if not self.allow(one, other):
                raise Refused(self._why_apart(one, other))

    def allow(self, one: int, other: int) -> bool:
        """Say whether both take part, and the rules let them talk."""
        if one not in self.here or other not in self.here or self._forbids(one, other):
            return False
        return other not in self.here[one].not_with and one not in self.here[other].not_with

    def colleagues(self, one: int, other: int) -> bool:
        """Say whether two people are from the same organisation."""
        return bool(self.here[one].organisation) and self.here[one].organisation == self.here[other].organisation

    def suits(self, group: Sequence[int]) -> bool:
        """Say whether there is a time of the week that suits all of *group*."""
        named = [self.here[person].slots for person in group if self.here[person].slots]
        return not named or bool(frozenset.intersection(*map(frozenset, named)))

    def _forbids(self, one: int, other: int) -> bool:
        return self.programme.same_organisation == "forbid" and self.colleagues(one, other)

    def _why_apart(self, one: int, other: int) -> str:
        names = {"one": name_of(one), "other": name_of(other)}
        if self._forbids(one, other):
            return str(_("%(one)s and %(other)s are colleagues, and this programme pairs none.", **names))
        return str(_("%(one)s and %(other)s cannot be paired.", **names))


def seats(round_: Round, now: datetime) -> Seats:
    """Return who sits with whom in a drawn round."""
    programme = round_.programme
    people = draw_queries.entrants(programme, programme.today(now), round_=round_)
    return Seats(
        programme=programme,
        groups=queries.groups(round_),
        out={out.person_id for out in round_.left_out},
        here={int(person.id): person for person in people},
    )
