"""When a programme draws: local wall time, once a period, whatever the clocks do."""

from bisect import bisect_left
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Literal
from zoneinfo import ZoneInfo

Every = Literal["weekly", "fortnightly", "four-weekly", "monthly"]

_WEEKS = {"weekly": 1, "fortnightly": 2, "four-weekly": 4}


@dataclass(frozen=True, slots=True)
class Cadence:
    """How often a programme draws: on *weekday* (0 is Monday) at the local time *at*, from *starts_on*.

    Fortnightly and four-weekly count from the first such weekday on or after *starts_on*. Monthly is the *nth* such
    weekday of each month, −1 the last; a month without a fifth one has no draw.
    """

    every: Every
    weekday: int
    at: time
    zone: ZoneInfo
    starts_on: date
    nth: int = 1

    def __post_init__(self) -> None:
        """Raise ValueError for a weekday or an nth that no calendar has."""
        if self.weekday not in range(7):
            raise ValueError(f"weekday is 0 (Monday) to 6 (Sunday), not {self.weekday}")
        if self.nth not in (1, 2, 3, 4, 5, -1):
            raise ValueError(f"nth is 1 to 5, or -1 for the last, not {self.nth}")


def next_draw(cadence: Cadence, after: datetime) -> datetime:
    """Return the first draw strictly after *after*, in the programme's own time zone.

    RFC 5545 §3.3.10 counts weekdays of a month the same way.
    """
    start = max(0, _period(cadence, after) - 1)
    moments = (_draw(cadence, period) for period in count(start))
    return next(moment for moment in moments if moment and _instant(moment) > _instant(after))


def coming_draws(cadence: Cadence, after: datetime, most: int = 6) -> list[datetime]:
    """Return the next draws after a moment, in order."""
    draws = [next_draw(cadence, after)]
    while len(draws) < most:
        draws.append(next_draw(cadence, draws[-1]))
    return draws


def latest_draw(cadence: Cadence, until: datetime) -> datetime | None:
    """Return the last draw at or before *until*, or None where the first is still to come."""
    moments = (_draw(cadence, period) for period in range(_period(cadence, until) + 1, -1, -1))
    return next((moment for moment in moments if moment and _instant(moment) <= _instant(until)), None)


def first_draw(cadence: Cadence, after: datetime, last: date | None) -> datetime:
    """Return the first draw after a moment of a rhythm that begins anew, in a period of its own.

    *last* is the day of the draw before, under whatever rhythm; the period that it was in has had its draw.
    """
    today = after.astimezone(cadence.zone).date()
    begins = max(today, next_period(cadence, last)) if last else today
    # The first such weekday will do: fortnights and four weeks are counted from it.
    often: Every = "monthly" if cadence.every == "monthly" else "weekly"
    return next_draw(replace(cadence, every=often, starts_on=begins), after)


def next_period(cadence: Cadence, last: date) -> date:
    """Return the first day on which a rhythm may draw again after a draw on the day *last*.

    What a period is, is what people call it: a week from Monday on, so many of them, or a month. So one that had its
    draw has had it, whatever day and time are chosen later.
    """
    if cadence.every == "monthly":
        return (last.replace(day=1) + timedelta(days=31)).replace(day=1)
    return last - timedelta(days=last.weekday()) + timedelta(weeks=_WEEKS[cadence.every])


def slot_name(moment: datetime) -> str:
    """Return the wall time of *moment*, a draw as given by this module: what makes a period unique.

    >>> slot_name(datetime(2026, 10, 25, 1, 30, tzinfo=ZoneInfo("Europe/London")))
    '2026-10-25T01:30'
    """
    return moment.replace(tzinfo=None).isoformat(timespec="minutes")


def wall_time(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Return the one instant when clocks in *zone* show *at* on *day*.

    A time shown twice (autumn) is the first of the two, as in RFC 5545 §3.3.5. A time never shown (spring) is the
    first instant after the gap; the standard would move it by the length of the gap instead.
    """
    stated = datetime.combine(day, at.replace(fold=0), zone)
    shown = stated.astimezone(UTC).astimezone(zone)
    return stated if shown.replace(tzinfo=None) == stated.replace(tzinfo=None) else _after_gap(stated)


def _after_gap(stated: datetime) -> datetime:
    """Return the first instant after the gap that *stated* falls in."""
    # PEP 495: in a gap, fold 1 reads the time by the new offset, so before the change; fold 0 by the old, so after.
    before, after = int(stated.replace(fold=1).timestamp()), int(stated.timestamp())
    zone, old = stated.tzinfo, stated.utcoffset()
    seconds = range(before, after)
    changed = bisect_left(seconds, True, key=lambda s: datetime.fromtimestamp(s, zone).utcoffset() != old)
    return datetime.fromtimestamp(before + changed, zone)


def _instant(moment: datetime) -> datetime:
    """Return *moment* in UTC: two times of one zone compare by wall clock, and two instants can show the same."""
    return moment.astimezone(UTC)


def _period(cadence: Cadence, moment: datetime) -> int:
    """Return the number of the period around *moment*, counted from the one *starts_on* falls in."""
    day = moment.astimezone(cadence.zone).date()
    if cadence.every == "monthly":
        return (day.year - cadence.starts_on.year) * 12 + day.month - cadence.starts_on.month
    return (day - cadence.starts_on).days // (7 * _WEEKS[cadence.every])


def _draw(cadence: Cadence, period: int) -> datetime | None:
    """Return the draw of *period*, or None where it has none."""
    day = _nth_weekday(cadence, period) if cadence.every == "monthly" else _weekday(cadence, period)
    return wall_time(day, cadence.at, cadence.zone) if day and day >= cadence.starts_on else None


def _weekday(cadence: Cadence, period: int) -> date:
    """Return the day of a draw that comes every so many weeks."""
    wait = (cadence.weekday - cadence.starts_on.weekday()) % 7
    return cadence.starts_on + timedelta(days=wait, weeks=period * _WEEKS[cadence.every])


def _nth_weekday(cadence: Cadence, period: int) -> date | None:
    """Return the nth weekday of the month *period* months after the first, or None in a month without."""
    years, month = divmod(cadence.starts_on.month - 1 + period, 12)
    first = date(cadence.starts_on.year + years, month + 1, 1)
    if cadence.nth == -1:
        last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        return last - timedelta(days=(last.weekday() - cadence.weekday) % 7)
    day = first + timedelta(days=(cadence.weekday - first.weekday()) % 7, weeks=cadence.nth - 1)
    return day if day.month == first.month else None
