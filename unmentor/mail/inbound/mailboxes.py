"""Mailboxes where mail comes back: on this machine (Maildir), or on a server (IMAP, RFC 3501).

Each mail comes with what marks it as read. What nobody marks is left as it was found, and known again by its identity:
a Maildir never gives a name twice, nor a server a number within one UIDVALIDITY.
"""

import imaplib
import ssl
from collections.abc import Callable, Generator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import unquote, urlsplit

from unmentor.mail.inbound.bounded import MOST
from unmentor.settings import LOOPBACK, WrongSetting

# Seconds for each answer of a server.
TIMEOUT = 30.0
SEEN = "S"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A mail that nobody has read yet: what it is known by, its beginning, and what says that it was read."""

    identity: str
    # What cannot be read is empty, and so for a person; the rest still comes.
    read: Callable[[], bytes]
    mark_read: Callable[[], object]


Mails = Generator[Waiting, None, None]


@dataclass(frozen=True, slots=True)
class ImapServer:
    """Where mail waits."""

    host: str
    port: int
    tls: bool
    user: str
    password: str
    folder: str

    @classmethod
    def parse(cls, url: str) -> "ImapServer":
        """Return what an ``imaps://user:pass@host:993/INBOX`` URL names.

        Raises WrongSetting for anything else, or where the password would cross a network in the clear.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            parts, port = urlsplit(""), None
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        folder = unquote(parts.path.strip("/")) or "INBOX"
        if parts.scheme not in {"imap", "imaps"} or not (parts.hostname and user and password):
            raise WrongSetting("--imap", "write it as imaps://user:password@host/INBOX, with %40 for an @ in a name")
        if parts.scheme == "imap" and parts.hostname not in LOOPBACK:
            raise WrongSetting("--imap", "imap:// would send the password in the clear; write imaps://")
        if not (said := user + password + folder).isascii() or not said.isprintable():
            raise WrongSetting("--imap", "IMAP takes a user, password and folder of plain letters, digits and signs")
        tls = parts.scheme == "imaps"
        return cls(parts.hostname, port or (993 if tls else 143), tls, user, password, folder)


def alone(stream: BinaryIO) -> Mails:
    """Yield the one message that *stream* holds."""
    content = stream.read(MOST)
    while stream.read(MOST):  # a mail server that could not write all of it would think that it was not taken
        pass
    yield Waiting("", lambda: content, lambda: None)


def in_maildir(folder: Path) -> Mails:
    """Yield what nobody has read in a Maildir, oldest first. Raises FileNotFoundError where *folder* is none."""
    found = [path for part in ("new", "cur") for path in (folder / part).iterdir() if not path.name.startswith(".")]
    for path in sorted(found, key=lambda path: path.name):
        name, _, flags = path.name.partition(":2,")
        # Not a folder, nor a pipe that would be waited for; nor what a mail program moved meanwhile.
        if SEEN not in flags and path.is_file():
            yield Waiting(name, partial(_beginning, path), partial(_move_to_cur, path))


def in_imap(server: ImapServer) -> Mails:
    """Yield what nobody has read in a folder of a server. Raises OSError or imaplib.IMAP4.error where it cannot."""
    with _connected(server) as imap:
        imap.login(server.user, server.password)
        folder = server.folder.replace("\\", "\\\\").replace('"', '\\"')
        _accepted(imap.select(f'"{folder}"'))
        [validity] = imap.response("UIDVALIDITY")[1]
        [unseen] = _accepted(imap.uid("SEARCH", "UNSEEN"))
        for uid in (unseen or b"").decode().split():
            known_by = f"{(validity or b'').decode()}:{uid}"
            yield Waiting(known_by, partial(_fetched, imap, uid), partial(_flag, imap, uid))


def _beginning(path: Path) -> bytes:
    with suppress(OSError), path.open("rb") as file:
        return file.read(MOST)
    return b""


def _move_to_cur(path: Path) -> None:
    # The standard library could do this only by writing the mail anew, and not always the same bytes.
    name, _, flags = path.name.partition(":2,")
    with suppress(FileNotFoundError):  # a mail program moved it meanwhile
        path.rename(path.parent.parent / "cur" / f"{name}:2,{''.join(sorted({*flags, SEEN}))}")


def _connected(server: ImapServer) -> imaplib.IMAP4:
    if server.tls:
        context = ssl.create_default_context()
        return imaplib.IMAP4_SSL(server.host, server.port, ssl_context=context, timeout=TIMEOUT)
    return imaplib.IMAP4(server.host, server.port, timeout=TIMEOUT)


def _fetched(imap: imaplib.IMAP4, uid: str) -> bytes:
    try:
        # Unlike BODY, BODY.PEEK does not mark as read.
        _, fetched = imap.uid("FETCH", uid, f"(BODY.PEEK[]<0.{MOST}>)")
    except imaplib.IMAP4.abort:  # the connection is gone, and with it the rest
        raise
    except imaplib.IMAP4.error:
        return b""
    return next((part[1] for part in fetched if isinstance(part, tuple)), b"")


def _flag(imap: imaplib.IMAP4, uid: str) -> None:
    _accepted(imap.uid("STORE", uid, "+FLAGS.SILENT", r"(\Seen)"))


def _accepted(answer: tuple[str, list[Any]]) -> list[Any]:
    kind, data = answer
    if kind != "OK":
        raise imaplib.IMAP4.error(
            b" ".join(part for part in data if isinstance(part, bytes)).decode("ascii", "replace")
        )
    return data
