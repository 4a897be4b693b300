"""Why a round could not do without repeats, in words. The certificate proves it; this tells it."""

from itertools import combinations

from flask_babel import gettext as _
from flask_babel import ngettext

from unmentor.pairing import Entrant
from unmentor.rounds.draw_inputs import Given, given_then
from unmentor.rounds.figures import Figures, figures
from unmentor.rounds.models import Round
from unmentor.rounds.queries import name_of
from unmentor.words import listed

NAMED = 3


def why(round_: Round, counted: Figures | None = None) -> str:
    """Return why fewer repeats were impossible, and how long ago those who meet again last met; "" without repeats.

    It tells of the draw: where people changed it by hand since, there is nothing to say.
    """
    if round_.changes or not (counted or figures(round_)).repeats:
        return ""
    given = given_then(round_)
    last = {frozenset(pair): number for number, *pair in given.history}
    again = [last[pair] for group in round_.groups for pair in map(frozenset, combinations(group, 2)) if pair in last]
    if not again:  # drawn before rounds kept what they knew, and changed since
        return ""
    stuck = [int(person.id) for person in given.people if not _somebody_new(person, given, last)]
    return f"{_since(again)} {_because(stuck)}"


def _somebody_new(person: Entrant, given: Given, last: dict[frozenset[int], int]) -> bool:
    """Say whether anybody takes part whom *person* has not met and may meet."""
    forbidden = given.rules.same_organisation == "forbid"
    return any(
        frozenset((person.id, other.id)) not in last
        and other.id != person.id
        and other.id not in person.not_with
        and not (forbidden and person.organisation and person.organisation == other.organisation)
        for other in given.people
    )


def _since(again: list[int]) -> str:
    newest, oldest = max(again), min(again)
    if newest == oldest:
        return str(_("They last met in round %(number)s.", number=newest))
    return str(_("They last met in rounds %(oldest)s to %(newest)s.", oldest=oldest, newest=newest))


def _because(stuck: list[int]) -> str:
    if not stuck:
        return str(_("Fewer is impossible: those who have somebody new left all need the same few people."))
    if len(stuck) > NAMED:
        return str(
            ngettext(
                "Fewer is impossible: %(num)s person has met everybody they could talk to this time.",
                "Fewer is impossible: %(num)s people have met everybody they could talk to this time.",
                len(stuck),
            )
        )
    return str(
        _(
            "Fewer is impossible, because there is nobody new this time for %(names)s.",
            names=listed(map(name_of, stuck)),
        )
    )
