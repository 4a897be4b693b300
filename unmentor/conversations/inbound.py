"""What comes back by mail: calendars that answer an invitation, and mail that did not arrive."""

from datetime import datetime
from typing import Literal

from unmentor.conversations import queries
from unmentor.conversations.actions import replied
from unmentor.mail.actions import undelivered
from unmentor.mail.inbound.receive import Answer, Automatic, Other, Undelivered, understand

# What became of it; what is "left" is for a person to read.
Outcome = Literal["answer", "undeliverable", "ignored", "left"]


def take(content: bytes, now: datetime) -> Outcome:
    """Do what a message that came back asks for, and return what that was."""
    match understand(content):
        case Answer() as answer:
            return _answered(answer, now)
        case Undelivered() as report:
            return "undeliverable" if undelivered(report, now) else "left"
        case Automatic():
            return "ignored"
        case Other():
            return "left"


def _answered(answer: Answer, now: datetime) -> Outcome:
    talk = queries.invited(answer.uid)
    if talk is None or answer.attendee not in {(part.person.email or "").lower() for part in talk.participations}:
        return "left"
    # Anybody can write to that mailbox: nobody answers for somebody else. And what has moved, is off or over asks for
    # no answer any more.
    stands = answer.sender == answer.attendee and replied(
        answer.uid, answer.attendee, answer.partstat, now, sequence=answer.sequence
    )
    return "answer" if stands else "ignored"
