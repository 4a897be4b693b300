"""What a programme has committed to: the chance of its next draw, fixed and shown before anybody knows what it decides.

The secret is stored sealed, since whoever knew it before the draw could tell how the draw will go. It is told in public
once a round that was drawn with it is sent; from then on another stands.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from unmentor.db import db
from unmentor.mail.seal import Unreadable, seal
from unmentor.pairing.lottery import SECRET_BYTES, commitment
from unmentor.programmes.models import Programme
from unmentor.runtime import settings


@dataclass(frozen=True, slots=True)
class Standing:
    """The secret that a programme has committed to, and the number of the draw that is made with it next."""

    secret: bytes
    draws: int


def new_secret() -> bytes:
    """Return a secret that nobody can guess."""
    return secrets.token_bytes(SECRET_BYTES)


def commit(programme: Programme, now: datetime, secret: bytes | None = None) -> None:
    """Commit *programme* to a *secret*, a new one if none is given, whatever it was committed to before.

    In its turn, or while it is new.
    """
    for name, value in _new(now, secret or new_secret()).items():
        setattr(programme, name, value)


def commit_where_none(now: datetime) -> int:
    """Commit a programme that is committed to nothing; return how many there were, 0 once there is none."""
    query = select(Programme.id).where(Programme.commitment.is_(None), Programme.ended_at.is_(None)).limit(1)
    number = db.session.scalar(query)
    if number is None:
        return 0
    # Whoever is faster commits it, and nobody commits it to something else after that.
    free = update(Programme).where(Programme.id == number, Programme.commitment.is_(None))
    db.session.execute(free.values(_new(now, new_secret())))
    return 1


def forget_commitments() -> None:
    """Commit to nothing any more: in a backup are secrets that may have been told since."""
    db.session.execute(update(Programme).values(sealed_secret=None, commitment=None, committed_at=None, draws=0))


def standing(programme: Programme) -> Standing | None:
    """Return what *programme* has committed to; None where it has not, or cannot read it under this SECRET_KEY."""
    if programme.sealed_secret is None:
        return None
    try:
        secret = seal(settings().secret_key).open(programme.sealed_secret)
    except Unreadable:
        return None
    return Standing(secret, programme.draws + 1)


def _new(now: datetime, secret: bytes) -> dict[str, Any]:
    """Return a secret, sealed, and what is shown of it, by the names of their columns."""
    sealed = seal(settings().secret_key).close(secret)
    return {"sealed_secret": sealed, "commitment": commitment(secret), "committed_at": now, "draws": 0}
