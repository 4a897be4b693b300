"""Give drawn groups a time and a room: from people to conversations."""

import secrets
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from random import Random

from unmentor.conversations.models import Conversation, Participation
from unmentor.programmes.models import Programme
from unmentor.programmes.queries import holidays
from unmentor.rounds import queries
from unmentor.rounds.draw_inputs import Drawn
from unmentor.runtime import settings
from unmentor.timetable.slots import Time, Window, arrange


def conversations(programme: Programme, drawn: Drawn, times: Sequence[Time], now: datetime) -> Iterator[Conversation]:
    """Yield a conversation for each group of a draw, at its time."""
    again = {frozenset((repeat.a, repeat.b)) for repeat in drawn.result.repeats}
    for group, time in zip(drawn.result.groups, times, strict=True):
        yield Conversation(
            starts_at=time.starts_at.astimezone(UTC),
            minutes=programme.minutes,
            suits_all=time.suits_all,
            repeat=any(frozenset(pair) in again for pair in combinations(group, 2)),
            room=secrets.token_urlsafe(12),
            uid=f"{secrets.token_hex(16)}@{settings().mail_from[1].rpartition('@')[2]}",
            arranged_at=now,
            stamped_at=now,
            participations=[
                Participation(person_id=person, starts=place == 0, third=person in drawn.result.thirds)
                for place, person in enumerate(group)
            ],
        )


def times(programme: Programme, drawn: Drawn, first_day: date, days: int, now: datetime) -> list[Time]:
    """Return when each drawn group talks: on a working day among so many days, and nobody in two places at once."""
    window = Window(
        first_day=first_day,
        days=days,
        zone=programme.zone,
        default=programme.default_slot,
        holidays=holidays(programme.time_zone),
        minutes=programme.minutes,
    )
    availability = {person.id: person.slots for person in drawn.given.people}
    chance = Random(drawn.result.seed)  # noqa: S311 - chance that can be replayed, not secrecy
    return arrange(drawn.result.groups, availability, window, queries.busy(now), rng=chance)


def first_day_of(programme: Programme, drawn_at: datetime) -> date:
    """Return the first day on which a round's conversations may be, some days after its draw."""
    return programme.today(drawn_at) + timedelta(days=programme.lead_days)
