"""The letters that a mail server of a test took, as those they are for read them."""

import re
import time
from email import message_from_bytes, policy
from email.message import EmailMessage

from smtp_server import LoggingServer

TIMEOUT = 60


class Post:
    """The letter boxes of everybody; each letter is read once."""

    def __init__(self, server: LoggingServer) -> None:
        self._server, self._read = server, set[int]()

    def letter(self, to: str, kind: str) -> EmailMessage:
        """Return the next unread letter of a *kind* to somebody, as soon as it is there. Raises AssertionError."""
        until = time.monotonic() + TIMEOUT
        while time.monotonic() < until:
            for number, (recipient, content) in enumerate(list(self._server.accepted)):
                if recipient == to and number not in self._read and f"X-UnMentor-Kind: {kind}".encode() in content:
                    self._read.add(number)
                    return message_from_bytes(content, policy=policy.default)  # type: ignore[return-value]  # - of this policy
            time.sleep(0.05)
        raise AssertionError(f"No {kind} letter to {to}")

    def text(self, to: str, kind: str) -> str:
        """Return the words of the next unread letter of a *kind* to somebody."""
        body = self.letter(to, kind).get_body(("plain",))
        assert body is not None
        return str(body.get_content())

    def link(self, to: str, kind: str, leads_to: str) -> str:
        """Return where the first link of a sort leads, in the next unread letter of a *kind*, to no page below it."""
        text = self.text(to, kind)
        found = re.search(rf"https?://\S*{leads_to}[^/\s]+(?!\S)", text)
        assert found, text
        return found[0]

    def way(self, to: str, kind: str, words: str) -> str:
        """Return where these words lead, in the next unread letter of a *kind* that has them."""
        found = None
        while found is None:
            found = re.search(rf"^{re.escape(words)}: (https?://\S+)", self.text(to, kind), re.MULTILINE)
        return found[1]

    def code(self, to: str) -> str:
        """Return the six digits that were sent to somebody."""
        found = re.search(r"\b\d{6}\b", self.text(to, "sign-in"))
        assert found
        return found[0]
