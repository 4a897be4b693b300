"""Change a drawn round by hand, and keep what was changed apart from the draw, which anybody can still check."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import combinations

from flask_babel import gettext as _
from sqlalchemy import delete

from unmentor.conversations.models import Conversation
from unmentor.db import db
from unmentor.programmes.turn import lock_diaries
from unmentor.rounds import draw_queries
from unmentor.rounds.actions import lock_to_change
from unmentor.rounds.arrange import days_left, store, times
from unmentor.rounds.by_hand import Plan, Planner
from unmentor.rounds.draw_inputs import CannotReplay
from unmentor.rounds.models import Change, LeftOut, Round
from unmentor.rounds.recheck import ChangedSince
from unmentor.rounds.seats import Group, Refused, Seats, seats

# Within this, the same again from somebody who was shown nothing is a second press, and not a wish to have it back.
A_MOMENT = timedelta(minutes=1)


def change(round_: Round, planner: Planner, now: datetime, by: int | None, looked_at: str | None = None) -> Plan:
    """Make a change of a drawn round, and return it. *looked_at* is the mark of the one that somebody agreed to.

    Raises NotWaiting, Leaving, Refused where a rule that holds always breaks, and ChangedSince where it would be
    another change by now.
    """
    lock_to_change(round_)
    sat = seats(round_, now)
    plan = planner(sat)
    if looked_at not in {None, plan.mark}:
        raise ChangedSince(round_)
    if looked_at is None and _was_just_made(round_, plan, now):
        raise Refused(_("That was done a moment ago. Look once more."))
    lock_diaries({person for group in plan.made for person in group})
    db.session.execute(delete(Conversation).where(Conversation.id.in_(plan.undone)))
    again = {frozenset(pair) for group in plan.made for pair in combinations(group, 2)} & met(sat, plan).keys()
    when = times(plan.made, sat.here.values(), round_.seed + len(round_.changes), days_left(round_, now), now)
    store(round_, plan.made, again, when, now)
    _leave_out(round_, sat, plan)
    round_.changes.append(
        Change(
            at=now,
            by_id=by,
            kind=plan.kind,
            one_id=plan.one,
            other_id=plan.other,
            undone=list(plan.undone.values()),
            made=plan.made,
        )
    )
    db.session.flush()
    return plan


def met(sat: Seats, plan: Plan) -> dict[frozenset[int], int]:
    """Return who of those whom *plan* brings together have met before, and in which round they last did."""
    return draw_queries.meetings(sat.programme, {person for group in plan.made for person in group})


def groups_after(round_: Round) -> list[Group]:
    """Return the groups that a draw and what people changed of it lead to. Raises CannotReplay where they do not."""
    groups = [sorted(group) for group in round_.groups]
    for each in round_.changes:
        for group in each.undone:
            if sorted(group) not in groups:
                raise CannotReplay(_("What people changed of round %(number)s is not whole.", number=round_.number))
            groups.remove(sorted(group))
        groups += [sorted(group) for group in each.made]
    return groups


def _was_just_made(round_: Round, plan: Plan, now: datetime) -> bool:
    last: Sequence[Change] = round_.changes[-1:]
    return any(
        now - each.at < A_MOMENT and each.kind == plan.kind and {each.one_id, each.other_id} == {plan.one, plan.other}
        for each in last
    )


def _leave_out(round_: Round, sat: Seats, plan: Plan) -> None:
    """Note who is left out now and is to hear so: not who takes no part, nor who only stood by."""
    round_.left_out[:] = [out for out in round_.left_out if out.person_id not in plan.taken_in]
    db.session.flush()
    out = {person for person in plan.put_out if person in sat.here and not sat.stands_by(person)}
    round_.left_out.extend(LeftOut(person_id=person) for person in sorted(out))
