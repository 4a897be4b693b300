"""All that an organiser does, from an empty programme to its end, in a real browser, with letters that really leave."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect
from smtp_server import LoggingServer

from journeys.keyboard import never_reached
from journeys.organising import FAULTY, HERE, NAMES, Organising, address, confirm
from journeys.running import Running, Start, visitor
from journeys.seen import press

LEARNED = "Her housing team rings people back before noon. I stopped writing letters that day."


@pytest.mark.parametrize(
    ("engine", "scripts"), [("sqlite", True), ("postgresql", False)], ids=["sqlite", "no scripts, postgresql"]
)
def test_an_organiser_begins_runs_and_ends_a_programme(
    browser: Browser, start: Start, smtp: LoggingServer, engine: str, scripts: bool
) -> None:
    server = start(engine, smtp=f"smtp://127.0.0.1:{smtp.port}?security=none")
    it = Organising(browser, server, smtp, scripts)
    set_up(it)
    bring_people(it)
    ada, stranger = it.somebody(), it.somebody()
    ada.goto(it.post.link(address("Ada"), "confirm", "/confirm/"))
    press(ada, ada.get_by_role("main").get_by_role("button"))
    for name in NAMES[1:-1]:  # Wyn does not answer, so that their number is odd
        confirm(it.post.link(address(name), "confirm", "/confirm/"))
    draw_and_swap(it)
    send_stop_and_send_again(it)
    talk = mend(it, ada, stranger)
    stranger.context.clear_cookies()
    moderate(it, ada)
    settle_reports(it, ada, talk, stranger)
    export_and_remove(it)
    end(it)
    for page in (it.page, ada, stranger):
        page.context.close()
    assert it.seen.trouble == []


def set_up(it: Organising) -> None:
    """Give an empty programme its rhythm and its rules, after a look at what they mean."""
    it.page.goto("/organise/")
    it.look()
    it.says("First steps")
    it.press("Change that", "link")
    it.choose("[name=every][value=fortnightly]")
    it.open("What it is")
    it.fill("name", "Coffee in the valleys")
    it.open("Who meets whom")
    it.choose("[name=odd][value=sit-out]")
    it.press("Look at what changes")
    expect(it.page.get_by_role("table").get_by_role("row")).to_have_count(7)
    it.press("Save")
    it.says("The next draw is on")


def bring_people(it: Organising) -> None:
    """Import a sheet with three faults, then the mended one."""
    it.go("/people/import")
    it.brings(FAULTY)
    it.says("3 lines are wrong, and are skipped.")
    it.says("the same as in line 2")
    it.press("Ask 37 people by email")
    it.go("/people/import")
    it.brings({})
    it.says("37 are here already.")
    it.press("Ask 3 people by email")
    it.says("40 people found.")


def draw_and_swap(it: Organising) -> None:
    """Draw, look at the round and at whom it could take in, read an invitation of it first, and swap two people."""
    it.go()
    it.press("Draw now instead", "link")
    it.press("Draw a round")
    it.says("39 people, 19 pairs")
    ada = re.compile("^Ada$")
    while not it.page.get_by_role("link", name=ada).count():  # one of 39 is left out: any but her
        it.press("Draw again")
    it.go("/rounds/1/take-in")
    it.page.go_back()
    it.press(ada, "link")
    it.press("Read their invitation", "link")
    expect(it.page.frame_locator("iframe").locator("h1")).to_contain_text("Ada, meet")
    it.page.go_back()
    others = it.page.get_by_role("row").filter(has_not_text="nobody")  # whom it would leave out instead
    it.follow(others.get_by_role("link").last)
    it.look()
    it.press(re.compile("^Swap"))
    it.look("a round that was changed by hand")
    it.says("Changed by hand")


def send_stop_and_send_again(it: Organising) -> None:
    """Send after a proof that it is still them, stop before anything has left, and send for good."""
    it.follow(it.weighs("Send 38 invitations"))
    it.look("a round that is about to leave")
    expect(it.page.get_by_role("heading", level=1)).to_contain_text("leaves at")
    it.press("Stop")
    it.says("Stopped. Nothing has left.")
    assert not [letter for _to, letter in it.smtp.accepted if b"X-UnMentor-Kind: invitation" in letter]
    it.press("Send 38 invitations")
    it.server.two_minutes_pass()


def mend(it: Organising, ada: Page, partner: Page) -> str:
    """Let whoever Ada was to meet withdraw: she meets somebody else at once, and the organiser sees it."""
    ada.goto(it.post.link(address("Ada"), "invitation", "/c/"))
    gone = ada.get_by_role("heading", level=2).first.inner_text()
    partner.goto(it.post.link(address(gone), "invitation", "/c/"))
    press(partner, partner.get_by_role("link", name="I can’t make it"))
    press(partner, partner.get_by_role("main").get_by_role("button"))
    expect(partner.get_by_role("main")).to_contain_text("We have found somebody new for Ada")
    ada.goto(it.post.link(address("Ada"), "invitation", "/c/"))
    expect(ada.get_by_role("heading", level=2).first).not_to_have_text(gone)
    talk = ada.url
    it.go("/rounds/1")
    it.says("All 40 invitations have left.")
    expect(it.page.get_by_role("row").filter(has_text="Arranged later")).to_contain_text("Ada")
    return talk


def moderate(it: Organising, ada: Page) -> None:
    """Read what somebody learned: send it back, think again, and make it public."""
    it.server.their_time_comes()
    ada.reload()
    ada.get_by_text("Talked already?").click()
    ada.locator("[name=met][value=yes]").check()
    press(ada, ada.get_by_role("button", name="Save how it went"))
    ada.locator("[name=text]").fill(LEARNED)
    ada.locator("[name=topics]").fill("housing, plain English")
    press(ada, ada.get_by_role("button", name="Share what you learned"))
    it.go()
    it.press("Read", "link")
    it.press(re.compile("^Send it back"), "link")
    it.choose("[name=why]")
    it.press(re.compile("^Send it back"))
    it.press(re.compile("^Undo"))
    it.press(re.compile("^Make it public"))
    it.says("is public")


def settle_reports(it: Organising, ada: Page, talk: str, stranger: Page) -> None:
    """Read what a stranger says of what is public, and take it down; and what Ada says, and keep two apart."""
    stranger.goto("/reflections")
    press(stranger, stranger.get_by_role("article").get_by_role("link").first)
    expect(stranger.get_by_role("main")).to_contain_text(LEARNED)
    press(stranger, stranger.get_by_role("link", name="Report this"))
    tell(stranger, "It names my street.")
    ada.goto(f"{talk}/report")
    tell(ada, "He shouted.")
    it.go()
    it.says("2 reports of something that went wrong.")
    it.press("Read", "link")
    it.press(re.compile("^Keep Ada and"))
    it.press("Look at it, and take it down", "link")
    it.choose("[name=why]")
    it.press(re.compile("^Take it down"))
    it.go("/reports")
    it.says("Nothing is reported.")
    it.says("Kept apart")


def tell(page: Page, reason: str) -> None:
    """Tell the organisers that something is wrong."""
    page.locator("[name=reason]").fill(reason)
    press(page, page.get_by_role("button", name="Tell the organisers"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Thank you")


def export_and_remove(it: Organising) -> None:
    """Take the list home, and somebody out; both want a fresh proof, and both stand in the log."""
    it.go("/people")
    exported = it.downloads(it.weighs("Export"))
    assert {address(name) for name in NAMES} <= set(re.findall(r"[a-z]+@[a-z]+\.example", exported))
    it.go("/people?q=Owain")
    it.press("Owain", "link")
    it.follow(it.weighs(re.compile("out of the programme"), "link"))
    it.look()
    it.press("Take Owain out")
    it.go("/people")
    it.says("40 people.")
    it.go("/log")
    for deed in ("Exported the details of 41 people", "Took Owain out of the programme", "Imported 37 people"):
        it.says(deed)
    it.fill("name", "Owain")
    it.press("Show")
    expect(it.page.get_by_role("row")).to_have_count(2)


def end(it: Organising) -> None:
    """End it: nothing can be drawn any more, and what was stays to be read."""
    it.go("/settings")
    it.press(re.compile("^End "), "link")
    it.follow(it.weighs(re.compile("^End ")))
    it.look()
    it.says("It ended on")
    it.go("/draw")
    it.says("This programme has ended")
    for path in ("", "/rounds", "/picture", "/mail"):
        it.go(path)


def test_all_of_a_long_page_of_the_console_is_reached_by_keyboard(browser: Browser, demo: Running) -> None:
    page = visitor(browser, demo)
    page.goto(demo.organiser("keys@unmentoring.example"))
    press(page, page.get_by_role("main").get_by_role("button"))
    for path in ("/people", "/settings", "/log", "/reflections"):
        page.goto(HERE + path)
        assert never_reached(page) == [], path
    page.context.close()
