"""Draw a round, send it, cancel it, close it."""

import secrets
from datetime import datetime, timedelta
from itertools import combinations
from random import Random

from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from unmentor.conversations.actions import cancel, invite
from unmentor.conversations.models import Conversation, Participation
from unmentor.db import db
from unmentor.edge import settings
from unmentor.mail.outbox import queue
from unmentor.pairing.slots import Time, Window, arrange
from unmentor.programmes.models import Programme
from unmentor.programmes.queries import holidays, organisers
from unmentor.rounds import queries
from unmentor.rounds.given import Drawn, draw_from, given_now
from unmentor.rounds.mails import round_ready, unpaired
from unmentor.rounds.models import LeftOut, Round

SEEDS = 2**62


class TooFewPeople(ValueError):  # noqa: N818 - it is named by what happened
    """A draw needs at least two people who take part."""

    def __init__(self, programme: Programme) -> None:
        super().__init__(_("%(name)s needs at least two people who take part before it can draw.", name=programme.name))


class NotWaiting(ValueError):  # noqa: N818 - it is named by what happened
    """It is too late for what was asked of a round: it was sent, closed or cancelled already."""

    def __init__(self, round_: Round) -> None:
        said = {
            "sent": _("Round %(number)s was sent already.", number=round_.number),
            "closed": _("Round %(number)s is over.", number=round_.number),
            "cancelled": _("Round %(number)s was cancelled already.", number=round_.number),
        }
        super().__init__(said.get(round_.state, round_.state))


def new_seed() -> int:
    """Return a seed that nobody can guess; kept with the round, it makes the draw repeatable."""
    return secrets.randbelow(SEEDS)


def look(programme: Programme, seed: int, now: datetime) -> Drawn:
    """Return what a draw of *programme* would give now. Changes nothing. Raises TooFewPeople."""
    given = given_now(programme, now)
    if len(given.people) < 2:
        raise TooFewPeople(programme)
    return draw_from(given, seed)


def draw_round(programme: Programme, seed: int, now: datetime, late_hours: int = 0) -> Round:
    """Return the round that waits, drawn now where none does.

    Two people who draw at once get the same round: the second finds the first's, or is
    refused by the database and then finds it. Raises TooFewPeople.
    """
    if waiting := queries.waiting_round(programme):
        return waiting
    drawn = look(programme, seed, now)
    try:
        with db.session.begin_nested():
            return _store(programme, drawn, now, late_hours)
    except IntegrityError:
        if waiting := queries.waiting_round(programme):
            return waiting
        raise


def draw_again(round_: Round, seed: int, now: datetime) -> Round:
    """Return another draw in the place of one that waits. Raises NotWaiting, TooFewPeople."""
    if round_.state != "drawn":
        raise NotWaiting(round_)
    programme = round_.programme
    db.session.delete(round_)
    db.session.flush()
    return draw_round(programme, seed, now)


def send_round(round_: Round, now: datetime) -> int:
    """Send a drawn round: every invitation is queued with it. Return how many people it tells. Raises NotWaiting."""
    mark_sent(round_, now)
    for conversation in round_.conversations:
        invite(conversation, now)
    for left_out in round_.left_out:
        queue(unpaired(round_, left_out.person, now), now)
    return round_.people


def mark_sent(round_: Round, now: datetime) -> None:
    """Count a drawn round as sent, and tell nobody. Raises NotWaiting."""
    if round_.state != "drawn":
        raise NotWaiting(round_)
    round_.state, round_.sent_at = "sent", now
    for conversation in round_.conversations:
        conversation.stamped_at = now


def cancel_round(round_: Round, now: datetime) -> None:
    """Cancel a round that is drawn or sent; whoever was invited hears of it. Raises NotWaiting for any other."""
    if round_.state not in {"drawn", "sent"}:
        raise NotWaiting(round_)
    told = round_.state == "sent"
    round_.state = "cancelled"
    for conversation in round_.conversations:
        if conversation.state == "arranged" and conversation.ends_at > now:
            cancel(conversation, _("The whole round was called off."), now, told)


def close_rounds(now: datetime) -> int:
    """Close the rounds whose conversations are long over; return how many. What nobody spoke of counts as missed."""
    over = queries.to_be_closed(now)
    for round_ in over:
        round_.state, round_.closed_at = "closed", now
        for conversation in round_.conversations:
            if conversation.state == "arranged":
                conversation.state = "missed"
    return len(over)


def tell_organisers(round_: Round, now: datetime) -> None:
    """Ask the organisers to look at a round that waits."""
    for organiser in organisers(round_.programme):
        queue(round_ready(round_, organiser, now), now)


def _store(programme: Programme, drawn: Drawn, now: datetime, late_hours: int) -> Round:
    result = drawn.result
    round_ = Round(
        programme=programme,
        number=queries.latest_number(programme) + 1,
        drawn_at=now,
        inputs=drawn.given.as_json(),
        seed=result.seed,
        algorithm=result.algorithm,
        digest=result.digest,
        certificate=result.certificate,
        plan=result.plan,
        proved=drawn.proved,
        late_hours=late_hours,
        left_out=[LeftOut(person_id=person) for person in result.left_out],
    )
    again = {frozenset((repeat.a, repeat.b)) for repeat in result.repeats}
    for group, time in zip(result.groups, _times(programme, drawn, now), strict=True):
        round_.conversations.append(
            Conversation(
                starts_at=time.starts_at,
                minutes=programme.minutes,
                suits_all=time.suits_all,
                repeat=any(frozenset(pair) in again for pair in combinations(group, 2)),
                room=secrets.token_urlsafe(12),
                uid=f"{secrets.token_hex(16)}@{settings().mail_from[1].rpartition('@')[2]}",
                arranged_at=now,
                stamped_at=now,
                participations=[
                    Participation(person_id=person, starts=place == 0, third=person in result.thirds)
                    for place, person in enumerate(group)
                ],
            )
        )
    db.session.add(round_)
    db.session.flush()
    return round_


def _times(programme: Programme, drawn: Drawn, now: datetime) -> list[Time]:
    """Return when each drawn group talks: from some days after the draw, on working days."""
    window = Window(
        first_day=now.astimezone(programme.zone).date() + timedelta(days=programme.lead_days),
        days=programme.window_days,
        zone=programme.zone,
        default=programme.default_slot,
        holidays=holidays(programme.time_zone),
        minutes=programme.minutes,
    )
    availability = {person.id: person.slots for person in drawn.given.people}
    chance = Random(drawn.result.seed)  # noqa: S311 - chance that can be replayed, not secrecy
    return arrange(drawn.result.groups, availability, window, queries.busy(now), rng=chance)
