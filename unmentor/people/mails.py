"""What we write to people about who they are: confirm, sign in, goodbye."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from unmentor.links import link, sign
from unmentor.mail.message import Letter
from unmentor.people.models import Person, SignIn

PATIENCE = timedelta(days=7)
MINUTES = timedelta(minutes=1)


def confirmation(person: Person, programme: str, sequence: int, now: datetime) -> Letter:
    """Return the question whether this address is theirs; its link stays good until it is used."""
    values = {"programme": programme, "url": link("people.confirm", token=sign("confirm", person.nonce))}
    return _letter("confirm", person, f"person:{person.id}", values, now + PATIENCE, sequence)


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
    return _letter("goodbye", person, f"person:{person.id}", {"count": count}, now + PATIENCE)


def _letter(
    kind: str, person: Person, about: str, values: Mapping[str, object], pointless_at: datetime, sequence: int = 0
) -> Letter:
    return Letter(
        kind=kind,
        to=(person.name, person.email or ""),
        about=about,
        person_id=person.id,
        reader=person.nonce,
        values=values,
        language=person.language,
        sequence=sequence,
        pointless_at=pointless_at,
        calendar=None,
    )
