"""Where people talk: what one of them has set, or else the best that they offer.

Pure: no database, no clock, no settings. ``where`` says it in words.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from unmentor.people.video import host, usable

if TYPE_CHECKING:
    from unmentor.people.models import Person

# What somebody says instead of a link or a spot: that they ring, or that it is the operator's room.
RING, ROOM = "ring", "room"
Kind = Literal["link", "room", "phone", "spot", "open"]


@dataclass(frozen=True, slots=True)
class Place:
    """A link of theirs, the operator's room, a call, a spot where they meet, or still open."""

    kind: Kind
    # What opens it: of a link and a room.
    url: str = ""
    # Whose link it is, where that is known.
    whose: "Person | None" = None
    # Who rings whom.
    caller: "Person | None" = None
    called: tuple["Person", ...] = ()
    # What somebody wrote of a spot.
    text: str = ""
    # Who set it; nobody where we picked it.
    set_by: "Person | None" = None

    @property
    def host(self) -> str:
        """Return where a link or a room leads, to be shown before anybody opens it."""
        return host(self.url) or urlsplit(self.url).hostname or ""

    def same_as(self, other: "Place") -> bool:
        """Say whether both are one place, whoever set it and whosever it is."""
        return replace(self, set_by=None, whose=None) == replace(other, set_by=None, whose=None)


def pick(people: Sequence["Person"], room: str) -> Place:
    """Return where *people* talk, by what they offer: a link of theirs, *room* where there is one, a call, or open.

    Who starts comes first among them: it is their link before anybody else's, and they who ring.
    """
    for person in people:
        if usable(person.video):
            return Place("link", url=person.video, whose=person)
    if room:
        return Place("room", url=room)
    calls = (call(caller, people) for caller in people)
    return next((found for found in calls if found), Place("open"))


def call(caller: "Person", people: Sequence["Person"]) -> Place | None:
    """Return the call in which *caller* rings everybody else; none where one of them has given no number."""
    called = tuple(person for person in people if person is not caller)
    return Place("phone", caller=caller, called=called) if called and all(each.phone for each in called) else None


def as_told(told: str, by: "Person", people: Sequence["Person"], room: str) -> Place | None:
    """Return the place that *by* named for *people*; none where nobody can be rung, or there is no room any more."""
    if told == RING:
        found = call(by, people)
    elif told == ROOM:
        found = Place("room", url=room) if room else None
    elif usable(told):
        found = Place("link", url=told, whose=next((each for each in people if each.video == told), None))
    else:
        found = Place("spot", text=told)
    return found and replace(found, set_by=by)
