"""Say where a conversation is, and a kind word for what cannot be."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import select, update

from unmentor.conversations import mails, queries
from unmentor.conversations.models import LONGEST_PLACE, Conversation, Participation
from unmentor.conversations.place import Place, as_told
from unmentor.conversations.telling import tell
from unmentor.conversations.where import people_of, place, room, where
from unmentor.db import db
from unmentor.forms import clean_line
from unmentor.mail.outbox import queue_all
from unmentor.people import video
from unmentor.people.models import Person
from unmentor.words import listed

# One person says where one conversation is so often: each time everybody gets a mail and another entry.
MOST_PLACES = 3
# For as long as somebody may have to say what went wrong there.
KEPT = timedelta(days=30)
# What is no spot: a scheme, and what browsers write without one, such as zoom.us/j/12.
A_LINK = re.compile(r"(?i)[a-z][a-z0-9+.-]*:\S|www\.|\S*://|[^\s/@]+\.[a-z]{2,}(/\S*)?$")


class CannotPlace(ValueError):  # noqa: N818 - it is named by what happened
    """A conversation cannot be there; its one line says why, and what to do."""


def set_place(part: Participation, told: str, seen: int, now: datetime) -> bool:
    """Set where a conversation is for the one who asks, and let every calendar follow; False where it is so already.

    *seen* is how often somebody had set it when they looked. Raises CannotPlace, and changes nothing then.
    """
    talk = part.conversation
    queries.lock_and_refresh(talk)
    before, new = place(talk), _checked(part, told)
    if new.same_as(before):
        return False
    _refuse(part, before, seen)
    tell(talk, now)
    for each in talk.present:
        each.place = None
    part.place = clean_line(told)
    _tell_everybody(part, now)
    return True


@contextmanager
def followed(person: Person, now: datetime) -> Iterator[None]:
    """Let every calendar follow, where the block changes how *person* is reached and so where they talk.

    It counts like saying where: whoever did so three times tells nobody any more, and only the page knows.
    """
    told = [part for part in queries.upcoming(person, now) if not part.conversation.to_tell]
    before = [_leads_to(part.conversation) for part in told]
    yield
    for part, was in zip(told, before, strict=True):
        if _leads_to(part.conversation) != was and part.places < MOST_PLACES:
            _tell_everybody(part, now)


def forget(now: datetime) -> None:
    """Forget where people said that they talk, some time after they did."""
    over = select(Conversation.id).where(Conversation.starts_at <= now - KEPT)
    old = update(Participation).where(Participation.place.is_not(None), Participation.conversation_id.in_(over))
    db.session.execute(old.values(place=None))


def _tell_everybody(part: Participation, now: datetime) -> None:
    talk = part.conversation
    part.places += 1
    talk.sequence, talk.stamped_at = talk.sequence + 1, now
    queue_all([mails.moved(each, was=talk.starts_at, placer=part) for each in talk.present], now)


def _leads_to(talk: Conversation) -> tuple[str, ...]:
    """Return what the place of a conversation leads to: an address, or numbers."""
    found = place(talk)
    return (found.kind, found.url, *(each.phone for each in found.called))


def _checked(part: Participation, told: str) -> Place:
    """Return the place that somebody named. Raises CannotPlace."""
    talk, words = part.conversation, clean_line(told)
    if talk.state != "arranged" or part.withdrew_at:
        raise CannotPlace(_("This conversation was cancelled a moment ago"))
    if not words:
        raise CannotPlace(_("Say where you talk: choose one, or write it"))
    if len(words) > LONGEST_PLACE:
        raise CannotPlace(
            _("Shorten this to %(most)s characters. It has %(has)s now", most=LONGEST_PLACE, has=len(words))
        )
    if video.asks_for_an_account(words):
        raise CannotPlace(
            _("A room there opens only for somebody with an account. Send another link, or talk by phone")
        )
    if A_LINK.match(words) and not video.host(words):
        raise CannotPlace(
            _("Copy the whole link, from https:// on, with no name or password in it. Or write where you meet")
        )
    found = as_told(words, part.person, people_of(talk), room(talk))
    if found is None:
        raise CannotPlace(_("One of you has given no number to ring. Choose something else"))
    return found


def _refuse(part: Participation, before: Place, seen: int) -> None:
    """Raise CannotPlace where somebody was faster, or this person has said it often enough."""
    talk = part.conversation
    if seen != times_set(talk) and before.set_by:
        name, said = before.set_by.first_name, where(before, part.person)
        if before.set_by is part.person:
            raise CannotPlace(_("You have just said where: %(where)s. Leave it so, or save once more", where=said))
        raise CannotPlace(
            _("%(name)s has just said where: %(where)s. Leave it so, or save yours instead", name=name, where=said)
        )
    if part.places >= MOST_PLACES:
        names = listed(person.first_name for person in part.partners)
        raise CannotPlace(_("You have said where three times. Let %(names)s say it next", names=names))


def times_set(talk: Conversation) -> int:
    """Return how often anybody has set where a conversation is."""
    return sum(part.places for part in talk.participations)
