"""Tell a round: its letters are queued slice by slice, so that nobody waits long for the database.

A letter takes some milliseconds to write. So a slice is written first, while nobody waits, and then queued in one short
transaction, together with the marks that say so. Where one process is interrupted another goes on, every minute; and
where two tell the same slice, it is queued once.
"""

from sqlalchemy import update

from unmentor import runtime
from unmentor.conversations.models import Conversation
from unmentor.conversations.telling import news, remember_questions
from unmentor.db import db, reading
from unmentor.mail.outbox import keep, written
from unmentor.programmes.turn import turn
from unmentor.rounds import queries
from unmentor.rounds.mails import unpaired
from unmentor.rounds.models import LeftOut, Round

# So many conversations or people at a time; the letters of fifty conversations are about a megabyte.
SLICE = 50


def tell_some() -> int:
    """Tell a slice of whatever round has something to tell; return how much it was, 0 once all is told.

    Like all of this module it is a transaction of its own, for views, commands and the worker.
    """
    with reading():
        round_ = queries.round_to_tell()
    return tell_slice(round_) if round_ else 0


def tell_slice(round_: Round) -> int:
    """Queue the letters of some conversations of *round_*, or of some people left out; return of how many."""
    return _tell_conversations(round_) or _tell_left_out(round_)


def _tell_conversations(round_: Round) -> int:
    with reading():
        talks = queries.conversations_to_tell(round_, SLICE)
        ready = {(talk.id, talk.sequence): written(news(talk), runtime.now()) for talk in talks}
    if ready:
        with turn(round_.programme) as now:
            # What changed meanwhile was told by whoever changed it, or is written anew in another slice.
            still = queries.versions_to_tell([number for number, _sequence in ready])
            keep([mail for version in ready if version in still for mail in ready[version]], now)
            now_told = [number for number, _sequence in still & set(ready)]
            remember_questions(now_told)
            db.session.execute(update(Conversation).where(Conversation.id.in_(now_told)).values(to_tell=False))
    return len(ready)


def _tell_left_out(round_: Round) -> int:
    with reading():
        out = queries.left_out_to_tell(round_, SLICE)
        ready = {each.person_id: written([unpaired(round_, each.person, runtime.now())], runtime.now()) for each in out}
    if ready:
        with turn(round_.programme) as now:
            # Somebody may have withdrawn meanwhile, and left a place.
            alone, _reserve = queries.free(round_)
            keep([mail for person, mails in ready.items() if person in alone for mail in mails], now)
            told = update(LeftOut).where(LeftOut.round_id == round_.id, LeftOut.person_id.in_(ready))
            db.session.execute(told.values(to_tell=False))
    return len(ready)
