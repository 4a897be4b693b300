"""Write events with ics, mending what it writes otherwise than RFC 5545 does.

ics turns times and texts into lines. People, addresses and the head of the calendar are lines of our own: ics lets
a name such as ``Eve;X=1:mailto:evil@x`` replace an address, escapes commas in links, writes attendees in any
order and METHOD last; and it does not fold.
"""

from collections.abc import Iterable
from datetime import UTC, timedelta

import ics
from ics.grammar.parse import Container, ContentLine
from ics.utils import escape_string

from unmentor.calendars.event import Attendee, Event
from unmentor.calendars.text import clean, fold, one_line, prose

PRODID = "-//UnMentoring//UnMentoring//EN"
_ANSWERS = {"NEEDS-ACTION", "ACCEPTED", "DECLINED", "TENTATIVE"}
_OFTEN = "PT15M"  # a moved conversation should be seen the same day


def request(event: Event) -> bytes:
    """Return the invitation; with the same UID and a higher SEQUENCE, its update (RFC 5546 §3.2.2)."""
    return _calendar("REQUEST", [_entry(event, "CONFIRMED", _invited(event))])


def cancellation(event: Event) -> bytes:
    """Return what takes the conversation out of everybody's calendar (RFC 5546 §3.2.5)."""
    return _calendar("CANCEL", [_entry(event, "CANCELLED", _informed(event))])


def feed(name: str, events: Iterable[Event]) -> bytes:
    """Return a calendar to subscribe to, called *name*: earliest first, and without attendees (RFC 5546 §3.2.1)."""
    title = escape_string(one_line(name))
    head = [
        ContentLine("NAME", value=title),
        ContentLine("X-WR-CALNAME", value=title),
        ContentLine("REFRESH-INTERVAL", {"VALUE": ["DURATION"]}, _OFTEN),
        ContentLine("X-PUBLISHED-TTL", value=_OFTEN),
    ]
    entries = [_entry(event, "CONFIRMED", []) for event in sorted(events, key=lambda e: (e.starts_at, e.uid))]
    return _calendar("PUBLISH", [*head, *(entries or [_utc()])])


def _calendar(method: str, content: Iterable[object]) -> bytes:
    """Return a calendar of *content*, METHOD where mail programs look for it: at the top."""
    head = [
        ContentLine("VERSION", value="2.0"),
        ContentLine("PRODID", value=PRODID),
        ContentLine("METHOD", value=method),
    ]
    return fold(str(Container("VCALENDAR", *head, *content)))


def _entry(event: Event, status: str, attendees: Iterable[ContentLine]) -> str:
    """Return the VEVENT, its times in UTC so that local time is right winter and summer."""
    starts_at = event.starts_at.astimezone(UTC)
    entry = ics.Event(
        uid=escape_string(one_line(event.uid)),
        begin=starts_at,
        end=starts_at + timedelta(minutes=event.minutes),
        created=event.stamp.astimezone(UTC),
        name=one_line(event.summary),
        description=prose(event.description),
        location=one_line(event.location),
        status=status,
        transparent=status == "CANCELLED",
    )
    sequence = ContentLine("SEQUENCE", value=str(event.sequence))
    organiser = ContentLine("ORGANIZER", _named(event.organiser), f"mailto:{event.organiser.email}")
    entry.extra.extend([sequence, organiser, *attendees, *_ways_in(event)])
    return str(entry.serialize())


def _invited(event: Event) -> list[ContentLine]:
    """Return a line for each attendee, asking those for an answer who have not given one."""
    return [_attendee(a, {"RSVP": ["TRUE" if _answer(a) == "NEEDS-ACTION" else "FALSE"]}) for a in event.attendees]


def _informed(event: Event) -> list[ContentLine]:
    """Return a line for each attendee, asking nothing of anybody."""
    return [_attendee(a, {}) for a in event.attendees]


def _attendee(attendee: Attendee, wish: dict[str, list[str]]) -> ContentLine:
    """Return the ATTENDEE line (RFC 5545 §3.8.4.1)."""
    role = {"CUTYPE": ["INDIVIDUAL"], "ROLE": ["REQ-PARTICIPANT"], "PARTSTAT": [_answer(attendee)]}
    return ContentLine("ATTENDEE", {**_named(attendee), **role, **wish}, f"mailto:{attendee.email}")


def _answer(attendee: Attendee) -> str:
    """Return the PARTSTAT of *attendee*, which is text from outside, if it is one."""
    return attendee.partstat if attendee.partstat in _ANSWERS else "NEEDS-ACTION"


def _named(attendee: Attendee) -> dict[str, list[str]]:
    """Return the CN parameter of whoever has a name, quoted where it must be."""
    name = clean(attendee.name)
    return {"CN": [f'"{name}"' if set(name) & set(";:,") else name]} if name else {}


def _ways_in(event: Event) -> list[ContentLine]:
    """Return the lines that make a button to join or to ring (RFC 7986 §5.11, RFC 3966)."""
    link = _uri(event.url)
    ways = [(link, ["AUDIO", "VIDEO"])] if link else []
    ways += [(f"tel:{_uri(phone)}", ["PHONE"]) for phone in event.phones if _uri(phone)]
    conferences = [ContentLine("CONFERENCE", {"VALUE": ["URI"], "FEATURE": features}, uri) for uri, features in ways]
    return [*([ContentLine("URL", value=link)] if link else []), *conferences]


def _uri(text: str) -> str:
    return "".join(one_line(text).split())


def _utc() -> Container:
    """Return a time zone nobody needs: a calendar must hold something (RFC 5545 §3.6), and Outlook insists."""
    standard = Container(
        "STANDARD",
        ContentLine("DTSTART", value="19700101T000000"),
        ContentLine("TZOFFSETFROM", value="+0000"),
        ContentLine("TZOFFSETTO", value="+0000"),
    )
    return Container("VTIMEZONE", ContentLine("TZID", value="UTC"), standard)
