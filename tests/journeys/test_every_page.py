"""Every page, empty, filled and refused: axe finds nothing, nothing scrolls sideways, the keyboard is enough.

With type twice as large, however it was made so, tables become cards, and words stay words.
"""

import re

from playwright.sync_api import Browser, BrowserContext, Page, expect

from journeys.running import Running, visitor
from journeys.seen import CONSOLE, ENLARGED, WIDE, Seen, persons_pages, press
from unmentor.demo.community import ROUNDS

PUBLIC = (
    "/", "/about", "/privacy", "/accessibility", "/reflections", "/reflections?page=2", "/reflections?q=housing",
    "/reflections?q=nobody+wrote+this", "/programmes/unmentoring", "/programmes/unmentoring/rounds",
    f"/programmes/unmentoring/rounds/{ROUNDS}", "/impact", "/data",
    "/api/docs", "/join", "/join/check-your-email", "/sign-in",
    "/nowhere", "/reflections/nothing", "/dev/mail", "/dev/mail?to=nobody@devon.example",
)  # fmt: skip
OWN = ("/me", "/me/profile", "/me/email", "/me/pause", "/me/not-with", "/me/passkeys", "/me/leave")


def test_axe_finds_nothing_on_any_page_and_none_scrolls_sideways_even_with_type_twice_as_large(
    browser: Browser, organiser: BrowserContext, demo: Running
) -> None:
    seen = Seen()
    complaints: list[tuple[str, str]] = []
    page = organiser.new_page()
    number = draw_and_send(page, demo)
    stranger = visitor(browser, demo, looks=True)
    stranger.on("console", lambda said: complaints.append((said.type, f"{stranger.url}: {said.text}")))
    for path in (*PUBLIC, f"/programmes/unmentoring/rounds/{number + 1}"):
        walk(stranger, path, seen)
    stranger.goto("/reflections")
    press(stranger, stranger.get_by_role("article").get_by_role("link").first)
    seen.look(stranger, "a reflection")
    press(stranger, stranger.get_by_role("list", name="Topics").get_by_role("link").first)
    seen.look(stranger, "a topic")
    for path in ("/join", "/sign-in"):
        refuse(stranger, path, seen)
    look_at_the_mail(stranger, seen)
    look_at_a_conversation(stranger, seen)
    stranger.context.close()
    for path in (*OWN, *CONSOLE, *persons_pages(page), f"/organise/unmentoring/rounds/{number}"):
        walk(page, path, seen)
    for path in ("/me/profile", "/me/email", "/me/not-with"):
        refuse(page, path, seen)
    look_at_what_was(page, seen)
    skip_and_come_back(page, seen)
    page.goto("/organise/unmentoring/reflections")
    press(page, page.get_by_role("link", name="Send it back").first)
    seen.look(page, "sending a reflection back")
    page.get_by_role("button", name="Send it back").click()
    expect(page.get_by_role("alert")).to_be_focused()
    seen.look(page, "sending a reflection back without a word")
    page.close()
    # A browser counts a refused form and an unknown page as errors; they are what was asked for.
    errors = [said for kind, said in complaints if kind == "error" and "422" not in said and "404" not in said]
    assert seen.trouble + errors == []


def draw_and_send(page: Page, demo: Running) -> int:
    """Draw and send a round; return its number."""
    page.goto("/organise/unmentoring/draw")
    press(page, page.get_by_role("button", name="Draw a round"))
    number = int(page.url.rpartition("/")[2])
    press(page, page.get_by_role("button", name="Send"))
    demo.two_minutes_pass()
    return number


def walk(page: Page, path: str, seen: Seen) -> None:
    """Go to a page by its address, and look at it, with its type as it comes and twice as large."""
    page.goto(path)
    seen.look(page, path)
    seen.enlarge(page, path)


def refuse(page: Page, path: str, seen: Seen) -> None:
    """Send a form with nothing in it, and look at how it is refused."""
    page.goto(path)
    for box in page.locator("main input:not([type=hidden],[type=checkbox],[type=radio]), main textarea").all():
        box.fill("")
    page.locator("main form[novalidate]:not([data-passkey]) button").last.click()
    expect(page.get_by_role("alert")).to_be_focused()
    assert page.title().startswith("Error"), path
    seen.look(page, f"{path}, refused")


def look_at_the_mail(page: Page, seen: Seen) -> None:
    """Read one mail in every way that the reader offers."""
    page.goto("/dev/mail")
    page.get_by_role("main").get_by_role("listitem").filter(has_text="· invitation").first.get_by_role("link").click()
    tabs = page.locator(".tabs a")
    for tab in reversed(range(tabs.count())):
        press(page, tabs.nth(tab))
        expect(tabs.nth(tab)).to_have_attribute("aria-current", "page")
        seen.look(page, f"the mail reader, {tabs.nth(tab).inner_text()}")


def look_at_a_conversation(page: Page, seen: Seen) -> None:
    """Open a conversation from its mail, and its pages; send its forms empty."""
    page.frame_locator("iframe").locator('a[href*="/c/"]:not([href$="/place"])').first.click()
    page.wait_for_url("**/c/**")
    own = page.url
    seen.look(page, "a conversation")
    for path in ("place", "move", "withdraw", "report"):
        page.goto(f"{own}/{path}")
        seen.look(page, f"a conversation, {path}")
    page.goto(f"{own}/place")
    page.get_by_role("button", name="Save where we talk").click()
    expect(page.get_by_role("alert")).to_be_focused()
    seen.look(page, "a conversation, place, refused")
    page.goto(f"{own}/move")
    page.get_by_role("button", name="Move our conversation").click()
    expect(page.get_by_role("alert")).to_be_focused()
    seen.look(page, "a conversation, move, refused")
    refuse(page, f"{own}/report", seen)
    page.locator("main textarea").fill("He shouted.")
    press(page, page.get_by_role("button", name="Tell the organisers"))
    seen.look(page, "a report, and thanks for it")


def skip_and_come_back(page: Page, seen: Seen) -> None:
    """Skip the next round from one's own page, and undo it there."""
    page.goto("/me")
    press(page, page.get_by_role("button", name="Skip the next round"))
    seen.look(page, "a round that is skipped")
    press(page, page.get_by_role("button", name="Undo"))
    seen.look(page, "a round to skip")


def look_at_what_was(page: Page, seen: Seen) -> None:
    """Say how a conversation went, and what was learned; send both forms empty."""
    page.goto("/me")
    press(page, page.locator("[aria-labelledby=past] tbody th").get_by_role("link").first)
    seen.look(page, "a conversation that is over")
    page.locator("[name=met]").evaluate_all("all => all.forEach(each => { each.checked = false })")
    page.get_by_role("button", name="Save how it went").click()
    expect(page.get_by_role("alert")).to_be_focused()
    seen.look(page, "how it went, refused")
    page.goto("/me")
    press(page, page.get_by_role("main").get_by_role("link", name="Write what you learned").first)
    seen.look(page, "what was learned")
    page.get_by_role("button", name="Share what you learned").click()
    expect(page.get_by_role("alert")).to_be_focused()
    seen.look(page, "what was learned, refused")


def test_somebody_joins_with_the_keyboard_alone(browser: Browser, demo: Running) -> None:
    page = visitor(browser, demo)
    page.goto("/join")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
    page.keyboard.press("Enter")
    typed = {"name": "Kit Marlowe", "email": "kit@kent.example", "phone": "01632 960123"}
    for _ in range(60):
        page.keyboard.press("Tab")
        name = page.evaluate("document.activeElement.name")
        if name in typed:
            page.keyboard.type(typed.pop(name))
        if name == "agree":
            page.keyboard.press("Space")
            page.keyboard.press("Enter")
            break
    expect(page.get_by_role("heading", level=1)).to_contain_text(re.compile("Check your e?mail"))
    assert typed == {}
    page.context.close()


def test_with_type_twice_as_large_a_round_is_cards_and_not_a_squeezed_table(organiser: BrowserContext) -> None:
    page = organiser.new_page()
    page.set_viewport_size(WIDE)
    page.goto(f"/organise/unmentoring/rounds/{ROUNDS}")
    shown = page.locator(".rows tbody tr").first
    display = "row => getComputedStyle(row).display"
    assert shown.evaluate(display) == "table-row"
    page.evaluate(ENLARGED)
    assert shown.evaluate(display) == "flex"
    page.close()


def test_a_long_name_takes_no_more_of_a_table_than_its_share(organiser: BrowserContext) -> None:
    page = organiser.new_page()
    page.set_viewport_size(WIDE)
    page.goto("/organise/unmentoring/people")
    share = "table => table.rows[1].cells[0].offsetWidth / table.offsetWidth"
    assert page.locator("table.rows").first.evaluate(share) < 0.4
    page.close()
