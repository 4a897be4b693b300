"""What somebody notes for themselves is on their own page, in their own export, and nowhere else."""

import base64
import gzip
import json
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from cast import conversation, member, organiser, person, post, programme, reflection, sign_in
from conftest import Clock
from every_page import every_page
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from unmentor.backup import backup
from unmentor.conversations.calendar_entry import key
from unmentor.conversations.models import Conversation, Participation
from unmentor.conversations.move import move
from unmentor.db import db
from unmentor.mail.models import Message
from unmentor.mail.queries import content
from unmentor.people.models import Person
from unmentor.worker import tick

NOTED = "Zwiebelkuchen"
# Where their writer reads them; they are no draft any more of what was shared already.
WRITERS_OWN = {"conversations.show", "me.data"}


@pytest.fixture
def lived(app: Flask, client: FlaskClient, clock: Clock) -> Conversation:
    """Return Ada's conversation with Ben, in which she noted something, a month and all its mails later."""
    ours = programme()
    ada, ben = person("Ada"), person("Ben")
    member(ada, ours)
    member(ben, ours)
    talk = conversation(ours, ada, ben, starts_at=clock() + timedelta(days=3))
    hers = talk.participations[0]
    move(hers, talk.starts_at + timedelta(days=1), clock())
    db.session.execute(update(Message).values(state="sent"))  # nobody waits for who was never told
    clock.moment = talk.starts_at
    post(client, f"/c/{key(hers)}/notes", notes=f"{NOTED}, says Ben.")
    clock.moment = talk.ends_at
    tick(clock())
    for part in talk.participations:
        post(client, f"/c/{key(part)}/outcome", met="yes", challenged="5", thanks="Thank you.")
    shared = reflection(hers, "Ask twice.", topics="data")
    post(client, f"/c/{key(hers)}/notes", notes=f"{NOTED}, says Ben, and tea.")
    clock.advance(days=30)
    tick(clock())
    assert shared.state == "published"
    return talk


@pytest.mark.one_engine
@pytest.mark.parametrize("who", ["stranger with Ben's key", "Ben", "organiser", "Ada"])
def test_notes_are_on_no_page_but_their_writers_own(app: Flask, lived: Conversation, who: str) -> None:
    ada, ben = lived.participations
    client = app.test_client()
    someone: dict[str, Person] = {"Ben": ben.person, "organiser": organiser(lived.round.programme), "Ada": ada.person}
    if who in someone:
        sign_in(client, someone[who])
    shown = list(every_page(client, ada if who == "Ada" else ben))
    assert {name for name, _status, read in shown if NOTED.encode() in read} == (WRITERS_OWN if who == "Ada" else set())
    seen = {name for name, status, _read in shown if status == 200}
    assert {"conversations.show", "conversations.invite", "reflections.show", "reflections.json", "api.table"} <= seen
    assert ("organise.person" in seen, "me.data" in seen) == (who == "organiser", who in someone)


def test_notes_are_in_no_mail(lived: Conversation) -> None:
    mails = [
        (mail.kind, message_from_bytes(content(mail), policy=default)) for mail in db.session.scalars(select(Message))
    ]
    assert {"moved", "how-was-it", "heads-up", "what-came-of-it"} <= {kind for kind, _mail in mails}
    parts = [(kind, part) for kind, mail in mails for part in mail.walk() if not part.is_multipart()]
    assert [kind for kind, part in parts if NOTED.encode() in part.get_payload(decode=True)] == []


def test_an_organisers_tables_have_no_notes(lived: Conversation, client: FlaskClient) -> None:
    sign_in(client, organiser(lived.round.programme))
    for table in ("people", "log"):
        answer = post(client, f"/organise/unmentoring/{table}/export")
        assert (answer.status_code, NOTED in answer.text) == (200, False), table


def test_whoever_reads_a_backup_reads_no_notes(lived: Conversation, clock: Clock, tmp_path: Path) -> None:
    db.session.commit()
    backup(tmp_path / "backup", clock())
    with gzip.open(tmp_path / "backup", "rt", encoding="utf-8") as file:
        _head, *lines = file
    column = 1 + list(Participation.__table__.columns.keys()).index("notes")
    kept = [row[column] for row in map(json.loads, lines) if row[0] == "participation"]
    assert [bool(each) for each in kept] == [True, False]
    assert NOTED.encode() not in base64.b64decode(kept[0])
    assert not [line for line in lines if NOTED in line]
