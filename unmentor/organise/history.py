"""What one person lived through in a programme, as far as its organisers may know: never what anybody answered."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager

from unmentor.conversations.models import Conversation, Participation
from unmentor.db import db
from unmentor.mail.actions import may_go_again
from unmentor.mail.kinds import LETS_IN
from unmentor.mail.models import Message, Suppressed
from unmentor.mail.queries import TROUBLED
from unmentor.people.models import Person
from unmentor.programmes.models import Membership
from unmentor.rounds.models import LeftOut, Round

NEWEST = 60
NEWEST_MAIL = 10


def parts(member: Membership) -> Sequence[Participation]:
    """Return the newest parts that a member had in conversations they were told of, with everybody in them."""
    talk = contains_eager(Participation.conversation)
    query = (
        select(Participation)
        .join(Participation.conversation)
        .join(Conversation.round)
        .where(
            Participation.person_id == member.person_id,
            Round.programme_id == member.programme_id,
            Round.state != "drawn",
        )
        .options(
            talk.contains_eager(Conversation.round),
            talk.selectinload(Conversation.participations).joinedload(Participation.person),
        )
    )
    return db.session.scalars(query.order_by(Conversation.starts_at.desc(), Participation.id).limit(NEWEST)).all()


def rounds_without(member: Membership) -> Sequence[int]:
    """Return the numbers of the newest rounds that had nobody for a member."""
    out = select(Round.number).join(LeftOut, LeftOut.round_id == Round.id)
    out = out.where(LeftOut.person_id == member.person_id, Round.programme_id == member.programme_id)
    return db.session.scalars(out.where(Round.state != "drawn").order_by(Round.number.desc()).limit(NEWEST)).all()


def troubled_mail(member: Membership, now: datetime) -> Sequence[tuple[Message, bool]]:
    """Return the newest messages of the programme that did not reach a member, and whether to try each again."""
    query = select(Message, may_go_again(now)).where(
        Message.person_id == member.person_id,
        Message.programme_id == member.programme_id,
        Message.kind.not_in(LETS_IN),
        Message.state.in_(TROUBLED),
    )
    newest = query.order_by(Message.queued_at.desc(), Message.id.desc()).limit(NEWEST_MAIL)
    return [(message, again) for message, again in db.session.execute(newest)]


def refusal(person: Person) -> Suppressed | None:
    """Return what a mail server said when it refused somebody's address for good."""
    return db.session.scalar(select(Suppressed).where(Suppressed.address == func.lower(person.email or "")))
