"""Find somebody new for people who are left alone in a round, drawn like everybody else."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from unmentor.conversations.models import Conversation
from unmentor.conversations.queries import hold_diaries
from unmentor.db import db
from unmentor.pairing import Entrant, Rules
from unmentor.programmes.queries import holidays
from unmentor.rounds import queries
from unmentor.rounds.arrange import conversations, first_day_of, times
from unmentor.rounds.draw_inputs import Drawn, Given, draw_from
from unmentor.rounds.models import Mending, Round
from unmentor.timetable.slots import Time, Window, working_days

# Nobody is asked to talk sooner than on the second working day; so many days are looked at, holidays and all.
WORKING_DAYS_AHEAD = 2
SOME_DAYS = 14
A_DAY = timedelta(days=1)


def find(round_: Round, just_left: Collection[int], seed: int, now: datetime) -> list[Conversation]:
    """Return new conversations for people whom something has *just left* alone in a round; nobody is told yet.

    First with those whom a withdrawal or an odd number left alone before, until the next round is sent; then with those
    who offered to step in. Nobody meets whom they have met before or would rather not, and nobody who withdrew from
    this round is in it again.
    """
    waiting, reserve = queries.free(round_)
    alone = waiting | {*just_left} if queries.is_newest_sent(round_) else {*just_left}
    hold_diaries(alone | reserve)
    found = list(_drawn(round_, alone, set(), seed, now))
    still = alone - {person.id for talk in found for person in talk.people}
    return found + list(_drawn(round_, still, reserve - alone, seed, now))


def _drawn(
    round_: Round, alone: Collection[int], reserve: Collection[int], seed: int, now: datetime
) -> Iterator[Conversation]:
    """Yield the conversations of a small draw, stored: as many of *alone* as can be, helped out by *reserve*."""
    people = _strangers(round_, {*alone, *reserve}, set(reserve), now)
    if len(people) < 2 or not alone:
        return
    rules = Rules(odd="sit-out", same_organisation=round_.programme.same_organisation)  # type: ignore[arg-type]  # - Rules checks it
    drawn = draw_from(Given(people, [], rules, None, None), seed)
    if drawn.result.groups:
        round_.mendings.append(Mending(**drawn.kept, drawn_at=now))
    for talk in conversations(round_.programme, drawn, _times(round_, drawn, now), now):
        talk.mended = True
        round_.conversations.append(talk)
        db.session.flush()
        yield talk


def _strangers(round_: Round, ids: set[int], reserve: set[int], now: datetime) -> list[Entrant]:
    """Return those of *ids* who take part today, kept from whom they met, and those in *reserve* from each other."""
    programme, today = round_.programme, round_.programme.today(now)
    people = queries.entrants(programme, today, ids)
    here = {entrant.id for entrant in people}
    apart: dict[int, set[int]] = {number: reserve - {number} if number in reserve else set() for number in ids}
    for _number, one, other in queries.history(programme, ids):
        apart[one].add(other)
        apart[other].add(one)
    return [replace(each, standby=False, not_with=each.not_with | (apart[int(each.id)] & here)) for each in people]


def _times(round_: Round, drawn: Drawn, now: datetime) -> list[Time]:
    """Return when the new pairs talk: within the round's days, and not before they can have read of it."""
    programme = round_.programme
    soonest = working_days(
        Window(programme.today(now) + A_DAY, SOME_DAYS, programme.zone, holidays=holidays(programme.time_zone))
    )
    first_day = max(soonest[WORKING_DAYS_AHEAD - 1], first_day_of(programme, round_.drawn_at))
    end = first_day_of(programme, round_.drawn_at) + timedelta(days=programme.window_days)
    return times(programme, drawn, first_day, max((end - first_day).days, SOME_DAYS), now)
