"""Draw, send and cancel in steps, each a short transaction of its own: nobody waits long, however large a round is.

For views, commands and the worker, which have nothing else to commit with it. Each writes in the log whose deed it was:
of who has the id *by*, or of whoever is at the command line (None).
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import TypeVar

from unmentor import runtime
from unmentor.audit.actions import record
from unmentor.audit.deeds import Deed
from unmentor.db import reading
from unmentor.programmes.models import Programme
from unmentor.programmes.turn import turn
from unmentor.rounds import actions, leaving, queries
from unmentor.rounds.by_hand import Plan, Planner
from unmentor.rounds.chance import still_so
from unmentor.rounds.change import change as by_hand
from unmentor.rounds.draw_inputs import Drawn
from unmentor.rounds.models import Round
from unmentor.rounds.refusals import NotWaiting
from unmentor.rounds.telling import tell_slice

Made = TypeVar("Made")

# So often a draw is made while nobody waits, before the others have to.
TRIES = 3
CHANGES = {"swap": Deed.PERSON_SWAPPED, "leave-out": Deed.PERSON_LEFT_OUT, "take-in": Deed.PERSON_TAKEN_IN}


def draw(programme: Programme, seed: int | None, by: int | None = None) -> Round:
    """Return the round that waits, drawn now where none does. Raises CannotDraw."""

    def act(ready: Drawn | None, now: datetime) -> Round:
        if waits := queries.waiting_round(programme):
            return waits
        return _logged(Deed.ROUND_DRAWN, actions.draw_round(programme, seed, now, ready=ready), by)

    with reading():
        waiting = queries.waiting_round(programme)
    return waiting or drawn_ahead(programme, seed, act, lambda _now: queries.waiting_round(programme) is not None)


def draw_again(round_: Round, seed: int | None = None, by: int | None = None, looked_at: str | None = None) -> Round:
    """Return another draw in the place of one that waits. Raises as ``actions.draw_again`` does, and CannotDraw."""

    def act(ready: Drawn | None, now: datetime) -> Round:
        again = actions.draw_again(round_, seed, now, ready=ready, looked_at=looked_at)
        return _logged(Deed.ROUND_REDRAWN, again, by)

    return drawn_ahead(round_.programme, seed, act)


def change(round_: Round, planner: Planner, by: int | None = None, looked_at: str | None = None) -> Plan:
    """Change a drawn round by hand, and return what was changed. Raises as ``change.change`` does."""
    with turn(round_.programme) as now:
        plan = by_hand(round_, planner, now, by, looked_at)
        for person in (plan.one, plan.other):
            if person is not None:
                record(
                    CHANGES[plan.kind], by=by, programme=round_.programme_id, person=person, round_number=round_.number
                )
    return plan


def let_go(round_: Round, looked_at: str | None = None, by: int | None = None) -> datetime:
    """Let a drawn round leave in two minutes; return when that is. Raises as ``leaving.let_go`` does."""
    with turn(round_.programme) as now:
        leaves = leaving.let_go(round_, now, looked_at)
        _logged(Deed.ROUND_SENT, round_, by)
    return leaves


def stop(round_: Round, by: int | None = None) -> None:
    """Stop a round that was about to leave. Raises NotWaiting where it has left, or is stopped already."""
    with turn(round_.programme):
        leaving.stop(round_)
        _logged(Deed.ROUND_STOPPED, round_, by)


def send_due() -> int:
    """Send a round that was let go, once its time has come; return how many there were, 0 once there is none."""
    with reading():
        round_ = queries.round_to_send(runtime.now())
    if round_ is None:
        return 0
    with suppress(NotWaiting):  # somebody was faster, or has stopped it
        with turn(round_.programme) as now:
            leaving.start_sending_due(round_, now)
        tell_slice(round_)
    return 1


def send(round_: Round, looked_at: str | None = None, by: int | None = None) -> int:
    """Send a drawn round; return how many people that tells. Raises as ``start_sending`` does.

    A small round is told at once, of a larger one the first; the minute's tick tells the others.
    """
    with turn(round_.programme) as now:
        actions.start_sending(round_, now, looked_at)
        people = queries.people_in(_logged(Deed.ROUND_SENT, round_, by))
    tell_slice(round_)
    return people


def cancel(round_: Round, by: int | None = None) -> None:
    """Cancel a round that is drawn or sent. Raises NotWaiting for any other. Who hears of it is told as in ``send``."""
    with turn(round_.programme) as now:
        actions.cancel_round(round_, now)
        _logged(Deed.ROUND_CANCELLED, round_, by)
    tell_slice(round_)


def drawn_ahead(
    programme: Programme,
    seed: int | None,
    act: Callable[[Drawn | None, datetime], Made],
    overtaken: Callable[[datetime], bool] = lambda _now: False,
) -> Made:
    """Return what *act* makes, in the programme's turn and with its time, of a draw that was made while nobody waited.

    Where somebody in it has changed something since, it is drawn again; after some tries *act* is given None, and draws
    by itself. Where somebody was faster it is *overtaken*, and not drawn again: *act* sees that too. Raises CannotDraw,
    and what *act* raises.
    """
    for _try in range(TRIES):
        with reading():
            ready = actions.look(programme, seed, runtime.now())
        with turn(programme) as now:
            if overtaken(now) or still_so(programme, ready, now):
                return act(ready, now)
    with turn(programme) as now:
        return act(None, now)


def _logged(deed: Deed, round_: Round, by: int | None) -> Round:
    record(deed, by=by, programme=round_.programme_id, round_number=round_.number)
    return round_
