"""Give drawn groups a time and a room: from people to conversations."""

import secrets
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import combinations
from random import Random
from typing import Any

from sqlalchemy import insert, select, update

from unmentor.conversations.models import Conversation, Participation
from unmentor.conversations.prompts import choose
from unmentor.db import db
from unmentor.pairing import Entrant
from unmentor.pairing.entrants import Id
from unmentor.people.models import Person
from unmentor.programmes.models import Membership, Programme
from unmentor.programmes.queries import holidays
from unmentor.rounds import draw_queries, queries
from unmentor.rounds.models import Round
from unmentor.runtime import settings
from unmentor.timetable.cadence import wall_time
from unmentor.timetable.slots import Time, Window, arrange, working_days

# Nobody is asked to talk sooner than on the second working day; so many days are looked at, holidays and all.
WORKING_DAYS_AHEAD = 2
SOME_DAYS = 14
A_DAY = timedelta(days=1)
Groups = Sequence[Sequence[Id]]
Pair = frozenset[Id]


def store(
    round_: Round, groups: Groups, again: Collection[Pair], times: Sequence[Time], now: datetime, mended: bool = False
) -> list[int]:
    """Store a conversation for each group at its time, and return their ids in that order.

    The first of a group starts, the third is its third. *again* are the pairs who have met before.
    """
    rows = list(_rows(round_, groups, again, times, now, mended))
    if not rows:
        return []
    had = _prompts_had(round_.programme)
    for row, group in zip(rows, groups, strict=True):
        row["prompts"] = choose(had.get(person, 0) for person in group)
    # In bulk: everybody else waits meanwhile.
    new = insert(Conversation).returning(Conversation.id, sort_by_parameter_order=True)
    ids = list(db.session.scalars(new, rows))
    parts = [
        {"conversation_id": talk, "person_id": person, "starts": place == 0, "third": place == 2}
        for talk, group in zip(ids, groups, strict=True)
        for place, person in enumerate(group)
    ]
    db.session.execute(insert(Participation), parts)
    db.session.expire(round_, ["conversations"])
    return ids


def times(groups: Groups, people: Iterable[Entrant], seed: int, days: Window, now: datetime) -> list[Time]:
    """Return when each group of *people* talks: on a working day of these, and nobody in two places at once."""
    availability = {person.id: person.slots for person in people}
    chance = Random(seed)  # noqa: S311 - chance that can be replayed, not secrecy
    return arrange(groups, availability, days, draw_queries.busy(now), rng=chance)


def arrange_anew(round_: Round, now: datetime) -> int:
    """Give another time to those conversations of a waiting round whose own has passed or comes too soon by now.

    Their groups stay, and so do all other times. Return how many there were.
    """
    programme = round_.programme
    first_day = first_day_of(programme, now)
    too_soon = wall_time(min(first_day, soonest_day(programme, now)), time(), programme.zone)
    groups, availability = queries.groups_before(round_, too_soon)
    if groups:
        days = window(programme, first_day, programme.window_days)
        chance = Random(round_.seed)  # noqa: S311 - chance that can be replayed, not secrecy
        found = arrange(list(groups.values()), availability, days, draw_queries.busy(now), rng=chance)
        rows = [{"id": talk, **_time(each)} for talk, each in zip(groups, found, strict=True)]
        db.session.execute(update(Conversation), rows)
        db.session.expire_all()
    return len(groups)


def window(programme: Programme, first_day: date, days: int) -> Window:
    """Return so many days from *first_day* on, as *programme* keeps them."""
    return Window(
        first_day=first_day,
        days=days,
        zone=programme.zone,
        default=programme.default_slot,
        holidays=holidays(programme),
        minutes=programme.minutes,
    )


def first_day_of(programme: Programme, drawn_at: datetime) -> date:
    """Return the first day on which a round's conversations may be, some days after its draw."""
    return programme.today(drawn_at) + timedelta(days=programme.lead_days)


def soonest_day(programme: Programme, now: datetime) -> date:
    """Return the first day for which somebody can be asked now."""
    return working_days(window(programme, programme.today(now) + A_DAY, SOME_DAYS))[WORKING_DAYS_AHEAD - 1]


def has_days_left(round_: Round, now: datetime) -> bool:
    """Say whether somebody can still be asked for one of the days on which a round's people talk."""
    return soonest_day(round_.programme, now) < _end(round_)


def days_left(round_: Round, now: datetime) -> Window:
    """Return when new pairs may talk: on the round's days, and not before they can have read of it."""
    programme = round_.programme
    first_day = max(soonest_day(programme, now), first_day_of(programme, round_.drawn_at))
    return window(programme, first_day, max((_end(round_) - first_day).days, SOME_DAYS))


def _end(round_: Round) -> date:
    """Return the day after the last on which a round's people talk, as it was drawn."""
    return first_day_of(round_.programme, round_.drawn_at) + timedelta(days=round_.programme.window_days)


def _prompts_had(programme: Programme) -> dict[Id, int]:
    theirs = select(Person.id, Person.prompts_had).join(Membership, Membership.person_id == Person.id)
    return dict(db.session.execute(theirs.where(Membership.programme_id == programme.id)).all())


def _rows(
    round_: Round, groups: Groups, again: Collection[Pair], times: Sequence[Time], now: datetime, mended: bool
) -> Iterator[dict[str, Any]]:
    domain = settings().mail_from[1].rpartition("@")[2]
    for group, when in zip(groups, times, strict=True):
        yield _time(when) | {
            "round_id": round_.id,
            "minutes": round_.programme.minutes,
            "repeat": any(frozenset(pair) in again for pair in combinations(group, 2)),
            "mended": mended,
            "room": secrets.token_urlsafe(12),
            "uid": f"{secrets.token_hex(16)}@{domain}",
            "arranged_at": now,
            "stamped_at": now,
        }


def _time(when: Time) -> dict[str, Any]:
    return {"starts_at": when.starts_at.astimezone(UTC), "suits_all": when.suits_all}
