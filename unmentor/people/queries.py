"""People, as questions to the database."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from unmentor.db import db
from unmentor.mail.models import Message
from unmentor.people.models import Exclusion, Person, SignIn


def person_at(email: str) -> Person | None:
    """Return who has the address *email*, in the spelling of ``address.standard``."""
    return db.session.scalar(select(Person).where(Person.email == email))


def person_of(nonce: str | None) -> Person | None:
    """Return the person whom keys name by *nonce*, also where they have left."""
    return db.session.scalar(select(Person).where(Person.nonce == nonce))


def person_in(session_nonce: str) -> Person | None:
    """Return whose sessions carry a nonce."""
    return db.session.scalar(select(Person).where(Person.session_nonce == session_nonce))


def owner_of_calendar(nonce: str | None) -> Person | None:
    """Return whose calendar an address with this nonce is, also where they have left."""
    return db.session.scalar(select(Person).where(Person.calendar_nonce == nonce))


def silent_since(moment: datetime) -> Sequence[Person]:
    """Return who was asked to confirm before *moment* for the last time, and never did."""
    asked = select(Message.id).where(Message.person_id == Person.id, Message.queued_at >= moment)
    silent = select(Person).where(
        Person.confirmed_at.is_(None), Person.left_at.is_(None), Person.joined_at < moment, ~asked.exists()
    )
    return db.session.scalars(silent.order_by(Person.id)).all()


def sign_in_of(token_hash: str) -> SignIn | None:
    """Return the sign-in whose token has this hash."""
    return db.session.scalar(select(SignIn).where(SignIn.token_hash == token_hash))


def exclusions(person: Person) -> Sequence[Exclusion]:
    """Return whom *person* would rather not meet, by address."""
    return db.session.scalars(select(Exclusion).where(Exclusion.person_id == person.id).order_by(Exclusion.typed)).all()
