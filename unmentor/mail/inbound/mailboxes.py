"""Mailboxes where mail comes back: on this machine (Maildir), or on a server (IMAP, RFC 3501).

Each mail comes with what marks it as read. What nobody marks is left as it was found.
"""

import imaplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from unmentor.settings import LOOPBACK, WrongSetting

# Seconds for each answer of a server.
PATIENCE = 30.0
# What a machine has to say is at the beginning of what it sends; a large attachment is not fetched anew every time.
MOST = 262_144
SEEN = "S"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A mail that nobody has read yet, and what says that it was."""

    content: bytes
    mark_read: Callable[[], object]


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


def in_maildir(folder: Path) -> Iterator[Waiting]:
    """Yield what nobody has read in a Maildir, oldest first. Raises FileNotFoundError where *folder* is none."""
    found = [path for part in ("new", "cur") for path in (folder / part).iterdir() if not path.name.startswith(".")]
    for path in sorted(found, key=lambda path: path.name):
        if SEEN in path.name.partition(":2,")[2]:
            continue
        try:
            content = path.read_bytes()
        except FileNotFoundError:  # a mail program moved it meanwhile
            continue
        yield Waiting(content, partial(_move_to_cur, path))


def in_imap(server: ImapServer) -> Iterator[Waiting]:
    """Yield what nobody has read in a folder of a server. Raises OSError or imaplib.IMAP4.error where it cannot."""
    with _connected(server) as imap:
        imap.login(server.user, server.password)
        folder = server.folder.replace("\\", "\\\\").replace('"', '\\"')
        _accepted(imap.select(f'"{folder}"'))
        [unseen] = _accepted(imap.uid("SEARCH", "UNSEEN"))
        for uid in (unseen or b"").decode().split():
            # Unlike BODY, BODY.PEEK does not mark as read.
            _, fetched = imap.uid("FETCH", uid, f"(BODY.PEEK[]<0.{MOST}>)")
            # One that the server cannot give is empty, and so for a person; the rest still comes.
            yield Waiting(
                next((part[1] for part in fetched if isinstance(part, tuple)), b""), partial(_flag, imap, uid)
            )


def _move_to_cur(path: Path) -> None:
    # The standard library could do this only by writing the mail anew, and not always the same bytes.
    name, _, flags = path.name.partition(":2,")
    with suppress(FileNotFoundError):  # a mail program moved it meanwhile
        path.rename(path.parent.parent / "cur" / f"{name}:2,{''.join(sorted({*flags, SEEN}))}")


def _connected(server: ImapServer) -> imaplib.IMAP4:
    if server.tls:
        context = ssl.create_default_context()
        return imaplib.IMAP4_SSL(server.host, server.port, ssl_context=context, timeout=PATIENCE)
    return imaplib.IMAP4(server.host, server.port, timeout=PATIENCE)


def _flag(imap: imaplib.IMAP4, uid: str) -> None:
    _accepted(imap.uid("STORE", uid, "+FLAGS.SILENT", r"(\Seen)"))


def _accepted(answer: tuple[str, list[Any]]) -> list[Any]:
    kind, data = answer
    if kind != "OK":
        raise imaplib.IMAP4.error(
            b" ".join(part for part in data if isinstance(part, bytes)).decode("ascii", "replace")
        )
    return data
