"""Read an invitation before it is sent, as its reader will; nothing is queued."""

import re
from email import message_from_bytes
from email.policy import default

from flask import Response, abort, render_template
from sqlalchemy.orm.attributes import set_committed_value

from unmentor import runtime
from unmentor.conversations.mails import invitation as invitation_to
from unmentor.conversations.models import Participation
from unmentor.links import new_nonce
from unmentor.mail.catcher.caught import Caught
from unmentor.mail.message import compose
from unmentor.organise.blueprint import blueprint
from unmentor.organise.guards import needs_organiser
from unmentor.organise.round_queries import part_of
from unmentor.people import video
from unmentor.programmes.models import Programme
from unmentor.rounds.queries import round_numbered

# What stands for a number and a link, which only partners read: nobody can ever have either.
NO_PHONE, NO_LINK = "+447700900000", "https://their-own-link.example/"
# Its own world: no script, no request, and links that lead nowhere.
ALONE = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"


@blueprint.get("/<slug>/rounds/<int:number>/invitations/<int:reader>")
@needs_organiser
def invitation(programme: Programme, number: int, reader: int) -> str:
    """Show the invitation of one person in a round."""
    part = _part(programme, number, reader)
    return render_template(
        "organise/invitation.html", programme=programme, round=part.conversation.round, part=part, mail=_written(part)
    )


@blueprint.get("/<slug>/rounds/<int:number>/invitations/<int:reader>/html")
@needs_organiser
def invitation_html(programme: Programme, number: int, reader: int) -> Response:
    """Return its HTML alone, locked in."""
    html = _written(_part(programme, number, reader)).html
    answer = Response(re.sub("(?i)<head>", '<head><base target="_top">', html, count=1))
    answer.headers["Content-Security-Policy"] = ALONE
    return answer


def _written(part: Participation) -> Caught:
    """Return an invitation as its reader will get it, but for keys, which open nothing here, and numbers and links."""
    # As if they had been read so: nothing of this is ever stored.
    for row, name in ((part, "nonce"), (part.person, "nonce"), (part.conversation, "room")):
        set_committed_value(row, name, new_nonce())
    for each in part.conversation.people:
        set_committed_value(each, "phone", NO_PHONE if each.phone else "")
        set_committed_value(each, "video", _hidden(each.video))
    mail = message_from_bytes(compose(invitation_to(part), runtime.now()).content, policy=default)
    return Caught("", mail)


def _hidden(handle: str) -> str:
    """Return what stands for a link or a name that only partners read."""
    return NO_LINK if video.usable(handle) else "…" if handle else ""


def _part(programme: Programme, number: int, reader: int) -> Participation:
    return part_of(round_numbered(programme, number) or abort(404), reader) or abort(404)
