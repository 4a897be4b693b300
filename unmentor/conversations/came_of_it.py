"""What came of it: asked a month after a conversation, and after three; rarely, and never beside other mail of ours."""

from datetime import datetime, timedelta

from sqlalchemy import Select, exists, or_, select

from unmentor.conversations import questions
from unmentor.conversations.models import Conversation, Participation
from unmentor.conversations.queries import participations
from unmentor.db import alias_of, db
from unmentor.mail.kinds import LETS_IN
from unmentor.mail.models import Message
from unmentor.mail.outbox import queue_all
from unmentor.people.models import Person

BATCH = 500
A_WEEK = timedelta(days=7)
A_MONTH = timedelta(days=30)
ASKED_AFTER = (A_MONTH, 3 * A_MONTH)
# So long after each of these a question that had to wait is still asked.
STILL_ASKED = timedelta(days=14)
# Another part of the same person, and its conversation; made once, since that copies every column.
ANOTHER, COMING = alias_of(Participation), alias_of(Conversation)


def tell_what_came(part: Participation, came: str, line: str, now: datetime) -> None:
    """Keep what somebody says came of a conversation, and their line about it."""
    part.came, part.came_line, part.came_at = came, line, now


def may_have_come(part: Participation, now: datetime) -> bool:
    """Say whether it is time for whoever said that they talked to say what came of it, and they have not."""
    return part.met == "yes" and part.came is None and part.conversation.starts_at <= now - A_MONTH


def ask_what_came(now: datetime) -> int:
    """Ask some of those who talked a month ago, or three, what came of it; return how many were asked.

    Nobody is asked twice in a month, within a week of other mail of ours or of another conversation, or again once
    something came. Whoever is asked is locked meanwhile, so two workers never ask one person about two conversations.
    """
    asked = []
    for times, after in enumerate(ASKED_AFTER):
        due = _due(times, now - after, now)
        waiting = select(Person).where(Person.id.in_(due.with_only_columns(Participation.person_id).limit(BATCH)))
        people = db.session.scalars(waiting.with_for_update(skip_locked=True)).all()
        if not people:
            continue
        # Asked again now that they are locked: another worker may have been quicker.
        found = db.session.scalars(due.where(Participation.person_id.in_([each.id for each in people])))
        for part in {each.person_id: each for each in found}.values():
            part.came_asks, part.came_asked_at = times + 1, now
            asked.append(part)
        db.session.flush()
    queue_all([questions.what_came_of_it(part) for part in asked], now)
    return len(asked)


def _due(times: int, before: datetime, now: datetime) -> Select[Participation]:
    """Return the question for whom to ask for the first time (0) or the second (1), the latest conversation last."""
    lately = select(ANOTHER.c.id).where(
        ANOTHER.c.person_id == Participation.person_id, ANOTHER.c.came_asked_at > now - A_MONTH
    )
    # Looked up once: looking through each person's past would take seconds where ten thousand meet every week.
    near = select(ANOTHER.c.person_id).join(COMING, COMING.c.id == ANOTHER.c.conversation_id)
    near = near.where(
        ANOTHER.c.withdrew_at.is_(None),
        COMING.c.state.in_(("arranged", "met")),
        COMING.c.starts_at.between(now - A_WEEK, now + A_WEEK),
    )
    mail = exists().where(
        Message.person_id == Participation.person_id,
        Message.kind.not_in(LETS_IN),
        Message.queued_at > now - A_WEEK,
    )
    return (
        participations()
        .join(Participation.person)
        .where(
            Conversation.state == "met",
            Conversation.starts_at.between(before - STILL_ASKED, before),
            Participation.withdrew_at.is_(None),
            Participation.came_asks <= times,
            or_(Participation.came.is_(None), Participation.came == "nothing"),
            Person.left_at.is_(None),
            Person.email.is_not(None),
            Participation.person_id.not_in(near),
            ~lately.exists(),
            ~mail,
        )
        .order_by(Conversation.starts_at, Participation.id)
    )
