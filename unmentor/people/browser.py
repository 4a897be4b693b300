"""What a browser remembers: who is in, what it asked for, and in which language."""

import hashlib
import hmac
import secrets
from datetime import datetime
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit, urlunsplit

from flask import g, request, session

from unmentor.people.models import Person
from unmentor.runtime import settings

LONGEST_ADDRESS = 45
CHALLENGE_BYTES = 32


def enter(person: Person, now: datetime) -> str | None:
    """Sign *person* in here with a fresh session; return the page of ours that they were on their way to."""
    wanted = session.get("next")
    _start_afresh(session.get("language") or person.language)
    session["known"] = _mark(person.email or "")
    session.permanent = True
    session["person"] = person.session_nonce
    prove(now)
    return safe(wanted)


def prove(now: datetime) -> None:
    """Remember that whoever is here has just shown who they are."""
    session["proved"] = now.timestamp()


def has_proved_since(moment: datetime) -> bool:
    """Say whether whoever is here has shown who they are at *moment* or later."""
    return float(session.get("proved", 0)) >= moment.timestamp()


def challenge(now: datetime) -> bytes:
    """Return a random number that only this browser can have answered, instead of an older one."""
    made = secrets.token_urlsafe(CHALLENGE_BYTES)
    session["challenge"] = (made, now.timestamp())
    return made.encode()


def challenged_since(moment: datetime) -> bytes | None:
    """Return the challenge that this browser got at *moment* or later, and forget it."""
    made, at = session.pop("challenge", ("", 0))
    return made.encode() if at >= moment.timestamp() else None


def leave(*, for_good: bool = False) -> None:
    """Sign whoever is here out; only the language stays, and who it was unless they leave *for_good*."""
    if for_good:
        session.pop("known", None)
    _start_afresh(session.get("language"))


def asks(address: str, wanted: str | None = None) -> str:
    """Remember that a mail was asked for here; return the secret by which this browser is known again."""
    session["address"] = address
    session["next"] = safe(wanted)
    session["browser"] = session.get("browser") or secrets.token_urlsafe(16)
    return str(session["browser"])


def has_been(address: str) -> bool:
    """Say whether whoever has an address was signed in here before."""
    return session.get("known") == _mark(address)


def secret() -> str | None:
    """Return the secret of a browser that asked for a mail, or None."""
    return session.get("browser")


def safe(wanted: str | None) -> str | None:
    """Return *wanted* where it is a page of our own, else None: nobody is sent elsewhere by a link to us."""
    # Browsers read a backslash as a slash and drop control characters, so "/\t/elsewhere" would lead elsewhere.
    if not wanted or not wanted.isprintable() or "\\" in wanted or " " in wanted:
        return None
    return wanted if wanted.startswith("/") and not wanted.startswith("//") else None


def page_before() -> str | None:
    """Return the page of ours that a form was sent from, where the browser says so."""
    page = urlsplit(request.referrer or "")
    return safe(urlunsplit(("", "", page.path, page.query, "")))


def source() -> str:
    """Return the network that a request comes from, as far as trusted proxies know. For budgets only.

    Of an IPv6 address its /64: whoever has one has all of them.
    """
    told = [each.strip() for each in ",".join(request.headers.getlist("X-Forwarded-For")).split(",")]
    trusted = settings().trusted_proxies
    address = told[-trusted] if 0 < trusted <= len(told) else request.remote_addr or ""
    try:
        ip = ip_address(address)
    except ValueError:
        return address[:LONGEST_ADDRESS]
    return str(ip if ip.version == 4 else ip_network((ip, 64), strict=False))


def _mark(address: str) -> str:
    return hmac.new(settings().secret_key.encode(), f"was here {address}".encode(), hashlib.sha256).hexdigest()[:32]


def _start_afresh(language: str | None) -> None:
    # Nothing of the old session stays, so nobody can plant one and wait for its owner to sign in: only who was here,
    # so that the mails others ask for do not count against them.
    known = session.get("known")
    session.clear()
    if known:
        session["known"] = known
        session.permanent = True
    g.pop("person", None)
    if language:
        session["language"] = language
