"""Passkeys (W3C Web Authentication): a device signs a challenge of ours, and only its public key is kept here."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import webauthn
from sqlalchemy import delete, select, update
from webauthn.helpers import (
    base64url_to_bytes,
    bytes_to_base64url,
    options_to_json_dict,
    parse_authentication_credential_json,
)
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from unmentor.budgets import HOUR, Limit, spend
from unmentor.db import db
from unmentor.people.models import Passkey, Person
from unmentor.runtime import settings

MOST = 10
# Longer than anybody looks for their key; a challenge is good once within it.
TIME_TO_ANSWER = timedelta(minutes=5)
ONCE = (Limit("answers to a challenge", 1, 2 * TIME_TO_ANSWER),)
# Whole offices share one source.
OF_A_SOURCE = (Limit("passkeys that a source shows", 200, HOUR),)
VERIFIED = UserVerificationRequirement.REQUIRED


class NotAccepted(ValueError):  # noqa: N818 - it is named by what happened
    """What a device answered proves nothing here."""


class TooManyPasskeys(ValueError):  # noqa: N818 - it is named by what happened
    """Somebody has as many passkeys as they may already."""


def are_offered() -> bool:
    """Say whether browsers make passkeys for us: only for a name, never for a bare IP address."""
    try:
        ip_address(_host())
    except ValueError:
        return True
    return False


def passkeys(person: Person) -> Sequence[Passkey]:
    """Return the passkeys of *person*, oldest first."""
    return db.session.scalars(select(Passkey).where(Passkey.person_id == person.id).order_by(Passkey.id)).all()


def to_make_one(person: Person, challenge: bytes) -> dict[str, Any]:
    """Return what a browser is asked with to make a passkey that knows who it is for and asks who holds it."""
    options = webauthn.generate_registration_options(
        rp_id=_host(),
        rp_name="UnMentoring",
        user_id=_handle(person),
        user_name=person.email or "",
        user_display_name=person.name,
        challenge=challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=VERIFIED
        ),
        exclude_credentials=_descriptors(person),
    )
    return options_to_json_dict(options)


def to_show_one(person: Person | None, challenge: bytes) -> dict[str, Any]:
    """Return what a browser is asked with for a passkey of *person*, or of whoever is there."""
    options = webauthn.generate_authentication_options(
        rp_id=_host(),
        challenge=challenge,
        user_verification=VERIFIED,
        allow_credentials=_descriptors(person) if person else [],
    )
    return options_to_json_dict(options)


def add(person: Person, name: str, answer: str, challenge: bytes | None, now: datetime) -> None:
    """Keep the public key of a passkey that a device has just made for *person*.

    Raises NotAccepted, and TooManyPasskeys.
    """
    # Held, or who adds twice at once would go past the end.
    db.session.execute(select(Person.id).where(Person.id == person.id).with_for_update())
    if len(passkeys(person)) >= MOST:
        raise TooManyPasskeys
    if challenge is None or not spend(ONCE, challenge.decode(), now):
        raise NotAccepted
    with _only_what_proves():
        made = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=_host(),
            expected_origin=settings().base_url,
            require_user_verification=True,
        )
    credential = bytes_to_base64url(made.credential_id)
    if db.session.scalar(select(Passkey.id).where(Passkey.credential == credential)):
        raise NotAccepted
    db.session.add(
        Passkey(
            person_id=person.id,
            name=name,
            credential=credential,
            public_key=made.credential_public_key,
            uses=made.sign_count,
            added_at=now,
        )
    )


def use(answer: str, challenge: bytes | None, source: str, now: datetime) -> Person | None:
    """Return whose passkey signed our challenge, or None; whatever comes of it, the challenge is used up."""
    if challenge is None or not (spend(OF_A_SOURCE, source, now) and spend(ONCE, challenge.decode(), now)):
        return None
    with suppress(NotAccepted):
        return _signer(answer, challenge, now)
    return None


def remove(person: Person, number: int) -> bool:
    """Forget a passkey of *person*; return whether there was one."""
    gone = delete(Passkey).where(Passkey.person_id == person.id, Passkey.id == number).returning(Passkey.id)
    return db.session.scalar(gone) is not None


def _signer(answer: str, challenge: bytes, now: datetime) -> Person:
    with _only_what_proves():
        shown = parse_authentication_credential_json(answer)
    known = db.session.scalar(select(Passkey).where(Passkey.credential == shown.id))
    person = db.session.get(Person, known.person_id) if known else None
    if known is None or person is None or shown.response.user_handle not in {None, _handle(person)}:
        raise NotAccepted
    with _only_what_proves():
        proof = webauthn.verify_authentication_response(
            credential=shown,
            expected_challenge=challenge,
            expected_rp_id=_host(),
            expected_origin=settings().base_url,
            credential_public_key=known.public_key,
            credential_current_sign_count=known.uses,
            require_user_verification=True,
        )
    # Only from the count that was looked at: of two copies that show up at once one is refused.
    counted = update(Passkey).where(Passkey.id == known.id, Passkey.uses == known.uses)
    if db.session.scalar(counted.values(uses=proof.new_sign_count, used_at=now).returning(Passkey.id)) is None:
        raise NotAccepted
    return person


@contextmanager
def _only_what_proves() -> Iterator[None]:
    try:
        yield
    except Exception as error:  # bytes from outside break a parser in more ways than it names
        raise NotAccepted from error


def _host() -> str:
    return urlsplit(settings().base_url).hostname or ""


def _handle(person: Person) -> bytes:
    """Return what a device knows *person* by, which says nothing of them."""
    return hashlib.sha256(f"passkeys of {person.nonce}".encode()).digest()


def _descriptors(person: Person) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(each.credential)) for each in passkeys(person)]
