"""Read calendars that come by mail (RFC 5545, 5546), whichever program wrote them."""

import re
import warnings
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from icalendar import Component, Event

# An answer repeats the invitation and adds little: about 5 kB.
MOST = 32_768
_METHOD = re.compile(rb"^METHOD[^:\r\n]*:([^\r\n]*)", re.IGNORECASE | re.MULTILINE)
_EVENT = re.compile(rb"^(BEGIN|END):VEVENT[ \t]*$", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Invited:
    """One attendee and their answer."""

    name: str
    address: str
    partstat: str


@dataclass(frozen=True, slots=True)
class Entry:
    """The first event of a calendar, and what the calendar wants done with it."""

    method: str
    uid: str
    sequence: int
    summary: str
    description: str
    location: str
    starts_at: datetime | None
    ends_at: datetime | None
    attendees: tuple[Invited, ...]


def read(content: bytes) -> Entry | None:
    """Return the first event in *content*, or None where there is none to be read. Never raises, whatever the bytes."""
    try:
        with warnings.catch_warnings(action="ignore"):  # what it is in doubt about is in the hands of whoever wrote it
            return _entry(*_first_event(content[:MOST].replace(b"\r\n", b"\n")))
    except Exception:  # anybody may write these bytes, and what the library raises for each mistake is its own affair
        return None


def _first_event(content: bytes) -> tuple[str, bytes]:
    """Return the method and the bytes of the first event, without the zones that a calendar defines.

    Zones are known by their names: to work out rules of a stranger's own may take longer than anybody lives.
    """
    method = _METHOD.search(content)
    begin, end = [found for found, _ in zip(_EVENT.finditer(content), range(2), strict=False)]
    if begin[1].upper() != b"BEGIN" or end[1].upper() != b"END":
        raise ValueError("no whole event")
    return method[1].decode("ascii").strip().upper() if method else "", content[begin.start() : end.end()]


def _entry(method: str, content: bytes) -> Entry:
    event = Event.from_ical(content)
    if not isinstance(event, Event):
        raise TypeError("no event")
    sequence = _first(event, "SEQUENCE")
    invited = (
        Invited(str(each.params.get("CN", "")), each.email, str(each.params.get("PARTSTAT", "NEEDS-ACTION")).upper())
        for each in event.attendees
    )
    return Entry(
        method=method,
        uid=_words(event, "UID"),
        sequence=sequence if isinstance(sequence, int) else 0,
        summary=_words(event, "SUMMARY"),
        description=_words(event, "DESCRIPTION"),
        location=_words(event, "LOCATION"),
        starts_at=_moment(event, "DTSTART"),
        ends_at=_moment(event, "DTEND"),
        attendees=tuple(invited),
    )


def _first(component: Component, name: str) -> Any:
    """Return a property's value; the first where there are several of what should be one."""
    found = component.get(name)
    return found[0] if isinstance(found, list) else found


def _words(component: Component, name: str) -> str:
    return str(_first(component, name) or "").strip()


def _moment(component: Component, name: str) -> datetime | None:
    """Return a moment in UTC; a mere date, or an hour in a zone that nobody knows, is none."""
    found = _first(component, name)
    moment = found and found.dt
    return moment.astimezone(UTC) if isinstance(moment, datetime) and moment.tzinfo else None
