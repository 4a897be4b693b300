"""The cast: people, programmes and what they live through, made with one call each."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask.testing import FlaskClient
from slugify import slugify

from unmentor.conversations.models import Conversation, Participation
from unmentor.db import db
from unmentor.people.models import Person
from unmentor.programmes.models import Membership, Programme
from unmentor.rounds.models import Round

START = datetime(2026, 11, 1, 9, tzinfo=UTC)


def person(name: str = "Ada Lovelace", **given: Any) -> Person:
    """Return somebody who joined and confirmed."""
    known = {
        "name": name,
        "email": f"{slugify(name)}@example.gov.uk",
        "phone": "+441632960002",
        "organisation": "Devon",
        "joined_at": START,
        "confirmed_at": START,
        "language": "en",
    }
    return kept(Person(**known | given))


def programme(name: str = "UnMentoring", **given: Any) -> Programme:
    """Return a programme with the usual rules."""
    known = {
        "slug": slugify(name),
        "name": name,
        "time_zone": "Europe/London",
        "starts_on": date(2026, 11, 1),
        "created_at": START,
    }
    return kept(Programme(**known | given))


def member(someone: Person, of: Programme, **given: Any) -> Membership:
    """Return somebody's membership of a programme."""
    return kept(Membership(**{"person": someone, "programme": of, "joined_at": START} | given))


def organiser(of: Programme, name: str = "Olu Organiser") -> Person:
    """Return somebody who organises a programme."""
    someone = person(name)
    member(someone, of, role="organiser")
    return someone


def conversation(
    of: Programme, *people: Person, starts_at: datetime = START + timedelta(days=30), **given: Any
) -> Conversation:
    """Return a conversation of a sent round of its own."""
    number = db.session.query(Round).filter_by(programme=of).count() + 1
    drawn = Round(
        programme=of, number=number, state="sent", drawn_at=START, sent_at=START, seed=number,
        algorithm="test", digest="", inputs={},
        certificate={}, plan=None, proved=True,
    )  # fmt: skip
    known = {
        "round": drawn,
        "starts_at": starts_at,
        "minutes": 30,
        "room": f"room-{number}",
        "uid": f"{number}@test",
        "stamped_at": START,
    }
    talk = Conversation(**known | given)
    talk.participations = [Participation(person=each, starts=place == 0) for place, each in enumerate(people)]
    return kept(talk)


def kept(row: Any) -> Any:
    """Store a row, and return it."""
    db.session.add(row)
    db.session.commit()
    return row


def sign_in(client: FlaskClient, someone: Person) -> None:
    """Make *client* the browser of somebody signed in."""
    with client.session_transaction() as session:
        session["person"] = someone.id


def token(client: FlaskClient) -> str:
    """Return a token that this browser's forms are accepted with."""
    from flask import session as current
    from flask_wtf.csrf import generate_csrf

    with client.application.test_request_context(), client.session_transaction() as session:
        current.update(session)
        signed: str = generate_csrf()
        session["csrf_token"] = current["csrf_token"]
    return signed


def post(client: FlaskClient, path: str, **fields: Any) -> Any:
    """Post a form as this browser would, token included."""
    return client.post(path, data={"csrf_token": token(client), **fields})
