"""How much has happened, and how sure we are of it."""

from dataclasses import dataclass
from datetime import datetime
from math import sqrt

from sqlalchemy import func, select

from unmentor.conversations.models import Conversation, Participation
from unmentor.db import db
from unmentor.people.models import Person

# Below this many answers a share says more about chance than about us.
ENOUGH = 10
CHALLENGED = 4


@dataclass(frozen=True, slots=True)
class Share:
    """How many of those who answered said so, and between which shares the truth is likely to be."""

    said: int
    answers: int

    @property
    def percent(self) -> int:
        """Return the share in percent."""
        return round(100 * self.said / self.answers)

    @property
    def likely(self) -> tuple[int, int]:
        """Return the 95% interval in percent, by Wilson (1927): honest for few answers and near 0 and 1.

        >>> Share(8, 10).likely
        (49, 94)
        """
        z = 1.96
        spread = z * sqrt(self.said * (self.answers - self.said) / self.answers + z * z / 4)
        middle, width = self.said + z * z / 2, self.answers + z * z
        return round(100 * (middle - spread) / width), round(100 * (middle + spread) / width)


@dataclass(frozen=True, slots=True)
class Figures:
    """What happened since the first conversation."""

    met: int
    organisations: int
    since: datetime | None
    challenged: Share | None


def figures() -> Figures:
    """Return what happened so far."""
    met, since = db.session.execute(
        select(func.count(), func.min(Conversation.starts_at)).where(Conversation.state == "met")
    ).one()
    talked = select(Person.organisation).join(Participation).join(Conversation)
    places = talked.where(Conversation.state == "met", Participation.withdrew_at.is_(None), Person.organisation != "")
    organisations = {place.casefold() for place in db.session.scalars(places.distinct())}
    answers, said = db.session.execute(
        select(func.count(), func.count().filter(Participation.challenged >= CHALLENGED)).where(
            Participation.challenged.is_not(None)
        )
    ).one()
    return Figures(met, len(organisations), since, Share(said, answers) if answers >= ENOUGH else None)
