"""A community that shared ten thousand reflections, for its public pages to be measured."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask.sessions import SecureCookieSessionInterface
from flask_migrate import upgrade

from bench.bulk import write
from unmentor.conversations.models import Conversation, Participation
from unmentor.db import db
from unmentor.factory import create_app
from unmentor.people.models import Person
from unmentor.programmes.models import Membership
from unmentor.reflections.models import Reflection, Topic, reflection_topic
from unmentor.reflections.search import folded, kind
from unmentor.rounds.models import Round
from unmentor.settings import Settings

REFLECTIONS, PEOPLE, TOPICS = 10_000, 400, 20
HOUSE = Path(__file__).parent.parent
START = datetime(2026, 1, 5, 9, tzinfo=UTC)
WORDS = "Ask people what they would miss, not what they want. She runs a library on that question and it works. "


def fill(environment: dict[str, str]) -> str:
    """Write a community that shared much, in the programme that is there from the start; return a member's cookie."""
    app = create_app(Settings.from_environment(environment))
    with app.app_context():
        upgrade(str(HOUSE / "migrations"))
        db.session.add_all(
            Person(id=each, name=f"Siân Ŵyn {each}", organisation=f"Council {each % 20}", joined_at=START)
            for each in range(1, PEOPLE + 1)
        )
        db.session.add_all(Topic(id=each, slug=f"topic-{each}", name=f"topic {each}") for each in range(1, TOPICS + 1))
        db.session.add(
            Round(id=1, programme_id=1, number=1, state="closed", drawn_at=START, seed=1, algorithm="", digest="",
                  inputs={}, certificate={}, proved=True)
        )  # fmt: skip
        db.session.flush()
        numbers = range(1, REFLECTIONS + 1)
        talks = {"round_id": 1, "state": "met", "minutes": 30, "room": ""}
        times = ((n, dict.fromkeys(("starts_at", "arranged_at", "stamped_at"), _at(n))) for n in numbers)
        write(Conversation, ({"id": n, "uid": str(n), **talks, **at} for n, at in times))
        write(Participation, ({"id": n, "conversation_id": n, "person_id": _writer(n)} for n in numbers))
        write(Reflection, map(_learned, numbers))
        belongs = ({"reflection_id": n, "topic_id": topic} for n in numbers for topic in _topics(n))
        write(reflection_topic, belongs)
        member = db.session.get_one(Person, 1)
        member.email, member.confirmed_at = "sian@example.gov.uk", START
        db.session.add(Membership(person=member, programme_id=1, joined_at=START))
        db.session.commit()
        signer = SecureCookieSessionInterface().get_signing_serializer(app)
        if signer is None:
            raise LookupError("No SECRET_KEY")
        cookie = signer.dumps({"person": member.session_nonce})
        db.session.remove()
        db.engine.dispose()
    return f"session={cookie!s}"


def _at(number: int) -> datetime:
    return START + timedelta(minutes=number)


def _writer(number: int) -> int:
    return number % PEOPLE + 1


def _topics(number: int) -> list[int]:
    return [(number + step) % TOPICS + 1 for step in (0, 7)]


def _learned(number: int) -> dict[str, Any]:
    text = WORDS * (number % 3 + 1)
    kinds = [kind("p", 1), kind("l", "en"), *(kind("t", f"topic-{each}") for each in _topics(number))]
    return {
        "id": number, "slug": f"thought-{number}", "programme_id": 1, "person_id": _writer(number),
        "participation_id": number, "text": text, "search": " ".join((folded(text), *kinds)), "attribution": "name",
        "signed_name": f"Siân Ŵyn {_writer(number)}", "signed_place": f"Council {_writer(number) % 20}",
        "state": "published", "written_at": _at(number), "published_at": _at(number), "language": "en",
    }  # fmt: skip
