"""What a key to a conversation opens, and for how long."""

from flask import abort, url_for
from flask_babel import gettext as _

from unmentor import runtime
from unmentor.conversations import queries
from unmentor.conversations.expired_links import GONE, gone, refuse
from unmentor.conversations.models import Participation
from unmentor.links import signed


def opened(token: str) -> Participation:
    """Return the part in a conversation that *token* opens; 404 for no key of ours, 410 where it is over for good."""
    part = part_of(token)
    if part.withdrew_at or part.conversation.state == "cancelled":
        gone(part)
    return part


def still_ahead(token: str) -> Participation:
    """Return the part that *token* opens, as long as there is something to change; 410 once it is over."""
    part = opened(token)
    if part.conversation.state != "arranged" or part.conversation.ends_at <= runtime.now():
        refuse(
            _("This conversation is over"),
            _("There is no time to change any more. How was it?"),
            _("Say how it went"),
            url_for("conversations.show", token=token),
        )
    return part


def part_of(token: str) -> Participation:
    """Return the part that *token* was made for, whatever became of it; 404 for no key, 410 for who has left."""
    part = queries.participation(signed("conversation", token))
    if part is None:
        abort(404)
    if part.person.left_at is not None:
        abort(GONE)
    return part
