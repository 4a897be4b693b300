"""Two kinds of conversations beside each other: with another organisation or the same, the first of somebody or later.

Within a draw chance decides who meets whom, so these are the differences of a randomised trial.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import func, select

from unmentor.conversations.models import Conversation, Participation
from unmentor.db import db
from unmentor.impact.cells import SMALL, divided
from unmentor.impact.figures import CHALLENGED
from unmentor.people.models import Person

# By question, what is held against what; whoever is in neither is in the third.
ARMS = {"organisation": ("another", "same", "unknown"), "order": ("first", "later", "")}
Arms = dict[str, list[int]]


def arms(rounds: Sequence[int]) -> dict[str, Arms]:
    """Return, by question and by arm, how many were challenged in these rounds and how many said how much."""
    counted = {question: {arm: [0, 0] for arm in names if arm} for question, names in ARMS.items()}
    first = _first_talks()
    for _talk, people in groupby(_present(rounds), attrgetter("conversation_id")):
        together = list(people)
        for each in together:
            if each.challenged is None:
                continue
            others = [other.organisation.casefold() for other in together if other.person_id != each.person_id]
            order = "first" if each.starts_at <= first.get(each.person_id, each.starts_at) else "later"
            for arm in (
                counted["organisation"][_beside(each.organisation.casefold(), others)],
                counted["order"][order],
            ):
                arm[0] += each.challenged >= CHALLENGED
                arm[1] += 1
    return counted


def may_be_added(new: Arms) -> bool:
    """Say whether *new* answers are so many in each arm that nobody sees a single one arrive."""
    rest = new.get("unknown", [0, 0])
    small = any(0 < count < SMALL for count in (rest[0], rest[1] - rest[0]))
    return not small and divided((said, of) for arm, (said, of) in new.items() if arm != "unknown")


def _beside(mine: str, others: Iterable[str]) -> str:
    known = set(others)
    if not mine or "" in known or (mine in known and len(known) > 1):
        return "unknown"
    return "same" if mine in known else "another"


def _present(rounds: Sequence[int]) -> Sequence[Any]:
    """Return who was in the conversations of these rounds, those of one conversation together."""
    query = select(
        Participation.conversation_id,
        Participation.person_id,
        Participation.challenged,
        Person.organisation,
        Conversation.starts_at,
    ).select_from(Participation)
    query = query.join(Person, Person.id == Participation.person_id).join(Participation.conversation)
    here = query.where(Conversation.round_id.in_(rounds), Conversation.state != "cancelled")
    return db.session.execute(here.where(Participation.withdrew_at.is_(None)).order_by(Conversation.id)).all()


def _first_talks() -> dict[int, datetime]:
    """Return when everybody had their first conversation that took place."""
    talked = select(Participation.person_id, func.min(Conversation.starts_at)).join(Participation.conversation)
    there = talked.where(Conversation.state == "met", Participation.withdrew_at.is_(None))
    return dict(db.session.execute(there.group_by(Participation.person_id)).all())
