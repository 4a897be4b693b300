"""How far a programme's email is, and whether it moves at all."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import and_, func, or_, select

from unmentor.conversations.models import Conversation, Participation
from unmentor.db import SENDER, db, last_beat
from unmentor.mail.models import DUE, UNSETTLED, Message
from unmentor.mail.queries import held_since
from unmentor.organise.queries import LATELY
from unmentor.programmes.models import Programme
from unmentor.rounds.models import LeftOut, Round

MINUTE, HOUR = 60, 3600
# What the sender did in the last minute is its speed; one that lives has been seen in the last two.
RECENT, ALIVE = timedelta(minutes=1), timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Sending:
    """What of a programme's email has still to leave, of how much, and what stands in its way."""

    # Not tried yet, of all that was written since the oldest of these was.
    to_go: int
    total: int
    # Put off by a server, to be tried again; the next of them when.
    put_off: int
    next_try: datetime | None
    held: int
    handed_over_lately: int
    # How long it takes to send all that waits, at the pace of the last minute; None where none left in it.
    takes: timedelta | None
    # Why nothing moves though something waits: "held", "sender", "server", "idle"; or None.
    stopped: str | None
    trouble: str
    sender_seen: datetime | None

    @property
    def waits(self) -> bool:
        """Say whether anything has still to leave."""
        return bool(self.to_go or self.put_off or self.held)


def sending(programme: Programme, now: datetime) -> Sending:
    """Return how far the email of *programme* is. It costs what waits and what left lately, however much there was."""
    ours = Message.programme_id == programme.id
    first = or_(Message.attempts == 0, and_(Message.attempts == 1, Message.state == "sending"))
    ready = Message.due_at <= now
    ahead, to_go, put_off, oldest, since, next_try, trouble = db.session.execute(
        select(
            func.count().filter(first, ready),
            func.count().filter(first, ours),
            func.count().filter(~first, ours),
            func.min(Message.queued_at).filter(first, ours),
            func.min(Message.due_at).filter(first, ours),
            func.min(Message.due_at).filter(~first, ours),
            func.max(Message.trouble).filter(first, ours),
        ).where(DUE)
    ).one()
    unwritten = _unwritten(programme)
    seen, pace = last_beat(SENDER), _pace(now)
    waits = bool(to_go or put_off or unwritten)
    return Sending(
        to_go=to_go + unwritten,
        total=to_go + unwritten + (_left(programme, oldest or now - RECENT) if to_go or unwritten else 0),
        put_off=put_off,
        next_try=next_try,
        held=_held(programme),
        handed_over_lately=_left(programme, now - LATELY),
        takes=(ahead + unwritten) * pace if pace else None,
        stopped=_why_not(seen, pace, trouble or "", since, now) if waits else None,
        trouble=trouble or "",
        sender_seen=seen,
    )


def about(time: timedelta) -> str:
    """Return how long something takes as one would say it, as "about 90 seconds" or "about 4 minutes"."""
    seconds = max(10, round(time.total_seconds(), -1))
    if seconds < 2 * MINUTE:
        return str(_("about %(num)s seconds", num=int(seconds)))
    if seconds < 2 * HOUR:
        minutes = round(seconds / MINUTE)
        return str(ngettext("about %(num)s minute", "about %(num)s minutes", minutes))
    return str(ngettext("about %(num)s hour", "about %(num)s hours", round(seconds / HOUR)))


def _why_not(
    seen: datetime | None, pace: timedelta | None, trouble: str, since: datetime | None, now: datetime
) -> str | None:
    if held_since():
        return "held"
    if seen is None or now - seen > ALIVE:
        return "sender"
    if pace or since is None or since > now - RECENT:
        return None
    return "server" if trouble else "idle"


def _pace(now: datetime) -> timedelta | None:
    """Return how long a message took in the last minute, of all programmes together; None where none left."""
    count, began = db.session.execute(
        select(func.count(), func.min(Message.sent_at)).where(Message.sent_at > now - RECENT)
    ).one()
    # It may have begun a moment ago.
    return max(now - began, timedelta(seconds=1)) / count if began else None


def _left(programme: Programme, since: datetime) -> int:
    """Return how many of its messages that were written since a moment have left."""
    ours = (Message.programme_id == programme.id, Message.queued_at >= since)
    return db.session.scalar(select(func.count()).where(*ours, Message.state == "sent")) or 0


def _held(programme: Programme) -> int:
    ours = (UNSETTLED, Message.programme_id == programme.id, Message.state == "held")
    return db.session.scalar(select(func.count()).where(*ours)) or 0


def _unwritten(programme: Programme) -> int:
    """Return how many people are to be told something by a round whose letters are written one slice after another."""
    talks = select(func.count()).select_from(Participation).join(Participation.conversation).join(Conversation.round)
    out = select(func.count()).select_from(LeftOut).join(Round, Round.id == LeftOut.round_id)
    ours = Round.programme_id == programme.id
    return (db.session.scalar(talks.where(ours, Conversation.to_tell)) or 0) + (
        db.session.scalar(out.where(ours, LeftOut.to_tell)) or 0
    )
