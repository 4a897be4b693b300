"""A device that holds one passkey, as W3C Web Authentication describes it: for tests without a browser."""

import hashlib
import json
from collections.abc import Callable
from secrets import token_bytes
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


class Device:
    """It signs for one site. What it claims can be changed, to see that nobody believes it."""

    def __init__(self, origin: str) -> None:
        self.origin, self.host = origin, origin.partition("//")[2].partition(":")[0]
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.credential = token_bytes(32)
        self.handle = b""
        self.uses = 0
        self.flags = PRESENT | VERIFIED

    def make(self, options: dict[str, Any]) -> str:
        """Return the answer of ``navigator.credentials.create``."""
        self.handle = base64url_to_bytes(options["user"]["id"])
        numbers = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        attested = bytes(16) + len(self.credential).to_bytes(2, "big") + self.credential + cbor2.dumps(public)
        data = self._data(ATTESTED) + attested
        told = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer(clientDataJSON=self._client("create", options), attestationObject=told)

    def show(self, options: dict[str, Any]) -> str:
        """Return the answer of ``navigator.credentials.get``."""
        self.uses += 1
        client, data = self._client("get", options), self._data()
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(clientDataJSON=client, authenticatorData=data, signature=signature, userHandle=self.handle)

    def _data(self, more: int = 0) -> bytes:
        return hashlib.sha256(self.host.encode()).digest() + bytes([self.flags | more]) + self.uses.to_bytes(4, "big")

    def _client(self, what: str, options: dict[str, Any]) -> bytes:
        told = {"type": f"webauthn.{what}", "challenge": options["challenge"], "origin": self.origin}
        return json.dumps(told).encode()

    def _answer(self, **parts: bytes) -> str:
        name = bytes_to_base64url(self.credential)
        response = {part: bytes_to_base64url(value) for part, value in parts.items()}
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})


Change = Callable[[Device], object]
