"""The catcher: a real SMTP server for a machine without one. It keeps what it accepts, and nothing leaves."""

import mailbox
import socket
from asyncio import Server
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from unmentor.settings import Settings, SmtpServer

HOST = "127.0.0.1"


def start(settings: Settings) -> "Catcher":
    """Start catching on a free port; ``stop`` the result in the end. Other processes find it by ``server``."""
    catching = Catcher(settings)
    catching.start()
    _port_file(settings).write_text(str(catching.port))
    return catching


def server(settings: Settings) -> SmtpServer:
    """Return where mail is handed over: the server of the settings, or the catcher. Raises OSError where none runs."""
    if settings.smtp:
        return settings.smtp
    try:
        return SmtpServer(HOST, int(_port_file(settings).read_text()), "none")
    except (FileNotFoundError, ValueError):
        raise ConnectionRefusedError("the built-in catcher is not running; start the app, or set SMTP_URL") from None


@contextmanager
def at_hand(settings: Settings) -> Iterator[None]:
    """Make sure that there is a catcher while the block runs, where mail is to be caught."""
    running = start(settings) if settings.catches_mail and not _answers(settings) else None
    try:
        yield
    finally:
        if running:
            running.stop()


def caught(settings: Settings) -> mailbox.Maildir:
    """Return the mailbox that caught mail is kept in."""
    folder = settings.instance / "mail"
    folder.mkdir(parents=True, exist_ok=True)
    return mailbox.Maildir(folder / "caught")


class Catcher(Controller):
    """The running server, in a thread of its own."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(_Keep(caught(settings)), hostname=HOST, port=0)
        self._settings = settings

    def stop(self, no_assert: bool = False) -> None:
        """Stop catching."""
        _port_file(self._settings).unlink(missing_ok=True)
        super().stop(no_assert)

    def _trigger_server(self) -> None:
        # The port was 0, "any"; only now does it have a number.
        self.port = cast(Server, self.server).sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]  # - aiosmtpd says no types here


class _Keep:
    def __init__(self, kept: mailbox.Maildir) -> None:
        self._kept = kept

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep a message as it came, with the envelope's recipient written on top."""
        content: Any = envelope.content
        self._kept.add(b"Delivered-To: %b\n" % ", ".join(envelope.rcpt_tos).encode() + content.replace(b"\r\n", b"\n"))
        return "250 Kept"


def _port_file(settings: Settings) -> Path:
    return settings.instance / "mail" / "port"


def _answers(settings: Settings) -> bool:
    try:
        where = server(settings)
        socket.create_connection((where.host, where.port), timeout=1).close()
    except OSError:
        return False
    return True
