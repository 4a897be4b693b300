"""The sender: claims what is due, hands it over, and notes what became of it. Any number may run.

docs/decisions/0004-mail-at-least-once.md says why each step stands where it does.
"""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy import Connection

from unmentor.db import db
from unmentor.mail.catcher import server as catcher
from unmentor.mail.delivery import claims
from unmentor.mail.delivery.claims import Claim
from unmentor.mail.delivery.transport import DELIVERING, Answer, Fate, Transport, Unreachable
from unmentor.mail.kinds import LETS_IN
from unmentor.mail.seal import Seal, Unreadable
from unmentor.runtime import Clock, where
from unmentor.settings import Settings

log = logging.getLogger(__name__)

# Longer than anything a message can wait for, and short enough that one left behind is sent within a minute.
LEASE = timedelta(seconds=DELIVERING + 15)
# Between tries of one message: doubled each time, up to an hour.
PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=1)
# Between looks at an empty queue, and between tries of a server that is down: doubled up to half a minute.
LOOK, LONGEST_LOOK = 1.0, 30.0
# Between the signs of life of a sender that has a thread of its own.
BEAT = 30.0


class Sender:
    """Sends what is due: once with ``send_due``, or in a thread of its own between ``start`` and ``stop``."""

    def __init__(
        self, app: Flask, *, transport: Transport | None = None, lease: timedelta = LEASE, pause: timedelta = PAUSE
    ) -> None:
        settings: Settings = app.extensions["settings"]
        self._clock: Clock = app.extensions["clock"]
        self._transport = transport or Transport(lambda: catcher.server(settings), settings.mail_from[1])
        if lease.total_seconds() <= self._transport.delivering:
            raise ValueError("A lease must be longer than a message can take, or two senders send it at once")
        self._lease, self._pause = lease, pause
        self._pace = Pace(settings.mail_per_minute)
        self._seal = Seal(settings.secret_key)
        # Accepted, and to be marked together with the next claim.
        self._done: Claim | None = None
        self._until, self._woken = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None
        self._beaten: float | None = None
        with app.app_context():
            self._engine = db.engine

    def send_due(self) -> Counter[str]:
        """Send until nothing is due, and count the states that messages came to. Raises Unreachable."""
        counts: Counter[str] = Counter()
        with claims.connection(self._engine) as connection:
            try:
                while not self._until.is_set() and (state := self._send_one(connection)):
                    counts[state] += 1
            finally:
                self._mark_done(connection)
        return counts

    def start(self, on_death: Callable[[], None]) -> None:
        """Send in a thread of its own, looking for more every second; *on_death* is called if it ends by itself."""
        self._until.clear()
        self._thread = threading.Thread(target=self._live, args=[on_death], name="mail sender", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Have the thread look now and not in a second, unless it waits for a server that is down."""
        self._woken.set()

    def stop(self) -> None:
        """Finish the message in hand and stop. May be called from any thread, and twice."""
        self._until.set()
        self._woken.set()
        if self._thread:
            self._thread.join()
        self._transport.close()

    def _live(self, on_death: Callable[[], None]) -> None:
        try:
            self._run()
        finally:
            if not self._until.is_set():
                on_death()

    def _run(self) -> None:
        """Send whatever comes, through every trouble of the server, the database or our own making."""
        look = LOOK
        while not self._until.is_set():
            try:
                self.send_due()
                look = LOOK
            except Unreachable as trouble:
                log.warning("The mail server cannot be reached: %s", trouble)
                look = min(look * 2, LONGEST_LOOK)
            except Exception as error:
                log.error("The sender goes on after %s", where(error))
                look = min(look * 2, LONGEST_LOOK)
            (self._woken if look == LOOK else self._until).wait(look)
            self._woken.clear()

    def _beat(self, connection: Connection) -> None:
        """Give a sign of life now and then, where there is a thread that should be alive."""
        if self._thread and (self._beaten is None or time.monotonic() - self._beaten > BEAT):
            claims.beat(connection, self._clock())
            self._beaten = time.monotonic()

    def _send_one(self, connection: Connection) -> str | None:
        """Send one message and return what it came to, or None where none is due."""
        self._beat(connection)
        if not self._transport.ready:
            self._mark_done(connection)
            if not claims.anything_due(connection, self._clock()):
                return None
            self._open(connection)
        while delay := self._pace.delay(connection, self._clock()):
            self._mark_done(connection)
            if self._until.wait(delay):
                return None
        claim = claims.claim(connection, self._clock(), self._lease, self._done)
        self._done = None
        if claim is None:
            return None
        if claim.expires_at <= self._clock():
            return self._expire(connection, claim)
        return self._note(connection, claim, self._deliver(claim))

    def _deliver(self, claim: Claim) -> Answer:
        """Hand a message over; one that cannot be sent at all is refused here, so that it stops no other."""
        if claim.content is None:
            return Answer(Fate.REFUSED, "Its words are gone, so there is nothing to send")
        try:
            return self._transport.deliver(claim.recipient, self._seal.open(claim.content))
        except Unreadable as error:
            return Answer(Fate.REFUSED, str(error))
        except Exception as error:
            self._transport.close()
            log.error("Message %s cannot be sent: %s", claim.id, where(error))
            return Answer(Fate.REFUSED, f"It cannot be sent: {type(error).__name__}")

    def _open(self, connection: Connection) -> None:
        """Connect before anything is claimed: a server that is down costs no message a try."""
        try:
            self._transport.open()
        except Unreachable as trouble:
            claims.record_error_on_due(connection, str(trouble), self._clock())
            raise

    def _mark_done(self, connection: Connection) -> None:
        """Mark what was accepted, where the next claim is not to come at once."""
        if self._done:
            claims.record_outcome(connection, self._done, "sent", self._clock())
            self._done = None

    def _expire(self, connection: Connection, claim: Claim) -> str:
        said = "It could not be sent while there was any point in it"
        claims.record_outcome(connection, claim, "expired", self._clock(), said)
        return "expired"

    def _note(self, connection: Connection, claim: Claim, answer: Answer) -> str:
        """Write down what became of a message, if it is still ours, and return its new state."""
        now = self._clock()
        if answer.fate is Fate.ACCEPTED:
            if claim.kind in LETS_IN:
                claims.record_outcome(connection, claim, "sent", now)
                claims.lift_suppression(connection, claim.recipient)
            else:
                self._done = claim
            return "sent"
        log.info("Message %s, try %s: %s", claim.id, claim.attempts, answer.fate.name)
        if answer.fate is Fate.REFUSED:
            claims.record_outcome(connection, claim, "failed", now, answer.said)
            if answer.no_such_mailbox:
                claims.suppress(connection, claim.recipient, answer.said, now)
            return "failed"
        state = "uncertain" if answer.fate is Fate.UNKNOWN else "queued"
        claims.put_back(connection, claim, state, now if answer.worn else self._next_try(claim, now), answer.said)
        return state

    def _next_try(self, claim: Claim, now: datetime) -> datetime:
        doubled: timedelta = self._pause * 2 ** min(claim.attempts - 1, 16)
        return now + min(doubled, LONGEST_PAUSE)


class Pace:
    """At most so many messages a minute, spread evenly, and counted over all senders together."""

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._next = self._counted = 0.0

    def delay(self, connection: Connection, now: datetime) -> float:
        """Return how many seconds to wait before asking again, or 0 where one more may go now."""
        start = time.monotonic()
        if start - self._counted > 1:
            if claims.sent_last_minute(connection, now) >= self._per_minute:
                return 1.0
            self._counted = start
        if self._next > start:
            return self._next - start
        # Up to a second's worth may be made up for, so that a slow moment does not lower the pace.
        self._next = max(self._next, start - 1) + 60 / self._per_minute
        return 0.0
