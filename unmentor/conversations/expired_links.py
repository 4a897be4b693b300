"""What an old key says: a conversation is off or over, and what comes instead (410, with a way forward)."""

from typing import NoReturn

from flask import abort, make_response, render_template, url_for
from flask_babel import gettext as _

from unmentor import runtime
from unmentor.conversations import queries
from unmentor.conversations.calendar_entry import key
from unmentor.conversations.models import Participation
from unmentor.programmes.queries import next_draw
from unmentor.words import listed, when

GONE = 410


def gone(part: Participation) -> NoReturn:
    """Answer that a conversation is off for this reader, why, and whom they meet instead or when."""
    instead = queries.instead_of(part)
    if instead is None:
        refuse(_why(part), _next_time(part), _("See your page"), url_for("me.home"))
    names, talk = listed(person.name for person in instead.partners), instead.conversation
    moment = when(talk.starts_at, talk.round.programme.time_zone)
    text = _("You talk to %(names)s instead: %(when)s.", names=names, when=moment)
    refuse(_why(part), text, _("Open your conversation"), url_for("conversations.show", token=key(instead)))


def refuse(heading: str, text: str, words: str, address: str) -> NoReturn:
    """Answer 410: a heading, a sentence, and the way forward as a button."""
    page = render_template("errors/410.html", heading=heading, text=text, action=(words, address))
    abort(make_response(page, GONE))


def _why(part: Participation) -> str:
    if part.withdrew_at:
        return str(_("You are out of this one"))
    withdrew = [each.person.first_name for each in part.conversation.participations if each.withdrew_at]
    if withdrew:
        return str(_("%(names)s cannot make it", names=listed(withdrew)))
    return str(_("This conversation is off"))


def _next_time(part: Participation) -> str:
    programme, member = part.conversation.round.programme, queries.membership(part)
    moment = when(next_draw(programme, runtime.now()), programme.time_zone)
    if member and member.first_next:
        return str(_("Nobody else was free. You go first in the next draw, on %(when)s.", when=moment))
    return str(_("Your calendar knows. The next draw is on %(when)s.", when=moment))
