"""Conversations that wait for something to be done: a reminder, a question, an apology."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import Select, bindparam, exists, or_, select

from unmentor.conversations.models import Conversation, Participation
from unmentor.conversations.queries import about, participations, untold
from unmentor.db import db
from unmentor.mail.models import Message, Suppressed
from unmentor.people.models import Person
from unmentor.programmes.models import Programme


def to_be_reminded(since: datetime, until: datetime) -> Sequence[tuple[int, int, datetime, datetime]]:
    """Return the conversations that start in a time and nobody was reminded of, soonest first.

    Of each the programme's id, its own, its start and its latest change.
    """
    query = select(Programme.id, Conversation.id, Conversation.starts_at, Conversation.stamped_at)
    query = query.select_from(Conversation).join(Conversation.round).join(Programme)
    query = query.where(
        Conversation.round.has(state="sent"),
        Conversation.state == "arranged",
        Conversation.starts_at > since,
        Conversation.starts_at < until,
        Conversation.reminded_at.is_(None),
    )
    return db.session.execute(query.order_by(Conversation.starts_at, Conversation.id)).all()


def begun_untold(since: datetime, now: datetime, most: int) -> Sequence[int]:
    """Return the ids of conversations that began since, and that somebody in them was never told of."""
    query = select(Conversation.id).where(
        Conversation.state == "arranged",
        Conversation.starts_at > since,
        Conversation.starts_at <= now,
        Conversation.round.has(state="sent"),
        select(Participation.id).where(Participation.conversation_id == Conversation.id, untold()).exists(),
    )
    return db.session.scalars(query.order_by(Conversation.starts_at, Conversation.id).limit(most)).all()


def unreachable(now: datetime) -> Participation | None:
    """Return the next part ahead whose person was not told when it is, and whose address refuses our mail for good."""
    query = (
        participations()
        .join(Participation.person)
        .where(
            Conversation.state == "arranged",
            Conversation.starts_at > now,
            Conversation.round.has(state="sent"),
            exists().where(Suppressed.address == Person.email),
            untold(),
        )
    )
    return db.session.scalars(query.order_by(Participation.id).limit(1)).first()


def asked_twice(parts: Collection[Participation], by: datetime) -> set[int]:
    """Return the ids of those parts whose people were asked twice how it went, in mail that had left by a moment.

    It did not come back either: only then silence says much.
    """
    if not parts:
        return set()
    own = (Message.kind == "how-was-it") & (Message.about == about(Participation.conversation_id))
    query = select(Participation.id, Message.queued_at).join(Message, Message.person_id == Participation.person_id)
    query = query.where(
        Participation.id.in_([part.id for part in parts]),
        # The second may have gone within a heads-up.
        own | (Message.kind == "heads-up") & (Message.queued_at == Participation.asked_at),
        Message.state == "sent",
        Message.sent_at <= by,
    )
    ended = {part.id: part.conversation.ends_at for part in parts}
    left = Counter(number for number, queued_at in db.session.execute(query) if queued_at >= ended[number])
    return {number for number, times in left.items() if times > 1}


def unanswered(
    asks: int, asked_before: datetime | None, since: datetime, now: datetime, most: int
) -> list[Participation]:
    """Return at most *most* parts in conversations that ended since, whose people were asked so often and said nothing.

    Who was never told when it is could not talk, and is not asked. What another process has locked is left to it.
    """
    told = {"asks": asks, "asked_before": asked_before, "since": since, "now": now, "most": most}
    found = db.session.scalars(_unanswered(asked=asked_before is not None), told).all()
    return [each for each in found if each.conversation.ends_at <= now]


@cache
def _unanswered(*, asked: bool) -> Select[Participation]:
    """Return that question, made once: it is asked three times a minute, and takes longer to write than to answer."""
    before = Participation.asked_at <= bindparam("asked_before") if asked else Participation.asked_at.is_(None)
    query = participations().where(
        Conversation.state.in_(("arranged", "met", "missed")),
        Conversation.starts_at > bindparam("since"),
        Conversation.starts_at < bindparam("now"),
        or_(Conversation.round.has(state="sent"), Conversation.round.has(state="closed")),
        Participation.asks == bindparam("asks"),
        before,
        Participation.answered_at.is_(None),
        Participation.withdrew_at.is_(None),
        Person.left_at.is_(None),
        ~untold(),
    )
    query = query.join(Participation.person).order_by(Conversation.starts_at, Participation.id)
    # With the conversation, which whoever answers locks first: nobody waits in a circle.
    return query.limit(bindparam("most")).with_for_update(skip_locked=True, of=(Conversation, Participation))


def still_planned(since: datetime, before: datetime, most: int) -> Sequence[Participation]:
    """Return at most *most* parts whose people said before a moment that they have a time, and were not asked since.

    Of conversations that began *since* another: who is asked of an older one could not answer any more.
    """
    query = participations().where(
        Conversation.state == "arranged",
        Conversation.starts_at > since,
        Conversation.starts_at < before,
        Conversation.round.has(state="sent"),
        Participation.met == "planned",
        Participation.answered_at <= before,
        or_(Participation.asked_at.is_(None), Participation.asked_at <= Participation.answered_at),
        Participation.withdrew_at.is_(None),
        Person.left_at.is_(None),
    )
    query = query.join(Participation.person).order_by(Conversation.starts_at, Participation.id).limit(most)
    return db.session.scalars(query.with_for_update(skip_locked=True, of=Participation)).all()
