"""The sender in a thread of its own, and at what pace it sends."""

import sys
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from conftest import Clock
from flask import Flask
from sending import queued, sender, started, wait_for
from smtp_server import LoggingServer

from unmentor.db import SENDER, db, last_beat
from unmentor.mail.delivery import claims, transport
from unmentor.mail.delivery.sender import LEASE, Pace, Sender
from unmentor.mail.models import Message
from unmentor.runtime import now

pytestmark = pytest.mark.thorough


@pytest.fixture(autouse=True)
def nothing_left_running() -> Iterator[None]:
    yield
    while started:
        started.pop().stop()


def gone() -> None:
    raise AssertionError("The sender has ended by itself")


def test_the_thread_sends_within_a_second_and_stops(app: Flask, server: LoggingServer) -> None:
    sending = sender(app, server)
    sending.start(gone)
    time.sleep(0.2)
    queued()
    wait_for(lambda: bool(server.accepted))
    sending.stop()
    sending.stop()
    assert len(server.accepted) == 1


def test_a_thread_that_is_woken_sends_at_once_and_rests_again(
    app: Flask, server: LoggingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks, send_due = list[object](), Sender.send_due
    monkeypatch.setattr(Sender, "send_due", lambda sender: looks.append(send_due(sender)))
    monkeypatch.setattr("unmentor.mail.delivery.sender.LOOK", 60.0)
    sending = sender(app, server)
    sending.start(gone)
    wait_for(lambda: len(looks) == 1)
    for sent in range(2):
        queued(sequence=sent)
        time.sleep(0.2)
        assert (len(looks), len(server.accepted)) == (1 + sent, sent)
        sending.wake()
        wait_for(lambda: len(looks) == 2 + sent)  # noqa: B023 - it is called here
    assert len(server.accepted) == 2


def test_who_is_woken_while_the_server_is_down_does_not_try_sooner(
    app: Flask, server: LoggingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = list[float]()

    def down(_transport: object) -> None:
        tries.append(time.monotonic())
        raise transport.Unreachable("It is down")

    monkeypatch.setattr(transport.Transport, "open", down)
    monkeypatch.setattr("unmentor.mail.delivery.sender.LOOK", 15.0)
    queued()
    sending = sender(app, server)
    sending.start(gone)
    wait_for(lambda: bool(tries))
    for _ in range(5):
        sending.wake()
        time.sleep(0.05)
    assert len(tries) == 1


def test_the_thread_survives_any_exception(
    app: Flask, server: LoggingServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("unmentor.mail.delivery.sender.LOOK", 0.01)
    broken = iter([RuntimeError("sian@gwynedd.example"), MemoryError()])
    claim = claims.claim

    def breaks(*given: Any) -> Any:
        if error := next(broken, None):
            raise error
        return claim(*given)

    monkeypatch.setattr(claims, "claim", breaks)
    queued()
    sending = sender(app, server)
    sending.start(gone)
    wait_for(lambda: bool(server.accepted))
    sending.stop()
    assert len(server.accepted) == 1
    assert "RuntimeError at test_thread.py:" in caplog.text
    assert "gwynedd" not in caplog.text


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_thread_that_ends_by_itself_says_so(app: Flask, server: LoggingServer, monkeypatch: Any) -> None:
    monkeypatch.setattr(claims, "anything_due", lambda *_: sys.exit("nothing can be done"))
    ended = threading.Event()
    sender(app, server).start(ended.set)
    assert ended.wait(3)


def test_a_sender_in_a_thread_gives_signs_of_life_and_one_that_was_called_does_not(
    app: Flask, server: LoggingServer
) -> None:
    sending = sender(app, server)
    sending.send_due()
    assert last_beat(SENDER) is None
    db.session.rollback()
    sending.start(gone)
    wait_for(lambda: last_beat(SENDER) == now())
    sending.stop()


def test_a_lease_is_longer_than_a_message_can_take(app: Flask) -> None:
    assert LEASE.total_seconds() > transport.DELIVERING
    with pytest.raises(ValueError, match="lease"):
        Sender(app, lease=timedelta(seconds=transport.DELIVERING))


def test_the_pace_is_even(app: Flask) -> None:
    pace, start = Pace(per_minute=600), time.monotonic()
    with claims.connection(db.engine) as connection:
        for _ in range(15):
            while delay := pace.delay(connection, now()):
                time.sleep(delay)
    # A second's worth, ten, may go at once; five more take a tenth of a second each.
    assert 0.4 < time.monotonic() - start < 1.5


def test_all_senders_together_keep_the_pace(app: Flask, clock: Clock, server: LoggingServer) -> None:
    queued("a@example.com", "b@example.com")
    sender(app, server).send_due()
    with claims.connection(db.engine) as connection:
        assert Pace(per_minute=2).delay(connection, now())
        assert not Pace(per_minute=3).delay(connection, now())
        clock.advance(minutes=1)
        assert not Pace(per_minute=2).delay(connection, now())


def test_a_message_is_marked_before_the_next_has_to_wait(app: Flask, server: LoggingServer) -> None:
    queued("a@example.com", "b@example.com")
    slow = sender(app, server)
    slow._pace = Pace(per_minute=1)
    slow.start(gone)
    wait_for(lambda: bool(server.accepted))
    time.sleep(0.2)
    states = [message.state for message in db.session.query(Message).order_by(Message.id)]
    db.session.rollback()
    assert states == ["sent", "queued"]
