"""What a change by hand would do, in words, before it is made: repeats, organisations, and whose turn it is."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from flask_babel import gettext as _
from flask_babel import ngettext

from unmentor.rounds.by_hand import THREE, Plan
from unmentor.rounds.change import met
from unmentor.rounds.models import Change
from unmentor.rounds.queries import latest_number, name_of
from unmentor.rounds.seats import Group, Seats
from unmentor.words import listed, when


@dataclass(frozen=True, slots=True)
class NewConversation:
    """A conversation that a change makes: its people, and what is to be known of it."""

    people: list[int]
    notes: list[str]

    @property
    def names(self) -> str:
        """Return who is in it, as "Siân and Marek"."""
        return listed(map(name_of, self.people))


def new_conversations(seats: Seats, plan: Plan) -> list[NewConversation]:
    """Return the conversations that a change makes, with what speaks for or against each."""
    known = met(seats, plan)
    return [NewConversation(group, [*_notes(seats, known, group)]) for group in plan.made]


def turns(seats: Seats, plan: Plan) -> list[str]:
    """Return what a change does to those who are left out by it, third, or in after all, each in a sentence or two."""
    said = []
    for person in sorted(plan.put_out):
        said.append(_put_out(seats, person))
    before = {group[2] for group in plan.undone.values() if len(group) == THREE}
    for person in (group[2] for group in plan.made if len(group) == THREE and group[2] not in before):
        third = _("%(name)s is the third in a three, which counts as their turn.", name=name_of(person))
        said.append(f"{third} {_turn(seats, person)}")
    for person in sorted(plan.taken_in):
        if _promised(seats, person):
            said.append(_("%(name)s was promised to go first this time, and now does.", name=name_of(person)))
    return said


def said(change: Change) -> str:
    """Return who changed what of a round by hand, and when, as "Olu swapped Ada and Ben, Tuesday 24 November, 9:00"."""
    who = _("Somebody at the command line") if change.by_id is None else name_of(change.by_id)
    names = {"who": who, "one": name_of(change.one_id), "other": name_of(change.other_id or change.one_id)}
    did = {
        "swap": _("%(who)s swapped %(one)s and %(other)s", **names),
        "leave-out": _("%(who)s left %(one)s out", **names),
        "take-in": _("%(who)s took %(one)s in", **names),
    }[change.kind]
    return f"{did}, {when(change.at, change.round.programme.time_zone)}"


def _notes(seats: Seats, known: dict[frozenset[int], int], group: Group) -> Iterator[str]:
    for one, other in combinations(group, 2):
        if number := known.get(frozenset((one, other))):
            yield _(
                "%(one)s and %(other)s met in round %(number)s",
                one=name_of(one), other=name_of(other), number=number,
            )  # fmt: skip
    if any(seats.colleagues(one, other) for one, other in combinations(group, 2)):
        yield _("same organisation")
    if not seats.suits(group):
        yield _("no time suits all")


def _put_out(seats: Seats, person: int) -> str:
    name = name_of(person)
    if person not in seats.here:
        return str(_("%(name)s does not take part at the moment, and hears nothing of this round.", name=name))
    if seats.stands_by(person):
        return str(_("%(name)s stands by again, and hears nothing of this round.", name=name))
    told = _("%(name)s is left out, hears so when the round is sent, and goes first next time.", name=name)
    return f"{told} {_turn(seats, person)}"


def _turn(seats: Seats, person: int) -> str:
    """Return whether it is somebody's turn to be left out or third: not before all others had theirs."""
    name, last = name_of(person), seats.here[person].last_out
    if _promised(seats, person):
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


def _promised(seats: Seats, person: int) -> bool:
    """Say whether somebody was promised to go first, which a draw counts as left out only just now."""
    return seats.here[person].last_out == latest_number(seats.programme) + 1
