"""A real SMTP server that keeps what it accepts, and answers as badly as a test asks."""

from asyncio import sleep
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from aiosmtpd.controller import Controller

from unmentor.settings import SmtpServer

# What to do at a stage ("MAIL", "RCPT" or "DATA") with a recipient: give an answer, "close", "hang",
# "lose" (accept, and close without saying so), or "" for all is well.
Behaviour = Callable[[str, str], str]


class LoggingServer(Controller):
    """The server; ``accepted`` holds (recipient, bytes) in the order of acceptance."""

    def __init__(self, behave: Behaviour = lambda stage, recipient: "", **options: Any) -> None:
        self.accepted: list[tuple[str, bytes]] = []
        self.connections = 0
        self.behave = behave
        super().__init__(_Handler(self), hostname="127.0.0.1", port=0, **options)

    @property
    def address(self) -> SmtpServer:
        """Return where it listens."""
        return SmtpServer("127.0.0.1", self.port, "none")

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()
        self.connections = 0


class _Handler:
    def __init__(self, server: LoggingServer) -> None:
        self.log = server

    async def handle_EHLO(self, server: Any, session: Any, envelope: Any, hostname: str, said: list[str]) -> list[str]:  # noqa: N802 - aiosmtpd\'s name
        self.log.connections += 1
        session.host_name = hostname
        return said

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802 - aiosmtpd\'s name
        envelope.mail_from = address
        return await self._answer("MAIL", server, "") or "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802 - aiosmtpd\'s name
        answer = await self._answer("RCPT", server, address)
        if not answer:
            envelope.rcpt_tos.append(address)
        return answer or "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd\'s name
        [recipient] = envelope.rcpt_tos
        wish = self.log.behave("DATA", recipient)
        if wish not in {"", "lose"}:
            return await self._obey(wish, server)
        self.log.accepted.append((recipient, envelope.content))
        return await self._obey("close", server) if wish else "250 Accepted"

    async def _answer(self, stage: str, server: Any, recipient: str) -> str:
        wish = self.log.behave(stage, recipient)
        return await self._obey(wish, server) if wish else ""

    async def _obey(self, wish: str, server: Any) -> str:
        if wish == "hang":
            await sleep(30)
        if wish in {"hang", "close"}:
            server.transport.abort()
        return wish


@contextmanager
def listening(behave: Behaviour = lambda stage, recipient: "", **options: Any) -> Iterator[LoggingServer]:
    """Run a server for as long as the block takes."""
    server = LoggingServer(behave, **options)
    server.start()
    try:
        yield server
    finally:
        server.stop()
