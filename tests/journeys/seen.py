"""What a journey looks at: axe finds nothing, nothing scrolls sideways, one heading says what the page is."""

from dataclasses import dataclass, field

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Locator, Page, ViewportSize

from unmentor.demo.community import ROUNDS

# Where an id stands twice, a label names the wrong thing; axe no longer looks.
TWICE = "[...document.querySelectorAll('[id]')].map(each => each.id).filter((id, at, all) => all.indexOf(id) < at)"
# What is wrong and where, and not all that axe found right on the way, nor every way to find the place.
WRONG = "async options => (await axe.run(options)).violations.map(each => [each.id, each.nodes[0].html])"
WIDE, NARROW = ViewportSize(width=1280, height=900), ViewportSize(width=375, height=900)
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What a theme or a width changes; all else a page says is the same in any.
LOOKS = ["color-contrast", "target-size", "scrollable-region-focusable"]
# Every page of the console that needs no number of somebody or something.
CONSOLE = tuple(
    f"/organise/unmentoring{page}"
    for page in (
        "", "/draw", "/rounds", f"/rounds/{ROUNDS}", f"/rounds/{ROUNDS}/cancel", "/picture", "/people",
        "/people?q=nobody+like+that", "/people/add", "/people/import", "/organisations", "/reports", "/reflections",
        "/mail", "/settings", "/log", "/end", "/start-empty",
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
        """Look at a page as it stands now: narrow and dark, then wide and light."""
        what = what or page.url
        if page.locator("h1").count() != 1:
            self.trouble.append(f"{what}: {page.locator('h1').count()} headings of the first level")
        if twice := page.evaluate(TWICE):
            self.trouble.append(f"{what}: ids that stand twice: {twice}")
        page.evaluate(AXE_SCRIPT)
        page.emulate_media(color_scheme="dark")
        self._look(page, NARROW, {"type": "rule", "values": LOOKS}, f"{what}, narrow and dark")
        page.emulate_media(color_scheme="light")
        self._look(page, WIDE, {"type": "tag", "values": WCAG}, f"{what}, wide and light")

    def _look(self, page: Page, size: ViewportSize, rules: dict[str, object], what: str) -> None:
        page.set_viewport_size(size)
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            self.trouble.append(f"{what}: scrolls sideways")
        options = {"runOnly": rules, "resultTypes": ["violations"], "selectors": False}
        for rule, html in page.evaluate(WRONG, options):
            self.trouble.append(f"{what}: {rule}: {html[:120]}")


def press(page: Page, button: Locator) -> None:
    """Press what leads to another page, and wait for that page."""
    with page.expect_navigation():
        button.click()
