"""A service to attack, started as the README says: gunicorn, a worker and the catcher, each a process, on loopback."""

import http.client
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from html import unescape
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

from unmentor.mail.catcher import server as catcher
from unmentor.settings import Settings

ROOT = Path(__file__).parent.parent
GUNICORN = "gunicorn --workers 2 --threads 4 --no-control-socket --log-level warning --forwarded-allow-ips="
ORGANISER = "organiser@unmentoring.example"


@dataclass
class Browser:
    """Keeps cookies, follows nothing, and sends the token of the page before."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def open(self, path: str, form: dict[str, str] | None = None, **headers: str) -> tuple[int, str]:
        """Return the status and the body of a page, or of a form that is sent to it."""
        body = urlencode(form) if form is not None else None
        kept = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} if self.cookies else {}
        known = kept | ({"Content-Type": "application/x-www-form-urlencoded"} if body else {})
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=40)) as connection:
            connection.request("POST" if body else "GET", path, body, known | headers)
            answer = connection.getresponse()
            for line in answer.headers.get_all("Set-Cookie", []):
                self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
            return answer.status, unescape(answer.read().decode(errors="replace"))

    def send(self, path: str, page: str = "", **form: str) -> tuple[int, str]:
        """Open *page*, or the form's own, and send the form with the token that stands there."""
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.open(page or path)[1])
        return self.open(path, {"csrf_token": token[1] if token else "", **form})


@dataclass
class Service:
    """A service that answers, on a folder of its own."""

    port: int
    folder: Path
    environment: dict[str, str]
    printed: str

    def mails(self, to: str) -> list[str]:
        """Return what was caught for an address, oldest first."""
        files = sorted((self.folder / "mail" / "caught").glob("*/*"), key=lambda path: path.stat().st_mtime_ns)
        texts = [path.read_text(errors="replace") for path in files if path.is_file()]
        return [text for text in texts if text.startswith(f"Delivered-To: {to}\n")]

    def mail(self, to: str, count: int = 1) -> str:
        """Return the newest of so many mails to an address, once it is there."""
        until = time.monotonic() + 15
        while len(found := self.mails(to)) < count and time.monotonic() < until:
            time.sleep(0.1)
        return found[-1].replace("=\n", "").replace("=3D", "=")

    def flask(self, *command: str) -> str:
        """Run a command of the operator's, and return what it prints."""
        run = [sys.executable, "-m", "flask", *command]
        done = subprocess.run(run, cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=60)
        return done.stdout + done.stderr


@contextmanager
def served(folder: Path, demo: bool = False) -> Iterator[Service]:
    """Start everything in *folder*, and stop it in the end. Raises TimeoutError where it does not answer."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    folder.mkdir(exist_ok=True)
    known = environment(folder, {"BASE_URL": f"http://127.0.0.1:{port}"})
    service = Service(port, folder, known, "")
    service.flask("db", "upgrade")
    if demo:
        service.flask("demo")
        service.printed = service.flask("organiser", "add", ORGANISER, "--programme", "unmentoring")
    caught = catcher.start(Settings.from_environment(known))
    started: list[subprocess.Popen[bytes]] = []
    try:
        for command in (f"{GUNICORN} --bind 127.0.0.1:{port} app:app", "flask worker"):
            run = [sys.executable, "-m", *command.split()]
            started.append(
                subprocess.Popen(run, cwd=ROOT, env=known, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
            )
        _wait_for(port)
        yield service
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(timeout=30)
        caught.stop()


def _wait_for(port: int) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        try:
            if Browser(port).open("/healthz")[0] == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("The service did not start")


def environment(folder: Path, given: dict[str, str]) -> dict[str, str]:
    """Return what a service in *folder* is started with, and nothing of whoever starts it."""
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
    return kept | {"UNMENTOR_INSTANCE": str(folder), "FLASK_APP": "app"} | given
