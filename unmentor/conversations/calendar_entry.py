"""A conversation in a calendar, and the keys to it."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime

from flask_babel import force_locale
from flask_babel import gettext as _

from unmentor import calendars
from unmentor.conversations.models import Conversation, Participation
from unmentor.conversations.place import Place
from unmentor.conversations.prompts import prompts
from unmentor.conversations.queries import arranged_for
from unmentor.conversations.where import place, where
from unmentor.links import link, sign
from unmentor.people.models import Person
from unmentor.people.phone import written
from unmentor.runtime import settings
from unmentor.words import listed


def key(part: Participation) -> str:
    """Return the key to a person's page of a conversation."""
    return sign("conversation", part.nonce)


def feed_address(person: Person) -> str:
    """Return the address of the calendar that a person can subscribe to; whoever has it can read that calendar."""
    return link("conversations.calendar", token=sign("calendar", person.calendar_nonce))


def event(
    conversation: Conversation, language: str, parts: Sequence[Participation] = (), *, over: bool = False
) -> calendars.Event:
    """Return the calendar entry of a conversation, in one reader's language; it holds nobody's private address.

    *parts* are those it names, whoever is in it today unless told. Once it is *over* or off it does not say how to
    reach them, nor where.
    """
    parts = parts or conversation.present
    people = [part.person for part in parts]
    found = Place("open") if over else place(conversation, parts)
    with force_locale(language):
        names = listed([person.name for person in people])
        how = [] if over else [*_how(found, people), ""]
        change = _("Another time, or you can’t make it? Our email has a button for each, and every calendar follows.")
        questions = [f"– {prompt}" for prompt in prompts(conversation)]
        return calendars.Event(
            uid=conversation.uid,
            starts_at=conversation.starts_at,
            minutes=conversation.minutes,
            summary=_("UnMentoring: %(names)s", names=names),
            description="\n".join([*how, *questions, "", change]),
            location=found.url or where(found),
            url=found.url,
            phones=tuple(person.phone for person in found.called),
            organiser=calendars.Attendee(*settings().mail_from),
            attendees=tuple(_attendees(parts)),
            sequence=conversation.sequence,
            stamp=conversation.stamped_at,
        )


def feed(person: Person, now: datetime) -> bytes:
    """Return the calendar of everything that *person* was invited to and that was not called off, as of *now*."""
    talks = [part.conversation for part in arranged_for(person)]
    events = (event(talk, person.language, over=talk.ends_at <= now) for talk in talks)
    with force_locale(person.language):
        name = _("UnMentoring")
    return calendars.feed(name, events)


def _how(found: Place, people: Sequence[Person]) -> Iterator[str]:
    """Yield where they talk, and how else they reach each other."""
    yield _("Where: %(where)s", where=where(found)) if where(found) else _("Where you talk is still open.")
    if found.url:
        yield found.url  # to be copied, where a calendar shows no button to join
    for person in people:
        ways = [way for way in (written(person.phone), person.video) if way and way != found.url]
        yield from (f"{person.name}: {way}" for way in ways)


def _attendees(parts: Sequence[Participation]) -> Iterator[calendars.Attendee]:
    """Yield who is invited. An address that is none is left out: it must not stop the others' mail."""
    for part in parts:
        with suppress(ValueError):
            yield calendars.Attendee(part.person.name, part.person.email or "", part.partstat.upper())
