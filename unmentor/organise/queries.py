"""What the console asks across rooms."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, TextClause, func, select

from unmentor.conversations.models import Conversation, Participation
from unmentor.db import db
from unmentor.mail.actions import may_go_again
from unmentor.mail.kinds import LETS_IN
from unmentor.mail.models import UNSETTLED, Message, Suppressed
from unmentor.mail.queries import TROUBLED
from unmentor.people.models import Person
from unmentor.programmes.models import Membership, Period, Programme
from unmentor.rounds.models import Round

# So many of a kind on a page.
NEWEST = 50
# What failed longer ago is past mending.
LATELY = timedelta(days=30)


def left_alone(programme: Programme) -> tuple[str, datetime] | None:
    """Return why the newest period of *programme* was left without a draw, "late" or "too-few", and when it was due.

    None where a round was drawn since.
    """
    drawn = select(func.max(Round.drawn_at)).where(Round.programme_id == programme.id).scalar_subquery()
    alone = select(Period.outcome, Period.slot).where(
        Period.programme_id == programme.id,
        Period.outcome.in_(("late", "too-few")),
        Period.claimed_at > func.coalesce(drawn, programme.created_at),
    )
    found = db.session.execute(alone.order_by(Period.slot.desc()).limit(1)).one_or_none()
    return (found.outcome, datetime.fromisoformat(found.slot).replace(tzinfo=programme.zone)) if found else None


def still_ahead(programme: Programme, now: datetime) -> tuple[int, datetime | None]:
    """Return how many people still have a conversation of *programme* ahead, and when the last of these begins."""
    counted = select(func.count(Participation.person_id.distinct()), func.max(Conversation.starts_at))
    ours = counted.select_from(Conversation).join(Conversation.round).join(Conversation.participations)
    ahead = ours.where(
        Round.programme_id == programme.id,
        Round.state == "sent",
        Conversation.state == "arranged",
        Conversation.starts_at > now,
        Participation.withdrew_at.is_(None),
    )
    people, last = db.session.execute(ahead).one()
    return people, last


def troubled_mail(programme: Programme, now: datetime) -> Sequence[tuple[Message, Person, bool]]:
    """Return the newest messages of late that did not arrive, or may not have, for whom, and whether to try again."""
    query = select(Message, Person, may_go_again(now)).join(Person, Person.id == Message.person_id)
    newest = query.where(*_troubled(programme, now)).order_by(Message.queued_at.desc(), Message.id.desc()).limit(NEWEST)
    return [(message, person, again) for message, person, again in db.session.execute(newest)]


def how_many_troubled(programme: Programme, now: datetime) -> int:
    """Return how many messages of late did not arrive, or may not have."""
    return db.session.scalar(select(func.count()).select_from(Message).where(*_troubled(programme, now))) or 0


def how_many_may_go_again(programme: Programme, now: datetime) -> int:
    """Return how many messages failed of which sending them once more makes sense."""
    failed = select(func.count()).select_from(Message).where(*_troubled(programme, now), may_go_again(now))
    return db.session.scalar(failed) or 0


def message_of(programme: Programme, number: int) -> Message | None:
    """Return a message about *programme*."""
    return db.session.scalar(select(Message).where(*_about(programme), Message.id == number))


def refused_members(programme: Programme, most: int | None = None) -> Sequence[tuple[Person, Suppressed]]:
    """Return the members whose address was refused for good, the latest first, with what the mail server said."""
    latest = _refused(programme).order_by(Suppressed.since.desc(), Person.id).limit(most)
    return [(person, refusal) for person, refusal in db.session.execute(latest)]


def how_many_refused(programme: Programme) -> int:
    """Return how many members have an address that was refused for good."""
    return db.session.scalar(_refused(programme).with_only_columns(func.count())) or 0


def refused_member(programme: Programme, number: int) -> Person | None:
    """Return a member whose address was refused for good."""
    found = db.session.execute(_refused(programme).where(Person.id == number)).first()
    return found[0] if found else None


def _about(programme: Programme) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that a message is about *programme*, and no key to anybody's account."""
    return Message.programme_id == programme.id, Message.kind.not_in(LETS_IN)


def _troubled(programme: Programme, now: datetime) -> tuple[ColumnElement[bool] | TextClause, ...]:
    lately = Message.queued_at > now - LATELY
    return UNSETTLED, *_about(programme), Message.state.in_(TROUBLED), lately


def _refused(programme: Programme) -> Select[Person, Suppressed]:
    refused = select(Person, Suppressed).join(Suppressed, Suppressed.address == Person.email)
    members = refused.join(Membership, Membership.person_id == Person.id)
    return members.where(Membership.programme_id == programme.id)
