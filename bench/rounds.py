"""A whole round, from people in the database to invitations in the outbox, against the bare draw of the same people.

Others join meanwhile, and are timed.

Each size runs in a process of its own, so that its peak memory is its own; the people, and three rounds of history, are
written by another process before.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from flask import current_app
from flask_migrate import upgrade
from sqlalchemy import func, insert, select

from bench.table import Row
from unmentor.db import db, transaction
from unmentor.factory import create_app
from unmentor.mail.models import Message
from unmentor.pairing import draw
from unmentor.people.models import Person
from unmentor.programmes.models import Membership
from unmentor.programmes.queries import all_programmes
from unmentor.rounds import steps
from unmentor.rounds.actions import draw_round, mark_sent
from unmentor.rounds.draw_inputs import given_now
from unmentor.rounds.queries import waiting_round
from unmentor.rounds.telling import tell_some
from unmentor.settings import Settings
from unmentor.timetable.slots import SLOTS

TITLE = "A round with three behind it, on SQLite: draw and store, then queue every invitation"
HOUSE = Path(__file__).parent.parent
SIZES = (1_000, 10_000)
START = datetime(2026, 11, 2, 9, tzinfo=UTC)
ROUNDS_BEFORE = 3
MEGABYTE = 1024  # in the kibibytes that Linux counts


def rows() -> Iterator[Row]:
    """Measure each size, the bare draw in the same process."""
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            environment = os.environ | {"UNMENTOR_INSTANCE": folder, "SECRET_KEY": "only for this benchmark"}
            environment.pop("DATABASE_URL", None)
            _run("fill", size, environment)
            told = _run("measure", size, environment)
        people, bare = f"{size:,} people", told["bare"]
        yield Row(f"{people}: draw, check and store", told["drawn"], "s", "bare draw", bare)
        yield Row(f"{people}: queue {told['mails']:,} invitations", told["queued"], "s", "bare draw", bare)
        goal = "< 60 s" if size == max(SIZES) else ""
        yield Row(f"{people}: from draw to all queued", told["drawn"] + told["queued"], "s", "bare draw", bare, goal)
        yield Row(
            f"{people}: the slowest of {told['joins']:,} who joined meanwhile", told["slowest"], "s",
            goal="< 1 s" if size == max(SIZES) else "",
        )  # fmt: skip
        yield Row(
            f"{people}: peak memory", told["peak"] / MEGABYTE, "MB", "before the draw", told["before"] / MEGABYTE,
            "< 500 MB" if size == max(SIZES) else "",
        )  # fmt: skip


def fill(size: int) -> None:
    """Write so many people of a hundred organisations, and the rounds behind them."""
    upgrade(str(HOUSE / "migrations"))
    with transaction():
        programme = all_programmes()[0]
        db.session.execute(insert(Person), [_person(number) for number in range(1, size + 1)])
        members = [
            {"person_id": number, "programme_id": programme.id, "joined_at": START} for number in range(1, size + 1)
        ]
        db.session.execute(insert(Membership), members)
    for number in range(ROUNDS_BEFORE):
        with transaction():
            moment = START + timedelta(days=30 * number)
            mark_sent(draw_round(programme, number, moment), moment)


def measure(size: int) -> dict[str, Any]:
    """Return the seconds of each step and the peak memory, of one more round, and how long others waited meanwhile."""
    now = START + timedelta(days=30 * ROUNDS_BEFORE)
    current_app.extensions["clock"] = lambda: now
    before, bare = _peak(), _bare(now)
    with _others() as waits:
        told = {"bare": bare, "drawn": _drawn(), "queued": _queued(), "before": before, "peak": _peak()}
    good = db.session.scalar(select(func.count()).where(Message.state == "queued", Message.kind == "invitation"))
    if good != size:
        raise RuntimeError(f"{good} invitations for {size} people")
    return told | {"mails": good, "slowest": max(waits), "joins": len(waits)}


def join(size: int) -> list[float]:
    """Let somebody join twenty times a second until the input ends; return how long each took, in seconds."""
    print("ready", flush=True)
    ended, waits = threading.Event(), list[float]()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    numbers = count(size + 1)
    while not ended.wait(0.05):
        start = time.perf_counter()
        with transaction():
            db.session.execute(insert(Person), [_person(number := next(numbers))])
            db.session.add(Membership(person_id=number, programme=all_programmes()[0], joined_at=START))
        waits.append(time.perf_counter() - start)
    return waits


@contextmanager
def _others() -> Iterator[list[float]]:
    """Let others join meanwhile, in a process of their own; give how long each had to wait, once it is over."""
    size = db.session.scalar(select(func.count(Person.id))) or 0
    db.session.remove()
    command = [sys.executable, "-m", "bench.rounds", "join", str(size)]
    waits: list[float] = []
    with subprocess.Popen(command, cwd=HOUSE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as joining:
        joining.stdout.readline()
        yield waits
        waits += json.loads(joining.communicate()[0].splitlines()[-1])


def _bare(now: datetime) -> float:
    given = given_now(all_programmes()[0], now)
    start = time.perf_counter()
    draw(given.people, given.history, given.rules, seed=7)
    return time.perf_counter() - start


def _drawn() -> float:
    start = time.perf_counter()
    steps.draw(all_programmes()[0], 7)
    return time.perf_counter() - start


def _queued() -> float:
    # As another process would, which has nothing of the round in memory.
    db.session.remove()
    start = time.perf_counter()
    steps.send(waiting_round(all_programmes()[0]))
    while tell_some():
        pass
    return time.perf_counter() - start


def _person(number: int) -> dict[str, Any]:
    return {
        "id": number, "name": f"Siân Ŵyn {number}", "email": f"person{number}@council{number % 100}.example",
        "phone": "+441632960002", "told_organisation": f"Council {number % 100}",
        "joined_at": START, "confirmed_at": START,
        "about": "I run a library on one question: what would you miss? Ask me about leeks, rotas and bilingual signs.",
        "availability": [SLOTS[(number * 7 + step) % len(SLOTS)] for step in range(number % 6)],
    }  # fmt: skip


def _peak() -> int:
    """Return the most memory this process had, in kilobytes; getrusage would count what its parent had before exec."""
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1])


def _run(step: str, size: int, environment: dict[str, str]) -> Any:
    command = [sys.executable, "-m", "bench.rounds", step, str(size)]
    done = subprocess.run(command, cwd=HOUSE, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def _main(step: str, size: int) -> None:
    app = create_app(Settings.from_environment(os.environ))
    with app.app_context():
        print(json.dumps({"fill": fill, "measure": measure, "join": join}[step](size)))


if __name__ == "__main__":
    _main(sys.argv[1], int(sys.argv[2]))
