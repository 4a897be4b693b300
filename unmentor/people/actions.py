"""Sign up, confirm, change, avoid, and leave."""

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Select, delete, or_, select, update
from sqlalchemy.exc import IntegrityError

from unmentor.db import db, insert_new
from unmentor.links import keyed_hash, new_nonce
from unmentor.mail.models import Suppressed
from unmentor.people.details import Details
from unmentor.people.models import LEFT, EmailChange, Exclusion, KeptApart, Passkey, Person, Request, SignIn
from unmentor.people.organisations import forget_unless_used
from unmentor.people.queries import exclusions, person_at

MOST_EXCLUSIONS = 10


class TooManyExclusions(Exception):  # noqa: N818 - it is named by what is wrong
    """Somebody rules out as many people as they may already."""


class AddressTaken(ValueError):  # noqa: N818 - it is named by what is wrong
    """An address is somebody's already."""


class CannotKeepApart(ValueError):  # noqa: N818 - it is named by what happened
    """There are not two people with an address each: it is one, or somebody has left."""


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


def avoid(person: Person, email: str, *, picked: bool = False) -> None:
    """Never pair *person* with whoever has an address, now or later; whom they *picked*, they know only by name.

    Raises TooManyExclusions: who rules out enough people picks whom they meet.
    """
    # Held, or who asks twice at once would go past the end.
    db.session.execute(select(Person.id).where(Person.id == person.id).with_for_update())
    avoided = exclusions(person)
    if email in {each.email if picked else each.typed for each in avoided}:
        return
    if len(avoided) >= MOST_EXCLUSIONS:
        raise TooManyExclusions
    db.session.add(Exclusion(person_id=person.id, email=email, typed="" if picked else email))


def stop_avoiding(person: Person, exclusion_id: int) -> None:
    """Let chance decide again."""
    db.session.execute(delete(Exclusion).where(Exclusion.person_id == person.id, Exclusion.id == exclusion_id))


def keep_apart(one: Person, other: Person, programme_id: int, now: datetime) -> int:
    """Never pair these two again, in no programme; return the number of that. Raises CannotKeepApart."""
    if one.email is None or other.email is None or one.id == other.id:
        raise CannotKeepApart
    first, second = sorted((one.email, other.email))
    # Organisers may decide so twice, and at once.
    db.session.execute(insert_new(KeptApart).values(one=first, other=second, programme_id=programme_id, since=now))
    return db.session.scalars(_kept_apart(first, second)).one()


def stop_keeping_apart(number: int, programme_id: int) -> bool:
    """Let chance decide again about two whom organisers of a programme kept apart; say whether this call did it."""
    pair = delete(KeptApart).where(KeptApart.id == number, KeptApart.programme_id == programme_id)
    return db.session.scalar(pair.returning(KeptApart.id)) is not None


def erase(person: Person, now: datetime) -> None:
    """Empty the row of somebody who leaves, so that history adds up and holds no detail of theirs.

    Exclusions that others hold against the address are theirs, and count again if it ever comes back: they stay, as
    keyed hashes of it. So does whom they are kept apart from.
    """
    for table in (SignIn, Passkey, Exclusion, EmailChange):
        db.session.execute(delete(table).where(table.person_id == person.id))
    db.session.execute(delete(Request).where(Request.email == person.email))
    if person.email:
        for each in db.session.scalars(select(Exclusion).where(Exclusion.email == person.email)):
            each.email, each.typed = _veiled(person.email), each.typed and _veiled(each.typed)
        _keep_apart_as(person.email, _veiled(person.email))
    heard_from(person)
    organisation = person.organisation
    person.email = None
    person.name = person.phone = person.video = person.organisation = person.about = ""
    person.availability = []
    person.left_at = now
    db.session.flush()
    forget_unless_used(organisation)


def readdress(person: Person, email: str, *, never_theirs: bool = False) -> None:
    """Let *person* be at another address, and nobody meet them who was not to meet them before. Raises AddressTaken.

    What somebody else typed stays as they typed it, or a list would tell its writer where whoever is on it has gone.
    Where the address before was *never theirs*, those who typed just that one meant somebody else.
    """
    old = person.email or ""
    try:
        with db.session.begin_nested():
            person.email = email
    except IntegrityError:  # somebody was faster
        raise AddressTaken from None
    theirs = update(Exclusion).where(Exclusion.email == old)
    theirs = theirs.where(Exclusion.typed != old) if never_theirs else theirs
    db.session.execute(theirs.values(email=email))
    _keep_apart_as(old, email)
    # Who waited for a mail at either is answered: they are in.
    db.session.execute(delete(Request).where(Request.email == old))
    db.session.execute(update(Request).where(Request.email == email).values(details=None))
    heard_from(person)
    count_again(person)


def heard_from(person: Person) -> None:
    """Write to an address again that had refused our mail."""
    db.session.execute(delete(Suppressed).where(Suppressed.address == (person.email or "").lower()))


def address_hash(email: str) -> str:
    """Return what an address that is erased is known again by, if it ever comes back."""
    return keyed_hash("address", email)


def person_hash(person: Person) -> str:
    """Return what somebody who is erased is known again by in a backup, at whatever address they are there."""
    return keyed_hash("person", person.nonce)


def count_again(person: Person) -> None:
    """Let what was asked of us before the address of *person* left count again: never to meet this one or that."""
    _keep_apart_as(_veiled(person.email or ""), person.email or "")
    email, hidden = person.email or "", _veiled(person.email or "")
    for veiled in db.session.scalars(select(Exclusion).where(Exclusion.email == hidden)).all():
        plain = select(Exclusion.id).where(Exclusion.person_id == veiled.person_id, Exclusion.email == email)
        if db.session.scalar(plain):
            db.session.delete(veiled)
        else:
            veiled.email, veiled.typed = email, email if veiled.typed == hidden else veiled.typed


def _keep_apart_as(old: str, new: str) -> None:
    """Keep whoever was kept apart from others by an *old* address, or its hash, apart from them by a *new* one."""
    for pair in db.session.scalars(select(KeptApart).where(or_(KeptApart.one == old, KeptApart.other == old))).all():
        first, second = sorted(new if each == old else each for each in (pair.one, pair.other))
        if db.session.scalar(_kept_apart(first, second)):
            db.session.delete(pair)
        else:
            pair.one, pair.other = first, second


def _kept_apart(first: str, second: str) -> Select[int]:
    return select(KeptApart.id).where(KeptApart.one == first, KeptApart.other == second)


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
