"""A page by keyboard alone: all of it can be reached, and whoever is somewhere sees where."""

from playwright.sync_api import Locator, Page, expect

UNREACHED = """() => [...document.querySelectorAll("a[href], button, input, select, textarea, summary")]
    .filter(it => it.checkVisibility({visibilityProperty: true}) && it.type !== "hidden" && !it.dataset.reached)
    .filter(it => it.type !== "radio" || it.checked).map(it => it.outerHTML)"""


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until it is on what is wanted; wherever it stops on the way, that can be seen."""
    expect(wanted).to_be_visible()
    while not wanted.evaluate("wanted => wanted === document.activeElement"):
        assert step(page), "What is wanted cannot be reached"


def never_reached(page: Page) -> list[str]:
    """Press Tab all through a page, and return what it never came to of all that can be used."""
    while step(page):
        pass
    return list(page.evaluate(UNREACHED))


def step(page: Page) -> bool:
    """Press Tab once; False at the end of the page. What has the focus shows it, and stands where it is seen."""
    page.keyboard.press("Tab")
    trouble = page.evaluate("""() => {
        const it = document.activeElement, box = it.getBoundingClientRect(), style = getComputedStyle(it)
        if (it === document.body || it.dataset.reached && it !== window.last) return "end"
        window.last = it
        // A time or a day is up to five stops in one field.
        it.dataset.reached = 1 + Number(it.dataset.reached || 0)
        if (it.dataset.reached > 5) return "does not let go of the focus: " + it.outerHTML
        if (it.dataset.reached > 1) return
        if (style.outlineStyle === "none" || !parseFloat(style.outlineWidth)) return "shows no focus: " + it.outerHTML
        if (box.bottom <= 0 || box.top >= innerHeight) return "has the focus out of sight: " + it.outerHTML
    }""")
    assert trouble in {None, "end"}, trouble
    return trouble is None
