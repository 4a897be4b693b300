"""What was left for a person and still lies unread: no run reads it again, and organisers see how much there is.

Nothing of a mail is kept but the hash of what a mailbox knows it by.
"""

import hashlib
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, func, select

from unmentor.db import db, insert_new
from unmentor.mail.models import Unread


class Mailbox:
    """What is known to lie unread in one mailbox, which *name* tells from every other."""

    def __init__(self, name: str) -> None:
        self._name = name

    def known(self, identity: str) -> bool:
        """Say whether a mail was left for a person before."""
        return db.session.get(Unread, self._mark(identity)) is not None

    def leave(self, identity: str, now: datetime) -> None:
        """Remember that a mail is for a person."""
        row = {"mark": self._mark(identity), "mailbox": self._mark(""), "since": now}
        db.session.execute(insert_new(Unread).values(row))

    def keep_only(self, identities: Collection[str]) -> None:
        """Forget all but these: the others were read, or are gone."""
        known = select(Unread.mark).where(Unread.mailbox == self._mark(""))
        gone = set(db.session.scalars(known)) - {self._mark(identity) for identity in identities}
        for mark in gone:
            db.session.execute(delete(Unread).where(Unread.mark == mark))

    def _mark(self, identity: str) -> str:
        return hashlib.sha256(f"{self._name}\n{identity}".encode("utf-8", "surrogateescape")).hexdigest()


def unread() -> int:
    """Return how many letters lie unread, as far as the last look knew."""
    return db.session.scalar(select(func.count()).select_from(Unread)) or 0
