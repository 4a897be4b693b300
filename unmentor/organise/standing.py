"""How people stand in a programme: whether the next draw includes them or why not, and how often they talked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, exists, func, select

from unmentor.conversations.models import Conversation, Participation
from unmentor.db import db
from unmentor.mail.models import Suppressed
from unmentor.people.models import Person
from unmentor.programmes.models import Membership, Programme
from unmentor.rounds.models import Round
from unmentor.rounds.turns import in_next


@dataclass(frozen=True, slots=True)
class Entry:
    """One person of a programme, and how they stand in it."""

    member: Membership
    # next; or why the next draw is without them: asked, waiting, paused, skips, unreached, no-way to talk, or that it
    # rests them: they had their turn, and take part less often
    standing: str
    # How many conversations they were told of, and how many happened.
    talks: int
    met: int

    @property
    def person(self) -> Person:
        """Return who it is."""
        return self.member.person

    @property
    def name(self) -> str:
        """Return what an organiser may call them."""
        return self.member.known_as

    @property
    def organisation(self) -> str:
        """Return where they work, as far as an organiser may know."""
        return "" if self.member.invited else self.person.organisation


def refused() -> ColumnElement[bool]:
    """Return the condition that somebody's address refuses our mail for good."""
    return exists().where(Suppressed.address == Person.email)


def entries(
    programme: Programme, members: Sequence[Membership], today: date, among: Select[int] | None = None
) -> list[Entry]:
    """Return how these members stand; *among* is the question for their people's ids, where they are many."""
    people = [each.person_id for each in members] if among is None else among
    drawn = in_next(programme, today).with_only_columns(Membership.person_id)
    taking_part = set(db.session.scalars(drawn.where(Membership.person_id.in_(people))))
    unreached = set(db.session.scalars(select(Person.id).where(Person.id.in_(people), refused())))
    talks = _talks(programme, people)
    return [
        Entry(
            each,
            "next" if each.person_id in taking_part else _why_not(each, today, each.person_id in unreached),
            *talks.get(each.person_id, (0, 0)),
        )
        for each in members
    ]


def _talks(programme: Programme, people: Select[int] | list[int]) -> dict[int, tuple[int, int]]:
    """Return how many conversations these were told of, and how many happened, by the person's id."""
    query = (
        select(Participation.person_id, func.count(), func.count().filter(Conversation.state == "met"))
        .join(Participation.conversation)
        .join(Conversation.round)
        .where(
            Participation.person_id.in_(people),
            Participation.withdrew_at.is_(None),
            Conversation.state != "cancelled",
            Round.programme_id == programme.id,
            Round.state != "drawn",
        )
    )
    counted = db.session.execute(query.group_by(Participation.person_id))
    return {person: (talks, met) for person, talks, met in counted}


def _why_not(member: Membership, today: date, refused: bool) -> str:
    if member.person.confirmed_at is None or member.invited:
        return "asked"
    if not member.approved:
        return "waiting"
    if member.is_paused(today):
        return "paused"
    if member.is_skipping(today):
        return "skips"
    if refused:
        return "unreached"
    return "rests" if member.person.phone or member.person.video else "no-way"
