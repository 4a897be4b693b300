"""From what somebody wrote to whoever follows: looked at, told by email, objected to, changed, taken back, stopped."""

import urllib.request
from collections.abc import Iterator
from contextlib import suppress

from cast import conversation, person
from playwright.sync_api import Browser, expect
from smtp_server import LoggingServer
from sqlalchemy import select

from journeys.post import Post
from journeys.running import Running, Start, visitor
from journeys.seen import Seen
from journeys.test_whole_journey import ADA, LEARNED, SIAN, Reader
from unmentor.conversations.calendar_entry import key
from unmentor.db import db
from unmentor.programmes.models import Programme

ANYBODY, CONSOLE = "anybody@example.org", "/organise/unmentoring/reflections"
BETTER = f"{LEARNED} Nobody misses them."
# Wherever what is public can be found, and how it is told there.
PLACES = (
    "/", "/reflections", "/reflections?q=noon", "/topics", "/topics/housing", "/reflections.atom", "/reflections.rss",
    "/reflections.json", "/topics/housing.atom", "/topics/housing.json", "/sitemap.xml",
)  # fmt: skip
TOLD = ("Her housing team", "her-housing-team", ">housing<", "/topics/housing")


def test_what_is_shared_is_read_in_a_mailbox_until_it_is_taken_back(
    browser: Browser, start: Start, smtp: LoggingServer
) -> None:
    server, post = start(smtp=f"smtp://127.0.0.1:{smtp.port}?security=none"), Post(smtp)

    def reader(address: str, scripts: bool = False) -> Reader:
        return Reader(address, post, visitor(browser, server, scripts=scripts))

    ada, sian, organiser = reader(ADA), reader(SIAN), reader("")
    # With scripts, since axe is one: these pages are looked at here.
    anybody, seen = reader(ANYBODY, scripts=True), Seen()
    organiser.page.goto(server.organiser_link)
    organiser.page.get_by_role("main").get_by_role("button").click()
    follow(anybody, seen)

    ada.page.goto(talked(server))
    ada.page.get_by_role("textbox", name="What did you learn").fill(LEARNED)
    ada.page.get_by_role("textbox", name="Topics").fill("housing")
    ada.presses("Share what you learned")
    assert found(server) == []
    organiser.page.goto(CONSOLE)
    organiser.presses("Make it public")
    assert found(server) == list(PLACES)
    server.ten_minutes_pass()
    server.a_minute_passes()
    letter = post.letter(ANYBODY, "follow-update")
    words = str(letter.get_body(("plain",)).get_content())  # type: ignore[union-attr]  # - it has one
    assert words.index("Ada, Devon") < words.index(LEARNED)
    anybody.page.goto(next(word for word in words.split() if "/reflections/her-housing" in word))
    anybody.sees(LEARNED)
    anybody.sees("Ada, Devon")
    where = anybody.page.url

    sian.opens("reflection-published", "Ask for it to be read again")
    sian.page.get_by_role("textbox").fill("It is how my colleague works, and nobody asked her.")
    sian.presses("Take it off and have it read again")
    assert found(server) == []
    expect_gone(anybody, where)
    ada.opens("reflection-returned", "Change it or take it back")
    ada.page.get_by_role("textbox", name="What did you learn").fill(BETTER)
    ada.presses("Share")
    organiser.page.goto(CONSOLE)
    expect(organiser.page.locator("ins")).to_contain_text("Nobody misses them.")
    organiser.presses("Make it public")
    anybody.page.goto("/reflections")
    anybody.sees(BETTER)
    assert found(server) == list(PLACES)

    server.ten_minutes_pass()
    server.a_minute_passes()
    ada.opens("reflection-published", "Take it back")
    ada.presses("Take it back")
    ada.sees("Your words are gone from the site.")
    assert found(server) == []
    expect_gone(anybody, where)
    server.a_minute_passes()
    told = [content for to, content in smtp.accepted if to == ANYBODY]
    assert len(told) == 2, "one to confirm, one with the news"

    stop = str(letter["List-Unsubscribe"]).strip("<>")
    anybody.page.goto(stop)
    seen.look(anybody.page, "stopping to follow")
    assert seen.trouble == []
    one_click = urllib.request.Request(stop, b"List-Unsubscribe=One-Click")
    with urllib.request.urlopen(one_click) as answer:
        assert "your address is erased" in answer.read().decode()
    assert ANYBODY not in server.everything_stored()
    for each in (ada, sian, organiser, anybody):
        each.page.context.close()


def follow(reader: Reader, seen: Seen) -> None:
    """Ask to hear of everything at once, and say so from the mailbox."""
    reader.page.goto("/")
    reader.page.get_by_role("link", name="Follow").click()
    reader.presses("Send me a link to confirm")
    expect(reader.page.get_by_role("alert")).to_be_focused()
    seen.look(reader.page, "following, refused")
    reader.page.get_by_label("Your email address").fill(reader.address)
    reader.page.get_by_label("As soon as there is something").check()
    reader.presses("Send me a link to confirm")
    reader.sees("Check your email.")
    seen.look(reader.page, "having asked to follow")
    reader.opens("follow-confirm", "Yes, write to me")
    seen.look(reader.page, "saying yes to follow")
    reader.presses("Yes, write to me")
    reader.sees("You follow along.")


def talked(server: Running) -> str:
    """Return where Ada writes about half an hour with Siân."""
    with server.inside():
        ours = db.session.scalars(select(Programme)).one()
        people = person("Ada", email=ADA), person("Siân", email=SIAN)
        [part, _other] = conversation(ours, *people, state="met").participations
        return f"/c/{key(part)}/reflection"


def found(server: Running) -> list[str]:
    """Return the places where anything of it can be found."""
    return [place for place in PLACES if any(told in text for text in read(server, place) for told in TOLD)]


def read(server: Running, place: str) -> Iterator[str]:
    """Yield what anybody reads at a place; nothing where there is none."""
    with suppress(urllib.request.HTTPError), urllib.request.urlopen(server.address + place) as answer:
        yield answer.read().decode()


def expect_gone(reader: Reader, where: str) -> None:
    answer = reader.page.goto(where)
    assert answer is not None
    assert answer.status in {404, 410}
    expect(reader.page.get_by_text(LEARNED)).to_have_count(0)
