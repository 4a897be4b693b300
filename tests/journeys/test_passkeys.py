"""Somebody adds a passkey in a real browser, and comes in with it, and proves with it that it is still them."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from journeys.running import Running, visitor
from journeys.seen import Seen


@pytest.fixture
def context(browser: Browser, demo: Running) -> Iterator[BrowserContext]:
    context = visitor(browser, demo).context
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """Return a page in a browser with a device of its own, whose owner is there and says yes."""
    [page] = context.pages
    devices = context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    kind = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options = {"options": kind | {"isUserVerified": True, "automaticPresenceSimulation": True}}
    devices.send("WebAuthn.addVirtualAuthenticator", options)
    return page


def test_a_passkey_is_added_signs_in_and_proves(page: Page, context: BrowserContext, demo: Running) -> None:
    seen = Seen()
    page.goto(demo.organiser("passkeys@unmentoring.example"))
    page.get_by_role("main").get_by_role("button").click()
    page.goto("/me/passkeys")
    page.get_by_label("Name").fill("My laptop")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("rowheader", name="My laptop")).to_be_visible()
    seen.look(page)
    page.get_by_role("button", name="Sign out").first.click()
    page.goto("/organise/unmentoring/log")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", name="Log")).to_be_visible()
    demo.proof_grows_old(context)
    page.goto("/me/passkeys")
    expect(page.get_by_role("heading", name="Is it still you?")).to_be_visible()
    seen.look(page)
    page.get_by_role("button", name="Use a passkey").click()
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("It opens nothing here any more")).to_be_visible()
    assert seen.trouble == []


def test_who_turns_away_from_it_is_told_so_and_loses_no_other_way(browser: Browser, demo: Running) -> None:
    page = visitor(browser, demo)
    page.goto("/sign-in")
    page.evaluate("() => { navigator.credentials.get = () => Promise.reject(new DOMException('', 'NotAllowedError')) }")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("Nothing happened. Try once more")).to_be_visible()
    expect(page.get_by_role("button", name="Send me a link")).to_be_visible()
    page.context.close()


def test_without_scripts_the_page_offers_what_works(browser: Browser, demo: Running) -> None:
    page = visitor(browser, demo, scripts=False)
    page.goto("/sign-in")
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()
    expect(page.get_by_role("button", name="Send me a link")).to_be_visible()
    page.context.close()
