"""What a journey looks at: axe finds nothing, nothing scrolls sideways, one heading says what the page is."""

from dataclasses import dataclass, field
from typing import Literal

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Locator, Page, ViewportSize

from unmentor.demo.community import ROUNDS

SIDEWAYS = "document.documentElement.scrollWidth > window.innerWidth"
# What is wrong and where, and not all that axe found right on the way, nor every way to find the place. It judges a
# contrast once: words of one class and size, in the same colours, on the same grounds, look the same on every page.
WRONG = """async ([runOnly, known]) => {
    const judged = new Set(known)
    const looks = it => {
        const style = getComputedStyle(it), grounds = new Set()
        for (let on = it; on; on = on.parentElement) {
            const {backgroundColor, backgroundImage, opacity, position, clipPath} = getComputedStyle(on)
            grounds.add([backgroundColor, backgroundImage, opacity, position, clipPath].join())
        }
        const classes = [it, it.parentElement].flatMap(each => [each.localName, each.className])
        return [...classes, style.fontSize, style.fontWeight, style.color, ...grounds].join()
    }
    for (const it of document.querySelectorAll("body *")) {
        delete it.dataset.judge
        const speaks = [...it.childNodes].some(each => each.nodeType === Node.TEXT_NODE && each.data.trim())
        if (!it.checkVisibility({visibilityProperty: true}) || !speaks && !it.matches("input, select, textarea"))
            continue
        const now = looks(it)
        if (!judged.has(now)) it.dataset.judge = ""
        judged.add(now)
    }
    axe.configure({rules: [{id: "color-contrast", selector: "[data-judge]"}]})
    const found = await axe.run({runOnly, resultTypes: ["violations"], selectors: false, preload: false})
    const ids = [...document.querySelectorAll("[id]")].map(each => each.id)
    return {
        found: found.violations.map(each => [each.id, each.nodes[0].html]),
        judged: [...judged],
        sideways: document.documentElement.scrollWidth > window.innerWidth,
        headings: document.querySelectorAll("h1").length,
        // Where an id stands twice, a label names the wrong thing; axe no longer looks.
        twice: ids.filter((id, at) => ids.indexOf(id) < at),
    }
}"""
ENLARGED = "document.documentElement.style.setProperty('font-size', '225%', 'important')"
# Type of that size has two layouts; each is tightest in the narrower window.
WIDTHS = (1024, 320)
WIDE, NARROW = ViewportSize(width=1280, height=900), ViewportSize(width=375, height=900)
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ColorScheme = Literal["dark", "light"]
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
    """What is wrong with the pages that were looked at, and which looks of words axe has judged in each scheme."""

    trouble: list[str] = field(default_factory=list)
    judged: dict[ColorScheme, list[str]] = field(default_factory=lambda: {"dark": [], "light": []})

    def look(self, page: Page, what: str = "") -> None:
        """Look at a page as it stands now: narrow and dark, then wide and light."""
        what = what or page.url
        if not page.evaluate("'axe' in window"):
            page.evaluate(AXE_SCRIPT)
        self._look(page, "dark", NARROW, {"type": "rule", "values": LOOKS}, f"{what}, narrow and dark")
        self._look(page, "light", WIDE, {"type": "tag", "values": WCAG}, f"{what}, wide and light")

    def enlarge(self, page: Page, what: str) -> None:
        """Make type twice as large, as its reader would, and look whether a page keeps to the width of its window."""
        page.evaluate(ENLARGED)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            if page.evaluate(SIDEWAYS):
                self.trouble.append(f"{what}, twice as large, at {width}: scrolls sideways")

    def _look(self, page: Page, scheme: ColorScheme, size: ViewportSize, rules: dict[str, object], what: str) -> None:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size(size)
        seen = page.evaluate(WRONG, [rules, self.judged[scheme]])
        self.judged[scheme] = seen["judged"]
        self.trouble += [f"{what}: {rule}: {html[:120]}" for rule, html in seen["found"]]
        if seen["sideways"]:
            self.trouble.append(f"{what}: scrolls sideways")
        if seen["headings"] != 1:
            self.trouble.append(f"{what}: {seen['headings']} headings of the first level")
        if seen["twice"]:
            self.trouble.append(f"{what}: ids that stand twice: {seen['twice']}")


def press(page: Page, button: Locator) -> None:
    """Press what leads to another page, and wait for that page."""
    with page.expect_navigation():
        button.click()
