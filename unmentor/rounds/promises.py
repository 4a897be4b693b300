"""Who goes first next time: kept once they talk in a round, and renewed where that round is called off."""

from typing import Any

from sqlalchemy import Select, select, update

from unmentor.conversations.models import Conversation, Participation
from unmentor.db import db
from unmentor.programmes.models import Membership
from unmentor.rounds import queries
from unmentor.rounds.models import Round


def keep_promises(round_: Round) -> None:
    """Note that whoever was promised to go first, and talks to somebody in this round, has."""
    _note(round_, queries.talking_in(round_), first_next=False)


def renew_promises(round_: Round) -> None:
    """Let whoever was drawn first into a round that is called off, and has not talked in it, go first once more."""
    # As a draw is given it: they were left out only just now.
    people = round_.inputs.get("people", [])
    promised = [each["id"] for each in people if each.get("last_out", 0) >= round_.number]
    alone = (
        select(Participation.person_id)
        .join(Participation.conversation)
        .where(
            Conversation.round_id == round_.id,
            Conversation.state == "cancelled",
            Participation.withdrew_at.is_(None),
            Participation.person_id.in_(promised),
            Participation.person_id.not_in(queries.talking_in(round_)),
        )
    )
    _note(round_, alone, first_next=True)


def _note(round_: Round, people: Select[Any], *, first_next: bool) -> None:
    theirs = update(Membership).where(Membership.programme_id == round_.programme_id, Membership.person_id.in_(people))
    db.session.execute(theirs.where(Membership.first_next.is_not(first_next)).values(first_next=first_next))
