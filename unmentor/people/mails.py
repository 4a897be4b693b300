"""What we write to people about who they are: confirm, sign in, goodbye."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from unmentor.links import Above, link, sign
from unmentor.mail.message import Letter
from unmentor.people.models import Person, Request, SignIn

EXPIRES_AFTER = timedelta(days=7)
MINUTES = timedelta(minutes=1)


def confirmation(request: Request, programme: str, person: Person | None) -> Letter:
    """Return the question whether an address is theirs, with a link that confirms the details of *request* alone.

    It holds not a word that somebody typed: that may be an advert, and its reader need not have asked. *person* is
    whom we have at the address, not confirmed yet, or none.
    """
    return Letter(
        kind="confirm",
        to=("", request.email),
        about=f"request:{request.nonce}",
        person_id=person.id if person else None,
        reader=person.nonce if person else "",
        values={"programme": programme, "url": link(Above.CONFIRM, token=sign("confirm", request.nonce))},
        language=(request.details or {}).get("language", "en"),
        expires_at=request.asked_at + EXPIRES_AFTER,
    )


def sign_in(asked: SignIn, token: str, code: str) -> Letter:
    """Return the mail with a link for the browser that asked, and a code for any other."""
    values = {
        "url": link("people.sign_in_link", token=token),
        "code": code,
        "minutes": (asked.expires_at - asked.asked_at) // MINUTES,
    }
    return _letter("sign-in", asked.person, f"sign-in:{asked.id}", values, asked.expires_at)


def goodbye(person: Person, count: int, now: datetime) -> Letter:
    """Return the last mail to somebody who leaves; *count* conversations happened."""
    return _letter("goodbye", person, f"person:{person.id}", {"count": count}, now + EXPIRES_AFTER)


def _letter(kind: str, person: Person, about: str, values: Mapping[str, object], expires_at: datetime) -> Letter:
    return Letter(
        kind=kind,
        to=(person.name, person.email or ""),
        about=about,
        person_id=person.id,
        reader=person.nonce,
        values=values,
        language=person.language,
        expires_at=expires_at,
        calendar=None,
    )
