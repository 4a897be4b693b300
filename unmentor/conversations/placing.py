"""Say where a conversation is, and a kind word for what cannot be."""

import re
from datetime import datetime

from flask_babel import gettext as _

from unmentor.conversations import mails, queries
from unmentor.conversations.models import LONGEST_PLACE, Conversation, Participation
from unmentor.conversations.place import Place, as_told
from unmentor.conversations.telling import tell
from unmentor.conversations.where import people_of, place, room, where
from unmentor.forms import clean_line
from unmentor.mail.outbox import queue
from unmentor.people import video
from unmentor.words import listed

# One person says where one conversation is so often: each time everybody gets a mail and another entry.
MOST_PLACES = 3
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
    part.place, part.places = clean_line(told), part.places + 1
    talk.sequence, talk.stamped_at = talk.sequence + 1, now
    for each in talk.present:
        queue(mails.moved(each, was=talk.starts_at, placer=part), now)
    return True


def _checked(part: Participation, told: str) -> Place:
    """Return the place that somebody named. Raises CannotPlace."""
    talk, words = part.conversation, clean_line(told)
    if talk.state != "arranged" or part.withdrew_at:
        raise CannotPlace(_("This conversation was called off a moment ago"))
    if not words:
        raise CannotPlace(_("Say where you talk: choose one, or write it"))
    if len(words) > LONGEST_PLACE:
        raise CannotPlace(
            _("Shorten this to %(most)s characters. It has %(has)s now", most=LONGEST_PLACE, has=len(words))
        )
    if A_LINK.match(words) and not video.host(words):
        raise CannotPlace(
            _("Copy the whole link, from https:// on, with no name or password in it. Or write where you meet")
        )
    if video.host(words) and not video.usable(words):
        raise CannotPlace(
            _("A room there opens only for somebody with an account. Send another link, or talk by phone")
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
