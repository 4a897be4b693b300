"""A conversation once more, for the calendar at somebody's new address."""

from dataclasses import replace
from datetime import datetime

from flask_babel import force_locale
from flask_babel import gettext as _

from unmentor import calendars
from unmentor.conversations.calendar_entry import event, key
from unmentor.conversations.mails import and_where, heads_up
from unmentor.conversations.models import Participation
from unmentor.links import link
from unmentor.mail.message import Letter
from unmentor.words import listed, when


def readdressed(part: Participation, about: str, now: datetime) -> Letter:
    """Return a conversation once more, to somebody's new address: the calendar there has yet to know of it.

    Neither time nor place is new, so SEQUENCE stays, what the others' calendars answer still counts, and only DTSTAMP
    grows (RFC 5546 §2.1.4 and §2.1.5). The entry in the calendar of the old address is not cancelled: it may be the
    same calendar, and then both would go.
    """
    talk, language = part.conversation, part.person.language
    with force_locale(language):
        told = heads_up(
            part,
            f"{about}:{talk.id}",
            talk.ends_at,
            title=_(
                "You talk with %(names)s on %(when)s.",
                names=listed(each.first_name for each in part.partners),
                when=when(talk.starts_at, talk.round.programme.time_zone),
            ),
            says=[
                and_where(part, _("Nothing is new but your address. This is for the calendar that goes with it.")),
            ],
            button=(_("Open your conversation"), link("conversations.show", token=key(part))),
        )
    return replace(told, kind="email-change", calendar=lambda: ("REQUEST", calendars.request(_dated(part, now))))


def _dated(part: Participation, stamp: datetime) -> calendars.Event:
    return replace(event(part.conversation, part.person.language), stamp=stamp)
