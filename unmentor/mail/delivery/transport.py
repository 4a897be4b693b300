"""The one SMTP socket: hands over one message at a time, and says truly what became of it."""

import re
import smtplib
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum, auto

from unmentor.settings import SmtpServer

# Seconds for a connection to come about, each answer on the way included.
CONNECTING = 10.0
# Seconds for one message from MAIL to the answer after its final dot. Shorter than RFC 5321 §4.5.3.2 allows: who was
# killed in the middle holds a message back for so long, and a copy sent because a server was slow is harmless.
DELIVERING = 40.0
# A connection that was idle for longer may be gone without a word.
FRESH = 20.0
# The mailbox does not exist, has moved or is misspelt, or its domain is none (RFC 3463 §3.2, §3.5); a server without
# such codes says 550, 551, 553. Microsoft 365 says 5.1.10, or 5.4.1 and means it; 5.1.0 may also be about the sender.
NO_SUCH_MAILBOX = re.compile(
    r"(?<![\d.])5\.(?:1\.(?:[1-36]|10)|2\.1|4\.(?:4|310))(?!\.?\d)"
    r"|(?<![\d.])5\.(?:1\.0|4\.1)(?!\.?\d)(?!.*sender).*(?:address rejected|recipient not found)",
    re.IGNORECASE | re.DOTALL,
)
DONE, GO_ON, CLOSING = 250, 354, 421
DETAILED = re.compile(r"5\.\d{1,3}\.\d{1,3}\b")


class Unreachable(Exception):  # noqa: N818 - it is named by what happened
    """There is no connection to the mail server; nothing was said about any message."""


class Fate(Enum):
    """What became of a message."""

    ACCEPTED = auto()
    # Not now: it may go through later.
    DEFERRED = auto()
    # Never.
    REFUSED = auto()
    # The connection was lost after the final dot: the server has it, or has not.
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a message, in the server's words."""

    fate: Fate
    said: str = ""
    # The address itself is wrong, whatever is sent there.
    no_such_mailbox: bool = False
    # The connection is of no more use.
    lost: bool = False
    # Only the connection was worn out, by the messages before: a new one will do, now.
    worn: bool = False


class Transport:
    """A kept connection to the server that *find* names when asked. Not for more than one thread."""

    def __init__(
        self,
        find: Callable[[], SmtpServer],
        sender: str,
        connecting: float = CONNECTING,
        delivering: float = DELIVERING,
    ) -> None:
        self._find, self._sender = find, sender
        self._connecting, self.delivering = connecting, delivering
        self._smtp: smtplib.SMTP | None = None
        self._delivered = 0
        self._used = 0.0

    @property
    def ready(self) -> bool:
        """Say whether there is a connection, used so lately that it will still be there."""
        return self._smtp is not None and time.monotonic() - self._used < FRESH

    def open(self) -> None:
        """Connect anew. Raises Unreachable."""
        self.close()
        try:
            self._smtp = self._connect(self._find())
        except (OSError, ValueError) as error:  # a name that cannot be one is a ValueError
            raise Unreachable(_words(error)) from error
        self._delivered, self._used = 0, time.monotonic()

    def deliver(self, recipient: str, content: bytes) -> Answer:
        """Hand over one message on the open connection. Never raises for what a server or a network does."""
        if self._smtp is None:
            raise Unreachable("There is no connection")
        deadline = time.monotonic() + self.delivering
        try:
            answer = self._introduce(self._smtp, recipient, deadline)
            if answer is None:
                _hurry(self._smtp, deadline)
                self._smtp.send(content.replace(b"\r\n.", b"\r\n..") + b".\r\n")
        except OSError as error:
            # Before the final dot: nothing was accepted. A connection that had worked may have been kept too long.
            answer = Answer(Fate.DEFERRED, _words(error), lost=True)
        answer = answer or self._verdict(self._smtp, deadline)
        return self._ready_for_more(answer)

    def close(self) -> None:
        """Let the connection go."""
        if self._smtp:
            self._smtp.close()
            self._smtp = None

    def _connect(self, server: SmtpServer) -> smtplib.SMTP:
        """Return a connection that is encrypted and verified before anything secret crosses it."""
        # Our own domain as EHLO: looking up this machine's full name may take longer than any time-out.
        own, wait = self._sender.rpartition("@")[2], self._connecting
        if server.security == "tls":
            trust = ssl.create_default_context()
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, own, timeout=wait, context=trust)
        else:
            smtp = smtplib.SMTP(server.host, server.port, own, timeout=wait)
        try:
            if server.security == "starttls":
                smtp.starttls(context=ssl.create_default_context())
            if server.user:
                smtp.login(server.user, server.password)
            smtp.ehlo_or_helo_if_needed()
        except BaseException:
            smtp.close()
            raise
        return smtp

    def _introduce(self, smtp: smtplib.SMTP, recipient: str, deadline: float) -> Answer | None:
        """Say MAIL, RCPT and DATA, all at once where the server takes that (RFC 2920); return a refusal, if any."""
        commands = [f"MAIL FROM:<{self._sender}>", f"RCPT TO:<{recipient}>", "DATA"]
        together = smtp.has_extn("pipelining")
        _hurry(smtp, deadline)
        if together:
            smtp.send("".join(f"{command}\r\n" for command in commands))
        refusal = None
        for command in commands:
            _hurry(smtp, deadline)
            if not together:
                smtp.putcmd(command)
            code, said = smtp.getreply()
            refusal = refusal or _refusal(code, said, command)
            if refusal and (refusal.lost or not together):
                break
        if refusal and code == GO_ON:
            # It waits for a message that it has refused. Without a dot it gets none.
            return replace(refusal, lost=True)
        return refusal

    def _verdict(self, smtp: smtplib.SMTP, deadline: float) -> Answer:
        """Return what the server said after the final dot. From here on silence proves nothing."""
        try:
            _hurry(smtp, deadline)
            code, said = smtp.getreply()
        except OSError as error:
            return Answer(Fate.UNKNOWN, _words(error), lost=True)
        return _refusal(code, said, ".") or Answer(Fate.ACCEPTED)

    def _ready_for_more(self, answer: Answer) -> Answer:
        """Return *answer*, the connection ready for the next message or gone."""
        worn = answer.lost and self._delivered > 0
        if answer.fate is Fate.ACCEPTED:
            self._delivered += 1
        elif answer.lost or not self._reset():
            self.close()
        self._used = time.monotonic()
        return replace(answer, worn=worn and answer.fate is Fate.DEFERRED)

    def _reset(self) -> bool:
        try:
            return self._smtp is not None and self._smtp.rset()[0] == DONE
        except OSError:
            return False


def _refusal(code: int, said: bytes, command: str) -> Answer | None:
    """Return what an answer refuses, or None where it is what was hoped for."""
    if code == GO_ON if command == "DATA" else DONE <= code < GO_ON:
        return None
    words = f"{code} {said.decode('utf-8', 'replace')}"[:300]
    if 500 <= code < 600:
        return Answer(Fate.REFUSED, words, no_such_mailbox=_no_such_mailbox(code, words, command))
    return Answer(Fate.DEFERRED, words, lost=not 400 <= code < 500 or code == CLOSING)


def _no_such_mailbox(code: int, words: str, command: str) -> bool:
    """Say whether it is the address that is wrong; after the final dot only where the server says so by a code."""
    by_codes = bool(NO_SUCH_MAILBOX.search(words)) and not command.startswith("MAIL")
    plain = command.startswith("RCPT") and not DETAILED.search(words)
    return by_codes or (plain and code in {550, 551, 553})


def _hurry(smtp: smtplib.SMTP, deadline: float) -> None:
    """Let nothing from here on wait longer than the message may still take."""
    if smtp.sock is None:
        raise smtplib.SMTPServerDisconnected("The connection was closed")
    smtp.sock.settimeout(max(deadline - time.monotonic(), 0.1))


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:300]
