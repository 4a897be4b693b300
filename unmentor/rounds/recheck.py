"""Look at a drawn round once more before it is sent: who has paused since, or must not meet any more, counts."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

from flask_babel import gettext as _
from sqlalchemy import Select, func, or_, select

from unmentor.conversations.models import Conversation, Participation
from unmentor.db import db
from unmentor.programmes.models import Membership
from unmentor.rounds import draw_queries
from unmentor.rounds.find import find
from unmentor.rounds.models import LeftOut, Round
from unmentor.rounds.turns import in_draw


class ChangedSince(ValueError):  # noqa: N818 - it is named by what happened
    """A round is not any more what somebody looked at before they pressed."""

    def __init__(self, round_: Round) -> None:
        said = _("Round %(number)s has changed since you looked. Look once more", number=round_.number)
        super().__init__(said)


def look(round_: Round, now: datetime) -> tuple[str, list[int]]:
    """Return a mark of what an organiser sees of a drawn round, and which of its conversations cannot go ahead, by id.

    The mark is another as soon as anything of it is: drawn again it is another round, and by hand nothing is changed
    without a note.
    """
    undone = list(_undone(round_, now))
    told = (round_.id, round_.seed, [change.id for change in round_.changes], undone)
    return sha256(repr(told).encode()).hexdigest()[:16], undone


def recheck(round_: Round, now: datetime) -> None:
    """Undo what cannot go ahead of a round that is about to be sent, and find somebody new for whoever is left alone.

    Those for whom there is nobody are left out of it. Nobody is told: the round tells everybody.
    """
    here = set(db.session.scalars(_taking_part(round_, now)))
    round_.left_out[:] = [out for out in round_.left_out if out.person_id in here]
    stuck = set(_undone(round_, now))
    undone = [talk for talk in round_.conversations if talk.id in stuck] if stuck else []
    alone = {part.person_id for talk in undone for part in talk.participations} & here
    for talk in undone:
        round_.conversations.remove(talk)
    db.session.flush()
    if undone:
        found = find(round_, alone, round_.seed, now)
        out = alone - {part.person_id for talk in found for part in talk.participations}
        round_.left_out.extend(LeftOut(person_id=number) for number in sorted(out))
        db.session.flush()


def _undone(round_: Round, now: datetime) -> Sequence[int]:
    """Return the ids of those conversations that cannot go ahead: somebody is not in it any more, or must not meet."""
    # Counted, since PostgreSQL would look for the first in all conversations that there are.
    part = select(func.count()).where(Participation.conversation_id == Conversation.id)
    gone = part.where(Participation.person_id.not_in(_taking_part(round_, now))).scalar_subquery()
    cannot = or_(gone > 0, Conversation.id.in_(draw_queries.together_though_apart(round_)))
    talks = select(Conversation.id).where(Conversation.round_id == round_.id, cannot)
    return db.session.scalars(talks.order_by(Conversation.id)).all()


def _taking_part(round_: Round, now: datetime) -> Select[int]:
    """Return the question for the ids of those whom a draw of its programme would include now."""
    members = in_draw(round_.programme, round_.programme.today(now), round_)
    return members.with_only_columns(Membership.person_id)
