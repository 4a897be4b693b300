"""What a journey looks at: axe finds nothing, nothing scrolls sideways, one heading says what the page is."""

from dataclasses import dataclass, field

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page

WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}
# Where an id stands twice, a label names the wrong thing; axe no longer looks.
TWICE = "[...document.querySelectorAll('[id]')].map(each => each.id).filter((id, at, all) => all.indexOf(id) < at)"
# Every page of the console that needs no number of somebody or something.
CONSOLE = tuple(
    f"/organise/unmentoring{page}"
    for page in (
        "", "/draw", "/rounds", "/rounds/6", "/rounds/6/cancel", "/picture", "/people", "/people?q=nobody+like+that",
        "/people/add", "/people/import", "/reports", "/reflections", "/mail", "/settings", "/log", "/end",
        "/start-empty",
    )
)  # fmt: skip


def persons_pages(page: Page) -> tuple[str, ...]:
    """Return the pages of the console about somebody in the list of people."""
    page.goto("/organise/unmentoring/people")
    own = page.locator("tbody th a").first.get_attribute("href") or ""
    return own, f"{own}/apart", f"{own}/remove"


@dataclass
class Seen:
    """What is wrong with the pages that were looked at."""

    trouble: list[str] = field(default_factory=list)

    def look(self, page: Page, what: str = "") -> None:
        """Look at a page as it stands now."""
        what = what or page.url
        if page.locator("h1").count() != 1:
            self.trouble.append(f"{what}: {page.locator('h1').count()} headings of the first level")
        if twice := page.evaluate(TWICE):
            self.trouble.append(f"{what}: ids that stand twice: {twice}")
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            self.trouble.append(f"{what}: scrolls sideways")
        for wrong in Axe().run(page, options=WCAG).response["violations"]:
            self.trouble.append(f"{what}: {wrong['id']}: {wrong['nodes'][0]['html'][:120]}")


def press(page: Page, button: Locator) -> None:
    """Press what leads to another page, and wait for that page."""
    with page.expect_navigation():
        button.click()
