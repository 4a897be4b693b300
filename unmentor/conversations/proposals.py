"""Times that calendars propose (RFC 5546 §3.2.7): offers to move, and nothing moves before somebody takes one up."""

from datetime import datetime

from unmentor.conversations import mails
from unmentor.conversations.models import Participation
from unmentor.conversations.move import FURTHEST
from unmentor.mail.outbox import queue


def propose(part: Participation, starts_at: datetime, now: datetime) -> bool:
    """Keep the newest time that somebody's calendar proposes, and tell the others; False where it cannot be meant.

    The others hear once of each version of a conversation. Their page shows the newest.
    """
    talk = part.conversation
    if starts_at == talk.starts_at or not now < starts_at <= now + FURTHEST:
        return False
    part.proposes, part.proposed_at = starts_at.replace(second=0), now
    for other in talk.present:
        if other is not part:
            queue(mails.proposed(other, part, starts_at), now)
    return True
