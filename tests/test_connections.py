"""Connections to the database: what is kept from one question to the next, and what becomes of those that die."""

import logging
from collections.abc import Iterator

import pytest
from conftest import Clock
from flask import Flask
from sqlalchemy import NullPool, create_engine, event, text

from unmentor import worker
from unmentor.db import db, last_beat

PREPARED = text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE :like")
OURS = "datname = current_database() AND pid <> pg_backend_pid()"
# So often psycopg looks at a statement before it has it prepared.
OFTEN = 8
# More than we ask.
MUCH = 400


def test_what_is_asked_often_stays_prepared_when_a_transaction_is_undone(app: Flask) -> None:
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite prepares nothing for us, its driver does")
    with db.engine.connect() as connection:
        for _time in range(OFTEN):
            connection.execute(text("SELECT 'asked often'"))
            connection.rollback()
        assert connection.scalar(PREPARED, {"like": "SELECT 'asked often'"}) == 1


def test_all_that_we_ask_stays_prepared_however_much_else_is_asked(app: Flask) -> None:
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite prepares nothing for us, its driver does")
    with db.engine.connect() as connection:
        for number in range(MUCH):
            for _time in range(OFTEN):
                connection.execute(text(f"SELECT 'number {number}'"))
        assert connection.scalar(PREPARED, {"like": "SELECT 'number %"}) == MUCH


@pytest.fixture
def checked_out(app: Flask) -> Iterator[list[object]]:
    """Return what is noted each time that a connection is looked at and handed out."""
    handed: list[object] = []

    def note(connection: object, *_rest: object) -> None:
        handed.append(connection)

    event.listen(db.engine, "checkout", note)
    yield handed
    event.remove(db.engine, "checkout", note)


def test_a_minute_is_done_with_one_connection(app: Flask, clock: Clock, checked_out: list[object]) -> None:
    worker.tick(clock())
    assert len(checked_out) == 1
    worker.tick(clock())
    assert len(checked_out) == 2


def test_a_minute_is_whole_though_its_connection_has_died_since_the_last(
    app: Flask, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    worker.tick(clock())
    lose_all()
    clock.advance(minutes=1)
    worker.tick(clock())
    assert caplog.messages == []
    assert last_beat() == clock()


def test_a_connection_that_dies_in_the_middle_of_a_minute_costs_one_duty(
    app: Flask, clock: Clock, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    if db.engine.dialect.name != "postgresql":
        pytest.skip("a file does not go away")
    monkeypatch.setattr(
        worker, "remind", lambda now: db.session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    )
    with caplog.at_level(logging.ERROR, "unmentor"):
        worker.tick(clock())
    assert [message.partition(":")[0] for message in caplog.messages] == ["Could not remind"]
    assert last_beat() == clock()


def lose_all() -> None:
    """Let the server end every connection that waits in the pool, as when it starts anew."""
    db.session.remove()
    if db.engine.dialect.name == "postgresql":
        with create_engine(db.engine.url, poolclass=NullPool).connect() as another:
            another.execute(text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {OURS}"))
