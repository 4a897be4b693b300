"""What a change by hand would do, in words, before it is made: repeats, organisations, and whose turn it is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, combinations

from flask_babel import gettext as _
from flask_babel import ngettext

from unmentor.rounds.by_hand import THREE, Plan
from unmentor.rounds.change import met
from unmentor.rounds.models import Change
from unmentor.rounds.queries import latest_number, names_of
from unmentor.rounds.seats import Group, Seats
from unmentor.words import listed, when


@dataclass(frozen=True, slots=True)
class NewConversation:
    """A conversation that a change makes: who is in it, as "Siân and Marek", and what is to be known of it."""

    names: str
    notes: list[str]


def new_conversations(seats: Seats, plan: Plan) -> list[NewConversation]:
    """Return the conversations that a change makes, with what speaks for or against each."""
    known, names = met(seats, plan), names_of({*chain(*plan.made)})
    return [
        NewConversation(listed(names[person] for person in group), [*_notes(seats, known, names, group)])
        for group in plan.made
    ]


def turns(seats: Seats, plan: Plan) -> list[str]:
    """Return what a change does to those who are left out by it, third, or in after all, each in a sentence or two."""
    before = {group[2] for group in plan.undone.values() if len(group) == THREE}
    thirds = [group[2] for group in plan.made if len(group) == THREE and group[2] not in before]
    names = names_of({*plan.put_out, *thirds, *plan.taken_in})
    promised = _promised(seats)
    said = [_put_out(seats, person, names[person], promised) for person in sorted(plan.put_out)]
    for person in thirds:
        third = _("%(name)s is the third in a three, which counts as their turn.", name=names[person])
        said.append(f"{third} {_turn(seats, person, names[person], promised)}")
    for person in sorted(plan.taken_in & promised):
        said.append(_("%(name)s was promised to go first this time, and now does.", name=names[person]))
    return said


def said(changes: Sequence[Change]) -> list[str]:
    """Return who changed what of a round by hand, and when, as "Olu swapped Ada and Ben, Tuesday 24 November, 9am"."""
    names = names_of({person for each in changes for person in (each.by_id, each.one_id, each.other_id) if person})
    return [_said(each, names) for each in changes]


def _said(change: Change, names: dict[int, str]) -> str:
    who = _("Somebody at the command line") if change.by_id is None else names[change.by_id]
    told = {"who": who, "one": names[change.one_id], "other": names[change.other_id or change.one_id]}
    did = {
        "swap": _("%(who)s swapped %(one)s and %(other)s", **told),
        "leave-out": _("%(who)s left %(one)s out", **told),
        "take-in": _("%(who)s took %(one)s in", **told),
    }[change.kind]
    return f"{did}, {when(change.at, change.round.programme.time_zone)}"


def _notes(seats: Seats, known: dict[frozenset[int], int], names: dict[int, str], group: Group) -> Iterator[str]:
    for one, other in combinations(group, 2):
        if number := known.get(frozenset((one, other))):
            yield _(
                "%(one)s and %(other)s met in round %(number)s",
                one=names[one], other=names[other], number=number,
            )  # fmt: skip
    if any(seats.colleagues(one, other) for one, other in combinations(group, 2)):
        yield _("same organisation")
    if not seats.suits(group):
        yield _("no time suits all")


def _put_out(seats: Seats, person: int, name: str, promised: set[int]) -> str:
    if person not in seats.here:
        return str(_("%(name)s does not take part at the moment, and hears nothing of this round.", name=name))
    if seats.stands_by(person):
        return str(_("%(name)s stands by again, and hears nothing of this round.", name=name))
    told = _("%(name)s is left out, hears so when the round is sent, and goes first next time.", name=name)
    return f"{told} {_turn(seats, person, name, promised)}"


def _turn(seats: Seats, person: int, name: str, promised: set[int]) -> str:
    """Return whether it is somebody's turn to be left out or third: not before all others had theirs."""
    last = seats.here[person].last_out
    if person in promised:
        return str(_("%(name)s was promised to go first this time.", name=name))
    earlier = sum((other.last_out or 0) < (last or 0) for other in seats.here.values())
    if not earlier:
        return str(_("It is their turn: nobody has waited longer for it."))
    return str(
        ngettext(
            "They were left out or third in round %(last)s; %(num)s other person has not been since.",
            "They were left out or third in round %(last)s; %(num)s other people have not been since.",
            earlier,
            last=last,
        )
    )


def _promised(seats: Seats) -> set[int]:
    """Return who was promised to go first, which a draw counts as left out only just now."""
    newest = latest_number(seats.programme) + 1
    return {person for person, entrant in seats.here.items() if entrant.last_out == newest}
