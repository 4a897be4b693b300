"""What a participant's own pages ask."""

from datetime import datetime

from unmentor.people.models import Person
from unmentor.privacy.queries import stopped_kinds
from unmentor.programmes.queries import memberships


def has_stopped(person: Person, kind: str, now: datetime) -> bool:
    """Say whether *person* gets no mail of a kind: stopped, or for invitations paused everywhere."""
    if kind == "invitation":
        return all(each.is_paused(each.programme.today(now)) for each in memberships(person))
    return kind in stopped_kinds(person)
