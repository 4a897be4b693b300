"""A sender, and what waits for it."""

import time
from collections.abc import Callable
from typing import Any

from flask import Flask
from letters import letter
from smtp_server import LoggingServer
from sqlalchemy.orm import undefer

from unmentor.db import db, transaction
from unmentor.mail.delivery.sender import Sender
from unmentor.mail.delivery.transport import Transport
from unmentor.mail.models import Message
from unmentor.mail.outbox import queue
from unmentor.runtime import now

started: list[Sender] = []


def sender(app: Flask, server: LoggingServer, delivering: float = 2) -> Sender:
    transport = Transport(lambda: server.address, "unmentoring@localhost", connecting=2, delivering=delivering)
    started.append(Sender(app, transport=transport))
    return started[-1]


def queued(*addresses: str, kind: str = "goodbye", **given: Any) -> None:
    with transaction():
        for number, address in enumerate(addresses or ["sian@gwynedd.example"]):
            queue(letter(kind, to=("", address), person_id=None, about=f"person:{number}", **given), now())


def the_message() -> Message:
    db.session.rollback()
    message = db.session.query(Message).options(undefer(Message.sealed)).one()
    db.session.expunge(message)
    db.session.rollback()  # SQLite has one writer, and a test's session takes its turn even to read
    return message


def wait_for(reached: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 3
    while not reached():
        db.session.rollback()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    db.session.rollback()
