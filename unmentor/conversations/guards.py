"""What a key to a conversation opens, and for how long."""

from datetime import timedelta

from flask import abort

from unmentor import runtime
from unmentor.conversations import queries
from unmentor.conversations.expired_links import WRITES_FOR, called_off, over, too_old
from unmentor.conversations.models import Participation
from unmentor.links import signed
from unmentor.people.guards import has_left, signed_in


def opened(token: str) -> Participation:
    """Return the part in a conversation that *token* opens; 404 for no key of ours, 410 where it is over for good."""
    part = part_of(token)
    if part.withdrew_at or part.conversation.state == "cancelled":
        called_off(part)
    return part


def writable(token: str, within: timedelta = WRITES_FOR) -> Participation:
    """Return the part that *token* lets its reader write to; 410 where it is too old, unless they signed in."""
    part = opened(token)
    if not may_write(part, within):
        too_old(token, within)
    return part


def still_ahead(token: str) -> Participation:
    """Return the part that *token* opens, as long as there is something to change; 410 once it is over."""
    part = opened(token)
    if part.conversation.state != "arranged" or part.conversation.ends_at <= runtime.now():
        over(token)
    return part


def movable(token: str) -> Participation:
    """Return the part whose conversation may have another time: still ahead, or not met yet and planned anew."""
    part = opened(token)
    planned = part.conversation.state == "arranged" and any(each.met == "planned" for each in part.conversation.present)
    return writable(token) if planned else still_ahead(token)


def may_write(part: Participation, within: timedelta = WRITES_FOR) -> bool:
    """Say whether this visitor may change what *part* says: who is signed in as its person, or has a young key."""
    return is_here(part) or runtime.now() < part.conversation.ends_at + within


def is_here(part: Participation) -> bool:
    """Say whether the visitor is signed in as the person of *part*, and no key alone brought them."""
    person = signed_in()
    return person is not None and person.id == part.person_id


def part_of(token: str) -> Participation:
    """Return the part that *token* was made for, whatever became of it; 404 for no key, 410 for who has left."""
    part = queries.participation(signed("conversation", token))
    if part is None:
        abort(404)
    if part.person.left_at is not None:
        has_left()
    return part
