"""The schedule: a due period runs once, because only one process can insert its row."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from unmentor.db import db
from unmentor.programmes.models import Period, Programme
from unmentor.programmes.queries import cadence
from unmentor.rounds.actions import TooFewPeople, draw_round, new_seed, send_round, tell_organisers
from unmentor.rounds.models import Round
from unmentor.timetable.cadence import latest_draw, slot_name

TOO_LATE = timedelta(days=1)
AN_HOUR = timedelta(hours=1)


def run_due(programme: Programme, now: datetime) -> Round | None:
    """Return the round that this period of *programme* drew just now, or None where there was nothing to do.

    A slot missed while the service was down runs once, late, and says so. More than a
    day late it is left to an organiser.
    """
    due = latest_draw(cadence(programme), now)
    if due is None or due < programme.created_at:
        return None
    period = _claim(programme, slot_name(due), now)
    if period is None:
        return None
    late = now - due
    if late > TOO_LATE:
        period.outcome = "late"
        return None
    try:
        round_ = draw_round(programme, new_seed(), now, late_hours=late // AN_HOUR)
    except TooFewPeople:
        period.outcome = "too-few"
        return None
    if programme.review == "send" and round_.state == "drawn":
        send_round(round_, now)
    else:
        tell_organisers(round_, now)
    return round_


def _claim(programme: Programme, slot: str, now: datetime) -> Period | None:
    """Return the row that makes this process the one that runs a period; None where another has it."""
    known = select(Period.id).where(Period.programme_id == programme.id, Period.slot == slot)
    if db.session.scalar(known):
        return None
    period = Period(programme_id=programme.id, slot=slot, claimed_at=now, outcome="drawn")
    try:
        with db.session.begin_nested():
            db.session.add(period)
    except IntegrityError:
        return None
    return period
