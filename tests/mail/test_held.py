"""Mail that is held, and what its date says when it is let go."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from conftest import wipe
from flask import Flask
from letters import NOW, letter
from sqlalchemy import select

from unmentor.backup import backup, restore
from unmentor.db import db, transaction
from unmentor.mail import actions
from unmentor.mail.actions import hold_all, release_all
from unmentor.mail.delivery import claims
from unmentor.mail.models import Message
from unmentor.mail.outbox import queue, queue_all
from unmentor.mail.queries import content

LATER = NOW + timedelta(days=2)
STAMP = b"DTSTAMP:20261121T120000Z"


def queued(**given: Any) -> bytes:
    ics = b"BEGIN:VCALENDAR\r\n" + STAMP + b"\r\nX-DATE:\r\nDate: Monday\r\nEND:VCALENDAR\r\n"
    with transaction():
        message = queue(letter(person_id=None, calendar=("REQUEST", ics), **given), NOW)
        assert message
        return content(message)


def held_and_released() -> None:
    with transaction():
        hold_all(NOW)
    with transaction():
        release_all(LATER)


def kept() -> bytes:
    db.session.rollback()
    return content(db.session.query(Message).one())


def date(raw: bytes) -> datetime:
    moment: datetime = message_from_bytes(raw, policy=default)["Date"].datetime
    return moment


def test_held_mail_is_dated_anew_when_it_is_released_and_else_the_same(app: Flask) -> None:
    before = queued()
    held_and_released()
    after = kept()
    assert (date(before), date(after)) == (NOW, LATER)
    changed = [(one, other) for one, other in zip(before.splitlines(), after.splitlines(), strict=True) if one != other]
    assert changed == [(b"Date: Sat, 21 Nov 2026 12:00:00 +0000", b"Date: Mon, 23 Nov 2026 12:00:00 +0000")]


def test_the_calendar_entry_of_held_mail_keeps_its_moment(app: Flask) -> None:
    queued()
    held_and_released()
    calendar = next(part for part in message_from_bytes(kept()).walk() if part.get_content_type() == "text/calendar")
    assert STAMP in calendar.get_payload(decode=True)


def test_what_may_have_left_before_it_was_held_keeps_every_byte(app: Flask) -> None:
    before = queued()
    with claims.connection(db.engine) as connection:
        assert claims.claim(connection, NOW, timedelta(seconds=55))
    held_and_released()
    assert kept() == before


def test_what_was_queued_after_a_restore_is_dated_anew_and_what_was_restored_is_not(app: Flask, tmp_path: Path) -> None:
    before = queued()
    backup(tmp_path / "kept", NOW)
    wipe()
    with transaction():
        restore(tmp_path / "kept", NOW)
        queue(letter("goodbye", person_id=None), NOW)
    with transaction():
        release_all(LATER)
    restored, new = map(content, db.session.query(Message).order_by(Message.id))
    assert restored == before
    assert date(new) == LATER


def test_held_mail_that_nobody_can_read_any_more_does_not_stop_the_rest(app: Flask) -> None:
    queued()
    with transaction():
        queue_all([letter("goodbye", person_id=None)], NOW)
        hold_all(NOW)
        db.session.connection().exec_driver_sql("UPDATE body SET content = substr(content, 1, 40) WHERE id = 1")
    with transaction():
        assert release_all(LATER) == 2


@pytest.mark.thorough
def test_of_two_who_release_at_once_one_does(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "BATCH", 20)
    count = 45
    with transaction():
        queue_all((letter("goodbye", person_id=None, about=f"person:{number}") for number in range(count)), NOW)
        hold_all(NOW)

    def release(minutes: int) -> int | None:
        with app.app_context(), transaction():
            return release_all(LATER + timedelta(minutes=minutes))

    with ThreadPoolExecutor(4) as pool:
        released = list(pool.map(release, range(4)))
    assert Counter(released) == {None: 3, count: 1}
    moment = LATER + timedelta(minutes=released.index(count))
    assert Counter(date(content(message)) for message in db.session.query(Message)) == {moment: count}


def test_what_can_still_be_undone_is_not_let_go_before_its_time(app: Flask) -> None:
    queue(letter(person_id=None, not_before=LATER + timedelta(minutes=8)), NOW)
    hold_all(NOW)
    release_all(LATER)
    db.session.commit()
    assert db.session.scalars(select(Message.due_at)).all() == [LATER + timedelta(minutes=8)]
