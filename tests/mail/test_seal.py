"""What a stolen database or backup does not tell, and what becomes of the words of mails that let somebody in."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cast import person
from conftest import Clock
from flask import Flask
from letters import NOW, letter
from smtp_server import LoggingServer, listening
from sqlalchemy import func, select

from unmentor.db import db, transaction
from unmentor.mail.actions import try_again
from unmentor.mail.delivery.sender import Sender
from unmentor.mail.delivery.transport import Transport
from unmentor.mail.models import Body, Message
from unmentor.mail.outbox import queue
from unmentor.mail.queries import content, rows
from unmentor.mail.seal import Seal, Unreadable
from unmentor.runtime import now

KEYS = ("sign-in", "confirm", "follow-confirm")


def queued(kind: str, **given: Any) -> None:
    with transaction():
        queue(letter(kind, **{"person_id": None} | given), now())


def sent(app: Flask, server: LoggingServer) -> dict[str, int]:
    sender = Sender(app, transport=Transport(lambda: server.address, "unmentoring@localhost", delivering=2))
    try:
        return dict(sender.send_due())
    finally:
        sender.stop()


def stored() -> list[bytes]:
    found = list(db.session.scalars(select(Body.content)))
    db.session.rollback()
    return found


def the_message() -> Message:
    db.session.rollback()
    return db.session.scalars(select(Message)).one()


def test_what_is_sealed_opens_with_its_own_key_alone() -> None:
    closed = Seal("one key").close(b"From: Ada")
    assert Seal("one key").open(closed) == b"From: Ada"
    with pytest.raises(Unreadable, match="SECRET_KEY"):
        Seal("another key").open(closed)
    with pytest.raises(Unreadable):
        Seal("one key").open(closed[:-1] + bytes([closed[-1] ^ 1]))
    with pytest.raises(Unreadable):
        Seal("one key").open(closed[:5])


def test_the_same_words_are_sealed_otherwise_each_time() -> None:
    assert Seal("one key").close(b"From: Ada") != Seal("one key").close(b"From: Ada")


def test_what_was_stored_before_there_was_a_seal_is_still_read_and_sent(app: Flask, server: LoggingServer) -> None:
    queued("goodbye")
    plain = content(the_message())
    db.session.query(Body).update({"content": plain})
    db.session.commit()
    assert sent(app, server) == {"sent": 1}
    assert server.accepted[0][1] == plain


def test_no_word_of_a_mail_stands_in_the_database(app: Flask) -> None:
    queued("invitation")
    [kept] = stored()
    assert not any(word in kept for word in (b"Subject", b"sian@gwynedd.example", b"text/html", b"/c/a-key"))
    assert b"sian@gwynedd.example" in content(the_message())


@pytest.mark.parametrize("kind", KEYS)
def test_a_mail_that_lets_somebody_in_has_no_code_in_its_subject_and_none_is_stored(app: Flask, kind: str) -> None:
    queued(kind)
    subject = content(the_message()).partition(b"Subject: ")[2].partition(b"\r\n")[0]
    assert b"042137" not in subject
    assert (the_message().subject, rows()[0]["subject"]) == ("", "")


@pytest.mark.one_engine
@pytest.mark.parametrize("kind", KEYS)
@pytest.mark.parametrize(("answer", "state"), [("", "sent"), ("550 No", "failed"), ("late", "expired")])
def test_the_words_of_a_mail_that_lets_somebody_in_are_dropped_once_it_is_settled(
    app: Flask, clock: Clock, kind: str, answer: str, state: str
) -> None:
    queued(kind, expires_at=now() + timedelta(minutes=15))
    clock.advance(minutes=20 if answer == "late" else 0)
    with listening(lambda stage, recipient: answer if stage == "RCPT" else "") as server:
        assert sent(app, server) == {state: 1}
    assert (the_message().state, stored()) == (state, [])


def test_the_words_of_a_mail_that_lets_somebody_in_stay_until_it_is_settled(app: Flask) -> None:
    queued("sign-in")
    with listening(lambda stage, recipient: "450 Later" if stage == "RCPT" else "") as server:
        assert sent(app, server) == {"queued": 1}
    assert len(stored()) == 1


def test_other_mail_keeps_its_words_when_it_was_sent(app: Flask, server: LoggingServer) -> None:
    queued("goodbye")
    assert sent(app, server) == {"sent": 1}
    assert len(stored()) == 1


def test_under_another_secret_key_mail_fails_with_one_clear_line_and_goes_again_under_the_old_one(
    app: Flask, server: LoggingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    sian = person("Siân")
    queued("goodbye", person_id=sian.id)
    queued("sign-in", to=("", "ben@example.com"))
    with monkeypatch.context() as lost:
        lost.setitem(app.extensions, "settings", replace(app.extensions["settings"], secret_key="another key"))
        assert sent(app, server) == {"failed": 2}
    failed = db.session.scalars(select(Message).where(Message.kind == "goodbye")).one()
    assert failed.trouble == "It was written under another SECRET_KEY. Set that one, and try again"
    with transaction():
        assert try_again(failed, NOW)
    assert sent(app, server) == {"sent": 1}


def test_two_that_settle_one_sign_in_drop_its_words_once(app: Flask, server: LoggingServer) -> None:
    queued("sign-in")
    assert sent(app, server) == {"sent": 1}
    assert db.session.scalar(select(func.count()).select_from(Message).where(Message.message_id != "")) == 1
