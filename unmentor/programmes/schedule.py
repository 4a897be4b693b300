"""When a programme draws, and what becomes of its periods where its rhythm changes.

A period is what people call one: a week, two or four of them, or a month. One that had its draw has had it, whatever
day and time are chosen later; and one that was promised is drawn, or there is a row that says what came of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import update

from unmentor.audit.actions import record
from unmentor.audit.deeds import Deed
from unmentor.db import db
from unmentor.programmes.models import Membership, Period, Programme
from unmentor.programmes.queries import cadence, last_claimed, running_and_claimed
from unmentor.programmes.rules import written
from unmentor.timetable.cadence import Cadence, first_draw, latest_draw, next_draw, next_period, slot_name

A_MINUTE = timedelta(minutes=1)


def unclaimed(programme: Programme, now: datetime) -> list[datetime]:
    """Return the draws of *programme* that are due and of which nothing has come yet, oldest first."""
    return [] if programme.ended_at else _since(last_claimed(programme), programme, now)


def all_unclaimed(now: datetime) -> list[tuple[Programme, list[datetime]]]:
    """Return the same of every programme that has not ended, asked once for all."""
    return [(programme, _since(last, programme, now)) for programme, last in running_and_claimed()]


def _since(last: date | None, programme: Programme, now: datetime) -> list[datetime]:
    rhythm, draws = cadence(programme), list[datetime]()
    due = latest_draw(rhythm, now)
    while due and due >= programme.created_at and (last is None or due.date() >= next_period(rhythm, last)):
        draws.append(due)
        # In UTC: a minute before the first instant after a gap, by the wall, is a time that comes after it.
        due = latest_draw(rhythm, due.astimezone(UTC) - A_MINUTE)
    return draws[::-1]


def claim(programme: Programme, due: datetime, outcome: str, now: datetime) -> Period | None:
    """Return the row that notes what came of a period, in the programme's turn.

    None where another process has noted it, or the programme does not draw then any more.
    """
    if due not in unclaimed(programme, now):
        return None
    period = Period(programme_id=programme.id, slot=slot_name(due), claimed_at=now, outcome=outcome)
    db.session.add(period)
    db.session.flush()
    return period


def promised(programme: Programme, now: datetime) -> datetime:
    """Return the draw that people wait for: the next, or one that is due and was not made yet."""
    return first_of(unclaimed(programme, now), programme, now)


def first_of(due: Sequence[datetime], programme: Programme, now: datetime) -> datetime:
    """Return the first of the draws that are due, or the next where none is."""
    return due[0] if due else next_draw(cadence(programme), now)


def heads_up_at(programme: Programme, draw: datetime) -> datetime | None:
    """Return when people get a heads-up about a draw; None where they get none."""
    return draw - timedelta(days=programme.notice_days) if programme.notice_days else None


def outlook(programme: Programme, rules: Mapping[str, Any], now: datetime) -> Cadence:
    """Return when *programme* would draw under other rules, given by their columns.

    Another rhythm begins with the first draw to come that is in a period of its own.
    """
    present = cadence(programme)
    wanted = cadence(programme, rules)
    if wanted == present or (wanted.every != "monthly" and replace(wanted, nth=present.nth) == present):
        return wanted
    return anew(wanted, programme, now)


def anew(rhythm: Cadence, programme: Programme, now: datetime) -> Cadence:
    """Return a rhythm that begins with its first draw to come in a period that *programme* has not drawn in."""
    return replace(rhythm, starts_on=first_draw(rhythm, now, last_claimed(programme)).date())


def change(programme: Programme, rules: Mapping[str, Any], now: datetime, by: int | None = None) -> dict[str, str]:
    """Give *programme* other rules, by their columns, in its turn; return what is different now, as people write it.

    It is in the log, as a deed of who has the id *by*, or of whoever is at the command line.
    """
    before, was = written(programme), promised(programme, now)
    coming = outlook(programme, rules, now)
    if coming.starts_on != programme.starts_on:
        _let_go(programme, coming, now)
        programme.starts_on = coming.starts_on
    for column, rule in rules.items():
        setattr(programme, column, rule)
    follow(programme, was, now)
    changed = {name: text for name, text in written(programme).items() if text != before[name]}
    if changed:
        said = ", ".join(f"{name}={text}" for name, text in changed.items())
        record(Deed.PROGRAMME_CHANGED, by=by, programme=programme.id, rules=said)
    return changed


def follow(programme: Programme, was: datetime, now: datetime) -> None:
    """Let what was said of the draw that *was* promised hold for the one that is now, where both are in one period.

    Whoever skips it still does, and nobody has a second heads-up about it.
    """
    draw = promised(programme, now).date()
    if draw != was.date() and draw < next_period(cadence(programme), was.date()):
        for said in (Membership.skips, Membership.heads_up_for):
            of_it = update(Membership).where(Membership.programme_id == programme.id, said == was.date())
            db.session.execute(of_it.values({said: draw}))


def _let_go(programme: Programme, coming: Cadence, now: datetime) -> None:
    """Note of the draws that are due and not made that the rhythm changed first, but for what the new one makes up."""
    for due in unclaimed(programme, now):
        if coming.starts_on >= next_period(coming, due.date()):
            claim(programme, due, "moved", now)
