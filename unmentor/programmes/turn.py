"""One at a time: whatever changes the rounds of a programme, or conversations in them, takes its turn there first.

Then come the diaries: the rows of the people for whom something is arranged, in the order of their ids. As long as
everybody keeps to that order, nobody waits in a circle.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import select

from unmentor.db import db, id_of, transaction
from unmentor.people.models import Person
from unmentor.programmes.models import Membership, Programme
from unmentor.runtime import now


@contextmanager
def turn(*programmes: Programme) -> Iterator[datetime]:
    """Commit what the block does to the rounds of *programmes*, one process at a time; give the moment it came to.

    The lock is taken first and the clock read after it: everything that happened before is seen, and bears an earlier
    time. For views, commands and the worker, like ``transaction``.
    """
    with transaction():
        lock(*programmes)
        yield now()


def lock(*programmes: Programme) -> None:
    """Let nobody else change the rounds of these before this transaction ends; what was read before is read again."""
    db.session.flush()
    db.session.expire_all()
    rows = select(Programme).where(Programme.id.in_(map(id_of, programmes))).order_by(Programme.id)
    # FOR NO KEY UPDATE: who joins meanwhile only names the programme, and need not wait.
    db.session.scalars(rows.with_for_update(key_share=True)).all()


def lock_diaries(people: Collection[int]) -> None:
    """Let nobody else arrange anything for these people before this transaction ends."""
    rows = select(Person.id).where(Person.id.in_(people)).order_by(Person.id)
    db.session.execute(rows.with_for_update(key_share=True))


def lock_diaries_in(*programmes: Programme) -> None:
    """Let nobody else arrange anything for anybody in these programmes before this transaction ends."""
    members = select(Membership.person_id).where(Membership.programme_id.in_(map(id_of, programmes)))
    rows = select(Person.id).where(Person.id.in_(members)).order_by(Person.id)
    db.session.execute(rows.with_for_update(key_share=True))
