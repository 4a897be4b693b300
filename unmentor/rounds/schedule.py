"""The schedule: a due period runs once, because only one process can insert its row."""

from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import select

from unmentor.db import db
from unmentor.programmes.models import Period, Programme
from unmentor.programmes.queries import cadence
from unmentor.programmes.turn import turn
from unmentor.rounds.actions import TooFewPeople, draw_round, new_seed, start_sending, tell_organisers
from unmentor.rounds.draw_inputs import Drawn
from unmentor.rounds.models import Round
from unmentor.rounds.steps import drawn_ahead
from unmentor.timetable.cadence import latest_draw, next_draw, slot_name

TOO_LATE = timedelta(days=1)
AN_HOUR = timedelta(hours=1)


def run_due(programme: Programme, now: datetime) -> Round | None:
    """Return the round that this period of *programme* drew just now, or None where there was nothing to do.

    A slot missed while the service was down runs once, late, and says so. More than a
    day late it is left to an organiser. It is a transaction of its own.
    """
    due = latest_draw(cadence(programme), now)
    if due is None or due < programme.created_at or _has_run(programme, due):
        return None
    if now - due > TOO_LATE:
        _without_a_draw(programme, due, "late")
        return None
    try:
        return drawn_ahead(programme, new_seed(), partial(_run, programme, due))
    except TooFewPeople:
        _without_a_draw(programme, due, "too-few")
        return None


def claim_missed(programme: Programme, since: datetime, now: datetime) -> list[str]:
    """Return the periods of *programme* that came due since a backup, each claimed as late; organisers may draw.

    Whether they were drawn before the database was lost, nobody knows here; drawn again, people would be invited twice.
    """
    # A draw that was due shortly before may not have been made yet when the backup was.
    due, missed = next_draw(cadence(programme), max(since - TOO_LATE, programme.created_at)), []
    while due <= now:
        if _claim(programme, due, "late", now):
            missed.append(slot_name(due))
        due = next_draw(cadence(programme), due)
    return missed


def _run(programme: Programme, due: datetime, ready: Drawn | None, now: datetime) -> Round | None:
    """Draw the round of a period, and send it where the programme sends by itself."""
    if not _claim(programme, due, "drawn", now):
        return None
    round_ = draw_round(programme, new_seed(), now, (now - due) // AN_HOUR, ready)
    if programme.review == "send" and round_.state == "drawn":
        start_sending(round_, now)
    else:
        tell_organisers(round_, now)
    return round_


def _without_a_draw(programme: Programme, due: datetime, outcome: str) -> None:
    with turn(programme) as now:
        _claim(programme, due, outcome, now)


def _has_run(programme: Programme, due: datetime) -> bool:
    of_it = select(Period.id).where(Period.programme_id == programme.id, Period.slot == slot_name(due))
    return db.session.scalar(of_it) is not None


def _claim(programme: Programme, due: datetime, outcome: str, now: datetime) -> bool:
    """Note what came of a period, in the programme's turn; False where another process has."""
    if _has_run(programme, due):
        return False
    db.session.add(Period(programme_id=programme.id, slot=slot_name(due), claimed_at=now, outcome=outcome))
    return True
