"""What the writer of a reflection hears by mail, and those who talked with them."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from unmentor.conversations.calendar_entry import key
from unmentor.conversations.models import Participation
from unmentor.links import link
from unmentor.mail.message import Letter
from unmentor.people.models import Person
from unmentor.reflections.models import Reflection, letters_about
from unmentor.reports.models import Report

STILL_NEWS = timedelta(days=14)
# So long an organiser can think again, and nobody is told.
UNDO_WITHIN = timedelta(minutes=10)


def subject_of(reflection: Reflection) -> str:
    """Return what letters about this writing are about: it is news once, and again where somebody decides on it."""
    return f"{letters_about(reflection)}{reflection.decided_at or reflection.written_at:%Y%m%d%H%M%S%f}"


def published(reflection: Reflection, now: datetime) -> Letter:
    """Return the news that somebody's words are public, and how to take them back."""
    back = link("reflections.withdraw", token=key(reflection.participation))
    url = link("reflections.show", slug=reflection.slug)
    return _letter("reflection-published", reflection, now, url=url, back_url=back)


def shared(reflection: Reflection, part: Participation, asked: bool, now: datetime) -> Letter:
    """Return the news for whoever has *part* in the conversation, with how to ask that it is read again, once."""
    ask = link("reflections.ask_again", token=key(part), number=reflection.id)
    return _letter(
        "reflection-published",
        reflection,
        now,
        to=part.person,
        url=link("reflections.show", slug=reflection.slug),
        by=reflection.person.first_name,
        byline=reflection.byline,
        talked_at=part.conversation.starts_at,
        zone=reflection.programme.time_zone,
        ask_url="" if asked else ask,
    )


def read_again(reflection: Reflection, report: Report, now: datetime) -> Letter:
    """Return what the writer hears while their words are read again: that it happens, and nothing of why."""
    url = link("reflections.write", token=key(reflection.participation))
    letter = _letter(
        "reflection-returned",
        reflection,
        now,
        url=url,
        note="",
        was_public=True,
        again=True,
        talked_at=reflection.participation.conversation.starts_at,
        zone=reflection.programme.time_zone,
    )
    return replace(letter, about=f"report:{report.id}")


def returned(reflection: Reflection, now: datetime) -> Letter:
    """Return an organiser's kind question, with the way back to the words."""
    url = link("reflections.write", token=key(reflection.participation))
    return _letter(
        "reflection-returned",
        reflection,
        now,
        url=url,
        note=reflection.note,
        was_public=reflection.published_at is not None,
    )


def _letter(kind: str, reflection: Reflection, now: datetime, to: Person | None = None, **values: Any) -> Letter:
    person = to or reflection.person
    return Letter(
        kind=kind,
        to=(person.name, person.email or ""),
        about=subject_of(reflection),
        person_id=person.id,
        reader=person.nonce,
        values={"text": reflection.text, **values},
        programme_id=reflection.programme_id,
        language=person.language,
        not_before=reflection.decided_at + UNDO_WITHIN if reflection.decided_at else None,
        expires_at=now + STILL_NEWS,
    )
