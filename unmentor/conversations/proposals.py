"""Times that calendars propose (RFC 5546 §3.2.7): offers to move, and nothing moves before somebody takes one up.

Whoever proposed what does not suit hears it in words: the programs that propose do not read a DECLINECOUNTER (§3.2.8).
"""

from datetime import datetime

from flask_babel import gettext as _

from unmentor.conversations import mails, queries
from unmentor.conversations.models import Conversation, Participation
from unmentor.conversations.move import FURTHEST, CannotMove, move
from unmentor.mail.outbox import queue
from unmentor.words import when

# The others hear of so many from one person; their page still shows the newest.
MOST_TOLD = 3


def propose(part: Participation, starts_at: datetime, now: datetime) -> bool:
    """Keep the newest time that somebody's calendar proposes, and tell the others; False where it cannot be meant.

    It takes the place of whatever was proposed before. What arrives twice is told once.
    """
    talk, moment = part.conversation, starts_at.replace(second=0)
    if moment == talk.starts_at or talk.starts_at <= now or not now < moment <= now + FURTHEST:
        return False
    if part.proposes == moment:
        return True
    for each in talk.participations:
        each.proposes = each.proposed_at = None
    part.proposes, part.proposed_at, part.proposals = moment, now, part.proposals + 1
    if part.proposals <= MOST_TOLD:
        for other in talk.present:
            if other is not part:
                queue(mails.proposed(other, part, moment), now)
    return True


def proposer(talk: Conversation, now: datetime) -> Participation | None:
    """Return whose calendar proposes a time that others can still take up."""
    stands = talk.state == "arranged" and talk.starts_at > now
    return next((part for part in talk.present if stands and part.proposes and part.proposes > now), None)


def take_up(part: Participation, starts_at: datetime, now: datetime) -> None:
    """Move a conversation to the time that another's calendar proposes. Raises CannotMove, and changes nothing then.

    Both know that they can, and neither has used up a move.
    """
    by = _offered(part, starts_at, now)
    if by is not None:
        move(part, starts_at, now, proposer=by)


def let_go(part: Participation, starts_at: datetime, now: datetime) -> None:
    """End a proposal that does not suit, and tell whoever made it. Raises CannotMove where it has ended already."""
    by = _offered(part, starts_at, now)
    if by is None:
        raise _ended(part.conversation)
    by.proposes = by.proposed_at = None
    queue(mails.does_not_suit(by, part, starts_at), now)


def _offered(part: Participation, starts_at: datetime, now: datetime) -> Participation | None:
    """Return who proposes this time to somebody; None where they talk then already. Raises CannotMove elsewhere."""
    talk = part.conversation
    queries.lock_and_refresh(talk)
    by = proposer(talk, now)
    if by is not None and by is not part and part in talk.present and by.proposes == starts_at:
        return by
    if talk.starts_at == starts_at and part in talk.present and talk.state == "arranged":
        return None
    raise _ended(talk)


def _ended(talk: Conversation) -> CannotMove:
    moment = when(talk.starts_at, talk.round.programme.time_zone)
    return CannotMove(_("That time is not on offer any more. You talk on %(when)s", when=moment))
