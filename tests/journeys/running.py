"""A server that runs for a journey."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import create_engine, select, update

from unmentor.rounds.models import Round
from unmentor.runtime import utc_clock

TENTHS = 150


@dataclass(frozen=True)
class Running:
    """A server that answers, the link that it printed for its organiser, and the address of its database."""

    address: str
    organiser_link: str
    database: str

    def two_minutes_pass(self) -> None:
        """Let the time to stop a round be over, for all that are about to leave, and wait until they have left."""
        database, table = create_engine(self.database), Round.__table__
        leaving = (table.c.state == "drawn") & table.c.send_at.is_not(None)
        with database.begin() as connection:
            connection.execute(update(table).where(leaving).values(send_at=utc_clock()))
        for _ in range(TENTHS):
            with database.connect() as connection:
                if connection.execute(select(table.c.id).where(leaving)).first() is None:
                    break
            time.sleep(0.1)
        database.dispose()


Start = Callable[..., Running]
