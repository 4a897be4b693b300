"""Sign up, confirm, sign in, change, and leave."""

import hashlib
import hmac
import secrets
from dataclasses import asdict
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, update
from sqlalchemy.exc import IntegrityError

from unmentor.db import db
from unmentor.links import link, new_nonce
from unmentor.mail.models import Suppressed
from unmentor.mail.outbox import queue
from unmentor.people import mails
from unmentor.people.details import Details
from unmentor.people.models import Exclusion, Person, SignIn
from unmentor.people.queries import confirmations, letters_in_the_last_hour, person_at, sign_in_of
from unmentor.runtime import settings

LETTERS_AN_HOUR = 5
TRIES = 5
FOR_A_MAIL = timedelta(minutes=15)
FOR_A_PRINTED_LINK = timedelta(hours=24)
BYTES = 32


def sign_up(email: str, details: Details, now: datetime) -> Person:
    """Return whoever joins with an address: a newcomer, or who is there but has not confirmed, with these details.

    Nothing changes for somebody who has confirmed. No mail leaves yet: see ``ask_in``.
    """
    person = person_at(email) or _newcomer(email, now)
    if person.confirmed_at is None:
        change(person, details)
    return person


def change(person: Person, details: Details) -> None:
    """Keep what a person tells of themselves."""
    for name, value in asdict(details).items():
        setattr(person, name, value)


def ask_in(email: str, browser: str, now: datetime, programme: str = "UnMentoring") -> None:
    """Send whoever has an address the mail that lets them in: to confirm, or to sign in.

    Nobody is told whether anybody has it, nor that five mails an hour are enough.
    """
    person = person_at(email)
    if person is None or letters_in_the_last_hour(email, now) >= LETTERS_AN_HOUR:
        return
    if person.confirmed_at is None:
        queue(mails.confirmation(person, programme, confirmations(person), now), now)
        return
    _end_older(person, browser, now)
    token, code = secrets.token_urlsafe(BYTES), f"{secrets.randbelow(10**6):06}"
    asked = _asked(person, token, now, now + FOR_A_MAIL)
    asked.code_hash = _code_hash(asked, code)
    asked.browser_hash = _hash(browser)
    db.session.flush()
    queue(mails.sign_in(asked, token, code), now)


def printed_sign_in(person: Person, now: datetime) -> str:
    """Return a link that signs *person* in once, in any browser, within a day: for commands to print."""
    token = secrets.token_urlsafe(BYTES)
    _asked(person, token, now, now + FOR_A_PRINTED_LINK)
    db.session.flush()
    return link("people.sign_in_link", token=token)


def confirm(person: Person, now: datetime) -> bool:
    """Let *person* in for good; return whether this was the press that did it."""
    won = update(Person).where(Person.id == person.id, Person.confirmed_at.is_(None), Person.left_at.is_(None))
    if db.session.scalar(won.values(confirmed_at=now).returning(Person.id)) is None:
        return False
    _heard_from(person)
    return True


def find_sign_in(token: str) -> SignIn | None:
    """Return the sign-in that a link names, used or not."""
    return sign_in_of(_hash(token))


def is_open(asked: SignIn, now: datetime) -> bool:
    """Say whether a sign-in can still be used."""
    return asked.used_at is None and asked.expires_at > now and asked.person.left_at is None


def is_here(asked: SignIn, browser: str | None) -> bool:
    """Say whether a link may be used in a browser: the one that asked, or any where it was printed."""
    if asked.browser_hash is None:
        return True
    return browser is not None and hmac.compare_digest(asked.browser_hash, _hash(browser))


def use(asked: SignIn, now: datetime) -> Person | None:
    """Use a sign-in up; return whose it is, or None where somebody was faster or it is too late."""
    won = update(SignIn).where(SignIn.id == asked.id, *_open(now)).values(used_at=now).returning(SignIn.id)
    if db.session.scalar(won) is None:
        return None
    _heard_from(asked.person)
    return asked.person


def use_code(email: str, code: str, now: datetime) -> Person | None:
    """Return who signs in with the code of a mail, or None. Each try counts against every code that is open."""
    person = person_at(email)
    if person is None:
        return None
    # Counted before it is looked at, in one statement: guesses that arrive together count one by one.
    counted = (
        update(SignIn)
        .where(SignIn.person_id == person.id, SignIn.browser_hash.is_not(None), SignIn.tries < TRIES, *_open(now))
        .values(tries=SignIn.tries + 1)
        .returning(SignIn)
    )
    tried = db.session.scalars(counted).all()
    right = [asked for asked in tried if hmac.compare_digest(asked.code_hash, _code_hash(asked, code))]
    return use(right[0], now) if right else None


def end_sessions(person: Person) -> None:
    """Sign *person* out everywhere: whoever copied a cookie of theirs holds nothing any more."""
    person.session_nonce = new_nonce()


def renew_calendar(person: Person) -> None:
    """Give the calendar of *person* another address, and let the old one lead nowhere."""
    person.calendar_nonce = new_nonce()


def avoid(person: Person, email: str) -> None:
    """Never pair *person* with whoever has an address, now or later."""
    if not db.session.query(Exclusion).filter_by(person_id=person.id, email=email).count():
        db.session.add(Exclusion(person_id=person.id, email=email))


def stop_avoiding(person: Person, exclusion_id: int) -> None:
    """Let chance decide again."""
    db.session.execute(delete(Exclusion).where(Exclusion.person_id == person.id, Exclusion.id == exclusion_id))


def erase(person: Person, now: datetime) -> None:
    """Empty the row of somebody who leaves, so that history adds up and holds no detail of theirs.

    Exclusions that others hold against the address stay: they are theirs, and count again if it ever comes back.
    """
    db.session.execute(delete(SignIn).where(SignIn.person_id == person.id))
    db.session.execute(delete(Exclusion).where(Exclusion.person_id == person.id))
    _heard_from(person)
    person.email = None
    person.name = person.phone = person.video = person.organisation = person.about = ""
    person.availability = []
    person.left_at = now


def _heard_from(person: Person) -> None:
    """Write to an address again that had refused our mail."""
    db.session.execute(delete(Suppressed).where(Suppressed.address == person.email))


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


def _asked(person: Person, token: str, now: datetime, until: datetime) -> SignIn:
    asked = SignIn(person=person, token_hash=_hash(token), code_hash="", asked_at=now, expires_at=until)
    db.session.add(asked)
    return asked


def _end_older(person: Person, browser: str, now: datetime) -> None:
    # Only those of the same browser: nobody ends what somebody else has just asked for.
    older = update(SignIn).where(SignIn.person_id == person.id, SignIn.browser_hash == _hash(browser), *_open(now))
    db.session.execute(older.values(expires_at=now))


def _open(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return SignIn.used_at.is_(None), SignIn.expires_at > now


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _code_hash(asked: SignIn, code: str) -> str:
    # Six digits are soon counted through, so the key that is not in the database is part of it.
    key = settings().secret_key.encode()
    return hmac.new(key, f"sign-in code {asked.token_hash} {code}".encode(), hashlib.sha256).hexdigest()
