"""Understand what comes back to MAIL_FROM: answers of calendars, reports of what did not arrive, and the rest.

Pure: bytes in, what they mean out. None of it proves who wrote it: whoever acts on it compares it with what was sent.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.errors import InvalidHeaderDefect
from email.headerregistry import HeaderRegistry
from email.message import Message
from typing import Any, cast

from unmentor.mail.inbound import itip, reports
from unmentor.mail.inbound.bounded import message
from unmentor.mail.inbound.reports import Complaint, Undelivered

ANSWERS = {"ACCEPTED", "TENTATIVE", "DECLINED"}
# Longer than any name and address; to read one line of those may take a minute.
LONGEST_FROM = 500
_structured = HeaderRegistry()


@dataclass(frozen=True, slots=True)
class Answer:
    """A calendar answered an invitation (RFC 5546 §3.2.3), or proposes another time for it (§3.2.7)."""

    uid: str
    sequence: int
    # Who answers: invited under the address that it came from.
    attendee: str
    # accepted, tentative or declined
    partstat: str
    # Where another time is proposed, and plain which.
    proposes: datetime | None = None


@dataclass(frozen=True, slots=True)
class Automatic:
    """A machine wrote it and nobody waits for an answer: out of office, delayed, delivered."""


@dataclass(frozen=True, slots=True)
class Other:
    """Somebody should read this."""


Meaning = Answer | Undelivered | Complaint | Automatic | Other


def understand(content: bytes) -> Meaning:
    """Return what a message means. Never raises, and never takes long, whatever the bytes."""
    try:
        mail = message(content)
        if calendars := list(_calendars(mail)):
            # Never automatic, even where a calendar sent it by itself: a person has pressed something.
            return next(filter(None, (_answer(mail, each) for each in calendars)), Other())
        return reports.undelivered(mail) or reports.complaint(mail) or (Automatic() if _automatic(mail) else Other())
    except Exception:
        # The standard library's reader trips over malformed mail in many ways; a person will not.
        return Other()


def _calendars(part: Message) -> Iterator[bytes]:
    """Yield the calendars that a message says something by; what a message that came back has inside says nothing."""
    if part.get_content_type() in {"text/calendar", "application/ics"}:
        content = part.get_payload(decode=True)
        yield content if isinstance(content, bytes) else b""
    elif part.get_content_maintype() == "multipart" and part.is_multipart():
        for each in cast(list[Message], part.get_payload()):
            yield from _calendars(each)


def _answer(mail: Message, calendar: bytes) -> Answer | None:
    """Return who answers what; None where that is for a person to find out.

    A list may name all guests: whose answer it is says From. Who writes for somebody else, or from another address
    than was invited, is nobody on the list.
    """
    entry = itip.read(calendar)
    if entry is None or entry.method not in {"REPLY", "COUNTER"} or not entry.uid:
        return None
    sender, proposes = _sender(mail), entry.method == "COUNTER"
    said = {who.partstat for who in entry.attendees if who.address.lower() == sender}
    # Whoever proposes another time and says no more has said no to this one.
    [partstat] = {each if each in ANSWERS or not proposes else "DECLINED" for each in said} or {""}
    if partstat not in ANSWERS:
        return None
    return Answer(entry.uid, entry.sequence, sender, partstat.lower(), entry.starts_at if proposes else None)


def _sender(mail: Message) -> str:
    """Return the one address that a message is from; ValueError where it is not plain which that is.

    A mail server that checks senders and we must never read two different ones out of the same line.
    """
    [written] = mail.get_all("From", [])
    line = "".join(str(written).splitlines())
    if len(line) > LONGEST_FROM:
        raise ValueError("From is longer than an address")
    field = cast(Any, _structured("From", line))
    [sender] = field.addresses
    if any(isinstance(defect, InvalidHeaderDefect) for defect in field.defects):
        raise ValueError("From is no address")
    return str(sender.addr_spec).lower()


def _automatic(mail: Message) -> bool:
    """Say whether a machine wrote it (RFC 3834 §5), in the dialects of those who do not say so."""
    submitted = str(mail["Auto-Submitted"] or "no").split(";")[0].strip().lower()
    precedence = str(mail["Precedence"] or "").strip().lower()
    return (
        submitted != "no"
        or precedence in {"bulk", "junk", "list", "auto_reply"}
        or any(mail[name] for name in ("X-Autoreply", "X-Autorespond", "X-Auto-Response-Suppress"))
        or mail.get_content_type() == "multipart/report"
    )
