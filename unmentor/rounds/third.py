"""Who has nobody in a round, and for whom nobody is free, joins a pair that said it welcomes a third."""

from collections.abc import Collection, Sequence
from datetime import datetime, time

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, selectinload

from unmentor.conversations.models import Conversation, Participation
from unmentor.conversations.move import suits_all
from unmentor.conversations.prompts import with_these
from unmentor.conversations.telling import tell
from unmentor.db import db
from unmentor.people.models import Person
from unmentor.programmes.models import Membership
from unmentor.rounds import draw_queries
from unmentor.rounds.arrange import soonest_day
from unmentor.rounds.models import Round
from unmentor.rounds.turns import in_draw
from unmentor.timetable.cadence import wall_time


def join_pairs(round_: Round, alone: Collection[int], now: datetime) -> list[Participation]:
    """Seat as many of those *alone* in a sent round as there are pairs for; return their parts. Nobody is told yet.

    Their diaries are locked already. Nobody joins whom they would rather not meet, or may not, or at a time at which
    they talk elsewhere. Whom they never met comes first, then who is from elsewhere, then a time that suits all.
    """
    pairs = _pairs(round_, now) if alone else []
    if not pairs:
        return []
    joined = []
    for person in _taking_part(round_, alone, now):
        fitting = _fitting(round_, person, pairs, now)
        if fitting:
            pairs.remove(fitting[0])
            joined.append(_join(fitting[0], person, now))
    db.session.flush()
    return joined


def _pairs(round_: Round, now: datetime) -> list[Conversation]:
    """Return the pairs of a round who both welcome a third, and talk late enough for somebody to hear of it."""
    programme = round_.programme
    query = select(Conversation).where(
        Conversation.round_id == round_.id,
        Conversation.state == "arranged",
        Conversation.starts_at >= wall_time(soonest_day(programme, now), time(), programme.zone),
        Conversation.participations.any(Participation.welcomes),
    )
    everybody = selectinload(Conversation.participations).joinedload(Participation.person)
    found = db.session.scalars(query.options(everybody).order_by(Conversation.id))
    return [talk for talk in found if talk.welcomes_a_third]


def _taking_part(round_: Round, people: Collection[int], now: datetime) -> Sequence[Person]:
    query = in_draw(round_.programme, round_.programme.today(now), round_).where(Membership.person_id.in_(people))
    members = db.session.scalars(query.options(contains_eager(Membership.person)).order_by(Membership.id))
    return [member.person for member in members]


def _fitting(round_: Round, person: Person, pairs: Sequence[Conversation], now: datetime) -> list[Conversation]:
    """Return those of *pairs* that somebody may join, the best first."""
    rule = round_.programme.same_organisation
    apart = draw_queries.apart().get(person.id, set())
    met = draw_queries.meetings(round_.programme, [person.id])
    taken = [(start, end) for who, start, end in draw_queries.busy(now) if who == person.id]

    def colleagues(talk: Conversation) -> int:
        place = person.organisation.casefold()
        return sum(bool(place) and each.organisation.casefold() == place for each in talk.people)

    def may_join(talk: Conversation) -> bool:
        been = {part.person_id for part in talk.participations}
        free = all(end <= talk.starts_at or talk.ends_at <= start for start, end in taken)
        return free and not been & {person.id, *apart} and not (rule == "forbid" and colleagues(talk))

    def weight(talk: Conversation) -> tuple[int, ...]:
        repeats = sum(frozenset((person.id, each.id)) in met for each in talk.people)
        return repeats, rule != "allow" and colleagues(talk), not suits_all(talk, talk.starts_at, person), talk.id

    return sorted(filter(may_join, pairs), key=weight)


def _join(talk: Conversation, person: Person, now: datetime) -> Participation:
    tell(talk, now)
    part = Participation(person=person, third=True, joined_at=now)
    talk.participations.append(part)
    if talk.prompts:
        person.prompts_had = with_these(person.prompts_had, talk.prompts)
    talk.sequence, talk.stamped_at = talk.sequence + 1, now
    talk.suits_all = suits_all(talk, talk.starts_at)
    return part
