"""Who knocks: somebody types an address to join or to sign in, and gets a mail there.

The page only notes the request, the same for an address that we know and for one that we do not, and answers. The
mail is written elsewhere (``programmes.door``), so that nobody can tell by the clock who takes part here.
"""

from dataclasses import asdict
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from unmentor.budgets import DAY, HOUR, Limit, spend
from unmentor.db import db
from unmentor.people.details import Details
from unmentor.people.models import Request
from unmentor.people.signing_in import hashed

# An office shares one source, and many join on the day they hear of it.
FROM_ONE_SOURCE = (Limit("mails a source asks for", 60, HOUR), Limit("mails a source asks for", 200, DAY))
TO_ONE_ADDRESS = (Limit("mails to an address", 5, HOUR), Limit("mails to an address", 15, DAY))
# Whoever has not confirmed may never have asked.
TO_A_STRANGER = (Limit("mails to a stranger", 3, DAY),)
# Counted apart, so that a flood of people who join stops nobody from signing in.
JOINS = (Limit("joins", 500, HOUR), Limit("joins", 2000, DAY))
SIGN_INS = (Limit("sign-ins", 1000, HOUR), Limit("sign-ins", 5000, DAY))
# Whoever waits at the screen has given up by then.
SOMEBODY_WAITS = timedelta(hours=1)
CONFIRM_WITHIN = timedelta(days=7)


class TooMany(Exception):  # noqa: N818 - it is named by what happened
    """Too many mails were asked for: from this source, or by everybody together."""


def knock(
    email: str,
    browser: str,
    source: str,
    now: datetime,
    *,
    known: bool = False,
    details: Details | None = None,
    programme: str = "",
) -> None:
    """Note that somebody asks to join, with *details*, or to sign in. Raises TooMany.

    Enough mails to one address are enough, silently: who asks is not told whether others did, and may correct what they
    typed all the same. A browser in which its owner has been in before (*known*) has a budget of its own, so that
    strangers cannot use it up.
    """
    if not spend(FROM_ONE_SOURCE, source, now):
        raise TooMany
    enough = not spend(TO_ONE_ADDRESS, f"{email} known" if known else email, now)
    if not enough and not spend(JOINS if details else SIGN_INS, "", now):
        raise TooMany
    if details or not enough:
        request = keep_request(email, hashed(browser), now, details, programme)
        request.answered_at = now if enough else None


def keep_request(email: str, browser_hash: str, now: datetime, details: Details | None, programme: str) -> Request:
    """Return a new request, kept; nobody has answered it yet."""
    request = Request(
        email=email,
        browser_hash=browser_hash,
        asked_at=now,
        details=asdict(details) if details else None,
        programme=programme,
    )
    db.session.add(request)
    return request


def unanswered(now: datetime) -> list[int]:
    """Return the ids of the requests that wait for a mail, oldest first; not those of who has given up."""
    waiting = select(Request.id).where(Request.answered_at.is_(None), Request.asked_at > now - SOMEBODY_WAITS)
    return list(db.session.scalars(waiting.order_by(Request.id)))


def unanswered_request(number: int) -> Request | None:
    """Return a request that waits for a mail, locked, or None where another process answers it."""
    waiting = select(Request).where(Request.id == number, Request.answered_at.is_(None))
    return db.session.scalar(waiting.with_for_update(skip_locked=True))


def request_of(nonce: str | None) -> Request | None:
    """Return the request that a key names by *nonce*."""
    return db.session.scalar(select(Request).where(Request.nonce == nonce))


def told_before(request: Request, now: datetime) -> Request | None:
    """Return the newest request to join with the same address from the same browser, if it can still be confirmed."""
    told = select(Request).where(
        Request.email == request.email,
        Request.browser_hash == request.browser_hash,
        Request.details.is_not(None),
        Request.asked_at > now - CONFIRM_WITHIN,
    )
    return db.session.scalar(told.order_by(Request.id.desc()).limit(1))


def typed_here(browser: str | None, now: datetime) -> Request | None:
    """Return what was typed last to join in a browser, while somebody may still wait there; None once it has served.

    It is there whether the address is known or not, or it would say which.
    """
    typed = select(Request).where(
        Request.browser_hash == hashed(browser or ""),
        Request.details.is_not(None),
        Request.asked_at > now - SOMEBODY_WAITS,
    )
    return db.session.scalar(typed.order_by(Request.id.desc()).limit(1)) if browser else None


def is_open(request: Request, now: datetime) -> bool:
    """Say whether a request can still be confirmed."""
    return request.details is not None and request.asked_at + CONFIRM_WITHIN > now


def forget_details(email: str) -> None:
    """Forget what was told in every request for an address: one was confirmed, or its owner has left."""
    db.session.execute(update(Request).where(Request.email == email).values(details=None))


def forget(now: datetime, kept: timedelta) -> None:
    """Forget what was told and never confirmed once its link has ended, and the whole request after a time."""
    late = update(Request).where(Request.asked_at <= now - CONFIRM_WITHIN, Request.details.is_not(None))
    db.session.execute(late.values(details=None))
    db.session.execute(delete(Request).where(Request.asked_at <= now - kept))
