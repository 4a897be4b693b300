"""What an organiser does for a member. Whom it concerns hears of it, with a way to undo it; each deed happens once."""

from datetime import date, datetime

from unmentor.budgets import spend
from unmentor.db import db
from unmentor.mail.outbox import queue
from unmentor.people.door import TO_A_STRANGER
from unmentor.programmes import actions, mails
from unmentor.programmes.door import ask_to_confirm
from unmentor.programmes.models import Membership


class AlreadySo(ValueError):  # noqa: N818 - it is named by what happened
    """Somebody was faster: it is as it was to become."""


class OnlyThey(ValueError):  # noqa: N818 - it is named by what is wrong
    """They have not said yes themselves yet, or stopped our mail themselves; nobody can do it for them."""


def approve(member: Membership, now: datetime) -> None:
    """Let somebody in who waits for an organiser's yes. Raises AlreadySo."""
    if not actions.approve(member):
        raise AlreadySo
    queue(mails.welcome(member, now), now)


def pause(member: Membership, until: date | None, now: datetime) -> None:
    """Leave a member out of draws until the day *until*, or until they come back. Raises AlreadySo, OnlyThey."""
    _lock(member)
    if _is_theirs_to_say(member):
        raise OnlyThey
    if member.is_paused(member.programme.today(now)) and member.paused_until == until:
        raise AlreadySo
    actions.pause(member, until)
    queue(mails.paused(member, now), now)


def resume(member: Membership, now: datetime) -> None:
    """Take a member into the next draw again. Raises AlreadySo, OnlyThey."""
    _lock(member)
    if _is_theirs_to_say(member):
        raise OnlyThey
    if not member.is_paused(member.programme.today(now)):
        raise AlreadySo
    actions.resume(member)
    queue(mails.resumed(member, now), now)


def make_organiser(member: Membership, now: datetime) -> None:
    """Let a member look after the programme too. Raises AlreadySo, OnlyThey."""
    _lock(member)
    if member.invited or member.person.confirmed_at is None:
        raise OnlyThey
    if member.role == "organiser":
        raise AlreadySo
    member.role, member.approved = "organiser", True
    queue(mails.made_organiser(member, now), now)


def ask_again(member: Membership, now: datetime) -> None:
    """Ask once more whoever has not confirmed their address. Raises AlreadySo where they have, or were asked enough."""
    _lock(member)
    person = member.person
    if person.confirmed_at or not spend(TO_A_STRANGER, person.email or "", now):
        raise AlreadySo
    ask_to_confirm(person, member.programme, now)


def _lock(member: Membership) -> None:
    """Let nobody else change a member before this transaction ends, and read them anew."""
    db.session.refresh(member, with_for_update=True)


def _is_theirs_to_say(member: Membership) -> bool:
    return member.invited or member.before_stop is not None or member.person.confirmed_at is None
