"""Say where people talk, to each of them."""

from collections.abc import Sequence

from flask_babel import force_locale
from flask_babel import gettext as _

from unmentor.conversations.models import Conversation, Participation
from unmentor.conversations.place import RING, ROOM, Place, as_told, call, pick
from unmentor.people.models import Person
from unmentor.people.phone import written
from unmentor.people.video import host, usable
from unmentor.runtime import settings
from unmentor.words import listed


def place(conversation: Conversation, parts: Sequence[Participation] = ()) -> Place:
    """Return where a conversation is, for *parts* of it, or everybody who is in it today."""
    parts, kept = parts or conversation.present, room(conversation)
    people = people_of(conversation, parts)
    told = (as_told(part.place, part.person, people, kept) for part in parts if part.place)
    return next((found for found in told if found), None) or pick(people, kept)


def people_of(conversation: Conversation, parts: Sequence[Participation] = ()) -> list[Person]:
    """Return *parts* of a conversation, or everybody who is in it today: who starts comes first."""
    return [part.person for part in sorted(parts or conversation.present, key=lambda part: not part.starts)]


def room(conversation: Conversation) -> str:
    """Return the address of the room that the operator keeps for them, whose name nobody can guess; "" for none."""
    return settings().video_room_url.format(room=conversation.room)


def where(found: Place, reader: Person | None = None) -> str:
    """Return a place in words, without a full stop, as *reader* or everybody reads it; "" while it is open."""
    if found.kind == "phone":
        whom = listed(_one_called(person, reader) for person in found.called)
        if found.caller is reader:
            return str(_("By phone: you ring %(whom)s", whom=whom))
        name = found.caller.first_name if found.caller else ""
        return str(_("By phone: %(name)s rings %(whom)s", name=name, whom=whom))
    if found.url:
        return str(_("Online, at %(host)s", host=found.host))
    return found.text


def choices(part: Participation) -> dict[str, str]:
    """Return the places that somebody can set with one press, in their own words: all that is offered but where it is.

    By what the form sends: a link, or RING or ROOM.
    """
    talk, people, mine = part.conversation, people_of(part.conversation), part.person
    now_at, kept = place(talk), room(talk)
    known = {
        each.video: _("Your link, on %(host)s", host=host(each.video))
        if each is mine
        else _("%(name)s’s link, on %(host)s", name=each.first_name, host=host(each.video))
        for each in people
        if usable(each.video)
    }
    if kept:
        known[ROOM] = _("The video room, on %(host)s", host=host(kept))
    if call(mine, people):
        known[RING] = _("I ring %(names)s", names=listed(each.first_name for each in part.partners))
    places = {told: as_told(told, mine, people, kept) for told in known}
    return {told: words for told, words in known.items() if not now_at.same_as(places[told] or now_at)}


def told_to(person: Person, conversation: Conversation) -> dict[str, str]:
    """Return what mails say to *person* of where a conversation is, in their language."""
    found = place(conversation)
    with force_locale(person.language):
        return {
            "where": where(found, person),
            "where_link": link_to(found, person),
            "rings_from": person.phone if found.caller is person else "",
        }


def link_to(found: Place, reader: Person) -> str:
    """Return what *reader* selects to be there: a web address, or a number to ring; "" where there is nothing."""
    rings = found.caller is reader and len(found.called) == 1
    return f"tel:{found.called[0].phone}" if rings else found.url


def _one_called(person: Person, reader: Person | None) -> str:
    if person is reader:
        return str(_("you on %(number)s", number=written(person.phone)))
    return str(_("%(name)s on %(number)s", name=person.first_name, number=written(person.phone)))
