"""What the console asks across rooms."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, TextClause, func, select

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


def late_draw(programme: Programme) -> datetime | None:
    """Return when *programme* should have drawn and did not, being too late; None once a round was drawn after."""
    drawn = select(func.max(Round.drawn_at)).where(Round.programme_id == programme.id).scalar_subquery()
    late = select(func.max(Period.slot)).where(Period.programme_id == programme.id, Period.outcome == "late")
    slot = db.session.scalar(late.where(Period.claimed_at > func.coalesce(drawn, programme.created_at)))
    return datetime.fromisoformat(slot).replace(tzinfo=programme.zone) if slot else None


def troubled_mail(programme: Programme, now: datetime) -> Sequence[tuple[Message, Person, bool]]:
    """Return the newest messages of late that did not arrive, or may not have, for whom, and whether to try again."""
    query = select(Message, Person, may_go_again(now)).join(Person, Person.id == Message.person_id)
    newest = query.where(*_troubled(programme, now)).order_by(Message.queued_at.desc(), Message.id.desc()).limit(NEWEST)
    return [(message, person, again) for message, person, again in db.session.execute(newest)]


def how_many_troubled(programme: Programme, now: datetime) -> int:
    """Return how many messages of late did not arrive, or may not have."""
    return db.session.scalar(select(func.count()).select_from(Message).where(*_troubled(programme, now))) or 0


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
    refused = select(Person, Suppressed).join(Suppressed, Suppressed.address == func.lower(Person.email))
    members = refused.join(Membership, Membership.person_id == Person.id)
    return members.where(Membership.programme_id == programme.id)
