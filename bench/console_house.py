"""A programme of ten thousand people with 26 rounds, written straight into the tables."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import insert

from unmentor.conversations.models import Conversation, Participation
from unmentor.db import db
from unmentor.links import new_nonce
from unmentor.people.models import Person
from unmentor.programmes.models import Membership, Programme
from unmentor.reflections.models import Reflection
from unmentor.rounds.models import Round

PEOPLE, ROUNDS, PLACES = 10_000, 26, 120
START = datetime(2026, 5, 4, 9, tzinfo=UTC)
NOW = START + timedelta(weeks=ROUNDS - 1, days=5)
BATCH = 2_000
FIRST = ("Siân", "Ada", "Marek", "Priya", "Olu", "Gwen", "Tom", "Aisha", "Bartholomew", "Jo")
LAST = ("Wyn", "Okonkwo", "Featherstonehaugh", "Patel", "Jones", "Smith", "Nowak", "ap Rhys", "Byrne", "Lee")


def fill(people: int = PEOPLE, rounds: int = ROUNDS) -> int:
    """Write the programme "bench"; return the id of its organiser, who is in it too."""
    chance = random.Random(7)
    programme = Programme(
        slug="bench",
        name="Bench",
        time_zone="Europe/London",
        every="weekly",
        starts_on=date(2026, 5, 1),
        created_at=START,
    )
    db.session.add(programme)
    db.session.flush()
    _many(Person, _people(people, chance))
    ids = list(db.session.scalars(db.select(Person.id).order_by(Person.id)))
    _many(Membership, _members(programme.id, ids, chance))
    for number in range(1, rounds + 1):
        _round(programme.id, number, number == rounds, ids, chance)
    db.session.commit()
    return ids[0]


def _people(people: int, chance: random.Random) -> Iterator[dict[str, Any]]:
    for number in range(people):
        name = f"{chance.choice(FIRST)} {chance.choice(LAST)}"
        place = chance.randrange(PLACES)
        yield {
            "nonce": new_nonce(), "session_nonce": new_nonce(), "calendar_nonce": new_nonce(), "name": name,
            "email": f"person.{number}@council-{place}.example.gov.uk", "phone": "+441632960002",
            "organisation": f"Council number {place}", "availability": [], "joined_at": START,
            "confirmed_at": None if number % 50 == 49 else START,
        }  # fmt: skip


def _members(programme: int, ids: list[int], chance: random.Random) -> Iterator[dict[str, Any]]:
    for place, number in enumerate(ids):
        yield {
            "nonce": new_nonce(), "person_id": number, "programme_id": programme, "joined_at": START,
            "role": "organiser" if place < 3 else "participant", "state": "paused" if place % 9 == 8 else "active",
            "silences": chance.choice((0, 0, 0, 1, 2)), "approved": place % 70 != 69,
        }  # fmt: skip


def _round(programme: int, number: int, going_on: bool, ids: list[int], chance: random.Random) -> None:
    drawn = START + timedelta(weeks=number - 1)
    new = Round(
        programme_id=programme, number=number, state="sent" if going_on else "closed", drawn_at=drawn, sent_at=drawn,
        closed_at=None if going_on else drawn + timedelta(weeks=3), seed=number, algorithm="", digest="", inputs={},
        certificate={}, plan=None, proved=True, groups=[], learned={"marks": {}, "met": {}},
    )  # fmt: skip
    db.session.add(new)
    db.session.flush()
    order = chance.sample(ids, len(ids) // 2 * 2)
    _many(Conversation, (_talk(new.id, number, place, drawn, going_on, chance) for place in range(len(order) // 2)))
    talks = db.session.scalars(
        db.select(Conversation.id).where(Conversation.round_id == new.id).order_by(Conversation.id)
    )
    pairs = zip(talks.all(), order[::2], order[1::2], strict=True)
    parts = ((talk, person, person == one) for talk, one, other in pairs for person in (one, other))
    _many(Participation, (_part(*part, going_on=going_on, at=drawn, chance=chance) for part in parts))
    _many(Reflection, _reflections(programme, new.id, number, drawn))


def _talk(
    round_id: int, number: int, place: int, drawn: datetime, going_on: bool, chance: random.Random
) -> dict[str, Any]:
    happened = chance.choice(("met", "met", "met", "missed", "cancelled"))
    return {
        "round_id": round_id, "state": chance.choice(("arranged", "met")) if going_on else happened,
        "starts_at": drawn + timedelta(days=3 + place % 5, hours=place % 6), "minutes": 30, "room": "",
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


def _reflections(programme: int, round_id: int, number: int, drawn: datetime) -> Iterator[dict[str, Any]]:
    of_it = db.select(Participation.id, Participation.person_id).join(Participation.conversation)
    some = db.session.execute(of_it.where(Conversation.round_id == round_id).order_by(Participation.id).limit(40)).all()
    for place, (part, person) in enumerate(some):
        public = place % 8 != 7
        yield {
            "slug": f"thought-{number}-{place}", "programme_id": programme, "person_id": person,
            "participation_id": part, "text": "Ask people what they would miss, not what they want. " * 4,
            "attribution": "anonymous", "state": "published" if public else "pending",
            "written_at": drawn + timedelta(days=9), "published_at": drawn + timedelta(days=10) if public else None,
        }  # fmt: skip


def _many(table: Any, rows: Iterator[dict[str, Any]]) -> None:
    waiting = iter(rows)
    while batch := list(islice(waiting, BATCH)):
        db.session.execute(insert(table), batch)
