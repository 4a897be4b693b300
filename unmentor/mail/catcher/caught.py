"""Read what the catcher kept, as a mail program would."""

import heapq
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.policy import default
from email.utils import parsedate_to_datetime
from mailbox import Maildir
from typing import cast

from unmentor.mail.inbound import itip

LATEST = 60


@dataclass(frozen=True, slots=True)
class Caught:
    """One caught mail: its key, its headers, and once opened the rest and every byte as it came."""

    key: str
    mail: EmailMessage
    raw: bytes = b""

    @property
    def subject(self) -> str:
        """Return what it is called."""
        return str(self.mail["Subject"] or "")

    @property
    def recipient(self) -> str:
        """Return the address that it was delivered to."""
        return str(self.mail["Delivered-To"] or "")

    @property
    def date(self) -> datetime | None:
        """Return when it was written."""
        try:
            return parsedate_to_datetime(str(self.mail["Date"]))
        except ValueError:
            return None

    @property
    def text(self) -> str:
        """Return its plain words."""
        return self._words("plain")

    @property
    def html(self) -> str:
        """Return its HTML."""
        return self._words("html")

    @property
    def calendar(self) -> bytes:
        """Return its calendar, or nothing."""
        part = next((part for part in self.mail.walk() if part.get_content_type() == "text/calendar"), None)
        return cast(bytes, part.get_payload(decode=True)) if part else b""

    @property
    def entry(self) -> itip.Entry | None:
        """Return what its calendar says, read."""
        return itip.read(self.calendar)

    def _words(self, kind: str) -> str:
        part = self.mail.get_body((kind,))
        return str(part.get_content()) if part else ""


def latest(kept: Maildir, recipient: str = "", most: int = LATEST) -> list[Caught]:
    """Return the newest mails first, only headers read; only those to *recipient* where one is asked for."""
    wanted = recipient.strip().lower()
    found: list[Caught] = []
    for key in _newest_first(kept):
        head = kept.get_bytes(key).partition(b"\n\n")[0]
        mail = Caught(key, BytesHeaderParser(policy=default).parsebytes(head))
        if wanted in mail.recipient.lower():
            found.append(mail)
        if len(found) == most:
            break
    return found


def opened(kept: Maildir, key: str) -> Caught | None:
    """Return the whole mail with this key, or None."""
    try:
        raw = kept.get_bytes(key)
    except KeyError:
        return None
    return Caught(key, message_from_bytes(raw, policy=default), raw)


def _newest_first(kept: Maildir) -> Iterator[str]:
    """Yield keys without sorting thousands: a Maildir key begins with its moment, "1700000000.M123P456Q7.host"."""
    heap = [(tuple(-int(number) for number in re.findall(r"\d+", key)[:4]), key) for key in kept.keys()]  # noqa: SIM118 - a Maildir iterates over mails
    heapq.heapify(heap)
    while heap:
        yield heapq.heappop(heap)[1]
