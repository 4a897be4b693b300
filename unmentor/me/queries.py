"""What a participant's own pages ask."""

from datetime import datetime

from unmentor.people.models import Person
from unmentor.privacy.queries import stopped_kinds
from unmentor.programmes.models import Membership
from unmentor.programmes.queries import memberships


def is_paused(membership: Membership, now: datetime) -> bool:
    """Say whether a person is left out of a programme's draws today; a pause ends by itself."""
    if membership.state == "active":
        return False
    until = membership.paused_until
    return until is None or until > now.astimezone(membership.programme.zone).date()


def has_stopped(person: Person, kind: str, now: datetime) -> bool:
    """Say whether *person* gets no mail of a kind: stopped, or for invitations paused everywhere."""
    if kind == "invitation":
        return all(is_paused(each, now) for each in memberships(person))
    return kind in stopped_kinds(person)
