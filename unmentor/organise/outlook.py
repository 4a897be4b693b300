"""What other settings would do, before they do it: the next rounds, and what changes for people, in words."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

from flask_babel import get_locale

from unmentor.organise.consequences import consequences
from unmentor.programmes.models import Programme
from unmentor.programmes.queries import cadence, holidays
from unmentor.programmes.rules import written
from unmentor.programmes.schedule import heads_up_at, outlook
from unmentor.rounds.arrange import first_day_of
from unmentor.timetable.cadence import coming_draws

A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Coming:
    """A round to come: when its people hear of it and it is drawn, between which days they talk, on which holidays."""

    heads_up_at: datetime | None
    draw: datetime
    first_day: date
    last_day: date
    holidays: list[tuple[date, str]]


@dataclass(frozen=True, slots=True)
class Look:
    """What an organiser looks at before they save."""

    rounds: list[Coming]
    changes: list[str]
    differs: bool

    @property
    def mark(self) -> str:
        """Return what tells this look from another: whoever saves has seen what they save."""
        told = [[str(each) for each in (self.rounds)], self.changes]
        return sha256(json.dumps(told).encode()).hexdigest()[:16]


NOTHING = Look([], [], differs=False)


def look_at(programme: Programme, rules: Mapping[str, Any], now: datetime) -> Look:
    """Return what *programme* would do under other rules, by their columns. Changes nothing."""
    proposed = _proposed(programme, rules, now)
    rounds = [] if programme.ended_at else coming_rounds(proposed, now)
    return Look(rounds, consequences(programme, proposed, now), written(programme) != written(proposed))


def coming_rounds(programme: Programme, now: datetime) -> list[Coming]:
    """Return the next six rounds of *programme*."""
    return [_coming(programme, draw) for draw in coming_draws(cadence(programme), now)]


def _coming(programme: Programme, draw: datetime) -> Coming:
    first_day = first_day_of(programme, draw)
    days = [draw.date(), *(first_day + n * A_DAY for n in range(programme.window_days))]
    kept = holidays(programme, get_locale().language)
    met = [(day, kept[day]) for day in sorted(set(days)) if day in kept]
    return Coming(heads_up_at(programme, draw), draw, first_day, days[-1], met)


def _proposed(programme: Programme, rules: Mapping[str, Any], now: datetime) -> Programme:
    """Return a programme as it would be; no session knows of it."""
    columns = {column.key: getattr(programme, column.key) for column in Programme.__table__.columns}
    starts_on = outlook(programme, rules, now).starts_on
    return Programme(**columns | dict(rules) | {"starts_on": starts_on})
