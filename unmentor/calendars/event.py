"""What a calendar needs to know of a conversation."""

import re
from dataclasses import dataclass
from datetime import datetime

# Enough to know that one address stays one address: the sign-up form judges the rest.
_ADDRESS = re.compile(r"[^\s\x00-\x1f\x7f-\x9f\ud800-\udfff]+@[^\s@\x00-\x1f\x7f-\x9f\ud800-\udfff]+")


@dataclass(frozen=True, slots=True)
class Attendee:
    """Someone invited, or the organiser. The name may be anything; the address must be one address.

    *partstat* is what they answered, a PARTSTAT of RFC 5545 §3.2.12.
    """

    name: str
    email: str
    partstat: str = "NEEDS-ACTION"

    def __post_init__(self) -> None:
        """Raise ValueError for what is not one address, sooner than invite somebody else."""
        if not _ADDRESS.fullmatch(self.email):
            raise ValueError(f"not an e-mail address: {self.email!r}")


@dataclass(frozen=True, slots=True)
class Event:
    """One conversation at one time, as its calendar entry.

    *uid* never changes in a conversation's life; *sequence* grows when the time, the place or the people do, and
    *stamp* is when this version was written (RFC 5546 §2.1.4 and §2.1.5). *url* opens the place where it is online,
    *phones* are the numbers that are rung, in E.164, where it is a call.
    """

    uid: str
    starts_at: datetime
    minutes: int
    summary: str
    description: str
    location: str
    url: str
    organiser: Attendee
    attendees: tuple[Attendee, ...]
    sequence: int
    stamp: datetime
    phones: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Raise ValueError for a time without a zone: it would mean another hour on another machine."""
        if self.starts_at.utcoffset() is None or self.stamp.utcoffset() is None:
            raise ValueError("a calendar event wants times with a zone")
