"""What a draw needs to know: who takes part, whom they have met, whom they avoid, and when they are busy."""

import json
from collections.abc import Collection
from datetime import date, datetime, timedelta
from functools import cache

from sqlalchemy import ColumnElement, CompoundSelect, Select, String, cast, select, union_all
from sqlalchemy.orm import aliased

from unmentor.conversations.models import Conversation, Participation
from unmentor.db import db
from unmentor.pairing import Entrant
from unmentor.pairing.entrants import Id
from unmentor.people.models import Exclusion, KeptApart, Person
from unmentor.programmes.models import Membership, Programme
from unmentor.rounds.models import LeftOut, Round
from unmentor.rounds.queries import latest_number
from unmentor.rounds.turns import in_draw

# Two who meet, or must not; made once, since that copies every column.
One, Other = aliased(Participation), aliased(Participation)
First, Second = aliased(Person), aliased(Person)


def entrants(
    programme: Programme,
    on: date,
    among: Collection[int] | None = None,
    round_: Round | None = None,
    *,
    stepping_in: bool = False,
) -> list[Entrant]:
    """Return who is in a draw on a day, in the terms of the pure rooms; only those *among* some ids if told.

    With *round_*, who may still come into that round, which was drawn already, *stepping_in* for somebody or not.

    Who was promised to go first next time counts as left out only just now.
    Organisations are numbered: a draw asks only whether two are the same, and what it keeps should name nobody.
    """
    # By columns: a programme may be large, and everybody else waits while a draw is stored.
    query = in_draw(programme, on, round_, stepping_in=stepping_in).with_only_columns(
        Person.id, Person.organisation, cast(Person.availability, String), Membership.standby, Membership.first_next
    )
    if among is not None:
        query = query.where(Person.id.in_(among))
    rows = db.session.execute(query.order_by(Membership.id)).all()
    here = {person for person, *_ in rows}
    turns, excluded = _last_turns(programme), apart()
    just_now = latest_number(programme) + 1 if any(first_next for *_, first_next in rows) else 0
    # Many are free at the same times, or say nothing of it.
    numbers, slots_of = {"": ""}, cache(lambda told: frozenset(json.loads(told)))
    return [
        Entrant(
            person,
            organisation=numbers.setdefault(organisation.casefold(), str(len(numbers))),
            slots=slots_of(slots),
            not_with=frozenset(excluded.get(person, set()) & here),
            standby=standby,
            last_out=just_now if first_next else turns.get(person),
        )
        for person, organisation, slots, standby, first_next in rows
    ]


def tickets(programme: Programme, person: int | None = None) -> dict[Id, str]:
    """Return what tells everybody's pseudonym in a draw of *programme*, by their ids: a long random text each.

    Only that of one *person* if told.
    """
    query = select(Membership.person_id, Membership.nonce).where(Membership.programme_id == programme.id)
    return dict(db.session.execute(query if person is None else query.where(Membership.person_id == person)).all())


def apart() -> dict[int, set[int]]:
    """Return whom each person must not meet, since one of the two would rather not, or organisers keep them apart."""
    wishes: dict[int, set[int]] = {}
    for one, other in db.session.execute(_apart()):
        wishes.setdefault(one, set()).add(other)
        wishes.setdefault(other, set()).add(one)
    return wishes


def together_though_apart(round_: Round) -> Select[int]:
    """Return the question for the ids of a round's conversations in which two are who must not meet."""
    one, other = _apart().subquery().c
    pair = select(One.conversation_id).join(Conversation, Conversation.id == One.conversation_id)
    pair = pair.join(Other, Other.conversation_id == One.conversation_id)
    return pair.where(Conversation.round_id == round_.id, One.person_id == one, Other.person_id == other)


def history(programme: Programme, among: Collection[int] | None = None) -> list[tuple[int, int, int]]:
    """Return who was paired with whom in the rounds that were sent: (round, id, id) each.

    What was called off does not count. Only those *among* some ids if told.
    """
    query = _meetings(programme).where(One.person_id < Other.person_id)
    if among is not None:
        query = query.where(One.person_id.in_(among), Other.person_id.in_(among))
    return [(number, a, b) for number, a, b in db.session.execute(query)]


def meetings(programme: Programme, people: Collection[int]) -> dict[frozenset[int], int]:
    """Return whom each of *people* was paired with before, and the number of the last round in which they were."""
    query = _meetings(programme).where(One.person_id.in_(people))
    return {frozenset((a, b)): number for number, a, b in db.session.execute(query)}


def busy(after: datetime) -> list[tuple[int, datetime, datetime]]:
    """Return who already talks to somebody in any programme after a moment, from when until when."""
    query = (
        select(Participation.person_id, Conversation.starts_at, Conversation.minutes)
        .join(Participation.conversation)
        .where(Conversation.state == "arranged", Conversation.starts_at > after, Participation.withdrew_at.is_(None))
    )
    talks = db.session.execute(query)
    return [(person, start, start + timedelta(minutes=minutes)) for person, start, minutes in talks]


def _apart() -> CompoundSelect[int, int]:
    """Return the question for who must not meet whom."""
    avoided = select(Exclusion.person_id, Person.id).join(Person, Person.email == Exclusion.email)
    kept = select(First.id, Second.id).join_from(KeptApart, First, First.email == KeptApart.one)
    return union_all(avoided, kept.join(Second, Second.email == KeptApart.other))


def _meetings(programme: Programme) -> Select[int, int, int]:
    """Return the question for who was paired with whom, in the order of rounds."""
    return (
        select(Round.number, One.person_id, Other.person_id)
        .join(Conversation, Conversation.round_id == Round.id)
        .join(One, One.conversation_id == Conversation.id)
        .join(Other, (Other.conversation_id == Conversation.id) & (One.person_id != Other.person_id))
        .where(
            Round.programme_id == programme.id,
            Round.sent_at.is_not(None),
            Conversation.state != "cancelled",
            *(part.withdrew_at.is_(None) for part in (One, Other)),
        )
        .order_by(Round.number, One.person_id, Other.person_id)
    )


def _last_turns(programme: Programme) -> dict[int, int]:
    """Return the number of the round in which each person last was left out, or third."""
    counted = (Round.programme_id == programme.id, Round.state.in_(("sent", "closed")))
    out = select(LeftOut.person_id, Round.number).join(Round, Round.id == LeftOut.round_id).where(*counted, ~_mended())
    # Found first, by their index: there are few, which SQLite cannot know.
    thirds = select(Participation.person_id, Participation.conversation_id).where(Participation.third)
    these = thirds.cte("thirds").prefix_with("MATERIALIZED")
    third = (
        select(these.c.person_id, Round.number)
        .join(Conversation, Conversation.id == these.c.conversation_id)
        .join(Conversation.round)
        .where(*counted)
    )
    turns: dict[int, int] = {}
    for person, number in db.session.execute(union_all(out, third)):
        turns[person] = max(number, turns.get(person, 0))
    return turns


def _mended() -> ColumnElement[bool]:
    """Return the condition that somebody left out of a round got a conversation in it after all."""
    after_all = select(Participation.id).join(Participation.conversation)
    return after_all.where(
        Participation.person_id == LeftOut.person_id,
        Conversation.round_id == LeftOut.round_id,
        Conversation.state != "cancelled",
    ).exists()
