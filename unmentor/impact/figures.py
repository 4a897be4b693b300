"""How much has happened, and how sure we are of it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from unmentor.conversations.models import Conversation, Participation
from unmentor.db import db
from unmentor.impact.intervals import wilson
from unmentor.people.models import Person
from unmentor.people.organisations import other_names

# Of 1 to 5, from this on.
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
    def interval(self) -> tuple[float, float]:
        """Return the 95% interval, from 0 to 1."""
        return wilson(self.said, self.answers)

    @property
    def low_at_high(self) -> tuple[float, float, float]:
        """Return the share between the ends of its interval, from 0 to 1."""
        low, high = self.interval
        return low, self.said / self.answers, high

    @property
    def likely(self) -> tuple[int, int]:
        """Return the 95% interval in percent, by Wilson.

        >>> Share(8, 10).likely
        (49, 94)
        """
        low, high = self.interval
        return round(100 * low), round(100 * high)


@dataclass(frozen=True, slots=True)
class Figures:
    """What happened since the first conversation."""

    met: int
    organisations: int
    since: datetime | None


def figures() -> Figures:
    """Return what happened so far."""
    met, since = db.session.execute(
        select(func.count(), func.min(Conversation.starts_at)).where(Conversation.state == "met")
    ).one()
    talk = select(Participation.id).join(Conversation).where(Participation.person_id == Person.id)
    talked = talk.where(Conversation.state == "met", Participation.withdrew_at.is_(None)).exists()
    # One look for each person, who may have talked many times.
    places, named = select(Person.told_organisation).where(Person.told_organisation != "", talked), other_names()
    organisations = {named.get(each.lower(), each).casefold() for each in db.session.scalars(places.distinct())}
    return Figures(met, len(organisations), since)
