"""Join, be paired, talk, share, and be read by anybody: the whole of it, as people live it."""

import re
import urllib.request

import pytest
from playwright.sync_api import Browser, Page, expect

from journeys.running import Running, Start

TRIES = 60  # half-seconds
LEARNED = "Her housing team rings people back before noon. I stopped writing letters that day."


@pytest.mark.parametrize(
    ("engine", "scripts"),
    [("sqlite", True), ("sqlite", False), ("postgresql", True)],
    ids=["", "no scripts", "postgresql"],
)
def test_two_people_join_talk_and_what_one_learned_is_read_by_all(
    browser: Browser, start: Start, engine: str, scripts: bool
) -> None:
    server = start(engine)

    def visitor() -> Page:
        page = browser.new_context(java_script_enabled=scripts, base_url=server.address).new_page()
        page.set_default_timeout(15_000)
        return page

    ada, sian, organiser, stranger = visitor(), visitor(), visitor(), visitor()
    join(ada, "Ada Lovelace", "ada@devon.example", "Devon County Council")
    join(sian, "Siân Ŵyn 🌱", "sian@gwynedd.example", "Cyngor Gwynedd")

    organiser.goto(server.organiser_link)
    organiser.get_by_role("main").get_by_role("button").click()
    organiser.goto("/organise/")
    organiser.get_by_role("link", name="Draw now instead").click()
    organiser.get_by_role("button", name="Draw a round").click()
    expect(organiser.get_by_text("2 people, one pair.")).to_be_visible()
    organiser.get_by_role("button", name="Send 2 invitations").click()
    expect(organiser.get_by_role("heading", level=1)).to_contain_text("Round 1 leaves at")
    organiser.get_by_role("button", name="Stop").click()
    expect(organiser.get_by_text("Stopped. Nothing has left.")).to_be_visible()
    organiser.get_by_role("button", name="Send 2 invitations").click()
    server.two_minutes_pass()

    read_mail(sian, "sian@gwynedd.example", "invitation", "/c/")
    expect(sian.get_by_role("heading", level=1)).to_have_text("You and Ada")
    read_mail(ada, "ada@devon.example", "invitation", "/c/")
    expect(ada.get_by_role("heading", level=1)).to_have_text("You and Siân")
    expect(ada.get_by_text("Talked already?")).to_have_count(0)
    server.their_time_comes()
    ada.reload()
    ada.get_by_text("Talked already?").click()
    ada.get_by_label("Yes").first.check()
    ada.get_by_role("button", name="Save how it went").click()

    ada.get_by_role("textbox", name="What did you learn").fill(LEARNED)
    ada.get_by_role("textbox", name="Topics").fill("housing, plain English")
    ada.get_by_label("Ada, Devon County Council").check()
    ada.get_by_role("button", name="Share what you learned").click()
    assert LEARNED not in atom(server)

    organiser.goto("/organise/")
    organiser.get_by_role("listitem").filter(has_text="1 reflection waits").get_by_role("link").click()
    organiser.get_by_role("button", name="Make it public").click()

    stranger.goto("/reflections")
    stranger.get_by_role("article").get_by_role("link").first.click()
    expect(stranger.get_by_text(LEARNED)).to_be_visible()
    assert stranger.url.startswith(f"{server.address}/reflections/her-housing-team")
    expect(stranger.get_by_role("link", name="housing")).to_be_visible()
    assert LEARNED in atom(server)


def join(page: Page, name: str, email: str, organisation: str) -> None:
    """Join as somebody does who sees the form for the first time, and confirm from the mail."""
    page.goto("/")
    page.get_by_role("main").get_by_role("link", name="Join").first.click()
    page.get_by_role("textbox", name="name").first.fill(name)
    page.get_by_role("textbox", name="mail").fill(email)
    page.get_by_role("textbox", name="phone").first.fill("01632 960002")
    page.get_by_role("textbox", name="organisation").fill(organisation)
    page.get_by_label("I agree").check()
    page.get_by_role("main").get_by_role("button").last.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(re.compile("Check your e?mail"))
    read_mail(page, email, "confirm", "/confirm/")
    page.get_by_role("main").get_by_role("button").click()
    page.wait_for_url("**/me")


def read_mail(page: Page, address: str, kind: str, links_to: str) -> None:
    """Open a caught mail once it is there, and press its first link of a sort."""
    for _ in range(TRIES):
        page.goto(f"/dev/mail?to={address}")
        letter = page.get_by_role("main").get_by_role("listitem").filter(has_text=f"· {kind}")
        if letter.count():
            letter.first.get_by_role("link").click()
            page.frame_locator("iframe").locator(f'a[href*="{links_to}"]:not([href$="/place"])').first.click()
            page.wait_for_url(f"**{links_to}**")
            return
        page.wait_for_timeout(500)
    pytest.fail(f"No {kind} mail to {address}")


def atom(server: Running) -> str:
    with urllib.request.urlopen(f"{server.address}/reflections.atom") as answer:
        return str(answer.read().decode())
