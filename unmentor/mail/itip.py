"""Read calendars that come by mail (RFC 5545, 5546): the few lines that matter, from any program that wrote them.

ics writes our own calendars well; its reader takes 35 ms and refuses what Outlook writes. This one takes what it
knows and leaves the rest.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

_LINE = re.compile(
    r'(?P<name>[A-Za-z0-9-]+)(?P<params>(?:;[A-Za-z0-9-]+=(?:"[^"]*"|[^";:,]*)(?:,(?:"[^"]*"|[^";:,]*))*)*):(?P<value>.*)'
)
_PARAM = re.compile(r';([A-Za-z0-9-]+)=(?:"([^"]*)"|([^";:]*))')
_ESCAPED = re.compile(r"\\([\\;,nN])")


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
    stamp: datetime | None
    attendees: tuple[Invited, ...]


def read(content: bytes) -> Entry | None:
    """Return the first event in *content*, or None where there is none. Never raises, whatever the bytes."""
    lines = _lines(content)
    method = next((value for name, _params, value in lines if name == "METHOD"), "")
    inside = False
    event: list[tuple[str, dict[str, str], str]] = []
    depth = 0
    for name, params, value in lines:
        if name == "BEGIN":
            depth += inside
            inside = inside or value.upper() == "VEVENT"
        elif name == "END" and inside:
            if depth == 0:
                return _entry(method, event)
            depth -= 1
        elif inside and depth == 0:  # not the alarm inside the event
            event.append((name, params, value))
    return None


def _entry(method: str, event: list[tuple[str, dict[str, str], str]]) -> Entry:
    known = {name: (params, value) for name, params, value in reversed(event)}

    def words(name: str) -> str:
        _params, value = known.get(name, ({}, ""))
        return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], value).strip()

    sequence = words("SEQUENCE")
    return Entry(
        method=method.strip().upper(),
        uid=words("UID"),
        sequence=int(sequence) if sequence.isdecimal() else 0,
        summary=words("SUMMARY"),
        description=words("DESCRIPTION"),
        location=words("LOCATION"),
        starts_at=_moment(*known.get("DTSTART", ({}, ""))),
        ends_at=_moment(*known.get("DTEND", ({}, ""))),
        stamp=_moment(*known.get("DTSTAMP", ({}, ""))),
        attendees=tuple(_invited(params, value) for name, params, value in event if name == "ATTENDEE"),
    )


def _lines(content: bytes) -> list[tuple[str, dict[str, str], str]]:
    text = re.sub(r"\r?\n[ \t]", "", content.decode("utf-8", "replace"))
    found = (_LINE.fullmatch(line) for line in re.split(r"\r?\n", text))
    return [(line["name"].upper(), _params(line["params"]), line["value"]) for line in found if line]


def _params(text: str) -> dict[str, str]:
    return {name.upper(): quoted or plain for name, quoted, plain in _PARAM.findall(text)}


def _invited(params: dict[str, str], value: str) -> Invited:
    address = re.sub(r"(?i)^mailto:", "", value.strip())
    return Invited(params.get("CN", ""), address, params.get("PARTSTAT", "NEEDS-ACTION").upper())


def _moment(params: dict[str, str], value: str) -> datetime | None:
    """Return a DATE-TIME in UTC; a zone that is no IANA name, as Outlook's, is nobody's guess: None."""
    try:
        naive = datetime.strptime(value.strip().removesuffix("Z"), "%Y%m%dT%H%M%S")  # noqa: DTZ007 - its zone follows
        zone = UTC if value.strip().endswith("Z") else ZoneInfo(params.get("TZID", "none"))
        return naive.replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OSError):
        return None
