"""A small real IMAP server: it knows who may come in, one folder, and five commands of RFC 3501."""

import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread
from typing import Any


class MailServer(ThreadingTCPServer):
    """The server; ``mails`` are those in its folder, ``seen`` the numbers of those that were read."""

    daemon_threads = True

    def __init__(self, mails: list[bytes], tls: ssl.SSLContext | None, hangs: bool) -> None:
        self.mails, self.tls, self.hangs = mails, tls, hangs
        self.seen: set[int] = set()
        self.validity = 1
        self.commands: list[str] = []
        super().__init__(("127.0.0.1", 0), _Handler)

    def get_request(self) -> Any:
        """Return the next connection; over TLS it shakes hands when it is first read or written, in its own thread."""
        connection, address = super().get_request()
        if self.tls:
            connection = self.tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return connection, address

    @property
    def port(self) -> int:
        """Return where it listens."""
        return int(self.server_address[1])


class _Handler(StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        if self.server.hangs:
            self.rfile.read()
            return
        self.say("* OK ready")
        for line in self.rfile:
            tag, command = line.decode().rstrip("\r\n").split(" ", 1)
            self.server.commands.append(command)
            self.say(f"{tag} {self.answer(command)}")

    def answer(self, command: str) -> str:
        match re.sub(r"^UID ", "", command).split(" ", 1):
            case ["CAPABILITY"]:
                self.say("* CAPABILITY IMAP4rev1")
            case ["LOGIN", given]:
                return "OK in" if given == r'ada@example.com "p@ss \"word"' else "NO [AUTHENTICATIONFAILED] Not you"
            case ["SELECT", folder]:
                self.say(f"* {len(self.server.mails)} EXISTS")
                self.say(f"* OK [UIDVALIDITY {self.server.validity}] numbers stand")
                return "OK [READ-WRITE] selected" if folder == '"INBOX"' else "NO there is no such folder"
            case ["SEARCH", "UNSEEN"]:
                unseen = set(range(1, len(self.server.mails) + 1)) - self.server.seen
                self.say(f"* SEARCH {' '.join(map(str, sorted(unseen)))}")
            case ["FETCH", asked]:
                return self.fetch(asked)
            case ["STORE", asked]:
                number, *rest = asked.split(" ", 1)
                assert rest == [r"+FLAGS.SILENT (\Seen)"]
                self.server.seen.add(int(number))
        return "OK done"

    def fetch(self, asked: str) -> str:
        found = re.fullmatch(r"(\d+) \(BODY(\.PEEK)?\[\]<0\.(\d+)>\)", asked)
        assert found
        number, peek, most = int(found[1]), found[2], int(found[3])
        content = self.server.mails[number - 1][:most]
        if not peek:
            self.server.seen.add(number)
        if not content:
            return "NO this one is damaged"
        self.say(f"* {number} FETCH (UID {number} BODY[]<0> {{{len(content)}}}\r\n", content, b")")
        return "OK done"

    def say(self, words: str, *more: bytes) -> None:
        self.wfile.write(b"".join([words.encode(), *more]) + b"\r\n")


@contextmanager
def mailbox(*mails: bytes, tls: ssl.SSLContext | None = None, hangs: bool = False) -> Iterator[MailServer]:
    """Run a server with these mails for as long as the block takes; an empty one is damaged."""
    with MailServer(list(mails), tls, hangs) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
