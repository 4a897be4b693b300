"""A server that runs for a journey."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import create_engine, update

from unmentor.rounds.models import Round
from unmentor.runtime import utc_clock


@dataclass(frozen=True)
class Running:
    """A server that answers, the link that it printed for its organiser, and the address of its database."""

    address: str
    organiser_link: str
    database: str

    def two_minutes_pass(self) -> None:
        """Let the time to stop a round be over, for all that are about to leave."""
        database = create_engine(self.database)
        with database.begin() as connection:
            leaving = update(Round.__table__).where(Round.__table__.c.send_at.is_not(None))
            connection.execute(leaving.values(send_at=utc_clock()))
        database.dispose()


Start = Callable[..., Running]
