"""Stored mail is sealed: whoever steals the database or a backup reads no words in it, and forges no Message-ID.

AES-256-GCM under a key derived from SECRET_KEY (HKDF, RFC 5869), with a fresh nonce a message. What is sealed begins
with a byte that no mail begins with, so mail that was stored before there was a seal is still read.
"""

import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MARK = b"\x01"
NONCE = 12
KEY = 32


class Unreadable(ValueError):  # noqa: N818 - it is named by what happened
    """What is stored was sealed with another key, or has been changed since."""


class Seal:
    """Closes and opens the bytes of stored mail with one key."""

    def __init__(self, secret_key: str) -> None:
        self._cipher = AESGCM(derived_key(secret_key, "stored mail"))

    def close(self, content: bytes) -> bytes:
        """Return *content* as it is stored."""
        nonce = os.urandom(NONCE)
        return MARK + nonce + self._cipher.encrypt(nonce, content, None)

    def open(self, stored: bytes) -> bytes:
        """Return what *stored* holds. Raises Unreadable."""
        if not stored.startswith(MARK):
            return stored
        start = len(MARK)
        try:
            return self._cipher.decrypt(stored[start : start + NONCE], stored[start + NONCE :], None)
        except (InvalidTag, ValueError):
            raise Unreadable("It was written under another SECRET_KEY. Set that one, and try again") from None


@lru_cache(maxsize=4)
def seal(secret_key: str) -> Seal:
    """Return the seal of *secret_key*."""
    return Seal(secret_key)


@lru_cache(maxsize=16)
def derived_key(secret_key: str, purpose: str) -> bytes:
    """Return a key for *purpose* alone, from which the secret key cannot be found."""
    return HKDF(SHA256(), KEY, salt=None, info=f"unmentor {purpose}".encode()).derive(secret_key.encode())
