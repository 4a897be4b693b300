"""The schedule: a due period runs once, because only one process can insert its row."""

from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import select

from unmentor.db import db
from unmentor.mail.outbox import queue_all
from unmentor.programmes.models import Period, Programme
from unmentor.programmes.queries import cadence
from unmentor.programmes.turn import turn
from unmentor.rounds import period_mails, queries
from unmentor.rounds.actions import TooFewPeople, draw_round, new_seed, start_sending
from unmentor.rounds.draw_inputs import Drawn
from unmentor.rounds.models import Round
from unmentor.rounds.steps import drawn_ahead
from unmentor.timetable.cadence import latest_draw, next_draw, slot_name

TOO_LATE = timedelta(days=1)
AN_HOUR = timedelta(hours=1)


def run_due(programme: Programme, now: datetime) -> Round | None:
    """Return the round that this period of *programme* drew just now, or None where it drew none.

    A slot missed while the service was down runs once, late, and says so. More than a day late it is left to an
    organiser. While a round waits none is drawn, and what waits is never sent by the schedule: somebody may have drawn
    it by hand and forgotten it. Organisers hear of each once. It is a transaction of its own.
    """
    due = latest_draw(cadence(programme), now)
    if due is None or due < programme.created_at or _has_run(programme, due):
        return None
    if queries.waiting_round(programme):
        with turn(programme) as its_turn:
            return _run(programme, due, None, its_turn)
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
    waits = queries.waiting_round(programme)
    period = _claim(programme, due, "waiting" if waits else "drawn", now)
    if period is None:
        return None
    round_ = waits or draw_round(programme, new_seed(), now, (now - due) // AN_HOUR, ready)
    if programme.review == "send" and not waits:
        start_sending(round_, now)
    else:
        queue_all(period_mails.drawn(round_, period, now), now)
    return None if waits else round_


def _without_a_draw(programme: Programme, due: datetime, outcome: str) -> None:
    with turn(programme) as now:
        if period := _claim(programme, due, outcome, now):
            tells = period_mails.late if outcome == "late" else period_mails.too_few
            queue_all(tells(programme, period, due, now), now)


def _has_run(programme: Programme, due: datetime) -> bool:
    of_it = select(Period.id).where(Period.programme_id == programme.id, Period.slot == slot_name(due))
    return db.session.scalar(of_it) is not None


def _claim(programme: Programme, due: datetime, outcome: str, now: datetime) -> Period | None:
    """Return the row that notes what came of a period, in the programme's turn; None where another process has."""
    if _has_run(programme, due):
        return None
    period = Period(programme_id=programme.id, slot=slot_name(due), claimed_at=now, outcome=outcome)
    db.session.add(period)
    db.session.flush()
    return period
