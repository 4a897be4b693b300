"""Sign up, confirm, change, avoid, and leave."""

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from unmentor.db import db
from unmentor.links import keyed_hash, new_nonce
from unmentor.mail.models import Suppressed
from unmentor.people.details import Details
from unmentor.people.models import LEFT, Exclusion, Passkey, Person, Request, SignIn
from unmentor.people.queries import exclusions, person_at

MOST_EXCLUSIONS = 10


class TooManyExclusions(Exception):  # noqa: N818 - it is named by what is wrong
    """Somebody rules out as many people as they may already."""


def sign_up(email: str, details: Details, now: datetime) -> Person:
    """Return whoever is to be asked at an address whether they take part: with these details unless they confirmed."""
    person = at(email, now)
    if person.confirmed_at is None:
        change(person, details)
    return person


def at(email: str, now: datetime) -> Person:
    """Return whoever has an address; a newcomer of whom we know nothing else where nobody has it."""
    return person_at(email) or _newcomer(email, now)


def change(person: Person, details: Details) -> None:
    """Keep what a person tells of themselves."""
    for name, value in asdict(details).items():
        setattr(person, name, value)


def confirm(person: Person, now: datetime) -> bool:
    """Let *person* in for good; return whether this was the press that did it."""
    won = update(Person).where(Person.id == person.id, Person.confirmed_at.is_(None), Person.left_at.is_(None))
    if db.session.scalar(won.values(confirmed_at=now).returning(Person.id)) is None:
        return False
    heard_from(person)
    count_again(person)
    return True


def end_sessions(person: Person) -> None:
    """Sign *person* out everywhere: whoever copied a cookie of theirs holds nothing any more."""
    person.session_nonce = new_nonce()


def renew_calendar(person: Person) -> None:
    """Give the calendar of *person* another address, and let the old one lead nowhere."""
    person.calendar_nonce = new_nonce()


def avoid(person: Person, email: str) -> None:
    """Never pair *person* with whoever has an address, now or later.

    Raises TooManyExclusions: who rules out enough people picks whom they meet.
    """
    # Held, or who asks twice at once would go past the end.
    db.session.execute(select(Person.id).where(Person.id == person.id).with_for_update())
    avoided = {each.email for each in exclusions(person)}
    if email in avoided:
        return
    if len(avoided) >= MOST_EXCLUSIONS:
        raise TooManyExclusions
    db.session.add(Exclusion(person_id=person.id, email=email))


def stop_avoiding(person: Person, exclusion_id: int) -> None:
    """Let chance decide again."""
    db.session.execute(delete(Exclusion).where(Exclusion.person_id == person.id, Exclusion.id == exclusion_id))


def erase(person: Person, now: datetime) -> None:
    """Empty the row of somebody who leaves, so that history adds up and holds no detail of theirs.

    Exclusions that others hold against the address are theirs, and count again if it ever comes back: they stay, as
    keyed hashes of it.
    """
    for table in (SignIn, Passkey, Exclusion):
        db.session.execute(delete(table).where(table.person_id == person.id))
    db.session.execute(delete(Request).where(Request.email == person.email))
    if person.email:
        held = update(Exclusion).where(Exclusion.email == person.email)
        db.session.execute(held.values(email=_veiled(person.email)))
    heard_from(person)
    person.email = None
    person.name = person.phone = person.video = person.organisation = person.about = ""
    person.availability = []
    person.left_at = now


def heard_from(person: Person) -> None:
    """Write to an address again that had refused our mail."""
    db.session.execute(delete(Suppressed).where(Suppressed.address == (person.email or "").lower()))


def address_hash(email: str) -> str:
    """Return what an address that is erased is known again by, if it ever comes back."""
    return keyed_hash("address", email)


def count_again(person: Person) -> None:
    """Let what others asked of us, before the address of *person* left, count again: never to meet them."""
    for veiled in db.session.scalars(select(Exclusion).where(Exclusion.email == _veiled(person.email or ""))):
        plain = select(Exclusion.id).where(Exclusion.person_id == veiled.person_id, Exclusion.email == person.email)
        if db.session.scalar(plain):
            db.session.delete(veiled)
        else:
            veiled.email = person.email or ""


def _veiled(email: str) -> str:
    return LEFT + address_hash(email)


def _newcomer(email: str, now: datetime) -> Person:
    try:
        with db.session.begin_nested():
            person = Person(email=email, joined_at=now)
            db.session.add(person)
        return person
    except IntegrityError:  # somebody pressed twice, and the other press won
        known = person_at(email)
        if known is None:
            raise
        return known
