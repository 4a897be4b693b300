"""Who joined since a round was drawn, and the rounds in which somebody may be left for them to meet."""

from collections.abc import Sequence
from functools import cache

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased, joinedload

from unmentor.conversations.models import Conversation, Participation
from unmentor.db import db
from unmentor.programmes.models import Membership
from unmentor.rounds.models import LeftOut, Round


def newcomers(round_: Round, most: int = 50) -> set[int]:
    """Return who joined since a round was drawn and was in none so far; those who wait longest, where they are many."""
    query = select(Membership.person_id).where(_is_new_to(round_))
    return set(db.session.scalars(query.order_by(Membership.id).limit(most)))


def rounds_to_welcome_in() -> Sequence[Round]:
    """Return the newest rounds of programmes in which somebody has nobody, while a newcomer was in none so far.

    Asked every minute, once for all.
    """
    return db.session.scalars(_rounds_to_welcome_in()).all()


@cache
def _rounds_to_welcome_in() -> Select[Round]:
    """Return that question, made once: it takes longer to write than to answer."""
    newest, later = aliased(Round), aliased(Round)
    sent_later = (later.programme_id == newest.programme_id, later.number > newest.number, later.sent_at.is_not(None))
    lost = (
        select(Participation.id)
        .join(Participation.conversation)
        .where(
            Conversation.round_id == newest.id, Conversation.state == "cancelled", Participation.withdrew_at.is_(None)
        )
    )
    lost = lost.where(~_is_busy(Participation.person_id, newest)).correlate(newest)
    out = select(LeftOut.person_id).where(LeftOut.round_id == newest.id, ~_is_busy(LeftOut.person_id, newest))
    alone = lost.exists() | out.correlate(newest).exists()
    new = exists(Membership.id).where(_is_new_to(newest)).correlate(newest)
    query = select(newest).where(newest.sent_at.is_not(None), ~exists().where(*sent_later), new, alone)
    return query.options(joinedload(newest.programme)).order_by(newest.programme_id)


def _is_new_to(round_: Round | type[Round]) -> ColumnElement[bool]:
    """Return the condition that a member joined since a round was drawn and was in none so far."""
    before = aliased(Round)
    been = select(Participation.id).join(Participation.conversation).join(before, Conversation.round)
    been = been.where(Participation.person_id == Membership.person_id, before.programme_id == Membership.programme_id)
    out = select(LeftOut.person_id).where(LeftOut.person_id == Membership.person_id, LeftOut.round_id == round_.id)
    never = ~been.correlate(Membership).exists() & ~out.correlate_except(LeftOut).exists()
    return and_(Membership.programme_id == round_.programme_id, Membership.first_next, never)


def _is_busy(person: InstrumentedAttribute[int], round_: type[Round]) -> ColumnElement[bool]:
    """Return the condition that somebody talks to somebody in a round, or withdrew from it."""
    part, talk = aliased(Participation), aliased(Conversation)
    busy = select(part.id).join(talk, part.conversation).where(part.person_id == person, talk.round_id == round_.id)
    busy = busy.where(or_(talk.state != "cancelled", part.withdrew_at.is_not(None)))
    return busy.correlate_except(part, talk).exists()
