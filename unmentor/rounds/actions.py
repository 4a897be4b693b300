"""Draw a round, send it, cancel it, close it."""

import secrets
from collections.abc import Iterable, Iterator
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from unmentor.conversations.actions import cancel, invitations
from unmentor.conversations.models import Conversation
from unmentor.db import db
from unmentor.mail.message import Letter
from unmentor.mail.outbox import queue, queue_all
from unmentor.programmes.models import Programme
from unmentor.programmes.queries import going_first, organisers
from unmentor.rounds import queries
from unmentor.rounds.arrange import conversations, first_day_of, times
from unmentor.rounds.draw_inputs import Drawn, draw_from, given_now
from unmentor.rounds.mails import round_ready, round_report, unpaired
from unmentor.rounds.memory import learned
from unmentor.rounds.models import LeftOut, Round
from unmentor.rounds.recheck import ChangedSince, recheck, seen

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


def send_round(round_: Round, now: datetime, looked_at: str | None = None) -> int:
    """Send a drawn round: every invitation is queued with it. Return how many people it tells.

    Who has paused since, or must not meet any more, is taken care of first. *looked_at* is the mark of what an
    organiser saw before they pressed. Raises NotWaiting, and ChangedSince where that is not what would be sent.
    """
    if round_.state != "drawn":
        raise NotWaiting(round_)
    if looked_at is not None and looked_at != seen(round_, now):
        raise ChangedSince(round_)
    recheck(round_, now)
    mark_sent(round_, now)
    # A round that was drawn just now knows its people only by their ids: read them all at once.
    whole = queries.round_of(round_.programme, round_.number) or round_
    queue_all(_letters(whole, now), now)
    return round_.people


def mark_sent(round_: Round, now: datetime) -> None:
    """Count a drawn round as sent, and tell nobody. Raises NotWaiting."""
    if round_.state != "drawn":
        raise NotWaiting(round_)
    round_.state, round_.sent_at = "sent", now
    for conversation in round_.conversations:
        conversation.stamped_at = now
    keep_promises(round_.programme, round_.conversations)


def keep_promises(programme: Programme, arranged: Iterable[Conversation]) -> None:
    """Note that whoever was promised to go first, and talks in one of these conversations, has."""
    talking = {part.person_id for conversation in arranged for part in conversation.participations}
    for member in going_first(programme):
        member.first_next = member.first_next and member.person_id not in talking


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
    """Close the rounds whose conversations are long over; return how many. What nobody spoke of counts as missed.

    Organisers hear what came of it.
    """
    over = queries.to_be_closed(now)
    for round_ in over:
        round_.state, round_.closed_at = "closed", now
        for conversation in round_.conversations:
            if conversation.state == "arranged":
                conversation.state = "missed"
        for organiser in organisers(round_.programme):
            queue(round_report(round_, organiser, now), now)
    return len(over)


def tell_organisers(round_: Round, now: datetime) -> None:
    """Ask the organisers to look at a round that waits."""
    for organiser in organisers(round_.programme):
        queue(round_ready(round_, organiser, now), now)


def _store(programme: Programme, drawn: Drawn, now: datetime, late_hours: int) -> Round:
    number = queries.latest_number(programme) + 1
    round_ = Round(
        **drawn.kept,
        programme=programme,
        number=number,
        drawn_at=now,
        plan=drawn.result.plan,
        learned=learned(programme, number, drawn.given.history),
        late_hours=late_hours,
        left_out=[LeftOut(person_id=person) for person in drawn.result.left_out],
    )
    days = programme.window_days
    arranged = times(programme, drawn, first_day_of(programme, now), days, now)
    round_.conversations.extend(conversations(programme, drawn, arranged, now))
    db.session.add(round_)
    db.session.flush()
    return round_


def _letters(round_: Round, now: datetime) -> Iterator[Letter]:
    yield from invitations(round_.conversations)
    for left_out in round_.still_out:
        yield unpaired(round_, left_out.person, now)
