"""End a programme, and let it go on: nothing is drawn between, and its people hear of each once.

The worker tells them, slice by slice. Whoever did not hear yet of an end that was taken back hears of neither.
"""

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from unmentor import runtime
from unmentor.audit.actions import record
from unmentor.audit.deeds import Deed
from unmentor.db import db, reading
from unmentor.mail.outbox import keep, written
from unmentor.people.models import Person
from unmentor.programmes.mails import has_ended, is_back
from unmentor.programmes.models import Membership, Programme
from unmentor.programmes.queries import cadence
from unmentor.programmes.schedule import anew, follow, promised
from unmentor.programmes.turn import turn
from unmentor.rounds import queries
from unmentor.rounds.actions import cancel_round

# So many people at a time.
SLICE = 50


def end(programme: Programme, by: int | None = None) -> bool:
    """End *programme* and cancel a round that waits; say whether this was the press that did it.

    What is arranged already stays.
    """
    with turn(programme) as now:
        if programme.ended_at:
            return False
        programme.ended_at = now
        if waits := queries.waiting_round(programme):
            cancel_round(waits, now)
        _let_hear(programme)
        record(Deed.PROGRAMME_ENDED, by=by, programme=programme.id)
    return True


def reopen(programme: Programme, by: int | None = None) -> bool:
    """Let *programme* draw again, from the next period on; say whether this was the press that did it."""
    with turn(programme) as now:
        if programme.ended_at is None:
            return False
        was = promised(programme, now)
        programme.ended_at = None
        programme.starts_on = anew(cadence(programme), programme, now).starts_on
        follow(programme, was, now)
        _let_hear(programme)
        record(Deed.PROGRAMME_REOPENED, by=by, programme=programme.id)
    return True


def tell_members() -> int:
    """Tell some of whoever is to hear that a programme has ended or is back; return how many, 0 once all are told."""
    with reading():
        members = _to_tell()
        if not members:
            return 0
        programme, ended = members[0].programme, members[0].programme.ended_at
        news = [(has_ended if ended else is_back)(each, runtime.now()) for each in members]
        ready = dict(zip([each.id for each in members], written(news, runtime.now()), strict=True))
    with turn(programme) as now:
        # It may have changed again since these were written: then they are written anew.
        if programme.ended_at == ended:
            still = select(Membership.id).where(Membership.id.in_(ready), Membership.to_tell)
            keep([ready[number] for number in db.session.scalars(still).all()], now)
            db.session.execute(update(Membership).where(Membership.id.in_(ready)).values(to_tell=False))
    return len(ready)


def _let_hear(programme: Programme) -> None:
    """Note that everybody is to hear; whoever had not heard of the change before this one need hear of neither."""
    within_reach = select(Person.id).where(Person.confirmed_at.is_not(None), Person.left_at.is_(None))
    mine = update(Membership).where(Membership.programme_id == programme.id, Membership.person_id.in_(within_reach))
    db.session.execute(mine.values(to_tell=~Membership.to_tell))


def _to_tell() -> Sequence[Membership]:
    """Return some people of one programme who are to hear."""
    first = select(Membership.programme_id).where(Membership.to_tell).limit(1).scalar_subquery()
    of_it = select(Membership).where(Membership.to_tell, Membership.programme_id == first)
    everything = of_it.options(joinedload(Membership.person), joinedload(Membership.programme))
    return db.session.scalars(everything.order_by(Membership.id).limit(SLICE)).all()
