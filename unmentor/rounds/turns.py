"""Whose turn it is: who is in a draw, since they take part, and their own rhythm does not leave them out of it.

A turn is a conversation in a round that was sent. Whoever was left out of one, withdrew, or lost their partner and got
nobody else, has not had theirs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, func, or_, select
from sqlalchemy.orm import contains_eager

from unmentor.conversations.models import Conversation, Participation
from unmentor.db import db
from unmentor.people.models import Person
from unmentor.programmes import queries as programmes
from unmentor.programmes.models import EACH, QUARTERLY, SECOND, Membership, Programme
from unmentor.programmes.queries import next_draw
from unmentor.rounds.models import Round
from unmentor.timetable.cadence import wall_time

A_DAY, A_MOMENT = timedelta(days=1), timedelta(seconds=1)
# Twelve weeks; but a draw that came some days late, after an outage or an organiser's yes, costs nobody another.
A_QUARTER = timedelta(weeks=12) - timedelta(days=6)

# Where the latest turn of a member was.
LATEST, DRAWN_AT = func.max(Round.number), func.max(Round.drawn_at)
# A part in a conversation that was a turn.
COUNTS = Conversation.state != "cancelled", Participation.withdrew_at.is_(None)


@dataclass(frozen=True, slots=True)
class Turn:
    """When a member is next in a draw, as the schedule and their rhythm are now."""

    at: datetime
    # The draw before that leaves them out; or would, had they not said "this one too".
    rests: bool = False
    too: bool = False


def in_draw(
    programme: Programme, on: date, round_: Round | None = None, *, stepping_in: bool = False
) -> Select[Membership]:
    """Return the question for who is in a draw on a day: the only one that there is.

    With *round_* it asks who may still come into that round, which was drawn already; and *stepping_in*, where somebody
    is left alone, so may those who offered that, whosever turn it is.
    """
    theirs = ~resting(programme, on, round_)
    return programmes.drawn_on(programme, on).where(theirs | Membership.standby if stepping_in else theirs)


def in_next(programme: Programme, today: date) -> Select[Membership]:
    """Return the question for who is in the draw that comes next, as far as a day before it can tell."""
    return programmes.part_of(programme, today).where(~Membership.are_skipping(today), ~resting(programme, today))


def resting(programme: Programme, on: date, round_: Round | None = None) -> ColumnElement[bool]:
    """Return the condition that a draw on a day, or that of *round_*, leaves a member out, who takes part less often.

    Of those of every second round, who had a turn in the round before; of those of about one a quarter, whose last was
    drawn less than A_QUARTER before. Whoever said "this one too" is in until they had it. The question it is for joins
    the members' people.
    """
    day = programme.today(round_.drawn_at) if round_ else on
    too_soon = {
        SECOND: _round_before(programme, round_) <= Round.number,
        QUARTERLY: _midnight(programme, day - A_QUARTER + A_DAY) <= Round.drawn_at,
    }
    # Where everybody takes part in every round, no database looks for turns.
    return or_(*(and_(Membership.every == every, _had(programme, soon)) for every, soon in too_soon.items()))


def counted(programme: Programme, on: date) -> tuple[int, int]:
    """Return how many people are in a draw on a day, and from how many organisations."""
    return programmes.counted(in_draw(programme, on))


def members_in(programme: Programme, on: date) -> Sequence[Membership]:
    """Return who is in a draw on a day."""
    query = in_draw(programme, on).options(contains_eager(Membership.person))
    return db.session.scalars(query.order_by(Membership.id)).all()


def turn_of(member: Membership, now: datetime) -> Turn:
    """Return when *member* is next in a draw, where nothing else keeps them out of it."""
    mine = _turn_of(member, now)
    if mine.at.date() == member.skips:
        return Turn(next_draw(member.programme, mine.at), rests=True)
    return mine


def _turn_of(member: Membership, now: datetime) -> Turn:
    programme = member.programme
    coming = next_draw(programme, now)
    latest, drawn_at = (None, None) if member.every == EACH else _latest_turn(member)
    if latest is None or drawn_at is None:
        return Turn(coming)
    due = coming
    if member.every == QUARTERLY:
        from_day = _midnight(programme, programme.today(drawn_at) + A_QUARTER)
        due = next_draw(programme, max(now, from_day - A_MOMENT))
    elif latest >= (db.session.scalar(select(_round_before(programme))) or 0):
        due = next_draw(programme, coming)
    if due > coming and member.this_one_too is not None and latest <= member.this_one_too:
        return Turn(coming, too=True)
    return Turn(due, rests=due > coming)


def ask_for_the_next(member: Membership) -> None:
    """Take a member into the next draw although their rhythm would leave them out: "this one too"."""
    member.this_one_too = _latest_turn(member)[0] or 0


def _had(programme: Programme, too_soon: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition that a member had such a turn, and did not say "this one too" after it."""
    # Found once, and not for each member; and by the person's id, or PostgreSQL looks for turns before it joins.
    rounds = select(Round.id).where(_was_sent(programme), too_soon).correlate(None)
    number = select(Round.number).where(Round.id == Conversation.round_id).correlate(Conversation).scalar_subquery()
    theirs = select(Participation.id).join(Participation.conversation)
    theirs = theirs.where(Participation.person_id == Person.id, *COUNTS, Conversation.round_id.in_(rounds))
    since = theirs.where(or_(Membership.this_one_too.is_(None), Membership.this_one_too < number))
    # From their newest part back, since it is mostly that one; of an EXISTS databases forget the order.
    newest = since.order_by(Participation.id.desc()).limit(1)
    return newest.correlate(Membership, Person).scalar_subquery().is_not(None)


def _latest_turn(member: Membership) -> tuple[int | None, datetime | None]:
    """Return the number of the round in which a member last had a turn, and when the last of them was drawn."""
    theirs = _turns(member.programme).where(Participation.person_id == member.person_id)
    latest, drawn_at = db.session.execute(theirs.with_only_columns(LATEST, DRAWN_AT)).one()
    return latest, drawn_at


def _turns(programme: Programme) -> Select[int]:
    """Return the question for every turn that anybody had, by the person's id."""
    return (
        select(Participation.person_id)
        .join(Participation.conversation)
        .join(Conversation.round)
        .where(_was_sent(programme), *COUNTS)
    )


def _was_sent(programme: Programme) -> ColumnElement[bool]:
    return and_(Round.programme_id == programme.id, Round.sent_at.is_not(None))


def _round_before(programme: Programme, round_: Round | None = None) -> ScalarSelect[int]:
    """Return the number of the last round that was sent and not cancelled; the last before *round_* if told."""
    sent = select(func.max(Round.number)).where(Round.programme_id == programme.id, Round.state.in_(("sent", "closed")))
    # Its own FROM: around it other rounds are looked at.
    return (sent.where(Round.number < round_.number) if round_ else sent).correlate(None).scalar_subquery()


def _midnight(programme: Programme, day: date) -> datetime:
    return wall_time(day, time(), programme.zone)
