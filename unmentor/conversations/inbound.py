"""What comes back by mail: calendars that answer or propose another time, and mail that did not arrive."""

from datetime import datetime
from typing import Literal

from unmentor.conversations import queries
from unmentor.conversations.actions import replied
from unmentor.mail.inbound.actions import complained, undelivered
from unmentor.mail.inbound.receive import Answer, Automatic, Other, understand
from unmentor.mail.inbound.reports import Complaint, Undelivered

# What became of it; what is "left" is for a person to read.
Outcome = Literal["answer", "undeliverable", "complaint", "ignored", "left"]


def take(content: bytes, now: datetime) -> Outcome:
    """Do what a message that came back asks for, and return what that was."""
    match understand(content):
        case Answer() as answer:
            return _answered(answer, now)
        case Undelivered() as report:
            return "undeliverable" if undelivered(report, now) else "left"
        case Complaint() as complaint:
            return "complaint" if complained(complaint, now) else "left"
        case Automatic():
            return "ignored"
        case Other():
            return "left"


def _answered(answer: Answer, now: datetime) -> Outcome:
    talk = queries.invited(answer.uid)
    # Anybody can write to that mailbox, and some answer from another address than was invited: a person can tell.
    if talk is None or answer.attendee not in {(part.person.email or "").lower() for part in talk.participations}:
        return "left"
    stands = replied(
        answer.uid, answer.attendee, answer.partstat, now, sequence=answer.sequence, proposes=answer.proposes
    )
    # What has moved, is off or over asks for no answer any more.
    return "answer" if stands else "ignored"
