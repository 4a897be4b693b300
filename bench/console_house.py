"""A programme of any size in which everything has happened, written straight into the tables."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bench.bulk import write
from bench.console_troubles import troubles
from unmentor.conversations.models import Conversation, Participation
from unmentor.db import db
from unmentor.links import new_nonce
from unmentor.people.models import Person
from unmentor.programmes.models import EACH, QUARTERLY, SECOND, Membership, Programme
from unmentor.reflections.models import Reflection
from unmentor.rounds.actions import draw_round
from unmentor.rounds.models import Change, Round

PEOPLE, ROUNDS, TROUBLES, PLACES = 10_000, 26, 1_000, 120
START = datetime(2026, 5, 1, 9, tzinfo=UTC)
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
FIRST = ("Siân", "Ada", "Marek", "Priya", "Olu", "Gwen", "Tom", "Aisha", "Bartholomew", "Jo")
LAST = ("Wyn", "Okonkwo", "Featherstonehaugh", "Patel", "Jones", "Smith", "Nowak", "ap Rhys", "Byrne", "Lee")
LEARNED = "Ask people what they would miss, not what they want. " * 6


@dataclass(frozen=True, slots=True)
class House:
    """Where to look in it: an organiser, two people and their conversations, two rounds and two reflections."""

    slug: str
    organiser: int
    one: int
    other: int
    drawn: int
    sent: int
    pending: int
    public: int


def fill(people: int = PEOPLE, rounds: int = ROUNDS, many: int = TROUBLES) -> House:
    """Write the programme "bench": the newest round waits, the one before goes on, and *many* of all else there is.

    Its organiser is in it, and organises a second one.
    """
    chance = random.Random(7)
    ours, _second = (
        Programme(slug=slug, name=slug.title(), time_zone="Europe/London", starts_on=date(2026, 5, 1), created_at=START)
        for slug in ("bench", "second")
    )
    db.session.add_all([ours, _second])
    db.session.flush()
    write(Person, _people(people, chance))
    ids = list(db.session.scalars(db.select(Person.id).order_by(Person.id)))
    write(Membership, _members(ours.id, ids, chance))
    write(Membership, _members(_second.id, ids[:1], chance))
    for number in range(1, rounds):
        _round(ours.id, number, NOW - timedelta(weeks=rounds - number), number == rounds - 1, ids, chance)
    _thoughts(ours.id, many)
    troubles(ours.id, ids, many, NOW)
    waiting = draw_round(ours, 7, NOW)
    ahead = _still_ahead(ours.id)
    # Whoever looks is known already, which would spare a question.
    others = [group for group in waiting.groups if ids[0] not in group]
    one = next(person for group in others for person in group if person in ahead)
    other = next(group[0] for group in others if one not in group)
    swaps = {"round_id": waiting.id, "at": NOW, "by_id": ids[0], "kind": "swap", "undone": [], "made": []}
    write(Change, ({**swaps, "one_id": ids[1], "other_id": ids[2 + number % 5]} for number in range(min(many, 200))))
    db.session.commit()
    theirs = db.select(db.func.min(Reflection.id)).where(Reflection.person_id != ids[0])
    pending, public = (
        db.session.scalars(theirs.where(Reflection.state == state)).one() for state in ("pending", "published")
    )
    return House(ours.slug, ids[0], one, other, rounds, rounds - 1, pending, public)


def _still_ahead(programme: int) -> set[int]:
    """Return the ids of those who still have a conversation ahead, in the round that goes on."""
    ahead = db.select(Participation.person_id).join(Participation.conversation).join(Conversation.round)
    ahead = ahead.where(Round.programme_id == programme, Round.state == "sent", Conversation.state == "arranged")
    return set(db.session.scalars(ahead.where(Conversation.starts_at > NOW)))


def _people(people: int, chance: random.Random) -> Iterator[dict[str, Any]]:
    for number in range(people):
        name = f"{chance.choice(FIRST)} {chance.choice(LAST)}"
        place = chance.randrange(PLACES)
        yield {
            "nonce": new_nonce(), "session_nonce": new_nonce(), "calendar_nonce": new_nonce(), "name": name,
            "email": f"person.{number}@council-{place}.example.gov.uk", "phone": "+441632960002",
            "told_organisation": f"Council number {place}", "availability": [], "joined_at": START,
            "confirmed_at": None if number % 50 == 49 else START,
        }  # fmt: skip


def _members(programme: int, ids: list[int], chance: random.Random) -> Iterator[dict[str, Any]]:
    for place, number in enumerate(ids):
        yield {
            "nonce": new_nonce(), "person_id": number, "programme_id": programme, "joined_at": START,
            "role": "organiser" if place < 3 else "participant", "state": "paused" if place % 9 == 8 else "active",
            "silences": chance.choice((0, 0, 0, 1, 2)), "approved": place % 70 != 69,
            # A third take part less often.
            "every": (EACH, EACH, SECOND, EACH, EACH, QUARTERLY)[place % 6],
        }  # fmt: skip


def _round(programme: int, number: int, drawn: datetime, going_on: bool, ids: list[int], chance: random.Random) -> None:
    new = Round(
        programme_id=programme, number=number, state="sent" if going_on else "closed", drawn_at=drawn, sent_at=drawn,
        closed_at=None if going_on else drawn + timedelta(weeks=3), seed=number, algorithm="", digest="", inputs={},
        certificate={}, plan=None, proved=True, groups=[], learned={"marks": {}, "met": {}},
    )  # fmt: skip
    db.session.add(new)
    db.session.flush()
    order = chance.sample(ids, len(ids) // 2 * 2)
    write(Conversation, (_talk(new.id, number, place, drawn, going_on, chance) for place in range(len(order) // 2)))
    talks = db.session.scalars(
        db.select(Conversation.id).where(Conversation.round_id == new.id).order_by(Conversation.id)
    )
    pairs = zip(talks.all(), order[::2], order[1::2], strict=True)
    parts = ((talk, person, person == one) for talk, one, other in pairs for person in (one, other))
    write(Participation, (_part(*part, going_on=going_on, at=drawn, chance=chance) for part in parts))


def _talk(
    round_id: int, number: int, place: int, drawn: datetime, going_on: bool, chance: random.Random
) -> dict[str, Any]:
    happened = chance.choice(("met", "met", "met", "missed", "cancelled"))
    return {
        "round_id": round_id, "state": ("arranged", "met")[place % 2] if going_on else happened,
        "starts_at": drawn + timedelta(days=3 + place % 6, hours=place % 6), "minutes": 30, "room": "",
        "arranged_at": drawn, "uid": f"{number}-{place}@bench", "stamped_at": drawn,
    }  # fmt: skip


def _part(
    talk: int, person: int, starts: bool, *, going_on: bool, at: datetime, chance: random.Random
) -> dict[str, Any]:
    answered = not going_on and chance.random() < 0.7
    return {
        "nonce": new_nonce(), "conversation_id": talk, "person_id": person, "starts": starts,
        "met": "yes" if answered else None, "challenged": 3 if answered else None,
        "answered_at": at + timedelta(days=9) if answered else None,
    }  # fmt: skip


def _thoughts(programme: int, many: int) -> None:
    """Let as many be public, as many wait, and as many be decided on just now."""
    parts = db.session.execute(
        db.select(Participation.id, Participation.person_id).order_by(Participation.id).limit(3 * many)
    ).all()
    states = (("published", None), ("pending", None), ("published", NOW - timedelta(minutes=2)))
    write(Reflection, (
        {
            "slug": f"thought-{place}", "programme_id": programme, "person_id": person, "participation_id": part,
            "text": LEARNED, "attribution": "anonymous", "state": state, "written_at": START, "decided_at": decided,
            "published_at": START if state == "published" else None,
        }
        for place, (part, person) in enumerate(parts) for state, decided in (states[place % 3],)
    ))  # fmt: skip
