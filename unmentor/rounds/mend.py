"""Mend a round when somebody withdraws: whoever is left alone gets somebody new at once, drawn like everybody else."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from unmentor.conversations import actions, mails
from unmentor.conversations.models import Conversation, Participation
from unmentor.conversations.queries import hold, hold_diaries, upcoming
from unmentor.db import db
from unmentor.mail.outbox import queue, queue_all
from unmentor.pairing import Entrant, Rules
from unmentor.people.models import Person
from unmentor.programmes.queries import holidays, memberships_of
from unmentor.rounds import queries
from unmentor.rounds.actions import keep_promises
from unmentor.rounds.arrange import conversations, first_day_of, times
from unmentor.rounds.draw_inputs import Drawn, Given, draw_from
from unmentor.rounds.models import Mending, Round
from unmentor.timetable.slots import Time, Window, working_days

# Nobody is asked to talk sooner than on the second working day; so many days are looked at, holidays and all.
WORKING_DAYS_AHEAD = 2
SOME_DAYS = 14
A_DAY = timedelta(days=1)


class TooLate(ValueError):  # noqa: N818 - it is named by what happened
    """There is nothing left to withdraw from: it was called off a moment ago, or is over."""


def withdraw(part: Participation, reason: str, seed: int, now: datetime, leaving: bool = False) -> list[Conversation]:
    """Take a person out of a conversation for good, and find somebody new for whoever is alone now.

    Everything is told with it: the others hear why, in the words of *reason*, and whom they meet instead, or that they
    go first next time. Return the new conversations. Raises TooLate.
    """
    talk = part.conversation
    round_ = queries.held(talk.round)
    hold(talk)
    if talk.state != "arranged" or part.withdrew_at or talk.ends_at <= now:
        raise TooLate(talk.state)
    were = actions.withdraw(part, reason, now, leaving)
    if talk.state != "cancelled":
        return []
    alone = [each for each in were if each is not part]
    found = mend(round_, seed, now)
    new = {
        person.id: [each for each in other.people if each is not person] for other in found for person in other.people
    }
    next_time = _go_first([each.person for each in alone if each.person_id not in new], round_)
    for each in alone:
        instead, first = new.get(each.person_id, []), each.person_id in next_time
        queue(
            mails.cancelled(
                each, were, withdrew=part, reason=reason, new=instead, first_next=first, leaving=leaving
            ),
            now,
        )  # fmt: skip
    return found


def withdraw_from_all(person: Person, seed: int, now: datetime) -> None:
    """Take somebody who leaves out of everything that is before them."""
    for part in upcoming(person, now):
        withdraw(part, "", seed, now, leaving=True)


def mend(round_: Round, seed: int, now: datetime) -> list[Conversation]:
    """Return new conversations among the people of a sent round who have nobody to talk to; they are invited with it.

    First among those whom a withdrawal or an odd number left alone; then with those who offered to step in. Nobody
    meets whom they have met before or would rather not, and nobody who withdrew from this round is in it again.
    """
    if round_.state != "sent":
        return []
    alone, reserve = queries.free(round_)
    hold_diaries(alone | reserve)
    found = list(_drawn(round_, alone, set(), seed, now))
    still = alone - {person.id for talk in found for person in talk.people}
    found += _drawn(round_, still, reserve, seed, now)
    keep_promises(round_.programme, found)
    queue_all(actions.invitations(found), now)
    return found


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


def _go_first(people: Sequence[Person], round_: Round) -> set[int]:
    """Note that these go first next time; return the ids of those for whom there is one."""
    members = memberships_of(round_.programme, [person.id for person in people])
    for member in members:
        member.first_next = True
    return {member.person_id for member in members}
