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
from itertools import count
from pathlib import Path

from flask import Flask

from bench.table import Row
from bench.web_house import REFLECTIONS, fill

TITLE = f"Public pages, {REFLECTIONS:,} reflections on SQLite, 2 workers, 16 kept connections"
HOUSE = Path(__file__).parent.parent
CONNECTIONS, REQUESTS, REPEATS = 16, 320, 5
# What stands for another number in each request, so that no page can come from any cache.
NEW, ANOTHER = b"{new}", count()
KEPT, KNOWN, SIGNED_IN = "ratio ≥ 0.7", "ratio ≥ 0.85", "ratio ≥ 0.1"


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
        own = f"Cookie: {fill(environment)}\r\n"
        with served("bench.web:hello()", environment) as bare, served("app:app", environment) as ours:
            known = re.search(rb"ETag: (\S+)", exchange(ours, request("/reflections")))[1].decode()
            asked = {
                "hello": (bare, request("/")),
                "home page, kept": (ours, request("/")),
                "feed page, kept": (ours, request("/reflections")),
                "Atom feed, kept": (ours, request("/reflections.atom")),
                "feed page, 304": (ours, request("/reflections", f"If-None-Match: {known}\r\n")),
                "home page, signed in": (ours, request("/", own)),
                "feed page, signed in": (ours, request("/reflections", own)),
                "their own page": (ours, request("/me", own)),
                "home page, made anew": (ours, request("/?{new}", own)),
                "feed page, made anew": (ours, request("/reflections?{new}", own)),
            }
            runs = [{what: measure(*where) for what, where in asked.items()} for _ in range(REPEATS)]
        yield from compared(runs)


def compared(runs: list[dict[str, Measured]]) -> Iterator[Row]:
    """Return the medians beside hello's."""
    goals = {"kept": KEPT, "304": KNOWN, "signed in": SIGNED_IN}
    speed = {what: statistics.median(run[what].per_second for run in runs) for what in runs[0]}
    cpu = {what: statistics.median(run[what].cpu_ms for run in runs) for what in runs[0]}
    for what in list(speed)[1:]:
        note = f"{cpu[what]:.2f} ms of server CPU a request, hello {cpu['hello']:.2f}: {cpu['hello'] / cpu[what]:.2f}"
        yield Row(
            what, speed[what], "requests/s", "bare hello", speed["hello"], goals.get(what.partition(", ")[2], ""), note
        )


@contextmanager
def served(application: str, environment: dict[str, str]) -> Iterator[tuple[int, int]]:
    """Serve *application* on a free port of loopback; yield that port and the server's process."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    # So few connections a worker that both get a share of the sixteen; one with too many would close some of them.
    how = f"--bind 127.0.0.1:{port} --worker-class gthread --workers 2 --threads 2 --worker-connections 16"
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
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        # First for both workers to have been asked.
        list(pool.map(lambda _: exchange(where, question), range(CONNECTIONS)))
        cpu, start = cpu_seconds(where[1]), time.perf_counter()
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
            connection.sendall(question.replace(NEW, b"%d" % next(ANOTHER)))
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
