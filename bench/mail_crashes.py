"""Kill the mail sender with SIGKILL at every step, and count what was lost and what came twice.

The server is a real one, in a process of its own, and writes down what it accepts before it says so. Senders are
processes too. A sender that was killed is followed by one whose clock is a lease later, so that what was left behind
is due at once; one row waits for the lease on the real clock instead.

All of it: ``python -m bench mail_crashes``. A smaller run, as JSON: ``python -m bench.mail_crashes KILLS RANDOM``
with DATABASE_URL naming an empty, migrated database.
"""

import json
import os
import random
import signal
import smtplib
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy import event

from bench.mail_house import House, Outcome, databases, end, house
from bench.table import Row
from unmentor.db import db, transaction
from unmentor.mail.delivery import claims, transport
from unmentor.mail.delivery.sender import LEASE
from unmentor.mail.delivery.transport import Transport
from unmentor.mail.outbox import queue_all

TITLE = "Mail: senders killed with SIGKILL"
BEFORE = "before the round's commit"
STEPS = (
    "connected", "claimed", "MAIL", "RCPT", "DATA", "half the body", "body without dot",
    "dot sent", "250 read", "marked", "committed",
)  # fmt: skip
# Where the server has accepted, or may have, and nobody has written it down.
AMBIGUOUS = {"dot sent", "250 read", "marked"}
EACH, RANDOM, WORKERS, CROWD, CROWD_KILLS = 100, 1000, 8, 5000, 500


class Fatal:
    """Kills this very process when a step is reached for the nth time."""

    def __init__(self, step: str, nth: int) -> None:
        self.step, self.left = step, nth

    def __call__(self, step: str) -> None:
        """Note that a step is reached."""
        self.left -= step == self.step
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


class Watched(smtplib.SMTP):
    """The client, which tells of every step and sends a message in three pieces."""

    fatal: ClassVar[Fatal]

    def send(self, content: Any) -> None:
        """Send commands, or a message."""
        self.asked = self.__dict__.get("asked", [])
        if isinstance(content, str):
            super().send(content)
            self.asked += [line.split()[0] for line in content.splitlines()]
            return
        half, dot = len(content) // 2, len(content) - len(b".\r\n")
        super().send(content[:half])
        self.fatal("half the body")
        super().send(content[half:dot])
        self.fatal("body without dot")
        super().send(content[dot:])
        self.fatal("dot sent")
        self.asked.append("250 read")

    def getreply(self) -> tuple[int, bytes]:
        """Read an answer."""
        reply = super().getreply()
        if self.__dict__.get("asked"):
            self.fatal(self.asked.pop(0))
        return reply


def arm(house: House, fatal: Fatal) -> None:
    """Have *fatal* told of every step of the sender in this process. The sender itself is as it always is."""
    marking, claiming, connecting = claims.record_outcome, claims.claim, Transport._connect

    def marked(act: Callable[..., Any], *given: Any) -> Any:
        with house.app.app_context():
            event.listen(db.engine, "commit", lambda _connection: fatal("marked"), once=True)
        answer = act(*given)
        fatal("committed")
        return answer

    def claim(*given: Any) -> Any:
        done = len(given) > 3 and given[3]
        claimed = marked(claiming, *given) if done else claiming(*given)
        fatal("claimed" if claimed else "")
        return claimed

    def connect(*given: Any) -> smtplib.SMTP:
        smtp = connecting(*given)
        fatal("connected")
        return smtp

    Watched.fatal = fatal
    claims.record_outcome, claims.claim = (lambda *given: marked(marking, *given)), claim
    Transport._connect, transport.smtplib.SMTP = connect, Watched


def killed_at(house: House, step: str, kills: int, chance: random.Random) -> Outcome:
    """Kill a sender so many times at one step, then let one finish."""
    since, started = house.queued, time.monotonic()

    def work(nth: int) -> None:
        arm(house, Fatal(step, nth))
        house.sender().send_due()

    for _ in range(kills):
        house.queue(2)
        nth = 1 if step == "connected" else chance.randint(1, 2)
        _pid, status = os.waitpid(house.child(lambda nth=nth: work(nth)), 0)
        if not os.WIFSIGNALED(status):
            raise AssertionError(f"The sender survived {step}")
        house.ahead += LEASE
    house.drain()
    return house.outcome(step, kills, since, started)


def killed_before_commit(house: House, kills: int) -> Outcome:
    """Kill what queues a round just before its commit, and do the same round again."""
    since, started = house.queued, time.monotonic()

    def work() -> None:
        with house.app.app_context(), transaction():
            queue_all(house.letters(2), house.now())
            os.kill(os.getpid(), signal.SIGKILL)

    for _ in range(kills):
        os.waitpid(house.child(work), 0)
        house.queue(2)
    house.drain()
    return house.outcome(BEFORE, kills, since, started)


def killed_at_random(house: House, kills: int, chance: random.Random) -> Outcome:
    """Kill senders whenever chance has it."""
    since, started = house.queued, time.monotonic()
    for _ in range(kills):
        house.queue(8)
        pid = house.child(lambda: house.sender().send_due())
        time.sleep(chance.uniform(0, 0.05))
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        house.ahead += LEASE
    house.drain()
    return house.outcome("at random", kills, since, started)


def crowd(house: House, messages: int, kills: int, chance: random.Random) -> Outcome:
    """Send with eight workers at once, killing and replacing one now and then; leases run on the real clock."""
    house.queue(messages)
    since, started = house.queued - messages, time.monotonic()
    lease = timedelta(seconds=3) if kills else LEASE

    def work() -> None:
        while True:
            house.sender(lease=lease, delivering=1).send_due()
            time.sleep(0.05)

    workers = [house.child(work) for _ in range(WORKERS)]
    for _ in range(kills):
        time.sleep(chance.uniform(0, 0.03))
        place = chance.randrange(WORKERS)
        end(workers[place])
        workers[place] = house.child(work)
    deadline = time.monotonic() + 120
    while house.outcome("", 0, since, started).unsent and time.monotonic() < deadline:
        time.sleep(0.1)
    for pid in workers:
        end(pid)
    return house.outcome(f"{WORKERS} workers at once", kills, since, started)


def resumption(house: House) -> float:
    """Return how many real seconds after its restart a sender sends what was in hand when it was killed."""
    house.queue(1)

    def die() -> None:
        arm(house, Fatal("MAIL", 1))
        house.sender().send_due()

    def work() -> None:
        sender = house.sender()
        sender.start(lambda: os._exit(1))
        time.sleep(120)

    os.waitpid(house.child(die), 0)
    started = time.monotonic()
    pid = house.child(work)
    while house.outcome("", 0, house.queued - 1, started).unsent:
        time.sleep(0.2)
    end(pid)
    return time.monotonic() - started


def rows() -> Iterator[Row]:
    """Kill in full, on both databases."""
    chance = random.Random(7)
    with databases() as urls, tempfile.TemporaryDirectory() as folder:
        for engine, url in urls.items():
            Path(folder, engine).mkdir()
            with house(url, Path(folder, engine), pipelining=engine == "PostgreSQL") as at:
                yield _row(engine, killed_before_commit(at, EACH))
                for step in STEPS:
                    yield _row(engine, killed_at(at, step, EACH, chance))
                yield _row(engine, killed_at_random(at, RANDOM, chance))
                if engine == "PostgreSQL":
                    yield _row(engine, crowd(at, CROWD, 0, chance))
                    yield _row(engine, crowd(at, CROWD, CROWD_KILLS, chance))
                yield Row(f"{engine}: restart to sent, real clock", resumption(at), "s", goal="≤ 60")


def _row(engine: str, outcome: Outcome) -> Row:
    found = f"{outcome.lost} lost, {outcome.unsent} unsent, {outcome.changed} changed, of {outcome.messages:,} messages"
    goal = "0 lost, copies ≤ kills" if outcome.kills else "0 lost, 0 copies"
    return Row(
        f"{engine}: {outcome.what}", outcome.copies, "copies", goal=goal, note=f"{outcome.kills:,} kills: {found}"
    )


def main() -> None:
    """Make a smaller run on the database of DATABASE_URL, and print what became of it."""
    each, at_random = map(int, sys.argv[1:])
    chance = random.Random(7)
    with tempfile.TemporaryDirectory() as folder, house(os.environ["DATABASE_URL"], Path(folder)) as at:
        outcomes = [killed_before_commit(at, each), *(killed_at(at, step, each, chance) for step in STEPS)]
        outcomes.append(killed_at_random(at, at_random, chance))
    print(json.dumps([asdict(outcome) for outcome in outcomes]))


if __name__ == "__main__":
    main()
