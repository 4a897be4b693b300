"""The whole sender against bare ``smtplib.sendmail`` of the same bytes, and how fast a round's mail is written."""

import os
import resource
import smtplib
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select, update

from bench.mail_house import House, databases, house
from bench.table import Row
from unmentor.calendars import Attendee, Event, request
from unmentor.db import db, transaction
from unmentor.mail.message import Letter
from unmentor.mail.models import Message
from unmentor.mail.outbox import queue_all
from unmentor.mail.queries import content

TITLE = "Mail: the sender, and writing a round of 10,000"
MESSAGES, REPEATS, ROUND = 1000, 5, 10_000
SOON = datetime(2026, 12, 10, 12, 30, tzinfo=UTC)
NEVER = datetime(2100, 1, 1, tzinfo=UTC)


class Partner:
    """Somebody to meet."""

    name, first_name, organisation, phone, video = "Siân Ŵyn", "Siân", "Gwynedd", "01632 960 002", ""
    about = "Ask me about bilingual services and growing leeks. I have run a library on a boat."


def invitations(count: int) -> Iterator[Letter]:
    """Yield invitations as a round writes them, calendars included."""
    us = Attendee("UnMentoring", "unmentoring@localhost")
    for number in range(count):
        to = ("Ada Lovelace", f"person{number}@example.com")
        event = Event(
            f"{number}@example.com", SOON, 30, "UnMentoring: Ada and Siân", "You start: say hello first.",
            "https://meet.example.org/x", "https://meet.example.org/x", us,
            (Attendee(*to), Attendee("Siân Ŵyn", "sian@example.com")), 0, SOON,
        )  # fmt: skip
        values = {
            "partners": [Partner], "programme": "UnMentoring", "round": 12, "starts_at": SOON, "zone": "Europe/London",
            "minutes": 30, "url": f"http://127.0.0.1:8000/c/{number}",
            "where": "Online, at meet.example.org", "where_link": "https://meet.example.org/x", "rings_from": "",
            "where_url": f"http://127.0.0.1:8000/c/{number}/place",
            "starter": "Ada", "you_start": True, "suits_all": True, "about": Partner.about,
            "prompts": ["What did you change your mind about?", "Who is missing?", "What would you stop doing?"],
        }  # fmt: skip
        about = f"conversation:{number}"
        yield Letter(
            "invitation", to, about, None, values, reader="", expires_at=NEVER, calendar=("REQUEST", request(event))
        )


def rows() -> Iterator[Row]:
    """Measure on both databases."""
    with databases() as urls, tempfile.TemporaryDirectory() as folder:
        for engine, url in urls.items():
            Path(folder, engine).mkdir()
            with house(url, Path(folder, engine)) as at:
                yield sending(engine, at)
                yield writing(engine, at)


def sending(engine: str, at: House) -> Row:
    """Send the same messages both ways, in turn."""
    with at.app.app_context(), transaction():
        queue_all(invitations(MESSAGES), at.now())
    with at.app.app_context():
        mails = [(message.recipient, content(message)) for message in db.session.scalars(select(Message))]
        db.session.remove()
    bare, ours = [], []
    for _ in range(REPEATS):
        bare.append(MESSAGES / _seconds_bare(at.port, mails))
        ours.append(MESSAGES / _seconds_ours(at))
    size = sum(len(content) for _recipient, content in mails) / len(mails) / 1000
    return Row(
        f"whole sender, {engine}", statistics.median(ours), "messages/s",
        "bare sendmail", statistics.median(bare), "≥ 0.6", f"{size:.0f} kB each, {MESSAGES:,} × {REPEATS}",
    )  # fmt: skip


def _seconds_bare(port: int, mails: list[tuple[str, bytes]]) -> float:
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as smtp:
        start = time.perf_counter()
        for recipient, content in mails:
            smtp.sendmail("unmentoring@localhost", [recipient], content)
        return time.perf_counter() - start


def _seconds_ours(at: House) -> float:
    with at.app.app_context(), transaction():
        again = {"state": "queued", "attempts": 0, "due_at": at.now() - timedelta(days=1), "sent_at": None}
        db.session.execute(update(Message).values(again))
    sender = at.sender()
    start = time.perf_counter()
    sent = sender.send_due()
    seconds = time.perf_counter() - start
    sender.stop()
    if sent != {"sent": MESSAGES}:
        raise AssertionError(f"The sender came to {sent}")
    return seconds


def writing(engine: str, at: House) -> Row:
    """Write and queue a round in a process of its own, so that its memory is its own."""
    reading, telling = os.pipe()

    def work() -> None:
        start = time.perf_counter()
        with at.app.app_context(), transaction():
            queue_all(invitations(ROUND), at.now() + timedelta(hours=1))
        seconds = time.perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        os.write(telling, f"{seconds} {peak}".encode())

    os.waitpid(at.child(work), 0)
    os.close(telling)
    with os.fdopen(reading) as told:
        seconds, peak = map(float, told.read().split())
    goal = "< 60 s and 500 MB with the draw"
    return Row(
        f"{ROUND:,} invitations written and queued, {engine}", seconds, "s", goal=goal, note=f"peak {peak:.0f} MB"
    )
