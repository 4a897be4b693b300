"""What mail servers report: this did not arrive (RFC 3464), and this was called spam (RFC 5965)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

from unmentor.mail.inbound.bounded import headers

_STATUS = re.compile(r"\s*([45]\.\d{1,3}\.\d{1,3})\b")
# "rfc822; ada@example.com" is an address, "smtp; 550 5.1.1 No; ask ada" an answer with a semicolon of its own.
_TYPED = re.compile(r"\s*[\w.+-]{1,40}\s*;(.*)", re.DOTALL)
# What our Message-IDs begin with.
_MARK = re.compile(r"\b[0-9a-f]{40}\b")
MOST_MARKS = 20


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A mail server reports that a message did not and will not arrive."""

    # To whom, as we wrote it or as it was forwarded.
    recipients: tuple[str, ...]
    # What tells our message from every other; none where the report does not say.
    marks: tuple[str, ...]
    # As "5.1.1".
    status: str
    said: str


@dataclass(frozen=True, slots=True)
class Complaint:
    """Somebody told their mail service that a message is spam."""

    marks: tuple[str, ...]


def undelivered(mail: Message) -> Undelivered | None:
    """Return what did not arrive, or None where *mail* does not report that."""
    for fields in _reported(mail, "message/delivery-status"):
        status = _STATUS.match(_field(fields, "Status"))
        if status and _field(fields, "Action").strip().lower() == "failed":
            named = (_typed(_field(fields, name)).lower() for name in ("Original-Recipient", "Final-Recipient"))
            return Undelivered(
                recipients=tuple(dict.fromkeys(name.strip("<>") for name in named if name)),
                marks=_marks(mail),
                status=status[1],
                said=_typed(_field(fields, "Diagnostic-Code"))[:300],
            )
    return None


def complaint(mail: Message) -> Complaint | None:
    """Return which message was called spam, or None where *mail* does not report that."""
    for fields in _reported(mail, "message/feedback-report"):
        if _field(fields, "Feedback-Type").strip().lower() == "abuse":
            return Complaint(_marks(mail, _field(fields, "Original-Message-ID")))
    return None


def _reported(mail: Message, content_type: str) -> Iterator[Message]:
    """Yield the groups of fields that a report has, one a recipient after the one about the message."""
    if mail.get_content_type() == "multipart/report":
        for part in _inside(mail):
            if part.get_content_type() == content_type:
                yield from _inside(part)


def _marks(mail: Message, *more: str) -> tuple[str, ...]:
    """Return what tells the message that came back from every other.

    Some relays write a Message-ID of their own, so ours stands in a second header; and where nothing of the message
    came back, the report itself answers it.
    """
    returned = [_field(each, name) for each in _returned(mail) for name in ("X-UnMentor-Id", "Message-ID")]
    told = " ".join([*more, *returned, *(_field(mail, name) for name in ("In-Reply-To", "References"))])
    return tuple(dict.fromkeys(_MARK.findall(told)))[:MOST_MARKS]


def _returned(mail: Message) -> Iterator[Message]:
    """Yield the message that came back, whole or only its headers."""
    for part in _inside(mail):
        if part.get_content_type() in {"message/rfc822", "message/rfc822-headers", "message/global"}:
            yield from _inside(part)
        elif part.get_content_type() == "text/rfc822-headers":
            content = part.get_payload(decode=True)
            yield headers(content if isinstance(content, bytes) else b"")


def _inside(part: Message) -> list[Message]:
    found = part.get_payload()
    return [each for each in found if isinstance(each, Message)] if isinstance(found, list) else []


def _field(fields: Message, name: str) -> str:
    return str(fields.get(name, ""))


def _typed(field: str) -> str:
    """Return what follows the type in a field, on one line."""
    typed = _TYPED.match(field)
    return " ".join((typed[1] if typed else field).split())
