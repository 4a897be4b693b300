"""The public pages against a bare Flask "hello", under the same server in the same run.

The load is one Python process on the same machine, so it takes processor time from both alike; each row's note says how
much processor time the server itself needed for a request, which the load does not blur.
"""

import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import insert

from bench.table import Row
from unmentor.conversations.models import Conversation, Participation
from unmentor.db import db
from unmentor.factory import create_app
from unmentor.people.models import Person
from unmentor.reflections.models import Reflection, Topic, reflection_topic
from unmentor.rounds.models import Round
from unmentor.settings import Settings

TITLE = "Public pages, 300 reflections on SQLite, 2 workers, 16 kept connections"
HOUSE = Path(__file__).parent.parent
CONNECTIONS, REQUESTS, REPEATS, REFLECTIONS = 16, 800, 5, 300
WORDS = "Ask people what they would miss, not what they want. She runs a library on that question and it works. "
# A browser with a session gets a page of its own, so this one is rendered each time.
OWN = "Cookie: session=none\r\n"


@dataclass(frozen=True, slots=True)
class Measured:
    """What a server did."""

    per_second: float
    cpu_ms: float


def hello() -> Flask:
    """Return the least that Flask can do."""
    app = Flask(__name__)
    app.add_url_rule("/", view_func=lambda: "Hello")
    return app


def rows() -> Iterator[Row]:
    """Measure each page in turn, hello between them, over and over."""
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {
            "UNMENTOR_INSTANCE": folder,
            "SECRET_KEY": "only for this benchmark",
            "SMTP_URL": "smtp://127.0.0.1:9?security=none",
        }
        environment.pop("DATABASE_URL", None)
        fill(environment)
        with served("bench.web:hello()", environment) as bare, served("app:app", environment) as ours:
            etag = re.search(rb"ETag: (\S+)", exchange(ours, request("/reflections")))[1].decode()
            asked = {
                "hello": (bare, request("/")),
                "feed page, rendered": (ours, request("/reflections", OWN)),
                "feed page, kept": (ours, request("/reflections")),
                "feed page, 304": (ours, request("/reflections", f"If-None-Match: {etag}\r\n")),
                "Atom feed, written": (ours, request("/reflections.atom", OWN)),
                "Atom feed, kept": (ours, request("/reflections.atom")),
            }
            runs = [{what: measure(*where) for what, where in asked.items()} for _ in range(REPEATS)]
        yield from compared(runs)


def compared(runs: list[dict[str, Measured]]) -> Iterator[Row]:
    """Return the medians beside hello's."""
    goals = {"feed page, rendered": "ratio ≥ 0.2", "feed page, 304": "ratio ≥ 0.7"}
    speed = {what: statistics.median(run[what].per_second for run in runs) for what in runs[0]}
    cpu = {what: statistics.median(run[what].cpu_ms for run in runs) for what in runs[0]}
    for what in list(speed)[1:]:
        note = f"{cpu[what]:.2f} ms of server CPU a request, hello {cpu['hello']:.2f}: {cpu['hello'] / cpu[what]:.2f}"
        yield Row(what, speed[what], "requests/s", "bare hello", speed["hello"], goals.get(what, ""), note)


def fill(environment: dict[str, str]) -> None:
    """Write a community with 300 reflections of 40 people, in the programme that is there from the start."""
    app = create_app(Settings.from_environment(environment))
    start = datetime(2026, 1, 5, 9, tzinfo=UTC)
    with app.app_context():
        upgrade(str(HOUSE / "migrations"))
        db.session.add_all(
            Person(id=each, name=f"Siân Ŵyn {each}", organisation=f"Council {each % 20}", joined_at=start)
            for each in range(1, 41)
        )
        db.session.add_all(Topic(id=each, slug=f"topic-{each}", name=f"topic {each}") for each in range(1, 21))
        db.session.add(
            Round(id=1, programme_id=1, number=1, state="closed", drawn_at=start, seed=1, algorithm="", digest="",
                  inputs={}, certificate={}, proved=True)
        )  # fmt: skip
        db.session.flush()
        for number in range(1, REFLECTIONS + 1):
            write(number, start + timedelta(hours=number))
        db.session.commit()
        db.engine.dispose()


def write(number: int, moment: datetime) -> None:
    """Write one reflection of one conversation, with two topics."""
    talk = Conversation(
        round_id=1, state="met", starts_at=moment, minutes=30, room="", uid=str(number), arranged_at=moment,
        stamped_at=moment,
    )  # fmt: skip
    part = Participation(conversation=talk, person_id=number % 40 + 1)
    known = Reflection(
        slug=f"thought-{number}", programme_id=1, person_id=part.person_id, participation=part,
        text=WORDS * (number % 3 + 1), attribution="name", state="published", written_at=moment, published_at=moment,
    )  # fmt: skip
    db.session.add_all((talk, part, known))
    db.session.flush()
    topics = [{"reflection_id": known.id, "topic_id": (number + step) % 20 + 1} for step in (0, 7)]
    db.session.execute(insert(reflection_topic), topics)


@contextmanager
def served(application: str, environment: dict[str, str]) -> Iterator[tuple[int, int]]:
    """Serve *application* on a free port of loopback; yield that port and the server's process."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    # So few connections a worker that both get their share of the sixteen.
    how = f"--bind 127.0.0.1:{port} --worker-class gthread --workers 2 --threads 2 --worker-connections 14"
    how += " --keep-alive 60 --no-control-socket --log-level warning"
    command = [sys.executable, "-m", "gunicorn", *how.split(), application]
    server = subprocess.Popen(command, cwd=HOUSE, env=environment)
    try:
        wait_for(port)
        yield port, server.pid
    finally:
        server.terminate()
        server.wait(30)


def wait_for(port: int) -> None:
    """Return once something answers at *port*."""
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("The server did not start")


def request(path: str, more: str = "") -> bytes:
    """Return a request as a browser would send it."""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{more}\r\n".encode()


def measure(where: tuple[int, int], question: bytes) -> Measured:
    """Ask *question* over kept connections, and return how it went."""
    exchange(where, question)
    cpu, start = cpu_seconds(where[1]), time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        list(pool.map(lambda _: ask(where[0], question, REQUESTS // CONNECTIONS), range(CONNECTIONS)))
    seconds = time.perf_counter() - start
    return Measured(REQUESTS / seconds, 1000 * (cpu_seconds(where[1]) - cpu) / REQUESTS)


def exchange(where: tuple[int, int], question: bytes) -> bytes:
    """Return one answer."""
    return ask(where[0], question, 1)


def ask(port: int, question: bytes, times: int) -> bytes:
    """Ask *times* over one connection; return the last answer. Raise RuntimeError for any that is not 200 or 304."""
    answer = b""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(times):
            connection.sendall(question)
            answer = receive(connection)
            if answer[9:12] not in {b"200", b"304"}:
                raise RuntimeError(answer[:200])
    return answer


def receive(connection: socket.socket) -> bytes:
    """Return one whole answer from a kept connection. Raise ConnectionError where the server closed it."""
    answer, whole = b"", None
    while whole is None or len(answer) < whole:
        more = connection.recv(65536)
        if not more:
            raise ConnectionError("The server closed a kept connection")
        answer += more
        if whole is None and (end := answer.find(b"\r\n\r\n") + 4) > 3:
            length = re.search(rb"(?i)content-length: (\d+)", answer[:end])
            whole = end + (int(length[1]) if length and answer[9:12] != b"304" else 0)
    return answer


def cpu_seconds(server: int) -> float:
    """Return the processor time that a server's workers have used, where the system tells (Linux); else 0."""
    return sum(_times(worker) for worker in _children(server)) / os.sysconf("SC_CLK_TCK")


def _children(server: int) -> Iterable[int]:
    told = Path(f"/proc/{server}/task/{server}/children")
    return map(int, told.read_text().split()) if told.exists() else ()


def _times(process: int) -> int:
    # The name, in brackets, may hold spaces; user and system time are fields 14 and 15 of proc(5).
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])
