"""Type twice as large, however it was made so: nothing scrolls sideways, tables become cards, words stay words."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from journeys.running import Running, Start
from journeys.seen import CONSOLE, persons_pages
from unmentor.demo.community import ROUNDS

LONG = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch, Abercrombie-Featherstonehaugh and neighbours"
PAGES = (
    "/", "/about", "/privacy", "/accessibility", "/reflections", "/programmes/unmentoring",
    "/programmes/unmentoring/rounds", f"/programmes/unmentoring/rounds/{ROUNDS}", "/impact", "/join", "/sign-in", "/me",
    "/me/profile", "/me/not-with", "/me/passkeys", "/me/leave", *CONSOLE,
)  # fmt: skip


@pytest.fixture(scope="module")
def demo(start: Start) -> Running:
    """Return a running demo community."""
    return start(demo=True)


@pytest.fixture(scope="module")
def organiser(browser: Browser, demo: Running) -> Iterator[BrowserContext]:
    """Return the browser of the organiser, who has a very long name."""
    # Our pages allow no style but their own; this one is the reader's.
    context = browser.new_context(base_url=demo.address, bypass_csp=True)
    page = context.new_page()
    page.goto(demo.organiser_link)
    page.get_by_role("main").get_by_role("button").click()
    page.goto("/me/profile")
    page.get_by_label("Name", exact=False).first.fill(LONG[:100])
    page.get_by_role("main").get_by_role("button").first.click()
    yield context
    context.close()


def enlarged(page: Page, path: str) -> Page:
    page.goto(path)
    page.add_style_tag(content="html{font-size:225% !important}")
    return page


def scrolls_sideways(page: Page, width: int) -> bool:
    page.set_viewport_size({"width": width, "height": 800})
    return bool(page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))


def test_with_type_twice_as_large_nothing_scrolls_sideways(organiser: BrowserContext) -> None:
    page = organiser.new_page()
    shown = ((path, enlarged(page, path)) for path in PAGES + persons_pages(page))
    assert [
        (path, width) for path, now in shown for width in (1280, 1024, 375, 320) if scrolls_sideways(now, width)
    ] == []
    page.close()


def test_with_type_twice_as_large_a_round_is_cards_and_not_a_squeezed_table(organiser: BrowserContext) -> None:
    page = enlarged(organiser.new_page(), f"/organise/unmentoring/rounds/{ROUNDS}")
    page.set_viewport_size({"width": 1280, "height": 800})
    assert page.locator(".rows tbody tr").first.evaluate("row => getComputedStyle(row).display") == "flex"
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(f"/organise/unmentoring/rounds/{ROUNDS}")
    assert page.locator(".rows tbody tr").first.evaluate("row => getComputedStyle(row).display") == "table-row"
    page.close()


def test_a_long_name_takes_no_more_of_a_table_than_its_share(organiser: BrowserContext) -> None:
    page = organiser.new_page()
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto("/organise/unmentoring/people")
    share = "table => table.rows[1].cells[0].offsetWidth / table.offsetWidth"
    assert page.locator("table.rows").first.evaluate(share) < 0.4
    page.close()
