"""What an organiser can do with the outbox."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, select, update

from unmentor.db import db
from unmentor.mail.models import DUE, Body, Hold, Message, Suppressed

# Long enough for a report that one did not arrive, and for somebody to ask where it is.
KEPT = timedelta(days=90)


def hold_all(now: datetime) -> int:
    """Hold everything that has not left, and all that is queued from now on; return how many messages are held.

    What may have left already, because a sender is or was in the middle of it, is held as well. Mail that somebody
    waits for at their screen, to sign in or confirm, is not held when it is asked for anew.
    """
    db.session.merge(Hold(id=1, since=now))
    db.session.execute(update(Message).where(DUE).values(state="held"))
    return db.session.scalar(select(func.count()).where(Message.state == "held")) or 0


def release_all(now: datetime) -> int:
    """Let everything that was held go, and return how many messages that is. What is pointless by now expires."""
    db.session.execute(delete(Hold))
    held = update(Message).where(Message.state == "held").values(state="queued", due_at=now)
    return len(db.session.scalars(held.returning(Message.id)).all())


def try_again(message: Message, now: datetime) -> None:
    """Queue a message that failed once more, the same bytes; nothing where it could not even be written."""
    write_again(message.recipient)
    failed = update(Message).where(Message.id == message.id, Message.state == "failed", Message.message_id != "")
    db.session.execute(failed.values(state="queued", due_at=now))


def write_again(address: str) -> None:
    """Send mail to an address again that was refused for good before."""
    db.session.execute(delete(Suppressed).where(Suppressed.address == address.lower()))


def forget(which: ColumnElement[bool]) -> None:
    """Keep of some messages only that there were any: no subject, no words, and nothing to send again."""
    db.session.execute(delete(Body).where(Body.id.in_(select(Message.id).where(which))))
    db.session.execute(update(Message).where(which).values(subject="", message_id="", trouble=""))


def forget_old(now: datetime) -> None:
    """Forget the words of mail that left long ago: what is in somebody's mailbox need not be in ours."""
    forget((Message.sent_at < now - KEPT) & (Message.message_id != ""))
