from datetime import timedelta

import pytest
from cast import person
from conftest import Clock
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from unmentor.db import SENDER, TICK, beat, db
from unmentor.mail.message import Letter
from unmentor.mail.outbox import queue


def all_beat(clock: Clock) -> None:
    for who in (TICK, SENDER):
        beat(clock(), who)


def test_a_process_that_is_up_says_so(client: FlaskClient) -> None:
    assert (client.get("/healthz").status_code, client.get("/healthz").text) == (200, "ok\n")


def test_a_process_that_can_work_says_so(client: FlaskClient, clock: Clock) -> None:
    all_beat(clock)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json) == (200, {"ready": True, "wrong": {}})


def test_old_migrations_are_named_with_how_to_mend_them(client: FlaskClient) -> None:
    newest = db.session.execute(text("SELECT version_num FROM alembic_version")).scalar()
    db.session.execute(text("UPDATE alembic_version SET version_num = 'old'"))
    answer = client.get("/readyz")
    db.session.execute(text("UPDATE alembic_version SET version_num = :newest"), {"newest": newest})
    db.session.commit()
    assert answer.status_code == 503
    assert "flask db upgrade" in answer.json["wrong"]["migrations"]


def test_a_database_that_does_not_answer_is_named_without_its_password(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OperationalError("connect", {}, Exception("password hunter2"))

    monkeypatch.setattr("unmentor.public.health.MigrationContext.configure", refuse)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "DATABASE_URL" in answer.json["wrong"]["database"]
    assert "hunter2" not in answer.text


def test_a_worker_that_was_not_seen_for_long_is_missed(client: FlaskClient, clock: Clock) -> None:
    assert "has not been seen yet" in client.get("/readyz").json["wrong"]["worker"]
    all_beat(clock)
    clock.advance(minutes=6)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "flask worker" in answer.json["wrong"]["worker"]


def test_a_sender_that_does_not_run_is_missed_though_the_tick_beats_on(client: FlaskClient, clock: Clock) -> None:
    all_beat(clock)
    clock.advance(minutes=6)
    beat(clock())
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert list(answer.json["wrong"]) == ["sender"]
    assert "flask worker" in answer.json["wrong"]["sender"]


def test_mail_that_should_have_left_is_noticed(client: FlaskClient, clock: Clock) -> None:
    all_beat(clock)
    ada = person("Ada")
    letter = Letter("goodbye", (ada.name, ada.email), "person:1", ada.id, {"count": 1}, reader=ada.nonce)
    queue(letter, clock() - timedelta(minutes=6))
    assert "1 messages should have left" in client.get("/readyz").json["wrong"]["mail"]
