"""The worker: what becomes of the process when one of its threads ends."""

import threading

import pytest
from flask import Flask

from unmentor import worker
from unmentor.mail.delivery.sender import Sender


def test_a_worker_whose_sender_ends_by_itself_ends_too(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "tick", lambda now: None)
    monkeypatch.setattr(Sender, "_run", lambda self: None)
    with pytest.raises(SystemExit, match="flask worker"):
        worker.run(app, threading.Event())


def test_a_worker_that_is_told_to_stop_stops_in_peace(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "tick", lambda now: None)
    told = threading.Event()
    told.set()
    worker.run(app, told)


@pytest.mark.parametrize("migrated_app", ["sqlite"], indirect=True)
def test_whoever_waits_at_their_screen_does_not_wait_for_the_sender_to_look(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "tick", lambda now: None)
    seen, woken = list[str](), threading.Event()
    monkeypatch.setattr(worker, "every_second", lambda now: seen.append("answered"))
    monkeypatch.setattr(Sender, "wake", lambda sender: (seen.append("woken"), woken.set()))
    stop = worker.start(app)
    assert woken.wait(5)
    stop()
    assert seen[:2] == ["answered", "woken"]
