"""Budgets: how often something may happen, to an address, from a source, or at all.

One row a budget, charged in one statement, so that whoever asks forty times at once is counted forty times. A row's
key is an HMAC: neither an address nor an IP address stands in it.
"""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import String, case, delete, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from unmentor.db import Base, db
from unmentor.runtime import settings

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Budget(Base):
    """What was used of one budget, until it is whole again."""

    __tablename__ = "budget"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    used: Mapped[int]
    until: Mapped[datetime] = mapped_column(index=True)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many in a time, which begins with the first."""

    name: str
    most: int
    period: timedelta


def spend(limits: Iterable[Limit], subject: str, now: datetime) -> bool:
    """Charge *subject* once for each of *limits*; False where one of them is used up, and then no further is charged.

    Whoever charges several subjects does so in one order everywhere: two who meet then wait, and never for each other.
    """
    return all(_charge(limit, subject, now) for limit in limits)


def left(limit: Limit, subject: str, now: datetime) -> tuple[int, datetime]:
    """Return how much of *limit* is left to *subject*, and when it is whole again."""
    used, until = db.session.execute(
        select(Budget.used, Budget.until).where(Budget.key == _key(limit, subject), Budget.until > now)
    ).one_or_none() or (0, now)
    return limit.most - used, until


def forget(now: datetime) -> None:
    """Forget the budgets that are whole again."""
    db.session.execute(delete(Budget).where(Budget.until <= now))


def _charge(limit: Limit, subject: str, now: datetime) -> bool:
    dialect = postgresql if db.session.get_bind().dialect.name == "postgresql" else sqlite
    new = dialect.insert(Budget).values(key=_key(limit, subject), used=1, until=now + limit.period)
    whole = Budget.until <= now
    charged = new.on_conflict_do_update(
        index_elements=[Budget.key],
        set_={
            "used": case((whole, 1), else_=Budget.used + 1),
            "until": case((whole, new.excluded.until), else_=Budget.until),
        },
        where=or_(whole, Budget.used < limit.most),
    )
    return db.session.scalar(charged.returning(Budget.used)) is not None


def _key(limit: Limit, subject: str) -> str:
    told = repr(("budget", limit.name, limit.period.total_seconds(), subject))
    return hmac.new(settings().secret_key.encode(), told.encode(), hashlib.sha256).hexdigest()
