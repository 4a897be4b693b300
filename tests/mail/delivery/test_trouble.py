"""Servers that are down for a day, or in trouble one time in five."""

import random
import threading
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from conftest import Clock
from flask import Flask
from flask.testing import FlaskClient
from letters import letter
from smtp_server import LoggingServer, listening
from sqlalchemy import select

from unmentor.db import db, transaction
from unmentor.mail.delivery.sender import Sender
from unmentor.mail.delivery.transport import Transport, Unreachable
from unmentor.mail.models import Message
from unmentor.mail.outbox import queue, queue_all
from unmentor.runtime import now

pytestmark = pytest.mark.thorough

MANY = 15


def sender(app: Flask, server: LoggingServer) -> Sender:
    return Sender(app, transport=Transport(lambda: server.address, "unmentoring@localhost", delivering=0.15))


def states() -> Counter[str]:
    found = Counter(db.session.scalars(select(Message.state)))
    db.session.rollback()
    return found


@pytest.fixture
def unpaced(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.extensions, "settings", replace(app.extensions["settings"], mail_per_minute=10**6))


@pytest.mark.parametrize(
    ("stage", "trouble", "copies", "failures"),
    [
        ("MAIL", "421 Too busy", False, False),
        ("RCPT", "450 Greylisted", False, False),
        ("RCPT", "550 5.1.1 No such user", False, True),
        ("RCPT", "close", False, False),
        ("RCPT", "hang", False, False),
        ("DATA", "lose", True, False),
        ("DATA", "hang", False, False),
    ],
)
def test_whatever_the_server_does_one_time_in_five_every_message_ends_as_it_should(
    app: Flask, clock: Clock, unpaced: None, stage: str, trouble: str, copies: bool, failures: bool
) -> None:
    chance, troubled = random.Random(7), Counter[str]()

    def behave(at: str, recipient: str) -> str:
        if at != stage or chance.random() > 0.2:
            return ""
        troubled[recipient] += 1
        return trouble

    people = [f"person{number}@example.com" for number in range(MANY)]
    with transaction():
        queue_all((letter("goodbye", to=("", to), person_id=None, about=f"person:{to}") for to in people), now())
    seen: Counter[str] = Counter()
    with listening(behave) as server:
        sending = sender(app, server)
        for _ in range(20):
            seen += sending.send_due()
            clock.advance(minutes=30)
        sending.stop()
    assert troubled
    assert states() == (Counter(sent=MANY - len(troubled), failed=len(troubled)) if failures else Counter(sent=MANY))
    accepted = Counter(recipient for recipient, _content in server.accepted)
    assert sum(accepted.values()) == states()["sent"] + (sum(troubled.values()) if copies else 0)
    assert len(set(server.accepted)) == states()["sent"]
    assert (seen["uncertain"] > 0) == (stage == "DATA")


def test_a_day_without_a_server_costs_nothing_but_what_became_pointless(
    app: Flask, client: FlaskClient, clock: Clock, unpaced: None
) -> None:
    with listening() as server:
        pass  # it is gone
    sending, soon = sender(app, server), now() + timedelta(hours=3)
    with transaction():
        queue(letter("invitation", person_id=None), now())
        queue(letter("how-was-it", person_id=None, expires_at=soon), now())
    for _ in range(24):
        with pytest.raises(Unreachable):
            sending.send_due()
        assert client.get("/").status_code == 200
        clock.advance(hours=1)
    with listening() as back:
        sending = sender(app, back)
        assert sending.send_due() == {"sent": 1, "expired": 1}
        sending.stop()
    assert [content.count(b"X-UnMentor-Kind: invitation") for _to, content in back.accepted] == [1]


def test_eight_senders_at_once_send_each_message_once(app: Flask, unpaced: None) -> None:
    people = [f"person{number}@example.com" for number in range(200)]
    with transaction():
        queue_all((letter("goodbye", to=("", to), person_id=None, about=f"person:{to}") for to in people), now())
    with listening() as server:
        senders = [sender(app, server) for _ in range(8)]
        threads = [threading.Thread(target=each.send_due) for each in senders]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for each in senders:
            each.stop()
    assert sorted(recipient for recipient, _content in server.accepted) == sorted(people)
    assert states() == Counter(sent=200)
