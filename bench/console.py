"""Every page of an organiser's console over 10,000 people and 26 rounds, on SQLite and PostgreSQL, at the server."""

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
from bench.console_pages import pages
from bench.engines import engines
from bench.table import Row
from unmentor.db import db
from unmentor.factory import create_app
from unmentor.people.models import Person
from unmentor.settings import Settings

TITLE = f"The console of a programme of {console_house.PEOPLE:,} people and {console_house.ROUNDS} rounds"
HOUSE = Path(__file__).parent.parent
REPEATS = 5
MOST_MS, MOST_KB, OK = 200, 60, 200


def rows() -> Iterator[Row]:
    """Measure every page on both engines."""
    with engines() as (folder, urls):
        for engine, url in urls.items():
            yield from _measured(engine, url, folder)


def _measured(engine: str, url: str, folder: Path) -> Iterator[Row]:
    app = create_app(Settings(database_url=url, secret_key="only for this benchmark", instance=folder))
    app.extensions["clock"] = lambda: console_house.NOW
    with app.app_context():
        upgrade(str(HOUSE / "migrations"))
        house = console_house.fill()
        if engine == "PostgreSQL":  # which does so by itself before long; SQLite never does
            db.session.execute(db.text("ANALYZE"))
            db.session.commit()
        client = _signed_in(app, house.organiser)
        with app.test_request_context():
            found = list(pages(app, house))
        for what, path in found:
            yield _asked(client, f"{engine}: {what}", path)
        db.session.remove()
        db.engine.dispose()


def _signed_in(app: Flask, organiser: int) -> FlaskClient:
    client = app.test_client()
    with client.session_transaction() as session:
        session["person"] = db.session.get_one(Person, organiser).session_nonce
        session["proved"] = console_house.NOW.timestamp()
    return client


def _asked(client: FlaskClient, what: str, path: str) -> Row:
    """Return how long a page takes, how big it is and how often it asks."""
    times, used, asked = [], [], list[Any]()

    def note(*seen: Any) -> None:
        asked.append(seen[2])

    event.listen(db.engine, "before_cursor_execute", note)
    for _ in range(REPEATS):
        asked.clear()
        db.session.remove()
        start, own = time.perf_counter(), time.process_time()
        with client.application.app_context():  # or it would know already who asks
            answer = client.get(path)
        times.append((time.perf_counter() - start) * 1000)
        used.append((time.process_time() - own) * 1000)
    event.remove(db.engine, "before_cursor_execute", note)
    if answer.status_code != OK:
        raise RuntimeError(f"{path} answers {answer.status_code}")
    size = len(answer.data) / 1000
    late = "" if median(times) < MOST_MS else "SLOW. "
    big = "" if size < MOST_KB else "BIG. "
    told = f"{late}{big}{size:.1f} kB, {len(asked)} queries; at best {min(times):.0f} ms, {min(used):.0f} ms of it ours"
    return Row(what, median(times), "ms", goal=f"< {MOST_MS}", note=told)
