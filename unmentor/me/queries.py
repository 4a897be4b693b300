"""What a participant's own pages ask."""

from datetime import datetime

from unmentor.mail.kinds import PAUSES
from unmentor.people.models import Person
from unmentor.privacy.queries import stopped_kinds
from unmentor.programmes.queries import memberships


def has_stopped(person: Person, kind: str, now: datetime) -> bool:
    """Say whether *person* gets no mail of a kind: stopped, or where that is a pause, paused everywhere."""
    if kind in PAUSES:
        return all(each.is_paused(each.programme.today(now)) for each in memberships(person))
    return kind in stopped_kinds(person)


def can_undo(person: Person, kind: str) -> bool:
    """Say whether stopping mail of a kind did something that can be undone; what paused them otherwise cannot."""
    return kind not in PAUSES or any(each.before_stop for each in memberships(person))
