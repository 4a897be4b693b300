"""What a draw made now would be like, without making it."""

from dataclasses import dataclass
from datetime import datetime

from unmentor.programmes.models import Programme
from unmentor.rounds.draw_inputs import Given, draw_from, given_now
from unmentor.rounds.refusals import TooFewPeople

# Up to so many people it is drawn while somebody waits for a page.
FEW = 100


@dataclass(frozen=True, slots=True)
class DryRun:
    """A draw in numbers."""

    people: int
    conversations: int
    repeats: int
    left_out: int
    # No other draw would do better; with another seed others meet, and the numbers are the same.
    proved: bool


_latest: dict[int, tuple[int, DryRun]] = {}


def dry_run(programme: Programme, now: datetime) -> DryRun:
    """Return what a draw of *programme* would be like now. Raises TooFewPeople.

    It is kept in this process until anything that a draw is given changes.
    """
    given = given_now(programme, now)
    if len(given.people) < 2:
        raise TooFewPeople(programme)
    mark = hash((tuple(given.people), tuple(given.history), given.rules, given.planned_in))
    known = _latest.get(programme.id)
    if known is None or known[0] != mark:
        known = _latest[programme.id] = (mark, _drawn(given))
    return known[1]


def _drawn(given: Given) -> DryRun:
    drawn = draw_from(given, seed=0)
    group_of = {person: number for number, group in enumerate(drawn.result.groups) for person in group}
    again = {group_of[repeat.a] for repeat in drawn.result.repeats}
    return DryRun(len(given.people), len(drawn.result.groups), len(again), len(drawn.result.left_out), drawn.proved)
