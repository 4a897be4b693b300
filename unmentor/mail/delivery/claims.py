"""Who sends what, and what became of it: each step one statement, so that the database says who won.

A claim is known by its message and its number, ``attempts``: what a sender says of a message counts only while
nobody has claimed it since. While a message is being sent ``due_at`` is the end of the lease, so one index finds
what waits, what is to be tried again, and what a dead sender left behind.
"""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import (
    Connection,
    Engine,
    LargeBinary,
    Table,
    Update,
    bindparam,
    delete,
    func,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from unmentor.db import SENDER, heartbeat
from unmentor.mail.kinds import LETS_IN
from unmentor.mail.models import DUE, Body, Message, Suppressed

MINUTE = timedelta(minutes=1)

# Built once: building them for every message would take longer than running them.
_message = cast(Table, Message.__table__)
_DUE = select(_message.c.id).where(DUE, _message.c.due_at <= bindparam("now")).limit(1)
_CLAIM = (
    update(_message)
    .where(
        _message.c.id
        == _DUE.order_by(_message.c.due_at, _message.c.id).with_for_update(skip_locked=True).scalar_subquery()
    )
    .values(state="sending", due_at=bindparam("end"), attempts=_message.c.attempts + 1)
    .returning(
        *(_message.c[name] for name in ("id", "attempts", "kind", "recipient", "expires_at")),
        # In words of our own: for SQLite a built subquery loses its table names here, and then any body would do.
        literal_column("(SELECT body.content FROM body WHERE body.id = message.id)", LargeBinary),
    )
)
_CLAIMED = update(_message).where(_message.c.id == bindparam("claimed"), _message.c.attempts == bindparam("claim"))
_SENT = _CLAIMED.values(state="sent", trouble="", sent_at=bindparam("now"))
# One way to the server and back. Both parts see the same moment, in which the first message was still being sent.
_SENT_AND_CLAIM = _CLAIM.add_cte(_SENT.cte("sent"))


@dataclass(frozen=True, slots=True)
class Claim:
    """A message that is ours to send until the lease ends."""

    id: int
    attempts: int
    kind: str
    recipient: str
    expires_at: datetime
    # Sealed; None where it is gone.
    content: bytes | None


@contextmanager
def connection(engine: Engine) -> Iterator[Connection]:
    """Open a connection of the sender's own, where a commit survives the death of the process and not a power cut.

    What a power cut can take back is a mark, and that costs an identical copy. Waiting for the disk twice a
    message would cost nine tenths of the speed.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as kept:
        # Never back to the pool: nobody else must commit as lightly.
        kept.detach()
        light = "SET synchronous_commit TO off" if _is_postgresql(kept) else "PRAGMA synchronous=NORMAL"
        with closing(kept.connection.cursor()) as cursor:  # SQLite does not change this inside a transaction
            cursor.execute(light)
        yield kept


def anything_due(connection: Connection, now: datetime) -> bool:
    """Say whether a message waits to be sent."""
    found = connection.scalar(_DUE, {"now": now})
    connection.commit()
    return found is not None


def claim(connection: Connection, now: datetime, lease: timedelta, done: Claim | None = None) -> Claim | None:
    """Claim the message that has waited longest, or return None where none is due.

    With *done*, that message is marked as sent in the same transaction: half the commits, twice the speed.
    """
    given: dict[str, object] = {"now": now, "end": now + lease}
    if done is None:
        row = connection.execute(_CLAIM, given).one_or_none()
    elif _is_postgresql(connection):
        row = connection.execute(_SENT_AND_CLAIM, given | _names(done)).one_or_none()
    else:
        connection.execute(_SENT, {"now": now} | _names(done))
        row = connection.execute(_CLAIM, given).one_or_none()
    connection.commit()
    return Claim(*row) if row else None


def record_outcome(connection: Connection, claim: Claim, state: str, now: datetime, trouble: str = "") -> bool:
    """Record what became of a claimed message; False where somebody else has claimed it since.

    The words of a mail that lets somebody in are dropped with it: nobody needs them once that is known.
    """
    values = {"state": state, "trouble": trouble} | ({"sent_at": now} if state == "sent" else {})
    # What was overtaken meanwhile stays expired, unless it did leave.
    mine = _CLAIMED if state == "sent" else _CLAIMED.where(_message.c.state != "expired")
    if claim.kind not in LETS_IN:
        return _mark(connection, mine, claim, values)
    with _one_transaction(connection):
        marked = connection.execute(mine, {**_names(claim), **values}).rowcount == 1
        if marked:
            connection.execute(delete(Body).where(Body.id == claim.id))
    return marked


def put_back(connection: Connection, claim: Claim, state: str, due_at: datetime, trouble: str) -> bool:
    """Have a claimed message tried again at *due_at*, and no later than it expires."""
    # At that moment it is claimed once more, and expires.
    values = {"state": state, "trouble": trouble, "due_at": min(due_at, claim.expires_at)}
    # Not where it was held meanwhile: then it waits for the organiser.
    return _mark(connection, _CLAIMED.where(_message.c.state == "sending"), claim, values)


def suppress(connection: Connection, address: str, trouble: str, now: datetime) -> None:
    """Remember that *address* was refused for good."""
    dialect = postgresql if _is_postgresql(connection) else sqlite
    known = dialect.insert(Suppressed).values(address=address.lower(), since=now, trouble=trouble)
    connection.execute(known.on_conflict_do_nothing())
    connection.commit()


def lift_suppression(connection: Connection, address: str) -> None:
    """Forget that *address* was ever refused: a mail has just arrived there."""
    connection.execute(delete(Suppressed).where(Suppressed.address == address.lower()))
    connection.commit()


def beat(connection: Connection, now: datetime) -> None:
    """Note that a sender is alive."""
    connection.execute(heartbeat(connection.dialect.name, SENDER, now))
    connection.commit()


def sent_last_minute(connection: Connection, now: datetime) -> int:
    """Return how many messages all senders together sent in the last minute."""
    count = connection.scalar(select(func.count()).select_from(Message).where(Message.sent_at > now - MINUTE))
    connection.commit()
    return count or 0


def record_error_on_due(connection: Connection, trouble: str, now: datetime) -> None:
    """Write on every message that is due why it still waits."""
    waiting = update(Message).where(DUE, Message.due_at <= now, Message.trouble != trouble)
    connection.execute(waiting.values(trouble=trouble))
    connection.commit()


@contextmanager
def _one_transaction(connection: Connection) -> Iterator[None]:
    """Commit the block as one: here PostgreSQL commits each statement, and SQLite whatever was begun."""
    if _is_postgresql(connection):
        with cast(Any, connection.connection.dbapi_connection).transaction():
            yield
    else:
        yield
    connection.commit()


def _mark(connection: Connection, mine: Update, claim: Claim, values: Mapping[str, object]) -> bool:
    marked = connection.execute(mine, {**_names(claim), **values})
    connection.commit()
    return marked.rowcount == 1


def _names(claim: Claim) -> dict[str, object]:
    return {"claimed": claim.id, "claim": claim.attempts}


def _is_postgresql(connection: Connection) -> bool:
    return connection.dialect.name == "postgresql"
