"""What goes wrong in a programme, and what is done about it: reports, two kept apart, refused email, and the log."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from bench.bulk import write
from unmentor.audit.deeds import Deed
from unmentor.audit.models import AuditEvent
from unmentor.conversations.models import Conversation, Participation
from unmentor.db import db
from unmentor.mail.models import Message, Suppressed
from unmentor.people.models import KeptApart
from unmentor.reports.models import Report

REASON = "They told me what to think, at length, and did not ask a single question in half an hour. " * 4
SAID = "550 5.1.1 The email account that you tried to reach does not exist. Please check the address. " * 2


def troubles(programme: int, ids: Sequence[int], many: int, now: datetime) -> None:
    """Write *many* of each; the first of *ids* organises, and is in none of it."""
    write(Report, _reports(programme, ids[0], many, now))
    some = [ids[1 + number % (len(ids) - 1)] for number in range(many + 1)]
    write(AuditEvent, _deeds(programme, ids[0], some, now))
    write(KeptApart, _apart(programme, many, now))
    write(Message, _failed(programme, some, now))
    address = "person.{}@council-9.example.gov.uk"
    write(Suppressed, ({"address": address.format(n), "since": now, "trouble": SAID} for n in range(many)))


def _reports(programme: int, organiser: int, many: int, now: datetime) -> Iterator[dict[str, Any]]:
    """Yield reports of conversations; of two one is settled."""
    other = db.aliased(Participation)
    pairs = (
        db.select(Participation.id, other.person_id)
        .join(other, (other.conversation_id == Participation.conversation_id) & (other.id != Participation.id))
        .join(Conversation, Conversation.id == Participation.conversation_id)
        .where(Conversation.state == "met", other.person_id != organiser, Participation.person_id != organiser)
    )
    found = db.session.execute(pairs.order_by(Participation.id).limit(2 * many)).all()
    for number, (part, about) in enumerate(found):
        yield {
            "programme_id": programme, "reason": REASON, "at": now - timedelta(hours=number), "participation_id": part,
            "begins": "", "about": [about], "settled_at": now if number % 2 else None,
            "outcome": "done" if number % 2 else "",
        }  # fmt: skip


def _deeds(programme: int, organiser: int, people: Sequence[int], now: datetime) -> Iterator[dict[str, Any]]:
    for number, person in enumerate(people):
        yield {
            "at": now - timedelta(hours=len(people) - number), "deed": Deed.PERSON_PAUSED, "programme_id": programme,
            "by_id": organiser, "person_id": person, "facts": {},
        }  # fmt: skip


def _apart(programme: int, many: int, now: datetime) -> Iterator[dict[str, Any]]:
    for number in range(many):
        yield {
            "one": f"one.{number}@elsewhere.example.gov.uk", "other": f"other.{number}@elsewhere.example.gov.uk",
            "programme_id": programme, "since": now,
        }  # fmt: skip


def _failed(programme: int, people: Sequence[int], now: datetime) -> Iterator[dict[str, Any]]:
    for number, person in enumerate(people):
        yield {
            "about": f"conversation:{number}", "person_id": person, "programme_id": programme, "kind": "invitation",
            "recipient": f"person.{person}@example.gov.uk", "subject": "Siân, meet Bartholomew Featherstonehaugh",
            "message_id": f"<{number}@bench>", "state": "failed", "queued_at": now - timedelta(days=2),
            "due_at": now, "expires_at": now + timedelta(days=5), "attempts": 1, "trouble": SAID,
        }  # fmt: skip
