"""Understand what comes back to MAIL_FROM: answers of calendars, reports of what did not arrive, and the rest.

Pure: bytes in, what they mean out. None of it proves who wrote it: whoever acts on it compares it with what was sent.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import InvalidHeaderDefect
from email.message import EmailMessage, Message
from email.policy import default

from unmentor.mail.inbound import itip

ANSWERS = {"ACCEPTED", "TENTATIVE", "DECLINED"}


@dataclass(frozen=True, slots=True)
class Answer:
    """A calendar answered an invitation (RFC 5546 §3.2.3)."""

    uid: str
    sequence: int
    # Who answers, as they were invited, and the address that it came from.
    attendee: str
    sender: str
    # accepted, tentative or declined
    partstat: str


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A mail server reports that a message did not and will not arrive (RFC 3464)."""

    recipient: str
    # Of the message that did not arrive, with its angle brackets; "" where the report does not say.
    message_id: str
    # As "5.1.1".
    status: str
    said: str


@dataclass(frozen=True, slots=True)
class Automatic:
    """A machine wrote it and nobody waits for an answer: out of office, delayed, delivered."""


@dataclass(frozen=True, slots=True)
class Other:
    """Somebody should read this."""


Meaning = Answer | Undelivered | Automatic | Other


def understand(content: bytes) -> Meaning:
    """Return what a message means. Never raises, whatever the bytes."""
    try:
        mail = message_from_bytes(content, policy=default)
        return _answer(mail) or _undelivered(mail) or (Automatic() if _is_automatic(mail) else Other())
    except Exception:
        # The standard library's reader trips over malformed mail in many ways; a person will not.
        return Other()


def _answer(mail: EmailMessage) -> Answer | None:
    for part in mail.walk():
        if part.get_content_type() not in {"text/calendar", "application/ics"}:
            continue
        entry = itip.read(_bytes(part))
        if entry is None or entry.method not in {"REPLY", "COUNTER"} or len(entry.attendees) != 1:
            continue
        [who] = entry.attendees
        # Whoever proposes another time (§3.2.7) has said no to this one, and is asked to pick theirs.
        partstat = "DECLINED" if entry.method == "COUNTER" else who.partstat
        if entry.uid and partstat in ANSWERS:
            return Answer(
                uid=entry.uid,
                sequence=entry.sequence,
                attendee=who.address.lower(),
                sender=_sender(mail),
                partstat=partstat.lower(),
            )
    return None


def _sender(mail: EmailMessage) -> str:
    """Return the one address that a message is from; ValueError where it is not plain which that is.

    A mail server that checks senders and we must never read two different ones out of the same line.
    """
    [field] = mail.get_all("From", [])
    [sender] = field.addresses
    if any(isinstance(defect, InvalidHeaderDefect) for defect in field.defects):
        raise ValueError("From is no address")
    return str(sender.addr_spec).lower()


def _undelivered(mail: EmailMessage) -> Undelivered | None:
    if mail.get_content_type() != "multipart/report":
        return None
    for fields in _reports(mail):
        status = re.match(r"\s*(\d\.\d{1,3}\.\d{1,3})", str(fields["Status"] or ""))
        if str(fields["Action"] or "").strip().lower() == "failed" and status and status[1].startswith("5"):
            return Undelivered(
                recipient=_typed(fields["Original-Recipient"] or fields["Final-Recipient"]).lower(),
                message_id=_returned_id(mail),
                status=status[1],
                said=" ".join(_typed(fields["Diagnostic-Code"]).split())[:300],
            )
    return None


def _reports(mail: EmailMessage) -> Iterator[Message]:
    """Yield the groups of fields of a delivery-status, one a recipient after the one about the message."""
    for part in mail.walk():
        if part.get_content_type() == "message/delivery-status":
            groups = part.get_payload()
            yield from (group for group in groups if isinstance(group, Message)) if isinstance(groups, list) else ()


def _returned_id(mail: EmailMessage) -> str:
    """Return the Message-ID of the message that came back, whole or only its headers."""
    for part in mail.walk():
        if part is not mail and part["Message-ID"]:
            return str(part["Message-ID"]).strip()
        if part.get_content_type() in {"text/rfc822-headers", "message/rfc822-headers"}:
            found = re.search(rb"(?im)^message-id:\s*(<[^>\s]+>)", _bytes(part))
            if found:
                return found[1].decode("ascii", "replace")
    return ""


def _is_automatic(mail: EmailMessage) -> bool:
    """Say whether a machine wrote it (RFC 3834 §5), in the dialects of those who do not say so."""
    submitted = str(mail["Auto-Submitted"] or "no").split(";")[0].strip().lower()
    precedence = str(mail["Precedence"] or "").strip().lower()
    return (
        submitted != "no"
        or precedence in {"bulk", "junk", "list", "auto_reply"}
        or any(mail[name] for name in ("X-Autoreply", "X-Autorespond", "X-Auto-Response-Suppress"))
        or mail.get_content_type() == "multipart/report"
    )


def _typed(field: object) -> str:
    """Return what follows the type in a field such as "rfc822; ada@example.com"."""
    return str(field or "").rpartition(";")[2].strip()


def _bytes(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""
