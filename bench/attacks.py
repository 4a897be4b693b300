"""What a stranger can do to a service that runs: each try over HTTP, against gunicorn, a worker and mail on loopback.

``python -m bench attacks`` prints what it tried and what came of it; 1 is "held". It ends by itself after a minute.
"""

import base64
import gzip
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

from bench.attack_house import ORGANISER, ROOT, Browser, Service, environment, served
from bench.table import Row

TITLE = "Attacks: what was tried, and whether it held"
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


def rows() -> Iterator[Row]:
    """Yield what each try came to, the budgets last since they close the door."""
    with tempfile.TemporaryDirectory() as folder, served(Path(folder) / "one", demo=True) as service:
        organiser = Browser(service.port)
        organiser.send(urlsplit(re.search(r"http\S+/sign-in/\S+", service.printed)[0]).path)
        yield from stopping(service)
        yield from settings(Path(folder))
        yield from poisoning(service, organiser)
        yield from confirming(service)
        yield from forwarding(service, organiser)
        yield from codes(service)
        yield from forging(service, organiser)
        yield from restoring(service, Path(folder) / "two")
        yield from bombing(service)


def held(what: str, value: bool, note: str) -> Row:
    """Return the row of a try that holds or does not."""
    return Row(what, float(value), "held", goal="1 held", note=note)


def stopping(service: Service) -> Iterator[Row]:
    """A1: as many forms of combining marks as both workers have threads, and somebody who only reads beside them."""
    for what, marks in (("just under the limit", MARKS[::6]), ("far over it", MARKS)):

        def attack(_number: int, marks: str = marks) -> int:
            return Browser(service.port).open("/sign-in", {"email": marks})[0]

        with ThreadPoolExecutor(8) as pool:
            attacks, waits = [pool.submit(attack, number) for number in range(16)], []
            while not waits or not all(each.done() for each in attacks):
                start = time.perf_counter()
                Browser(service.port).open("/about")
                waits.append(time.perf_counter() - start)
            said, waited = sorted({each.result() for each in attacks}), max(waits)
        yield Row(
            f"A1: slowest page beside 16 forms, {what}",
            waited,
            "s",
            goal="<= 1",
            note=f"{len(waits)} reads; got {said}",
        )


def settings(folder: Path) -> Iterator[Row]:
    """A3: a public address without a mail server, and a relay with links to this machine only."""
    for what, given in (
        ("public, no SMTP_URL", {"BASE_URL": "https://x.example", "OPERATOR": "Ada <ada@x.example>"}),
        ("relay, loopback links", {"SMTP_URL": "smtp://relay.example:587"}),
    ):
        known = environment(folder / "three", given)
        run = subprocess.run(
            [sys.executable, "app.py"], cwd=ROOT, env=known, capture_output=True, text=True, timeout=30
        )
        line = run.stderr.strip()
        yield held(f"A3: start with {what}", run.returncode != 0 and "\n" not in line, line[:90])


def poisoning(service: Service, organiser: Browser) -> Iterator[Row]:
    """A4: a session that is written oddly, and a name that is not ours, in what others read."""
    signed_in = f"session ={organiser.cookies['session']}"
    own = [Browser(service.port).open("/about", Cookie=signed_in)[1] for _ in range(4)]
    strange = {Browser(service.port).open("/about", Host="evil.example")[0] for _ in range(4)}
    pages = [Browser(service.port).open("/about")[1] for _ in range(8)]
    theirs = sum("Sign out" in page for page in own)
    bad = sum("Sign out" in page or "evil.example" in page for page in pages)
    note = f"{theirs} of 4 pages asked for with an odd cookie were her own; another Host got {sorted(strange)}"
    yield held("A4: her page, or another's address, in 8 pages of strangers", not bad and theirs == 4, note)


def codes(service: Service) -> Iterator[Row]:
    """A5: whoever steals the database, the backup or a list of subjects looks for what lets people in."""
    to, had = ORGANISER, len(service.mails(ORGANISER))
    asks = Browser(service.port)
    asks.send("/sign-in", email=to)
    older = re.search(r"/sign-in/[\w.-]+", service.mail(to, had + 1))[0]
    asks.send("/sign-in", email=to)
    mail = service.mail(to, had + 2)
    status = asks.open(older)[0]
    yield held("A2: an older link once a newer is sent", status == 410, f"status {status}")
    subject = re.search(r"^Subject: (.*)$", mail, re.MULTILINE)[1]
    token, code = re.search(r"/sign-in/([\w.-]+)", mail)[1], re.search(r"^(\d{6})\s*$", mail, re.MULTILINE)[1]
    time.sleep(1)
    kept = loot(service)
    found = [what for what, known in (("link", token), ("code", code)) if re.search(rf"(?<![\d.]){known}(?!\d)", kept)]
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    stranger = Browser(service.port)
    guesses = [stranger.send("/sign-in/code", page="/sign-in", email=to, code=wrong)[0] for _ in range(12)]
    status = asks.send("/sign-in/code", page="/sign-in", email=to, code=code)[0]
    yield held("A6: wrong codes lock somebody out", status == 303, f"guesses got {set(guesses)}, she {status}")
    yield held("A5: a code in a subject", code not in subject, subject)
    yield held("A5: a sign-in in the stolen database or backup", not found, f"found: {found or 'nothing'}")
    words = [
        each for each in ("List-Unsubscribe", "Content-Type", "BEGIN:VCALENDAR", f":{service.port}/c/") if each in kept
    ]
    with closing(sqlite3.connect(service.folder / "unmentor.sqlite")) as stolen:
        bodies = [row[0] for row in stolen.execute("SELECT content FROM body")]
    named = sum(b"Vera" in body for body in bodies)
    yield held(
        "A5: words of any mail, or names in bodies, in either", bool(bodies) and not words and not named,
        f"{len(bodies)} bodies; words: {words or 'none'}; with a name: {named}",
    )  # fmt: skip


def loot(service: Service) -> str:
    """Return all that a thief of the database's files and of a backup reads, with what base64 hides."""
    service.flask("backup", str(service.folder / "stolen"))
    backup = gzip.decompress((service.folder / "stolen").read_bytes())
    long = re.findall(rb"[A-Za-z0-9+/]{40,}", backup)
    hidden = [base64.b64decode(each[: len(each) // 4 * 4]) for each in long]
    files = [path.read_bytes() for path in service.folder.glob("unmentor.sqlite*")]
    return b"\n".join([*files, backup, *hidden]).decode(errors="replace")


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
    service.flask("round", "send", "unmentoring", str(max(map(int, rounds))))
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
    with closing(sqlite3.connect(service.folder / "unmentor.sqlite")) as base:
        known = (
            "SELECT about, person_id, queued_at, message_id FROM message WHERE recipient = ? AND kind = 'invitation'"
        )
        about, person, queued, real = base.execute(known, [to]).fetchone()
    moment = datetime.fromisoformat(queued).replace(tzinfo=UTC).isoformat()
    guessed = sha256(repr((about, person, "invitation", 0, to, moment)).encode()).hexdigest()[:40]
    for what, mark, count in (("forged from all that the mail is about", guessed, 0), ("true", real[1:41], 1)):
        bounce = service.folder / "bounce"
        bounce.write_text(FORGED.format(recipient=to, mark=mark))
        said = service.flask("mail", "receive", str(bounce)).strip().splitlines()[-1]
        yield held(f"A9: a bounce {what} counts {count} times", f" {count} undeliverable" in said, said)
    for number in range(20):
        organiser.send("/me/not-with", email=f"somebody{number}@devon.example")
    listed = len(set(re.findall(r"somebody\d+@devon", organiser.open("/me/not-with")[1])))
    yield Row("A9: people whom one person avoids", listed, "", goal="<= 10", note="she asked for 20")


def restoring(service: Service, folder: Path) -> Iterator[Row]:
    """A2: a cookie after signing out; a cookie and a key from after the backup, once its numbers are given again."""
    service.flask("backup", str(service.folder / "before"))
    lost = Browser(service.port)
    join(lost, "lost@devon.example", "Lost", "01632 960 112")
    lost.send(re.search(r"/confirm/\S+", service.mail("lost@devon.example"))[0])
    inside, own = lost.open("/me")
    feed = re.search(r"/calendar/[\w.-]+\.ics", own)
    folder.mkdir()
    (folder / "secret_key").write_text((service.folder / "secret_key").read_text())
    restored = Service(service.port, folder, environment(folder, {}), "")
    restored.flask("db", "upgrade")
    said = restored.flask("restore", str(service.folder / "before")).strip().splitlines()[-1]
    with served(folder) as again:
        new = Browser(again.port)
        join(new, "new@devon.example", "New", "01632 960 113")
        new.send(re.search(r"/confirm/\S+", again.mail("new@devon.example"))[0])
        old = Browser(again.port, dict(lost.cookies))
        yield held("A2: a session from before a restore", inside == 200 and old.open("/me")[0] != 200, said[:80])
        status = Browser(again.port).open(feed[0])[0] if feed else 0
        yield held("A2: a calendar address from before a restore", status == 404, f"status {status}")
        copied = Browser(again.port, dict(new.cookies))
        before = copied.open("/me")[0]
        new.send("/sign-out", page="/me")
        yield held("A2: a copied cookie after its owner signed out", before == 200 and copied.open("/me")[0] != 200, "")


def bombing(service: Service) -> Iterator[Row]:
    """A6: forty who ask at once for one address, and one source that asks for many."""
    to = ORGANISER
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
