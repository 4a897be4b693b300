"""What an organiser does, page by page, in a browser with or without scripts."""

import re
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import Browser, Locator, Page, expect
from smtp_server import LoggingServer

from journeys.conftest import ORGANISER
from journeys.keyboard import choose, tab_to
from journeys.post import Post
from journeys.running import Running, visitor
from journeys.seen import Seen

EVERYBODY = """
Ada Alun Anwen Bela Bryn Cadi Cerys Dafydd Deri Eira Elin Emrys Ffion Gareth Glenys Gwen Hari Heledd Huw Idris
Ifan Ioan Jac Kit Lleu Lowri Mabli Mair Mali Marek Megan Nia Olwen Owain Priya Rhian Rhys Tegan Tomos Wyn
"""
NAMES = EVERYBODY.split()
FAULTY = {"Bela": "bela@at@gwynedd.example", "Huw": "ada@devon.example", "Wyn": "wyn at leeds"}
PLACES = ("devon", "gwynedd", "leeds", "powys", "kent", "fife")
HERE = "/organise/unmentoring"


def address(name: str) -> str:
    """Return where somebody's letters go."""
    return f"{name.lower()}@{PLACES[NAMES.index(name) % len(PLACES)]}.example"


class Organising:
    """An organiser at their browser, the people they bring, and a stranger.

    With scripts the organiser has a keyboard and nothing else, and axe looks at every page; without, a mouse.
    """

    def __init__(self, browser: Browser, server: Running, smtp: LoggingServer, scripts: bool) -> None:
        self.server, self.smtp, self.post, self.scripts, self.seen = server, smtp, Post(smtp), scripts, Seen()
        self._browser, self._looked_at = browser, set[str]()
        self.page = self.somebody()
        # Whoever listens only when a key opens it may be too late.
        self.page.on("filechooser", lambda _asked: None)
        self.page.goto(server.organiser_link)
        self.follow(self.page.get_by_role("main").get_by_role("button"))

    def somebody(self) -> Page:
        """Return the browser of somebody else."""
        return visitor(self._browser, self.server, scripts=self.scripts)

    def go(self, path: str = "") -> None:
        """Go to a page of the programme by its address, and look at it."""
        self.page.goto(HERE + path)
        self.look()

    def press(self, name: str | re.Pattern[str], role: str = "button", which: int = 0) -> None:
        """Press the button, or link, of the page's own with this name, and look at the page that it leads to."""
        found = self.page.get_by_role("main").get_by_role(role, name=name)  # type: ignore[arg-type]  # - a role
        self.follow(found.nth(which))
        self.look()

    def follow(self, way: Locator) -> None:
        """Press what leads to another page, and wait for that page."""
        if self.scripts:
            tab_to(self.page, way)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter") if self.scripts else way.click()

    def open(self, section: str) -> None:
        """Unfold a part of the page."""
        summary = self.page.locator("summary", has_text=section)
        if self.scripts:
            tab_to(self.page, summary)
        self.page.keyboard.press("Enter") if self.scripts else summary.click()

    def choose(self, selector: str) -> None:
        """Choose one of several."""
        wanted = self.page.locator(selector).first
        choose(self.page, wanted) if self.scripts else wanted.check()

    def fill(self, name: str, words: str) -> None:
        """Write this into a field, in place of what is there."""
        field = self.page.locator(f"[name={name}]")
        if self.scripts:
            tab_to(self.page, field)
            self.page.keyboard.press("Control+A")
            self.page.keyboard.type(words)
        else:
            field.fill(words)

    def look(self, what: str = "") -> None:
        """Look at a page the first time that it has this title, or is in this state; axe is a script."""
        what = what or self.page.title()
        if self.scripts and what not in self._looked_at:
            self._looked_at.add(what)
            self.seen.look(self.page)

    def weighs(self, name: str | re.Pattern[str], role: str = "button") -> Locator:
        """Press what wants a fresh proof, and type the code that comes by mail; return the button that goes on."""
        self.server.proof_grows_old(self.page.context)
        self.press(name, role)
        expect(self.page.get_by_role("heading", name="Is it still you?")).to_be_visible()
        if role == "link":  # nothing is sent to whoever only goes to a page
            self.press("Email me a code")
        self.fill("proof_code", self.post.code(ORGANISER))
        return self.page.locator("button[value=code]")

    def says(self, words: str | re.Pattern[str]) -> None:
        """Expect these words on the page."""
        expect(self.page.locator("body")).to_contain_text(words)

    def brings(self, faulty: dict[str, str]) -> None:
        """Choose a sheet of everybody, with these addresses in place of their own, and look at what would happen."""
        lines = (f"{name},{faulty.get(name, address(name))},01632 960002,{name} Council" for name in NAMES)
        words = "\n".join(["name,email,phone,organisation", *lines])
        sheet = {"name": "people.csv", "mimeType": "text/csv", "buffer": words.encode()}
        chooses = self.page.locator("[type=file]")
        if self.scripts:
            tab_to(self.page, chooses)
            with self.page.expect_file_chooser() as asked:
                self.page.keyboard.press("Enter")
            asked.value.set_files(sheet)  # type: ignore[arg-type]  # - a file in memory
        else:
            chooses.set_input_files(sheet)  # type: ignore[arg-type]  # - a file in memory
        self.press("Show what would happen")

    def downloads(self, button: Locator) -> str:
        """Return what the button gives to keep."""
        if self.scripts:
            tab_to(self.page, button)
        with self.page.expect_download() as given:
            self.page.keyboard.press("Enter") if self.scripts else button.click()
        return Path(given.value.path()).read_text()


def confirm(link: str) -> None:
    """Say yes to being brought in, as whoever follows the link of the letter does, without a browser."""
    _scheme, _, rest = link.partition("//")
    host, _, path = rest.partition("/")
    there = HTTPConnection(host)
    there.request("GET", f"/{path}")
    asked = there.getresponse()
    found = re.search(r'name="csrf_token" value="([^"]+)"', asked.read().decode())
    assert found
    cookie = {"Cookie": str(asked.getheader("Set-Cookie")).partition(";")[0], "Referer": link}
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    there.request("POST", f"/{path}", urlencode({"csrf_token": found[1]}), cookie | form)
    said = there.getresponse()
    there.close()
    assert (said.status, said.getheader("Location")) == (303, "/me")
