"""What a key or a session opens is one row for good, whatever is deleted, restored or migrated."""

import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from cast import conversation, member, person, post, programme, sign_in
from conftest import Clock, wipe
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade
from sqlalchemy import text

from unmentor.backup import backup, restore
from unmentor.conversations.calendar_entry import feed_address, key
from unmentor.db import db, transaction
from unmentor.factory import create_app
from unmentor.links import sign
from unmentor.people.models import Person
from unmentor.programmes.models import Programme
from unmentor.settings import Settings


def path(address: str) -> str:
    return address.removeprefix("http://127.0.0.1:8000")


def test_no_key_or_session_from_after_the_backup_opens_what_came_after_the_restore(
    app: Flask, client: FlaskClient, clock: Clock, tmp_path: Path
) -> None:
    ours, ada = programme(), person("Ada")
    backup(tmp_path / "kept", clock())
    db.session.commit()
    lost = person("Lost")
    lost_member = member(lost, ours)
    part = conversation(ours, ada, lost).participations[1]
    paths = [
        f"/c/{key(part)}", path(feed_address(lost)), f"/c/back/{sign('back', lost_member.nonce)}",
        f"/unsubscribe/{sign('unsubscribe', f'{lost.nonce}:reminder')}",
    ]  # fmt: skip
    sign_in(client, lost)
    assert [client.get(each).status_code for each in (*paths, "/me")] == [200] * 5
    ids, ada_id, of_id = (lost.id, lost_member.id, part.id), ada.id, ours.id
    wipe()
    with transaction():
        restore(tmp_path / "kept", clock())
    # The counters start again where they stood, so who comes next has the numbers of who is lost.
    mallory = person("Mallory", id=ids[0])
    member(mallory, db.session.get(Programme, of_id), id=ids[1])
    again = conversation(db.session.get(Programme, of_id), db.session.get(Person, ada_id), mallory).participations[1]
    again.id = ids[2]
    db.session.commit()
    assert [client.get(each).status_code for each in paths] == [404, 404, 410, 404]
    assert client.get("/me").status_code == 303


@pytest.mark.one_engine
@pytest.mark.parametrize("old", [7, "7", "7:reminder", ["x"]])
def test_a_key_from_before_there_were_nonces_is_not_found(client: FlaskClient, app: Flask, old: Any) -> None:
    for purpose, page in (("conversation", "/c/{}"), ("calendar", "/calendar/{}.ics"), ("confirm", "/confirm/{}"),
                          ("back", "/c/back/{}"), ("unsubscribe", "/unsubscribe/{}")):  # fmt: skip
        assert client.get(page.format(sign(purpose, old))).status_code in {404, 410}, purpose


def test_a_calendar_address_can_be_renewed_and_the_old_one_leads_nowhere(client: FlaskClient, app: Flask) -> None:
    ada, old = person("Ada"), ""
    programme()
    sign_in(client, ada)
    old = path(feed_address(ada))
    assert 'action="/me/calendar"' in client.get("/me").text
    assert client.post("/me/calendar").status_code == 422
    assert client.get(old).status_code == 200
    assert post(client, "/me/calendar").location == "/me#next"
    new = path(feed_address(db.session.get(Person, ada.id)))
    assert new != old
    assert (client.get(old).status_code, client.get(new).status_code) == (404, 200)
    assert new in client.get("/me").text


ROWS = """
INSERT INTO person (id, email, name, phone, video, organisation, about, availability, language, joined_at)
    VALUES (1, 'a@b.example', 'A', '', '', '', '', '[]', 'en', '{now}'),
    (2, NULL, '', '', '', '', '', '[]', 'en', '{now}');
INSERT INTO programme (id, slug, name, about, every, weekday, nth, draw_time, time_zone, starts_on, lead_days,
    window_days, minutes, default_slot, odd, same_organisation, review, moderation, demo, created_at)
    VALUES (1, 'p', 'P', '', 'monthly', 0, 1, '09:00:00', 'Europe/London', '2026-11-01', 3, 14, 30, 'wed-mid', 'trio',
    'avoid', 'wait', 'first', false, '{now}');
INSERT INTO membership (id, person_id, programme_id, role, state, standby, first_next, silences, joined_at)
    VALUES (5, 1, 1, 'participant', 'active', false, false, 0, '{now}'),
    (6, 2, 1, 'participant', 'active', false, false, 0, '{now}');
INSERT INTO round (id, programme_id, number, state, drawn_at, inputs, seed, algorithm, digest, certificate, proved,
    late_hours) VALUES (1, 1, 1, 'sent', '{now}', '{{}}', 1, '', '', '{{}}', true, 0);
INSERT INTO conversation (id, round_id, state, starts_at, minutes, suits_all, repeat, mended, room, uid, arranged_at,
    sequence, stamped_at) VALUES (1, 1, 'arranged', '{now}', 30, true, false, false, 'r', 'u', '{now}', 0, '{now}');
INSERT INTO participation (id, conversation_id, person_id, starts, third, partstat, asks)
    VALUES (3, 1, 1, true, false, 'needs-action', 0), (4, 1, 2, false, false, 'needs-action', 0)
""".format(now="2026-11-01 09:00:00.000000+00:00")  # fmt: skip


@pytest.mark.thorough
@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_every_row_of_a_full_database_gets_nonces_of_its_own(
    engine: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'old.sqlite'}"
    if engine == "postgresql":
        server, name = request.getfixturevalue("postgresql"), f"old_{uuid4().hex}"
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        url = re.sub(r"/postgres(\?|$)", rf"/{name}\1", server).replace("postgresql://", "postgresql+psycopg://")
    app = create_app(Settings(database_url=url, secret_key="only for these tests", instance=tmp_path))
    with app.app_context():
        upgrade(revision="0002")
        with db.engine.begin() as connection:
            for statement in ROWS.split(";"):
                connection.execute(text(statement))
        upgrade()
        with db.engine.connect() as connection:
            for table, names in {
                "person": "nonce, session_nonce, calendar_nonce", "membership": "nonce", "participation": "nonce",
            }.items():  # fmt: skip
                found = [value for row in connection.execute(text(f"SELECT {names} FROM {table}")) for value in row]
                assert len(found) == len(set(found)) == 2 * len(names.split(", ")), table
                assert {len(value) for value in found} == {22}
        db.engine.dispose()
