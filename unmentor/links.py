"""Every address put in a mail or a feed, and the signatures that make some of them keys.

A key is not stored, so it cannot leak from the database: it is the nonce of the row it opens, signed
with SECRET_KEY (HMAC-SHA256, RFC 2104) for one purpose. It can be written again in a later mail.
"""

import hashlib
import hmac
import secrets
from enum import StrEnum

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer

from unmentor.runtime import settings

NONCE_BYTES, NONCE_LENGTH = 16, 22


def new_nonce() -> str:
    """Return what names one row for good: random, so that no restore or deletion ever gives it to another."""
    return secrets.token_urlsafe(NONCE_BYTES)


class Above(StrEnum):
    """Pages that rooms lower down lead to: in a mail, or after a button.

    Naming a page is an import that no linter sees, so those of rooms above stand here, and a test holds them to the URL
    map.
    """

    BACK = "conversations.back"
    CONFIRM = "programmes.confirm"
    HOME = "public.home"
    JOIN = "programmes.join"
    JOIN_TOO = "me.join"
    MODERATION = "organise.moderation"
    NEW_EMAIL = "me.new_email"
    OLD_EMAIL = "me.old_email"
    OWN_PAGE = "me.home"
    PAUSE = "me.pause"
    PEOPLE = "organise.people"
    PROGRAMME = "organise.programme"
    REPORTS = "organise.reports"
    ROUND = "organise.round_"
    SITEMAP = "reflections.sitemap"
    UNSUBSCRIBE = "me.unsubscribe"
    WITHDRAW = "rounds.withdraw"
    WRITE = "reflections.write"


def link(endpoint: str, **values: str | int) -> str:
    """Return the absolute address of a page under BASE_URL, the only origin we ever write."""
    return settings().base_url + current_app.url_map.bind("").build(endpoint, values)


def sign(purpose: str, value: str) -> str:
    """Return a key to *value*, good for *purpose* alone."""
    signed = _signer(purpose).dumps(value)
    return signed if isinstance(signed, str) else signed.decode()


def signed(purpose: str, key: str) -> str | None:
    """Return what *key* was made for, or None where it was not made here for *purpose*."""
    try:
        value = _signer(purpose).loads(key)
    except BadSignature:
        return None
    return value if isinstance(value, str) else None


def keyed_hash(purpose: str, text: str) -> str:
    """Return what tells whether a text is this one, to whoever holds SECRET_KEY and the text; the text is not in it."""
    key = settings().secret_key.encode()
    return hmac.new(key, f"{purpose}\0{text}".encode(), hashlib.sha256).hexdigest()


def _signer(purpose: str) -> URLSafeSerializer:
    return URLSafeSerializer(
        settings().secret_key,
        salt=f"unmentor.{purpose}",
        signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"},
    )
