"""When the drawn groups talk: working days, times that suit, nobody in two places at once."""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain, count
from random import Random
from typing import TypeVar
from zoneinfo import ZoneInfo

from unmentor.timetable.cadence import wall_time

Id = TypeVar("Id", bound=Hashable)

DAYS = ("mon", "tue", "wed", "thu", "fri")
STARTS = {"am": time(10), "mid": time(12, 30), "pm": time(15)}
SLOTS = tuple(f"{day}-{part}" for day in DAYS for part in STARTS)
"""The times of a week that people say suit them, in order; each name is a weekday and a local start."""

_ANY = frozenset(SLOTS)


@dataclass(frozen=True, slots=True)
class Window:
    """The *days* calendar days from *first_day* in which a round's conversations of *minutes* fall.

    *default* is the slot of those whom no time suits; nobody talks on weekends and *holidays*.
    """

    first_day: date
    days: int
    zone: ZoneInfo
    default: str = "wed-mid"
    holidays: Collection[date] = ()
    minutes: int = 30

    def __post_init__(self) -> None:
        """Raise ValueError for a default that is no slot."""
        if self.default not in _ANY:
            raise ValueError(f"no such slot: {self.default}")


@dataclass(frozen=True, slots=True)
class Time:
    """When a group talks, in the window's zone, and whether everyone said that it suits them."""

    starts_at: datetime
    suits_all: bool


def working_days(window: Window) -> list[date]:
    """Return the window's working days, or where it has none the first one after it."""
    all_days = [window.first_day + timedelta(days=n) for n in range(window.days)]
    return [day for day in all_days if _works(day, window.holidays)] or [next(_later_days(window))]


def arrange(
    groups: Sequence[Sequence[Id]],
    availability: Mapping[Id, Collection[str]],
    window: Window,
    busy: Collection[tuple[Id, datetime, datetime]] = (),
    *,
    rng: Random,
) -> list[Time]:
    """Return a time for each of *groups*, in their order.

    By chance among the times that suit a whole group and find nobody elsewhere; where there are none, the programme's
    default slot, on another day or at another time if need be, with *suits_all* False. Who named no slot is free in
    any. *busy* are people who talk already, from when until when, for however long. Nobody ever gets two at once.
    """
    times = _times(window)
    diary = _Diary(busy, window.minutes)
    suiting: dict[frozenset[str], list[datetime]] = {}
    arranged = []
    for group in groups:
        common = _common(availability.get(person, ()) for person in group)
        if common not in suiting:
            suiting[common] = [moment for moment, slot in times if slot in common]
        moment = diary.free(suiting[common], group, rng)
        suits_all = moment is not None
        if moment is None:
            moment = next(moment for moment in _defaults(window, times) if not diary.clashes(group, moment))
        diary.note(group, moment)
        arranged.append(Time(moment, suits_all))
    return arranged


def suggestions(
    availabilities: Iterable[Collection[str]], window: Window, taken: Collection[tuple[datetime, datetime]] = ()
) -> list[datetime]:
    """Return the window's times that clash with none of *taken*: those that suit everyone first, each part by date.

    *taken* says from when until when.
    """
    common = _common(availabilities)
    diary = _Diary(((None, *span) for span in taken), window.minutes)
    free = [(slot not in common, moment) for moment, slot in _times(window) if not diary.clashes([None], moment)]
    return [moment for _, moment in sorted(free, key=lambda each: each[0])]


def working_day_before(moment: datetime, holidays: Collection[date], zone: ZoneInfo) -> datetime:
    """Return the same local time on the last working day before *moment*."""
    local = moment.astimezone(zone)
    earlier = (local.date() - timedelta(days=n) for n in count(1))
    return wall_time(next(day for day in earlier if _works(day, holidays)), local.time(), zone)


class _Diary:
    """Who talks when, to see who cannot talk then."""

    def __init__(self, busy: Iterable[tuple[object, datetime, datetime]], minutes: int) -> None:
        self._length = timedelta(minutes=minutes)
        self._taken: defaultdict[object, list[tuple[datetime, datetime]]] = defaultdict(list)
        for person, start, end in busy:
            self._taken[person].append((start.astimezone(UTC), end.astimezone(UTC)))

    def note(self, group: Sequence[object], moment: datetime) -> None:
        """Keep that *group* talks at *moment*."""
        instant = moment.astimezone(UTC)
        for person in group:
            self._taken[person].append((instant, instant + self._length))

    def clashes(self, group: Sequence[object], moment: datetime) -> bool:
        """Return whether somebody in *group* talks with others at *moment*."""
        taken = chain.from_iterable(self._taken.get(person, ()) for person in group)
        start = moment.astimezone(UTC)  # within one zone Python counts by the clock on the wall
        return any(start < other_end and other_start < start + self._length for other_start, other_end in taken)

    def free(self, moments: list[datetime], group: Sequence[object], rng: Random) -> datetime | None:
        """Return one of *moments* by chance that nobody in *group* has taken, or None."""
        if any(person in self._taken for person in group):  # few are, so most groups skip the search
            moments = [moment for moment in moments if not self.clashes(group, moment)]
        return moments[int(rng.random() * len(moments))] if moments else None


def _common(availabilities: Iterable[Collection[str]]) -> frozenset[str]:
    """Return the slots that suit everyone, where an empty availability means any."""
    return _ANY.intersection(*(slots for slots in availabilities if slots))


def _times(window: Window) -> list[tuple[datetime, str]]:
    """Return every time of the window, in order, with the name of its slot."""
    return [
        (wall_time(day, start, window.zone), f"{DAYS[day.weekday()]}-{part}")
        for day in working_days(window)
        for part, start in STARTS.items()
    ]


def _defaults(window: Window, times: list[tuple[datetime, str]]) -> Iterator[datetime]:
    """Yield where to put those whom no time suits, best first and without end.

    The default slot, its time of day on other days, any time of the window, its time of day on the days after.
    """
    part = window.default.partition("-")[2]
    ranked = sorted(times, key=lambda each: (each[1] != window.default, not each[1].endswith(f"-{part}")))
    yield from (moment for moment, _ in ranked)
    yield from (wall_time(day, STARTS[part], window.zone) for day in _later_days(window))


def _later_days(window: Window) -> Iterator[date]:
    """Yield the working days after the window."""
    later = (window.first_day + timedelta(days=n) for n in count(window.days))
    return (day for day in later if _works(day, window.holidays))


def _works(day: date, holidays: Collection[date]) -> bool:
    """Return whether *day* is a working day."""
    return day.weekday() < len(DAYS) and day not in holidays
