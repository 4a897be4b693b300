"""Read calendars that come by mail (RFC 5545, 5546), whichever program wrote them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from icalendar import Calendar, Component, Event


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
        calendar = Calendar.from_ical(content)
        return _entry(_words(calendar, "METHOD").upper(), calendar.events[0])
    except Exception:  # anybody may write these bytes, and what the library raises for each mistake is its own affair
        return None


def _entry(method: str, event: Event) -> Entry:
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
