"""Draw a round, send it, cancel it, close it."""

from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy import false, update
from sqlalchemy.orm.exc import ObjectDeletedError

from unmentor.conversations.models import Conversation
from unmentor.conversations.telling import tell
from unmentor.db import db
from unmentor.mail.outbox import queue_all
from unmentor.programmes.models import Programme
from unmentor.programmes.queries import organisers
from unmentor.programmes.turn import lock, lock_diaries_in
from unmentor.rounds import queries
from unmentor.rounds.arrange import arrange_anew, first_day_of, store, times, window
from unmentor.rounds.chance import draw_by, show_secret
from unmentor.rounds.draw_inputs import Drawn, given_now
from unmentor.rounds.mails import round_report, unpaired
from unmentor.rounds.memory import learned
from unmentor.rounds.models import LeftOut, Round
from unmentor.rounds.promises import keep_promises, renew_promises
from unmentor.rounds.recheck import ChangedSince, recheck
from unmentor.rounds.recheck import look as look_again
from unmentor.rounds.refusals import HasEnded, Leaving, NotWaiting, TooFewPeople


def look(programme: Programme, seed: int | None, now: datetime) -> Drawn:
    """Return what a draw of *programme* would give now; without a seed, by the chance to which it has committed.

    Changes nothing. Raises TooFewPeople.
    """
    given = given_now(programme, now)
    if len(given.people) < 2:
        raise TooFewPeople(programme)
    return draw_by(programme, given, seed)


def draw_round(
    programme: Programme, seed: int | None, now: datetime, late_hours: int = 0, ready: Drawn | None = None
) -> Round:
    """Return the round that waits; where none does, one made of the draw that is *ready*, or drawn now with *seed*.

    A seed is an organiser's own choice; without one, the chance decides to which the programme has committed.
    Raises CannotDraw.
    """
    lock(programme)
    if programme.ended_at:
        raise HasEnded(programme)
    waiting = queries.waiting_round(programme)
    return waiting or _store(programme, ready or look(programme, seed, now), now, late_hours, seed is not None)


def draw_again(
    round_: Round, seed: int | None, now: datetime, ready: Drawn | None = None, looked_at: str | None = None
) -> Round:
    """Return another draw in the place of one that waits. Raises NotWaiting, Leaving, ChangedSince, CannotDraw."""
    lock_to_change(round_)
    check_seen(round_, now, looked_at)
    programme = round_.programme
    db.session.delete(round_)
    db.session.flush()
    return draw_round(programme, seed, now, ready=ready)


def send_round(round_: Round, now: datetime, looked_at: str | None = None) -> int:
    """Send a drawn round and queue all that it tells at once; return how many people that is.

    Raises as ``start_sending`` does.
    """
    start_sending(round_, now, looked_at)
    whole = queries.round_of(round_.programme, round_.number) or round_
    for conversation in whole.conversations:
        tell(conversation, now)
    queue_all((unpaired(round_, left_out.person, now) for left_out in whole.still_out), now)
    for left_out in whole.left_out:
        left_out.to_tell = False
    return whole.people


def start_sending(round_: Round, now: datetime, looked_at: str | None = None, *, fresh: bool = False) -> None:
    """Count a drawn round as sent; its people are to be told.

    Who has paused since, or must not meet any more, is taken care of first, and what comes too soon by now gets another
    time; one that is *fresh* was drawn in this very turn, and needs neither. *looked_at* is the mark of what an
    organiser saw before they pressed.
    Raises NotWaiting, and ChangedSince where that is not what would be sent.
    """
    lock_and_refresh(round_, "drawn")
    lock_diaries_in(round_.programme)
    check_seen(round_, now, looked_at)
    if not fresh:
        recheck(round_, now)
        arrange_anew(round_, now)
    take_word(round_)
    mark_sent(round_, now, telling=True)


def take_word(round_: Round) -> None:
    """Let the invitations of *round_* say what its organisers wrote for the next: it is said in one round only."""
    round_.word = round_.says
    round_.programme.word = ""


def mark_sent(round_: Round, now: datetime, telling: bool = False) -> None:
    """Count a drawn round as sent, and tell nobody, or leave word that all are to be told. Raises NotWaiting."""
    lock_and_refresh(round_, "drawn")
    round_.state, round_.sent_at = "sent", now
    of_it = update(Conversation).where(Conversation.round_id == round_.id)
    db.session.execute(of_it.values(stamped_at=now, to_tell=telling))
    db.session.execute(update(LeftOut).where(LeftOut.round_id == round_.id).values(to_tell=telling))
    keep_promises(round_)
    show_secret(round_, now)


def cancel_round(round_: Round, now: datetime) -> None:
    """Cancel a round that is drawn or sent; whoever was told of it is to be told. Raises NotWaiting for any other."""
    lock_and_refresh(round_, "drawn", "sent")
    was, round_.state = round_.state, "cancelled"
    of_it = update(Conversation).where(Conversation.round_id == round_.id)
    # Who was not told yet that it stands need not be told that it is off.
    to_tell = ~Conversation.to_tell if was == "sent" else false()
    called_off = {"state": "cancelled", "sequence": Conversation.sequence + 1, "stamped_at": now, "to_tell": to_tell}
    for minutes in queries.lengths(round_):
        going_on = Conversation.starts_at > now - timedelta(minutes=minutes)
        ahead = of_it.where(Conversation.state == "arranged", Conversation.minutes == minutes, going_on)
        db.session.execute(ahead.values(called_off))
    db.session.execute(of_it.where(Conversation.state != "cancelled").values(to_tell=False))
    db.session.execute(update(LeftOut).where(LeftOut.round_id == round_.id).values(to_tell=False))
    renew_promises(round_)


def close_rounds(now: datetime) -> int:
    """Close the rounds whose conversations are long over; return how many. What nobody spoke of counts as missed.

    Organisers hear what came of it. Those that another worker has closed meanwhile are left to it.
    """
    closed = 0
    for round_ in queries.to_be_closed(now):
        with suppress(NotWaiting):
            lock_and_refresh(round_, "sent")
            _close(round_, now)
            closed += 1
    return closed


def lock_and_refresh(round_: Round, *states: str) -> None:
    """Take a turn at its programme and read *round_* again. Raises NotWaiting where it is in none of these states."""
    try:
        lock(round_.programme)
        number, state = round_.number, round_.state
    except ObjectDeletedError:
        raise NotWaiting(0, "gone") from None
    if state not in states:
        raise NotWaiting(number, state)


def lock_to_change(round_: Round) -> None:
    """Take a turn at a drawn round to change it. Raises NotWaiting, and Leaving where it is about to leave."""
    lock_and_refresh(round_, "drawn")
    if round_.send_at is not None:
        raise Leaving(round_, round_.send_at)


def check_seen(round_: Round, now: datetime, looked_at: str | None) -> None:
    """Raise ChangedSince where a drawn round is not what somebody *looked at* before they pressed."""
    if looked_at is not None and looked_at != look_again(round_, now)[0]:
        raise ChangedSince(round_)


def _close(round_: Round, now: datetime) -> None:
    round_.state, round_.closed_at = "closed", now
    of_it = update(Conversation).where(Conversation.round_id == round_.id, Conversation.state == "arranged")
    db.session.execute(of_it.values(state="missed"))
    whole = queries.round_of(round_.programme, round_.number) or round_
    queue_all([round_report(whole, organiser, now) for organiser in organisers(round_.programme)], now)


def _store(programme: Programme, drawn: Drawn, now: datetime, late_hours: int, own_seed: bool) -> Round:
    lock_diaries_in(programme)
    programme.draws += 1
    number = queries.latest_number(programme) + 1
    round_ = Round(
        **{"draws": programme.draws} | drawn.kept | drawn.chance,
        committed_at=programme.committed_at if drawn.chance else None,
        own_seed=own_seed,
        programme=programme,
        number=number,
        drawn_at=now,
        plan=drawn.result.plan,
        learned=learned(programme, number, drawn.given.history),
        late_hours=late_hours,
        left_out=[LeftOut(person_id=person) for person in drawn.result.left_out],
    )
    db.session.add(round_)
    db.session.flush()
    days = window(programme, first_day_of(programme, now), programme.window_days)
    groups = drawn.result.groups
    store(round_, groups, drawn.again, times(groups, drawn.given.people, drawn.result.seed, days, now), now)
    return round_
