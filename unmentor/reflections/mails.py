"""What the writer of a reflection hears by mail."""

from datetime import datetime, timedelta

from unmentor.conversations.calendar_entry import key
from unmentor.links import link
from unmentor.mail.message import Letter
from unmentor.reflections.models import Reflection

STILL_NEWS = timedelta(days=14)
# So long an organiser can think again, and nobody is told.
UNDO_WITHIN = timedelta(minutes=10)


def subject_of(reflection: Reflection) -> str:
    """Return what letters about this writing are about: each new writing is news, and told of once."""
    return f"reflection:{reflection.id}:{reflection.written_at:%Y%m%d%H%M%S%f}"


def published(reflection: Reflection, now: datetime) -> Letter:
    """Return the news that somebody's words are public, and how to take them back."""
    back = link("reflections.withdraw", token=key(reflection.participation))
    url = link("reflections.show", slug=reflection.slug)
    return _letter("reflection-published", reflection, now, url=url, back_url=back)


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


def _letter(kind: str, reflection: Reflection, now: datetime, **values: str | bool) -> Letter:
    person = reflection.person
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
