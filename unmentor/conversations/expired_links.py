"""What an old key says: a conversation is off or over, and what comes instead (410, with a way forward)."""

from datetime import timedelta
from typing import NoReturn

from flask import url_for
from flask_babel import gettext as _

from unmentor import runtime
from unmentor.conversations import queries
from unmentor.conversations.calendar_entry import key
from unmentor.conversations.models import Participation
from unmentor.gone import gone
from unmentor.links import Above
from unmentor.programmes.queries import next_draw
from unmentor.words import listed, when

# So long after a conversation its key is enough to say how it went: mails are forwarded, and kept for years.
WRITES_FOR = timedelta(days=60)


def called_off(part: Participation) -> NoReturn:
    """Answer that a conversation is off for this reader, why, and whom they meet instead or when."""
    instead = queries.instead_of(part)
    if instead is None:
        gone(_why(part), _next_time(part), _("See your page"), url_for(Above.OWN_PAGE))
    names, talk = listed(person.name for person in instead.partners), instead.conversation
    moment = when(talk.starts_at, talk.round.programme.time_zone)
    text = _("You talk to %(names)s instead: %(when)s.", names=names, when=moment)
    gone(_why(part), text, _("Open your conversation"), url_for("conversations.show", token=key(instead)))


def over(token: str) -> NoReturn:
    """Answer that there is nothing to change any more, and ask how it was."""
    gone(
        _("This conversation is over"),
        _("There is no time to change any more. How was it?"),
        _("Say how it went"),
        url_for("conversations.show", token=token),
    )


def too_old(token: str, within: timedelta = WRITES_FOR) -> NoReturn:
    """Answer that a key alone is not enough any more to write something, but to sign in is."""
    gone(
        _("This link is too old to change anything"),
        _("It was enough for %(days)s days after the conversation. Sign in, and you still can.", days=within.days),
        _("Sign in"),
        url_for("people.sign_in", next=url_for("conversations.show", token=token)),
    )


def _why(part: Participation) -> str:
    if part.withdrew_at:
        return str(_("You are out of this one"))
    withdrew = [each.person.first_name for each in part.conversation.participations if each.withdrew_at]
    if withdrew:
        return str(_("%(names)s cannot make it", names=listed(withdrew)))
    return str(_("This conversation is cancelled"))


def _next_time(part: Participation) -> str:
    programme, member = part.conversation.round.programme, queries.membership(part)
    if programme.ended_at:
        return str(_("Your calendar knows."))
    moment = when(next_draw(programme, runtime.now()), programme.time_zone)
    if member and member.first_next:
        return str(_("Nobody else was free. You go first in the next draw, on %(when)s.", when=moment))
    return str(_("Your calendar knows. The next draw is on %(when)s.", when=moment))
