"""A page by keyboard alone: all of it can be reached, and whoever is somewhere sees where."""

from playwright.sync_api import ElementHandle, Locator, Page, expect

UNREACHED = """() => [...document.querySelectorAll("a[href], button, input, select, textarea, summary")]
    .filter(it => it.checkVisibility({visibilityProperty: true}) && it.type !== "hidden" && !it.dataset.reached)
    .filter(it => it.type !== "radio" || it.checked).map(it => it.outerHTML)"""

STEP = """wanted => {
    const it = document.activeElement, box = it.getBoundingClientRect(), style = getComputedStyle(it)
    if (it === document.body || it.dataset.reached && it !== window.last) return "end"
    window.last = it
    const at = it === wanted ? "there" : "elsewhere"
    // A time or a day is up to five stops in one field.
    it.dataset.reached = 1 + Number(it.dataset.reached || 0)
    if (it.dataset.reached > 5) return "does not let go of the focus: " + it.outerHTML
    if (it.dataset.reached > 1) return at
    if (style.outlineStyle === "none" || !parseFloat(style.outlineWidth)) return "shows no focus: " + it.outerHTML
    if (box.bottom <= 0 || box.top >= innerHeight) return "has the focus out of sight: " + it.outerHTML
    return at
}"""
FORGET = """() => document.querySelectorAll("[data-reached]").forEach(it => delete it.dataset.reached)"""


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until it is on what is wanted, from the top again if need be; each stop on the way can be seen."""
    expect(wanted).to_be_visible()
    it = wanted.element_handle()
    if it.evaluate("it => it === document.activeElement"):
        return
    for _time in range(2):
        while (at := step(page, it)) == "elsewhere":
            pass
        if at == "there":
            return
        page.evaluate(FORGET)
    raise AssertionError("What is wanted cannot be reached")


def choose(page: Page, wanted: Locator) -> None:
    """Tab to a group of choices, and go on in it by arrow until this one is chosen."""
    group = page.locator(f"[name={wanted.get_attribute('name')}]")
    chosen = group.and_(page.locator(":checked"))
    tab_to(page, chosen if chosen.count() else group.first)
    for _ in range(group.count()):
        if not wanted.is_checked():
            page.keyboard.press("ArrowDown")
    expect(wanted).to_be_checked()


def never_reached(page: Page) -> list[str]:
    """Press Tab all through a page, and return what it never came to of all that can be used."""
    while step(page) != "end":
        pass
    return list(page.evaluate(UNREACHED))


def step(page: Page, wanted: ElementHandle | None = None) -> str:
    """Press Tab once; return "there", "elsewhere" or "end". What has the focus shows it, and is in sight."""
    page.keyboard.press("Tab")
    at = page.evaluate(STEP, wanted)
    assert at in {"there", "elsewhere", "end"}, at
    return str(at)
