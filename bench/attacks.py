"""What a stranger can do to a service that runs: each try over HTTP, against gunicorn, worker and mail on loopback.

``python -m bench attacks`` prints what it tried and what came of it; 1 is "held". It ends by itself after a minute.
"""

import http.client
import os
import re
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from html import unescape
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from bench.table import Row

TITLE = "Attacks: what was tried, and whether it held"
ROOT = Path(__file__).parent.parent
MARKS = "̀" * 30_000 + "̖" * 30_000
FORGED = """From: MAILER-DAEMON@relay.example
To: unmentoring@localhost
Subject: Undelivered
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example

Final-Recipient: rfc822; {recipient}
Action: failed
Status: 5.1.1

--b
Content-Type: message/rfc822

Message-ID: <{mark}@localhost>
To: {recipient}

--b--
"""


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


def rows() -> Iterator[Row]:
    """Yield what each try came to, the budgets last since they close the door."""
    with tempfile.TemporaryDirectory() as folder, served(Path(folder) / "one", demo=True) as service:
        organiser = Browser(service.port)
        organiser.send(urlsplit(re.search(r"http\S+/sign-in/\S+", service.printed)[0]).path)
        yield from stopping(service)
        yield from settings(Path(folder))
        yield from poisoning(service, organiser)
        yield from codes(service)
        yield from confirming(service)
        yield from forwarding(service, organiser)
        yield from forging(service, organiser)
        yield from restoring(service, Path(folder) / "two")
        yield from bombing(service)


def held(what: str, value: bool, note: str) -> Row:
    """Return the row of a try that holds or does not."""
    return Row(what, float(value), "held", goal="1 held", note=note)


def stopping(service: Service) -> Iterator[Row]:
    """A1: six forms of combining marks, and somebody who only reads."""
    for what, marks in (("just under the limit", MARKS[:: len(MARKS) // 5000]), ("far over it", MARKS)):

        def attack(_number: int, marks: str = marks) -> int:
            return Browser(service.port).open("/sign-in", {"email": marks})[0]

        with ThreadPoolExecutor(6) as pool:
            attacks, start = pool.map(attack, range(6)), time.perf_counter()
            Browser(service.port).open("/about")
            waited = time.perf_counter() - start
            said = sorted(set(attacks))
        yield Row(
            f"A1: reader beside six forms of marks, {what}", waited, "s", goal="<= 1", note=f"attackers read {said}"
        )


def settings(folder: Path) -> Iterator[Row]:
    """A3: a public address without a mail server, and a relay with links to this machine only."""
    for what, given in (
        ("public, no SMTP_URL", {"BASE_URL": "https://x.example", "OPERATOR": "Ada <ada@x.example>"}),
        ("relay, loopback links", {"SMTP_URL": "smtp://relay.example:587"}),
    ):
        environment = _environment(folder / "three", given)
        run = subprocess.run(
            [sys.executable, "app.py"], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=30
        )
        line = run.stderr.strip()
        yield held(f"A3: start with {what}", run.returncode != 0 and "\n" not in line, line[:90])


def poisoning(service: Service, organiser: Browser) -> Iterator[Row]:
    """A4: a session that is written oddly, and a name that is not ours, in what others read."""
    signed_in = f"session ={organiser.cookies['session']}"
    Browser(service.port).open("/about", Cookie=signed_in, Host="evil.example")
    page = Browser(service.port).open("/about")[1]
    yield held("A4: somebody else's page, or address, in the cache", "Sign out" not in page and "evil" not in page, "")


def codes(service: Service) -> Iterator[Row]:
    """A5: whoever steals the database, the backup or a list of subjects looks for what lets people in."""
    to = "organiser@unmentoring.example"
    Browser(service.port).send("/sign-in", email=to)
    mail = service.mail(to)
    subject = re.search(r"^Subject: (.*)$", mail, re.MULTILINE)[1]
    token, code = re.search(r"/sign-in/([\w-]+)", mail)[1], re.search(r"^(\d{6})\s*$", mail, re.MULTILINE)[1]
    time.sleep(1)
    service.flask("backup", str(service.folder / "stolen"))
    with closing(sqlite3.connect(service.folder / "unmentor.sqlite")) as stolen:
        kept = " ".join(
            str(row) for table in ("message", "body", "sign_in") for row in stolen.execute(f"SELECT * FROM {table}")
        )
    yield held("A5: a code in a subject", code not in subject, subject)
    yield held("A5: a sign-in in the stolen database", token not in kept and f"'{code}'" not in kept, "")
    yield held("A5: words of any mail in the stolen database", "Subject:" not in kept, "bodies are sealed")


def confirming(service: Service) -> Iterator[Row]:
    """A7: a second join with the same address, and other details."""
    to, victim = "victim@devon.example", Browser(service.port)
    join(victim, to, "Vera", "01632 960 111")
    first = re.search(r"/confirm/\S+", service.mail(to))[0]
    join(Browser(service.port), to, "Buy gold at evil dot example", "01632 960 666")
    second = service.mail(to, 2)
    page = victim.open(first)[1]
    yield held(
        "A7: the victim confirms the attacker's phone", "960111" in page.replace(" ", "") and "666" not in page, ""
    )
    yield held("A6: words of a stranger's in a mail to an unconfirmed address", "gold" not in second, "")
    victim.send(first)


def forwarding(service: Service, organiser: Browser) -> Iterator[Row]:
    """A8: the page of a conversation, in the hands of whoever it was forwarded to."""
    organiser.send("/organise/unmentoring/draw", page="/organise/unmentoring")
    rounds = re.findall(r"/organise/unmentoring/rounds/(\d+)", organiser.open("/organise/unmentoring")[1])
    newest = f"/organise/unmentoring/rounds/{max(map(int, rounds))}"
    seen = re.search(r'name="seen" value="([^"]*)"', organiser.open(newest)[1])
    organiser.send(f"{newest}/send", page=newest, **({"seen": seen[1]} if seen else {}))
    key = re.search(r"/c/[\w.-]+", service.mail("victim@devon.example", 3))[0]
    stranger = Browser(service.port)
    yield held("A8: the lifelong calendar address on a forwarded page", "/calendar/" not in stranger.open(key)[1], "")
    moved = 0
    for _ in range(8):
        offered = re.findall(r'name="start"[^>]*value="(\d{4}-[^"]+)"', stranger.open(f"{key}/move")[1])
        moved += bool(offered) and stranger.send(f"{key}/move", start=offered[-1])[0] == 303
    yield Row(
        "A8: moves of one conversation by its key", moved, "", goal="<= 3", note="a mail to each of its people a move"
    )


def forging(service: Service, organiser: Browser) -> Iterator[Row]:
    """A9: a bounce with a Message-ID worked out from what anybody knows, and twenty people to avoid."""
    to = "victim@devon.example"
    told = (f"conversation:{1}", 1, "invitation", 0, to, "2026-11-24T12:00:00+00:00")
    bounce = service.folder / "bounce"
    bounce.write_text(FORGED.format(recipient=to, mark=sha256(repr(told).encode()).hexdigest()[:40]))
    said = service.flask("mail", "receive", str(bounce)).strip().splitlines()[-1]
    yield held("A9: a forged bounce silences somebody", "0 undeliverable" in said, said)
    for number in range(20):
        organiser.send("/me/not-with", email=f"somebody{number}@devon.example")
    listed = len(set(re.findall(r"somebody\d+@devon", organiser.open("/me/not-with")[1])))
    yield Row("A9: people whom one person avoids", listed, "", goal="<= 10")


def restoring(service: Service, folder: Path) -> Iterator[Row]:
    """A2: a cookie after signing out; a cookie and a key from after the backup, once its numbers are given again."""
    service.flask("backup", str(service.folder / "before"))
    lost = Browser(service.port)
    join(lost, "lost@devon.example", "Lost", "01632 960 112")
    lost.send(re.search(r"/confirm/\S+", service.mail("lost@devon.example"))[0])
    inside = lost.open("/me")[0]
    folder.mkdir()
    (folder / "secret_key").write_text((service.folder / "secret_key").read_text())
    restored = Service(service.port, folder, _environment(folder, {}), "")
    restored.flask("db", "upgrade")
    said = restored.flask("restore", str(service.folder / "before")).strip().splitlines()[-1]
    with served(folder) as again:
        new = Browser(again.port)
        join(new, "new@devon.example", "New", "01632 960 113")
        new.send(re.search(r"/confirm/\S+", again.mail("new@devon.example"))[0])
        old = Browser(again.port, dict(lost.cookies))
        yield held("A2: a session from before a restore", inside == 200 and old.open("/me")[0] != 200, said[:80])
        copied = Browser(again.port, dict(new.cookies))
        before = copied.open("/me")[0]
        new.send("/sign-out", page="/me")
        yield held("A2: a copied cookie after its owner signed out", before == 200 and copied.open("/me")[0] != 200, "")


def bombing(service: Service) -> Iterator[Row]:
    """A6: forty who ask at once for one address, and one source that asks for many."""
    to = "organiser@unmentoring.example"
    had = len(service.mails(to))
    browsers = [Browser(service.port) for _ in range(40)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda each: each.send("/sign-in", email=to), browsers))
    time.sleep(4)
    yield Row("A6: mails to an address that forty asked for at once", len(service.mails(to)) - had, "", goal="<= 5")
    said = [join(Browser(service.port), f"bomb{number}@devon.example", "Bob", "01632 960 114") for number in range(40)]
    yield Row(
        "A6: joins that one source may still ask for", said.count(303), "", goal="< 40", note="the others read 429"
    )


def join(browser: Browser, email: str, name: str, phone: str) -> int:
    """Join, and return what came back."""
    known = {"email": email, "name": name, "phone": phone, "language": "en", "agree": "yes", "programme": "unmentoring"}
    return browser.send("/join", **known)[0]


@contextmanager
def served(folder: Path, demo: bool = False) -> Iterator[Service]:
    """Start everything in *folder*, and stop it in the end."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    folder.mkdir(exist_ok=True)
    given = {"BASE_URL": f"http://127.0.0.1:{port}", "UNMENTOR_DEMO": "1" if demo else "0", "PYTHONUNBUFFERED": "1"}
    environment, log = _environment(folder, given), folder / "log"
    with log.open("w") as file:
        process = subprocess.Popen([sys.executable, "app.py"], cwd=ROOT, env=environment, stdout=file, stderr=file)
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until and process.poll() is None:
            if "Stop with" in log.read_text() and _answers(port):
                break
            time.sleep(0.2)
        yield Service(port, folder, environment, log.read_text())
    finally:
        process.terminate()
        process.wait(timeout=30)


def _answers(port: int) -> bool:
    try:
        return Browser(port).open("/healthz")[0] == 200
    except OSError:
        return False


def _environment(folder: Path, given: dict[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
    return kept | {"UNMENTOR_INSTANCE": str(folder), "FLASK_APP": "app"} | given
