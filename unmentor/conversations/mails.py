"""What a conversation says by mail and in a calendar."""

from datetime import datetime, timedelta
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _

from unmentor import calendars
from unmentor.conversations.models import Conversation, Participation
from unmentor.conversations.prompts import prompts
from unmentor.edge import settings
from unmentor.links import link, sign
from unmentor.mail.message import Letter
from unmentor.words import listed

STILL_WORTH_ASKING = timedelta(days=5)


def key(participation: Participation) -> str:
    """Return the key to a person's page of a conversation."""
    return sign("conversation", participation.id)


def page(participation: Participation) -> str:
    """Return the address of a person's page of a conversation."""
    return link("conversations.show", token=key(participation))


def video_room(conversation: Conversation) -> str:
    """Return the address of the room where they talk: nobody can guess its name."""
    return settings().video_room_url.format(room=conversation.room)


def event(conversation: Conversation, language: str) -> calendars.Event:
    """Return the calendar entry of a conversation, in one reader's language; it holds nobody's private address."""
    people = conversation.people
    with force_locale(language):
        names = listed([person.name for person in people])
        ways = [f"{person.name}: {way}" for person in people for way in (person.phone, person.video) if way]
        questions = [f"– {prompt}" for prompt in prompts(conversation.id)]
        return calendars.Event(
            uid=conversation.uid,
            starts_at=conversation.starts_at,
            minutes=conversation.minutes,
            summary=_("UnMentoring: %(names)s", names=names),
            description="\n".join([_("Video room: %(url)s", url=video_room(conversation)), *ways, "", *questions]),
            location=video_room(conversation),
            url=video_room(conversation),
            organiser=calendars.Attendee(*settings().mail_from),
            attendees=tuple(calendars.Attendee(person.name, person.email) for person in people if person.email),
            sequence=conversation.sequence,
            stamp=conversation.stamped_at,
        )


def invitation(participation: Participation) -> Letter:
    """Return the invitation to a conversation: who, when, how, and a calendar request."""
    conversation, person = participation.conversation, participation.person
    request = calendars.request(event(conversation, person.language))
    return _letter("invitation", participation, pointless_at=conversation.starts_at, calendar=("REQUEST", request))


def cancelled(participation: Participation, reason: str) -> Letter:
    """Return the news that a conversation is off, which also takes it out of the calendar."""
    conversation, person = participation.conversation, participation.person
    gone = calendars.cancellation(event(conversation, person.language))
    return _letter(
        "cancelled",
        participation,
        pointless_at=conversation.ends_at,
        calendar=("CANCEL", gone),
        url=link("me.home"),
        withdrew="",
        mine=False,
        reason=reason,
        new=[],
        first_next=False,
    )


def how_was_it(participation: Participation) -> Letter:
    """Return the question how a conversation went."""
    return _letter("how-was-it", participation, pointless_at=participation.conversation.ends_at + STILL_WORTH_ASKING)


def _letter(
    kind: str,
    participation: Participation,
    *,
    pointless_at: datetime,
    calendar: tuple[str, bytes] | None = None,
    **more: Any,
) -> Letter:
    """Return a letter to one person about one conversation, with all that its templates may say."""
    conversation, person = participation.conversation, participation.person
    starter = next((each.person.first_name for each in conversation.participations if each.starts), "")
    with force_locale(person.language):
        questions = prompts(conversation.id)
    values = {
        "partners": participation.partners,
        "programme": conversation.round.programme.name,
        "round": conversation.round.number,
        "starts_at": conversation.starts_at,
        "zone": conversation.round.programme.time_zone,
        "minutes": conversation.minutes,
        "suits_all": conversation.suits_all,
        "you_start": participation.starts,
        "starter": starter,
        "about": person.about,
        "video_url": video_room(conversation),
        "prompts": questions,
        "url": page(participation),
    }
    return Letter(
        kind=kind,
        to=(person.name, person.email or ""),
        about=f"conversation:{conversation.id}",
        person_id=person.id,
        values=values | more,
        language=person.language,
        sequence=conversation.sequence,
        pointless_at=pointless_at,
        calendar=calendar,
    )
