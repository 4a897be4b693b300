"""The schedule: a due period runs once, because only one process can insert its row."""

from datetime import datetime, timedelta
from functools import partial

from unmentor.mail.outbox import queue_all
from unmentor.programmes.models import Programme
from unmentor.programmes.queries import cadence
from unmentor.programmes.schedule import all_unclaimed, claim, unclaimed
from unmentor.programmes.turn import turn
from unmentor.rounds import period_mails, queries
from unmentor.rounds.actions import draw_round, start_sending
from unmentor.rounds.draw_inputs import Drawn
from unmentor.rounds.models import Round
from unmentor.rounds.refusals import CannotDraw
from unmentor.rounds.steps import drawn_ahead
from unmentor.timetable.cadence import next_draw, slot_name

TOO_LATE = timedelta(days=1)
AN_HOUR = timedelta(hours=1)


def to_draw(now: datetime) -> list[Programme]:
    """Return the programmes that ``run_due`` has something to do for, asked once for all."""
    return [programme for programme, due in all_unclaimed(now) if due]


def run_due(programme: Programme, now: datetime) -> Round | None:
    """Return the round that this period of *programme* drew just now, or None where it drew none.

    A slot missed while the service was down runs once, late, and says so. More than a day late it is left to an
    organiser. While a round waits none is drawn, and what waits is never sent by the schedule: somebody may have drawn
    it by hand and forgotten it. Organisers hear of each once. It is a transaction of its own.
    """
    due = unclaimed(programme, now)
    if not due:
        return None
    waits = queries.waiting_round(programme)
    newest = due.pop() if waits or now - due[-1] <= TOO_LATE else None
    if due:
        _leave(programme, due)
    if newest is None:
        return None
    if waits:
        with turn(programme) as its_turn:
            return _run(programme, newest, None, its_turn)
    try:
        act = partial(_run, programme, newest)
        return drawn_ahead(programme, None, act, lambda then: newest not in unclaimed(programme, then))
    except CannotDraw:
        _without_a_draw(programme, newest)
        return None


def claim_missed(programme: Programme, since: datetime, now: datetime) -> list[str]:
    """Return the periods of *programme* that came due since a backup, each claimed as late; organisers may draw.

    Whether they were drawn before the database was lost, nobody knows here; drawn again, people would be invited twice.
    """
    # A draw that was due shortly before may not have been made yet when the backup was.
    due, missed = next_draw(cadence(programme), max(since - TOO_LATE, programme.created_at)), []
    while due <= now:
        if claim(programme, due, "late", now):
            missed.append(slot_name(due))
        due = next_draw(cadence(programme), due)
    return missed


def _run(programme: Programme, due: datetime, ready: Drawn | None, now: datetime) -> Round | None:
    """Draw the round of a period, and send it where the programme sends by itself."""
    waits = queries.waiting_round(programme)
    period = claim(programme, due, "waiting" if waits else "drawn", now)
    if period is None:
        return None
    round_ = waits or draw_round(programme, None, now, (now - due) // AN_HOUR, ready)
    if programme.review == "send" and not waits:
        start_sending(round_, now, fresh=True)
    else:
        queue_all(period_mails.drawn(round_, period, now), now)
    return None if waits else round_


def _leave(programme: Programme, missed: list[datetime]) -> None:
    """Leave draws that are more than a day late to the organisers, who hear of them at once."""
    with turn(programme) as now:
        claimed = [(period, due) for due in missed if (period := claim(programme, due, "late", now))]
        if claimed:
            period, due = claimed[-1]
            queue_all(period_mails.late(programme, period, due, now, before=len(claimed) - 1), now)


def _without_a_draw(programme: Programme, due: datetime) -> None:
    with turn(programme) as now:
        if period := claim(programme, due, "too-few", now):
            queue_all(period_mails.too_few(programme, period, due, now), now)
