"""What a journey looks at: axe finds nothing, nothing scrolls sideways, one heading says what the page is."""

from dataclasses import dataclass, field

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page

WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}


@dataclass
class Seen:
    """What is wrong with the pages that were looked at."""

    trouble: list[str] = field(default_factory=list)

    def look(self, page: Page, what: str = "") -> None:
        """Look at a page as it stands now."""
        what = what or page.url
        if page.locator("h1").count() != 1:
            self.trouble.append(f"{what}: {page.locator('h1').count()} headings of the first level")
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            self.trouble.append(f"{what}: scrolls sideways")
        for wrong in Axe().run(page, options=WCAG).response["violations"]:
            self.trouble.append(f"{what}: {wrong['id']}: {wrong['nodes'][0]['html'][:120]}")


def press(page: Page, button: Locator) -> None:
    """Press what leads to another page, and wait for that page."""
    with page.expect_navigation():
        button.click()
