"""What a browser remembers: who is in, what it asked for, and in which language."""

import secrets

from flask import g, session

from unmentor.people.models import Person


def enter(person: Person) -> str | None:
    """Sign *person* in here with a fresh session; return the page of ours that they were on their way to."""
    wanted = session.get("next")
    _start_afresh(session.get("language") or person.language)
    session.permanent = True
    session["person"] = person.session_nonce
    return safe(wanted)


def leave() -> None:
    """Sign whoever is here out; only the language stays."""
    _start_afresh(session.get("language"))


def asks(address: str, wanted: str | None = None) -> str:
    """Remember that a mail was asked for here; return the secret by which this browser is known again."""
    session["address"] = address
    session["next"] = safe(wanted)
    session["browser"] = session.get("browser") or secrets.token_urlsafe(16)
    return str(session["browser"])


def secret() -> str | None:
    """Return the secret of a browser that asked for a mail, or None."""
    return session.get("browser")


def safe(wanted: str | None) -> str | None:
    """Return *wanted* where it is a page of our own, else None: nobody is sent elsewhere by a link to us."""
    # Browsers read a backslash as a slash and drop control characters, so "/\t/elsewhere" would lead elsewhere.
    if not wanted or not wanted.isprintable() or "\\" in wanted or " " in wanted:
        return None
    return wanted if wanted.startswith("/") and not wanted.startswith("//") else None


def _start_afresh(language: str | None) -> None:
    # Nothing of the old session stays, so nobody can plant one and wait for its owner to sign in.
    session.clear()
    g.pop("person", None)
    if language:
        session["language"] = language
