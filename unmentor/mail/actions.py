"""What an organiser can do with the outbox."""

import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from email.utils import format_datetime

from sqlalchemy import ColumnElement, and_, case, delete, func, select, update
from sqlalchemy.orm import aliased

from unmentor.db import db, insert_new
from unmentor.forms import clean_line
from unmentor.mail.kinds import LETS_IN, SAYS_WHEN
from unmentor.mail.mime import address, header
from unmentor.mail.models import BATCH, DUE, WORDED, Body, Hold, Message, Suppressed
from unmentor.mail.seal import Unreadable, seal
from unmentor.runtime import settings

# Long enough for a report that one did not arrive, and for somebody to ask where it is.
KEPT = timedelta(days=90)
DATE = re.compile(rb"(?m)^Date: [^\r]*")
TO = re.compile(rb"(?m)^To: [^\r]*\r\n(?:[ \t][^\r]*\r\n)*")
# What waits, or may be tried again: what is being sent just now, and what has left, stays what it is.
WAITS = ("queued", "held", "uncertain", "failed")


def hold_all(now: datetime, perhaps_left: bool = False) -> int | None:
    """Hold everything that has not left, and all that is queued from now on; return how many messages are held.

    None where it was held already. What may have left, because a sender is or was in the middle of it, is held as well.
    Mail that somebody waits for at their screen, to sign in or confirm, is not held when it is asked for anew. After a
    restore any of it has *perhaps left*, and counts as claimed once more.
    """
    won = db.session.scalar(insert_new(Hold).values(id=1, since=now).returning(Hold.id))  # two may hold at once
    db.session.execute(update(Message).where(DUE).values(state="held"))
    if perhaps_left:
        db.session.execute(update(Message).where(Message.state == "held").values(attempts=Message.attempts + 1))
    held = db.session.scalar(select(func.count()).where(Message.state == "held")) or 0
    return held if won else None


def release_all(now: datetime) -> int | None:
    """Let everything that was held go, and return how many messages that is; None where nothing was held any more.

    What is too late by now expires. What certainly has not left is dated anew, since Date is when a mail is ready to
    leave (RFC 5322 §3.6.1). Its calendar entry is not: DTSTAMP is when that was written, and must not outrank a later
    one (RFC 5546 §2.1.5).
    """
    # First, so that of two who release at once the second finds nothing held.
    if db.session.scalar(delete(Hold).returning(Hold.id)) is None:
        return None
    _date_anew(now)
    # What may still be undone waits for that, as it did before.
    waits = (Message.attempts == 0) & (Message.due_at > now)
    due_at = case((waits, Message.due_at), else_=now)
    held = update(Message).where(Message.state == "held").values(state="queued", due_at=due_at)
    return len(db.session.scalars(held.returning(Message.id)).all())


def may_go_again(now: datetime) -> ColumnElement[bool]:
    """Return the condition that a message failed and has its words still, which are neither too late nor untrue."""
    later = aliased(Message)
    overtaken = select(later.id).where(
        later.about == Message.about,
        later.person_id == Message.person_id,
        later.kind.in_(SAYS_WHEN),
        later.sequence > Message.sequence,
    )
    return and_(
        Message.state == "failed",
        Message.expires_at > now,
        Message.kind.not_in(LETS_IN),
        select(Body.id).where(Body.id == Message.id).exists(),
        ~(Message.kind.in_(SAYS_WHEN) & overtaken.exists()),
    )


def try_again(message: Message, now: datetime) -> bool:
    """Queue a message that failed once more, the same bytes; False where it has expired or is untrue by now."""
    failed = update(Message).where(Message.id == message.id, may_go_again(now)).values(state="queued", due_at=now)
    again = db.session.scalar(failed.returning(Message.id)) is not None
    if again:
        lift_suppression(message.recipient)
    return again


def lift_suppression(address: str) -> None:
    """Send mail to an address again that was refused for good before."""
    db.session.execute(delete(Suppressed).where(Suppressed.address == address.lower()))


def send_elsewhere(person: int, name: str, email: str) -> None:
    """Let what waits for somebody go to another address of theirs; not what lets in whoever reads the one before.

    A calendar entry in it names the one before: whoever calls this sends the entries that still count once more.
    """
    theirs = (Message.person_id == person, Message.state.in_(WAITS), Message.kind.not_in(LETS_IN))
    moved = update(Message).where(*theirs, Message.recipient != email).values(recipient=email)
    line = header("To", clean_line(name), address(email))
    _written_anew(db.session.scalars(moved.returning(Message.id)).all(), TO, line)


def _date_anew(now: datetime) -> None:
    unsent = select(Message.id).where(Message.state == "held", Message.attempts == 0)
    _written_anew(db.session.scalars(unsent).all(), DATE, b"Date: " + format_datetime(now).encode())


def _written_anew(ids: Sequence[int], old: re.Pattern[bytes], new: bytes) -> None:
    """Write one header of these messages anew, and nothing else of them."""
    ours = seal(settings().secret_key)
    for start in range(0, len(ids), BATCH):
        anew = []
        for number, stored in db.session.execute(
            select(Body.id, Body.content).where(Body.id.in_(ids[start : start + BATCH]))
        ):
            with suppress(Unreadable):  # the sender will say so
                content = old.sub(lambda _line: new, ours.open(stored), count=1)
                anew.append({"id": number, "content": ours.close(content)})
        if anew:
            db.session.execute(update(Body), anew)


def unqueue(about: str) -> None:
    """Drop the letters about something that have not left: it was undone, and nobody hears of it."""
    db.session.execute(delete(Message).where(Message.about == about, Message.state.in_(("queued", "held", "failed"))))


def forget(which: ColumnElement[bool]) -> None:
    """Keep of some messages only that there were any: no subject, no words, and nothing to send again.

    It is asked every minute and nearly always about nothing, so it looks only at what was not forgotten yet.
    """
    # In order, so that two workers never wait for each other; sorted here, or SQLite would not take the index.
    ids = sorted(db.session.scalars(select(Message.id).where(WORDED, which)))
    for start in range(0, len(ids), BATCH):
        some = ids[start : start + BATCH]
        db.session.execute(delete(Body).where(Body.id.in_(some)))
        db.session.execute(update(Message).where(Message.id.in_(some)).values(subject="", message_id="", trouble=""))


def forget_old(now: datetime) -> None:
    """Forget the words of mail that left long ago, or never did: what is in somebody's mailbox need not be in ours."""
    long_ago = now - KEPT
    forget(Message.sent_at < long_ago)
    never = Message.sent_at.is_(None) & Message.state.in_(("failed", "expired"))
    forget(never & (Message.queued_at < long_ago))
