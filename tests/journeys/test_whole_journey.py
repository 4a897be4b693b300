"""Join, be paired, say where, move it, talk, share, and be read by anybody: the whole of it, as people live it.

On a phone, without scripts, and from the mail alone: whoever talks has no account here and signs in nowhere.
"""

import re
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from icalendar import Calendar, Event
from playwright.sync_api import Browser, Page, expect
from replies import outlook
from smtp_server import LoggingServer
from sqlalchemy import update

from journeys.post import Post
from journeys.running import Running, Start, visitor
from journeys.seen import press
from unmentor.db import db
from unmentor.people.models import Person

ADA, SIAN = "ada@devon.example", "sian@gwynedd.example"
LINK = "https://meet.devon.example/ada"
NOTED = "Her housing team rings people back before noon."
LEARNED = f"{NOTED} I stopped writing letters that day."


@dataclass(frozen=True)
class Reader:
    """Somebody with a mailbox, and a browser in which they open what is in it."""

    address: str
    post: Post
    page: Page

    def opens(self, kind: str, words: str) -> None:
        """Follow a link in the next mail of a kind, once it is there."""
        self.page.goto(self.post.way(self.address, kind, words))

    def presses(self, button: str) -> None:
        """Press a button, and wait for the page that it leads to."""
        press(self.page, self.page.get_by_role("button", name=button))

    def sees(self, words: str) -> None:
        """Hold that a page says something."""
        expect(self.page.get_by_text(words)).to_be_visible()


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_two_people_talk_twice_move_it_once_and_what_one_learned_is_read_by_all(
    browser: Browser, start: Start, smtp: LoggingServer, engine: str, tmp_path: Path
) -> None:
    server, post = start(engine, smtp=f"smtp://127.0.0.1:{smtp.port}?security=none"), Post(smtp)
    organiser, stranger = visitor(browser, server), visitor(browser, server)
    organiser.goto(server.organiser_link)
    organiser.get_by_role("main").get_by_role("button").click()
    join(Reader(ADA, post, stranger), "Ada Lovelace", "Devon County Council")
    stranger.context.clear_cookies()
    people = tmp_path / "people.csv"
    people.write_text(f"name,email,phone,organisation\nSiân Ŵyn 🌱,{SIAN},01632 960001,Cyngor Gwynedd\n")
    server.command("people", "import", str(people), "--confirmed")

    server.command("round", "draw", "unmentoring", "--send")
    # Nobody is signed in on a phone.
    ada, sian = (Reader(each, post, visitor(browser, server, scripts=False, phone=True)) for each in (ADA, SIAN))
    say_where_from_the_invitation(ada, sian, LINK)
    live(server, ada, sian, tmp_path)
    assert LEARNED not in atom(server)
    organiser.goto("/organise/")
    organiser.get_by_role("listitem").filter(has_text="1 reflection waits").get_by_role("link").click()
    organiser.get_by_role("button", name="Make it public").click()
    stranger.goto("/reflections")
    stranger.get_by_role("article").get_by_role("link").first.click()
    expect(stranger.get_by_text(LEARNED)).to_be_visible()
    assert stranger.url.startswith(f"{server.address}/reflections/her-housing-team")
    assert LEARNED in atom(server)
    say_what_came_of_it(server, ada)

    with server.inside():
        db.session.execute(update(Person).where(Person.email.in_([ADA, SIAN])).values(phone="", video="on Teams"))
        db.session.commit()
    server.command("round", "draw", "unmentoring", "--send")
    say_where_where_nobody_offers_anything(ada, sian, "The café in the library")
    live(server, ada, sian, tmp_path)
    say_what_came_of_it(server, ada)
    for page in (organiser, stranger, ada.page, sian.page):
        page.context.close()
    assert not [words for words in everything_mailed(smtp) if "meet.jit.si" in words]


def say_where_from_the_invitation(ada: Reader, sian: Reader, where: str) -> None:
    """Open it from the mail, say somewhere else than they told us, and see both read the same."""
    ada.opens("invitation", "Open your conversation")
    expect(ada.page.get_by_role("heading", level=1)).to_have_text("You and Siân")
    ada.page.get_by_role("link", name="Talk somewhere else").click()
    set_place(ada, where)
    sian.opens("invitation", "Open your conversation")
    expect(sian.page.get_by_role("heading", level=1)).to_have_text("You and Ada")
    for page in (ada.page, sian.page):
        expect(page.get_by_role("link", name="Online, at meet.devon.example")).to_have_attribute("href", where)


def say_where_where_nobody_offers_anything(ada: Reader, sian: Reader, where: str) -> None:
    """Read first that it is open; whoever starts is asked, and says it for both."""
    ada.opens("invitation", "Open your conversation")
    sian.opens("invitation", "Open your conversation")
    for reader in (ada, sian):
        reader.sees("Where you talk is still open.")
    starter = ada if ada.page.get_by_text("You start, so say where").count() else sian
    starter.page.get_by_role("link", name="Say where you talk").click()
    set_place(starter, where)
    for page in (ada.page, sian.page):
        page.reload()
        expect(page.get_by_role("definition").filter(has_text=where)).to_be_visible()


def set_place(reader: Reader, where: str) -> None:
    other = reader.page.get_by_label("Somewhere else")
    if other.count():
        other.check()
    reader.page.get_by_label("A link, or where you meet").fill(where)
    reader.presses("Save where we talk")
    reader.sees("Everybody’s calendar follows.")


def live(server: Running, ada: Reader, sian: Reader, folder: Path) -> None:
    """Move it to what an Outlook proposes, talk, note, answer from the mail in two taps, and share what was noted."""
    was, wanted = propose(server, sian, folder)
    ada.opens("heads-up", "Say whether it suits you")
    ada.presses("Yes, that suits me")
    ada.sees(f"Moved to {wanted}")
    moved = invitation_in(sian.page)
    assert (moved["UID"], moved["SEQUENCE"]) == (was["UID"], was["SEQUENCE"] + 1)

    server.their_time_comes(minutes=1)
    ada.page.reload()
    expect(ada.page.get_by_role("heading", name="The half hour, if you like a shape")).to_be_visible()
    assert len(re.findall(rb"/Type\s*/Page\b", ada.page.pdf(format="A4"))) == 1, "it prints on one page"
    ada.page.get_by_label("What you would like to remember").fill(NOTED)
    ada.presses("Keep my notes")
    sian.page.reload()
    expect(sian.page.get_by_text(NOTED)).to_have_count(0)

    server.their_time_comes(minutes=40)
    server.a_minute_passes()
    ada.opens("how-was-it", "Yes, we talked")
    ada.presses("Save how it went")
    learned = ada.page.get_by_role("textbox", name="What did you learn")
    expect(learned).to_have_value(NOTED)
    learned.fill(LEARNED)
    ada.page.get_by_role("textbox", name="Topics").fill("housing, plain English")
    ada.page.get_by_label("Ada, Devon County Council").check()
    ada.presses("Share what you learned")


def propose(server: Running, sian: Reader, folder: Path) -> tuple[Event, str]:
    """Let Siân's Outlook propose a day later; return what it has of the invitation, and when that would be."""
    entry = invitation_in(sian.page)
    later = entry.decoded("DTSTART") + timedelta(days=1)
    spoil = f"DTSTART:{later:%Y%m%dT%H%M%SZ}"
    answer = outlook(
        entry["UID"], "TENTATIVE", SIAN, sequence=entry["SEQUENCE"], method="COUNTER",
        spoil=("DTSTART;TZID=GMT Standard Time:20261201T090000", spoil),
    )  # fmt: skip
    mail = folder / "counter.eml"
    mail.write_bytes(answer)
    assert server.command("mail", "receive", str(mail)).startswith("1 answer, ")
    return entry, f"{later:%A} {later.day} {later:%B}"


def invitation_in(page: Page) -> Event:
    """Return the calendar entry that a conversation's page hands out."""
    address = page.url.partition("?")[0].partition("#")[0]
    answer = page.request.get(f"{address}/invite.ics")
    [entry] = Calendar.from_ical(answer.body()).walk("VEVENT")
    return entry


def say_what_came_of_it(server: Running, ada: Reader) -> None:
    """Answer a month later, from the mail, in two taps."""
    server.a_month_passes()
    server.a_minute_passes()
    ada.opens("what-came-of-it", "An idea that I used")
    ada.presses("Save what came of it")
    ada.sees("Thank you. It counts")


def join(reader: Reader, name: str, organisation: str) -> None:
    """Join as somebody does who sees the form for the first time, and confirm from the mail."""
    page = reader.page
    page.goto("/")
    page.get_by_role("main").get_by_role("link", name="Join").first.click()
    page.get_by_role("textbox", name="name").first.fill(name)
    page.get_by_role("textbox", name="mail").fill(reader.address)
    page.get_by_role("textbox", name="phone").first.fill("01632 960002")
    page.get_by_label("organisation").first.fill(organisation)
    page.get_by_label("I agree").check()
    page.get_by_role("main").get_by_role("button").last.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(re.compile("Check your e?mail"))
    reader.opens("confirm", "Look, and count me in")
    page.get_by_role("main").get_by_role("button").click()
    page.wait_for_url("**/me")


def atom(server: Running) -> str:
    with urllib.request.urlopen(f"{server.address}/reflections.atom") as answer:
        return str(answer.read().decode())


def everything_mailed(smtp: LoggingServer) -> Iterator[str]:
    """Yield the words of every mail that left."""
    for _recipient, content in smtp.accepted:
        for part in message_from_bytes(content, policy=policy.default).walk():
            if part.get_content_maintype() == "text":
                yield part.get_content()
