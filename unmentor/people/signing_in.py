"""Sign in without a password: a link for the browser that asked, a code for any other."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, select, update

from unmentor.budgets import DAY, HOUR, Limit, spend
from unmentor.db import db
from unmentor.links import link
from unmentor.mail.outbox import queue
from unmentor.people import mails
from unmentor.people.actions import heard_from
from unmentor.people.models import Person, Request, SignIn
from unmentor.people.queries import person_at, sign_in_of
from unmentor.runtime import settings

TRIES = 5
# From browsers that asked for nothing: for one address, however many they are, and for one source.
GUESSES = (Limit("guesses at an address", 10, HOUR), Limit("guesses at an address", 30, DAY))
GUESSES_OF_A_SOURCE = (Limit("guesses of a source", 30, HOUR),)
FOR_A_MAIL = timedelta(minutes=15)
FOR_A_PRINTED_LINK = timedelta(hours=24)
BYTES = 32


def send(person: Person, browser_hash: str, now: datetime) -> None:
    """Send *person* a way in: a link for the browser that asked, and a code. Older ones of that browser end."""
    _end_older(person, browser_hash, now)
    token, code = secrets.token_urlsafe(BYTES), f"{secrets.randbelow(10**6):06}"
    asked = _asked(person, token, now, now + FOR_A_MAIL)
    asked.code_hash = _code_hash(asked, code)
    asked.browser_hash = browser_hash
    db.session.flush()
    queue(mails.sign_in(asked, token, code), now)


def printed(person: Person, now: datetime) -> str:
    """Return a link that signs *person* in once, in any browser, within a day: for commands to print."""
    token = secrets.token_urlsafe(BYTES)
    _asked(person, token, now, now + FOR_A_PRINTED_LINK)
    db.session.flush()
    return link("people.sign_in_link", token=token)


def has_code(person: Person, browser: str | None, now: datetime) -> bool:
    """Say whether *person* was sent a code from a browser that is still good there."""
    mine = _mailed(person, now).where(SignIn.browser_hash == hashed(browser or ""), SignIn.tries < TRIES)
    return db.session.scalar(mine.limit(1)) is not None


def find(token: str) -> SignIn | None:
    """Return the sign-in that a link names, used or not."""
    return sign_in_of(hashed(token))


def is_open(asked: SignIn, now: datetime) -> bool:
    """Say whether a sign-in can still be used."""
    return asked.used_at is None and asked.expires_at > now and asked.person.left_at is None


def is_here(asked: SignIn, browser: str | None) -> bool:
    """Say whether a link may be used in a browser: the one that asked, or any where it was printed."""
    if asked.browser_hash is None:
        return True
    return browser is not None and hmac.compare_digest(asked.browser_hash, hashed(browser))


def use(asked: SignIn, now: datetime) -> Person | None:
    """Use a sign-in up; return whose it is, or None where somebody was faster or it is too late."""
    won = update(SignIn).where(SignIn.id == asked.id, *_open(now)).values(used_at=now).returning(SignIn.id)
    if db.session.scalar(won) is None:
        return None
    heard_from(asked.person)
    # What was typed to join with their address has served: they are in.
    db.session.execute(update(Request).where(Request.email == asked.person.email).values(details=None))
    return asked.person


def use_code(email: str, code: str, browser: str | None, source: str, now: datetime) -> Person | None:
    """Return who signs in with the code of a mail, or None.

    Each try counts against the browser that asked for the mail. One from any other is counted by the address and by
    its source: guessing over many browsers is bounded, and locks nobody out who asks for a mail of their own.
    """
    person, asker = person_at(email), hashed(browser or "")
    if person and db.session.scalar(_mailed(person, now).where(SignIn.browser_hash == asker)):
        tried = _counted(person, asker, now)
    elif spend(GUESSES_OF_A_SOURCE, source, now) and spend(GUESSES, email, now) and person:
        tried = db.session.scalars(_mailed(person, now).where(SignIn.tries < TRIES)).all()
    else:
        tried = []
    right = [asked for asked in tried if hmac.compare_digest(asked.code_hash, _code_hash(asked, code))]
    return use(right[0], now) if right else None


def hashed(secret: str) -> str:
    """Return a random secret as we keep it."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _mailed(person: Person, now: datetime) -> Select[SignIn]:
    """Return the question for the codes that *person* was sent and that are still good."""
    return select(SignIn).where(SignIn.person_id == person.id, SignIn.browser_hash.is_not(None), *_open(now))


def _counted(person: Person, browser_hash: str, now: datetime) -> Sequence[SignIn]:
    # Counted before it is looked at, in one statement: guesses that arrive together count one by one.
    mine = update(SignIn).where(SignIn.person_id == person.id, SignIn.browser_hash == browser_hash, *_open(now))
    counted = mine.where(SignIn.tries < TRIES).values(tries=SignIn.tries + 1)
    return db.session.scalars(counted.returning(SignIn)).all()


def _end_older(person: Person, browser_hash: str, now: datetime) -> None:
    # Only those of the same browser: nobody ends what somebody else has just asked for.
    older = update(SignIn).where(SignIn.person_id == person.id, SignIn.browser_hash == browser_hash, *_open(now))
    db.session.execute(older.values(expires_at=now))


def _asked(person: Person, token: str, now: datetime, until: datetime) -> SignIn:
    asked = SignIn(person=person, token_hash=hashed(token), code_hash="", asked_at=now, expires_at=until)
    db.session.add(asked)
    return asked


def _open(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return SignIn.used_at.is_(None), SignIn.expires_at > now


def _code_hash(asked: SignIn, code: str) -> str:
    # Six digits are soon counted through, so the key that is not in the database is part of it.
    key = settings().secret_key.encode()
    return hmac.new(key, f"sign-in code {asked.token_hash} {code}".encode(), hashlib.sha256).hexdigest()
