"""The cast: people, programmes and what they live through, made with one call each."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

from flask import has_request_context
from flask.testing import FlaskClient
from slugify import slugify
from sqlalchemy import event, select

from unmentor.conversations.models import Conversation, Participation
from unmentor.db import db
from unmentor.mail.models import Message
from unmentor.mail.queries import content
from unmentor.people.models import Person
from unmentor.programmes.models import Membership, Programme
from unmentor.reflections.actions import topics as topics_named
from unmentor.reflections.models import Reflection, signature
from unmentor.rounds.models import Round

START = datetime(2026, 11, 1, 9, tzinfo=UTC)


def person(name: str = "Ada Lovelace", **given: Any) -> Person:
    """Return somebody who joined and confirmed."""
    return kept(new_person(name, **given))


def new_person(name: str, **given: Any) -> Person:
    """Return somebody who joined and confirmed, to be stored with what they are part of."""
    known = {
        "name": name,
        "email": f"{slugify(name)}@example.gov.uk",
        "phone": "+441632960002",
        "organisation": "Devon",
        "joined_at": START,
        "confirmed_at": START,
        "language": "en",
    }
    return Person(**known | given)


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


def member(someone: Person, programme: Programme, **given: Any) -> Membership:
    """Return somebody's membership of a programme."""
    return kept(Membership(**{"person": someone, "programme": programme, "joined_at": START} | given))


def organiser(programme: Programme, name: str = "Olu Organiser") -> Person:
    """Return somebody who organises a programme."""
    someone = person(name)
    member(someone, programme, role="organiser", state="paused")
    return someone


def conversation(
    programme: Programme, *people: Person, starts_at: datetime = START + timedelta(days=30), **given: Any
) -> Conversation:
    """Return a conversation of a sent round of its own."""
    number = db.session.query(Round).filter_by(programme=programme).count() + 1
    drawn = Round(
        programme=programme, number=number, state="sent", drawn_at=START, sent_at=START, seed=number,
        algorithm="test", digest="", inputs={},
        certificate={}, plan=None, proved=True, learned={"marks": {}, "met": {}},
    )  # fmt: skip
    known = {
        "round": drawn,
        "starts_at": starts_at,
        "arranged_at": START,
        "minutes": 30,
        "room": f"room-{number}",
        "uid": f"{number}@test",
        "stamped_at": START,
    }
    talk = Conversation(**known | given)
    talk.participations = [Participation(person=each, starts=place == 0) for place, each in enumerate(people)]
    return kept(talk)


def reflection(
    part: Participation, text: str = "Ask what they would miss.", topics: str = "", **given: Any
) -> Reflection:
    """Return something public that somebody learned in a conversation."""
    known = {
        "participation": part,
        "person": part.person,
        "programme": part.conversation.round.programme,
        "slug": slugify(text, max_length=60),
        "text": text,
        "attribution": "name",
        "state": "published",
        "written_at": START,
        "published_at": START,
    }
    known |= given
    known["signed_name"], known["signed_place"] = signature(known["person"], known["attribution"])
    return kept(Reflection(**{"topics": topics_named(topics.split())} | known))


def kept(row: Any) -> Any:
    """Store a row, and return it."""
    db.session.add(row)
    session = db.session()
    # What was just written need not be read again, before the next commit.
    session.expire_on_commit = False
    try:
        session.commit()
    finally:
        session.expire_on_commit = True
    return row


def sign_in(client: FlaskClient, someone: Person) -> None:
    """Make *client* the browser of somebody signed in."""
    with client.session_transaction() as session:
        session["person"] = someone.session_nonce
        session["proved"] = client.application.extensions["clock"]().timestamp()


def token(client: FlaskClient) -> str:
    """Return a token that this browser's forms are accepted with."""
    from flask import session as current
    from flask_wtf.csrf import generate_csrf

    app = client.application
    with app.app_context(), app.test_request_context(), client.session_transaction() as session:
        current.update(session)
        signed: str = generate_csrf()
        session["csrf_token"] = current["csrf_token"]
    return signed


def post(client: FlaskClient, path: str, **fields: Any) -> Any:
    """Post a form as this browser would, token included."""
    return client.post(path, data={"csrf_token": token(client), **fields})


def letter_to(recipient: str, kind: str) -> Any:
    """Return the newest mail of a kind to an address."""
    newest = select(Message).where(Message.recipient == recipient, Message.kind == kind).order_by(Message.id.desc())
    return message_from_bytes(content(db.session.scalars(newest).first()), policy=default)


def mailed(recipient: str, kind: str) -> str:
    """Return the text of the newest mail of a kind to an address."""
    return str(letter_to(recipient, kind).get_body(("plain",)).get_content())


def path_in(text: str, start: str) -> str:
    """Return the first path in a mail that starts so, as "/confirm/…"."""
    return re.search(rf"https?://[^/\s]+({start}/\S+)", text)[1]


@contextmanager
def statements(of: Callable[[], bool] = has_request_context) -> Iterator[list[str]]:
    """Yield what requests ask the database in the block; what a worker asks each second is not theirs.

    With another *of*, whatever is asked while that says yes.
    """
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if of():
            asked.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
