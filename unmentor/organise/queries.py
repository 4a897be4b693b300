"""What the console asks across rooms."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, select

from unmentor.db import db
from unmentor.mail.actions import may_go_again
from unmentor.mail.kinds import LETS_IN
from unmentor.mail.models import Message, Suppressed
from unmentor.mail.queries import TROUBLED
from unmentor.people.models import Person
from unmentor.programmes.models import Membership, Period, Programme
from unmentor.rounds.models import Round

NEWEST = 100


def late_draw(programme: Programme) -> datetime | None:
    """Return when *programme* should have drawn and did not, being too late; None once a round was drawn after."""
    drawn = select(func.max(Round.drawn_at)).where(Round.programme_id == programme.id).scalar_subquery()
    late = select(func.max(Period.slot)).where(Period.programme_id == programme.id, Period.outcome == "late")
    slot = db.session.scalar(late.where(Period.claimed_at > func.coalesce(drawn, programme.created_at)))
    return datetime.fromisoformat(slot).replace(tzinfo=programme.zone) if slot else None


def mail_counts(programme: Programme) -> dict[str, int]:
    """Return how many messages about *programme* are in each state."""
    counted = select(Message.state, func.count()).where(*_about(programme)).group_by(Message.state)
    return dict(db.session.execute(counted).all())


def troubled_mail(programme: Programme, now: datetime) -> Sequence[tuple[Message, Person, bool]]:
    """Return the newest messages that did not arrive, or may not have, whom they are for, and whether to try again."""
    query = select(Message, Person, may_go_again(now)).join(Person, Person.id == Message.person_id)
    troubled = query.where(*_about(programme), Message.state.in_(TROUBLED))
    newest = troubled.order_by(Message.queued_at.desc(), Message.id.desc()).limit(NEWEST)
    return [(message, person, again) for message, person, again in db.session.execute(newest)]


def message_of(programme: Programme, number: int) -> Message | None:
    """Return a message about *programme*."""
    return db.session.scalar(select(Message).where(*_about(programme), Message.id == number))


def refused_members(programme: Programme) -> Sequence[tuple[Person, Suppressed]]:
    """Return the members whose address was refused for good, with what the mail server said."""
    return [(person, refusal) for person, refusal in db.session.execute(_refused(programme))]


def refused_member(programme: Programme, number: int) -> Person | None:
    """Return a member whose address was refused for good."""
    found = db.session.execute(_refused(programme).where(Person.id == number)).first()
    return found[0] if found else None


def _about(programme: Programme) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that a message is about *programme*, and no key to anybody's account."""
    return Message.programme_id == programme.id, Message.kind.not_in(LETS_IN)


def _refused(programme: Programme) -> Select[Person, Suppressed]:
    members = select(Person, Suppressed).join(Suppressed, Suppressed.address == func.lower(Person.email))
    return (
        members.join(Membership, Membership.person_id == Person.id)
        .where(Membership.programme_id == programme.id)
        .order_by(Suppressed.since.desc())
    )
