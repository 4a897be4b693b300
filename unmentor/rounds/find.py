"""Find somebody new for people who are left alone in a round, drawn like everybody else."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from unmentor.conversations.models import Conversation
from unmentor.conversations.queries import numbered
from unmentor.pairing import Entrant, Rules
from unmentor.programmes.turn import lock_diaries
from unmentor.rounds import draw_queries, queries
from unmentor.rounds.arrange import days_left, has_days_left, store, times
from unmentor.rounds.draw_inputs import Given, draw_from
from unmentor.rounds.models import Mending, Round
from unmentor.rounds.newcomers import newcomers


def find(round_: Round, just_left: Collection[int], seed: int, now: datetime) -> list[Conversation]:
    """Return new conversations for people whom something has *just left* alone in a round; nobody is told yet.

    First with those whom a withdrawal or an odd number left alone before, and then with those who joined since, until
    the next round is sent; then with those who offered to step in. Nobody meets whom they have met before or would
    rather not, and nobody who withdrew from this round is in it again.
    """
    waiting, standbys = queries.free(round_)
    alone, new = {*just_left}, set[int]()
    if queries.is_newest_sent(round_):
        alone |= waiting
        new = newcomers(round_) if has_days_left(round_, now) else new
    lock_diaries(alone | new | standbys)
    found, still = list[Conversation](), alone
    for helpers in (set[int](), *filter(None, (new - alone, standbys - alone))):
        found += _drawn(round_, still, helpers, seed, now)
        still = alone - {person.id for talk in found for person in talk.people}
    return found


def _drawn(
    round_: Round, alone: Collection[int], reserve: Collection[int], seed: int, now: datetime
) -> Sequence[Conversation]:
    """Return the conversations of a small draw, stored: as many of *alone* as can be, helped out by *reserve*."""
    ids = {*alone, *reserve}
    people = _strangers(round_, ids, set(reserve), now) if alone and len(ids) > 1 else []
    if len(people) < 2:
        return []
    rules = Rules(odd="sit-out", same_organisation=round_.programme.same_organisation)  # type: ignore[arg-type]  # - Rules checks it
    drawn = draw_from(Given(people, [], rules, None, None), seed)
    if drawn.result.groups:
        round_.mendings.append(Mending(**drawn.kept, drawn_at=now))
    groups = drawn.result.groups
    when = times(groups, people, seed, days_left(round_, now), now)
    return numbered(store(round_, groups, drawn.again, when, now, mended=True))


def _strangers(round_: Round, ids: set[int], reserve: set[int], now: datetime) -> list[Entrant]:
    """Return those of *ids* who take part today, kept from whom they met, and those in *reserve* from each other."""
    programme, today = round_.programme, round_.programme.today(now)
    people = draw_queries.entrants(programme, today, ids, round_, stepping_in=True)
    here = {entrant.id for entrant in people}
    apart: dict[int, set[int]] = {number: reserve - {number} if number in reserve else set() for number in ids}
    for _number, one, other in draw_queries.history(programme, ids):
        apart[one].add(other)
        apart[other].add(one)
    return [replace(each, standby=False, not_with=each.not_with | (apart[int(each.id)] & here)) for each in people]
