"""Ask how it was within a letter that people get anyway: it counts as one of the two times that we ask."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from unmentor.conversations.expired_links import WRITES_FOR
from unmentor.conversations.models import Conversation, Participation
from unmentor.conversations.queries import untold
from unmentor.db import db
from unmentor.mail.models import Stopped
from unmentor.programmes.models import Programme

# We ask once, once more, and then count it as silence.
MOST = 2


def open_questions(
    programme: Programme, people: Collection[int], now: datetime, *, lock: bool
) -> dict[int, Participation]:
    """Return the last conversation of each of *people* in a programme, where they have yet to say how it went.

    By the person's id. Who was never told of it, or stopped our questions, is not asked. Nobody else asks before this
    transaction ends, with *lock*.
    """
    query = (
        select(Participation)
        .join(Participation.conversation)
        .where(
            Participation.person_id.in_(people),
            Participation.withdrew_at.is_(None),
            Conversation.round.has(programme_id=programme.id),
            Conversation.round.has(state="sent") | Conversation.round.has(state="closed"),
            Conversation.state != "cancelled",
            Conversation.starts_at > now - WRITES_FOR,
            Conversation.starts_at < now,
            ~untold(),
        )
        .options(
            contains_eager(Participation.conversation)
            .selectinload(Conversation.participations)
            .joinedload(Participation.person)
        )
    )
    query = query.order_by(Conversation.starts_at, Participation.id)
    if lock:
        query = query.with_for_update(of=(Conversation, Participation))
    ended = [part for part in db.session.scalars(query) if part.conversation.ends_at <= now]
    last = {part.person_id: part for part in ended}
    wants_none = select(Stopped.person_id).where(Stopped.person_id.in_(people), Stopped.kind == "how-was-it")
    stopped = set(db.session.scalars(wants_none))
    return {person: part for person, part in last.items() if part.answered_at is None and person not in stopped}


def note_asked(parts: Iterable[Participation], now: datetime) -> None:
    """Count a question that went within another letter; whoever was asked often enough is asked no more for it."""
    for part in parts:
        if part.asks < MOST:
            part.asks, part.asked_at = part.asks + 1, now
