"""The privacy notice has every item of UK GDPR Articles 13 and 14, and its times are those that the code keeps."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from unmentor import budgets
from unmentor.audit.actions import KEPT as KEPT_IN_THE_LOG
from unmentor.mail.actions import KEPT
from unmentor.people.changing import UNDO_WITHIN
from unmentor.people.door import CONFIRM_WITHIN
from unmentor.privacy import retention
from unmentor.reports.actions import KEPT as KEPT_REPORTS

ITEMS = {
    "en": (
        "is the controller", "data protection officer", "representative", "Your consent", "Article 6(1)(a)",
        "Legitimate interests", "What we keep, and why", "an organiser who put you on a list", "Who else gets it",
        "outside the United Kingdom", "How long", "access, portability", "rectification", "erasure", "restriction",
        "objection", "take back your consent", "What a program decides", "No law and no contract makes you",
        "Complain to us", "Information Commissioner", "0303 123 1113",
    ),
    "cy": (
        "rheolydd", "swyddog diogelu data", "Eich cydsyniad", "Buddiannau dilys", "ar restr", "Deyrnas Unedig",
        "mynediad, cludadwyedd", "cywiro", "dileu", "cyfyngu", "gwrthwynebu", "Beth mae rhaglen yn ei benderfynu",
        "Cwynwch", "y Comisiynydd Gwybodaeth", "o fewn mis",
    ),
}  # fmt: skip


@pytest.mark.parametrize("language", ["en", "cy"])
def test_every_item_of_the_law_is_there(client: FlaskClient, language: str) -> None:
    page = client.get("/privacy", headers={"Accept-Language": language}).text
    assert [item for item in ITEMS[language] if item.casefold() not in page.casefold()] == []


@pytest.mark.one_engine
@pytest.mark.parametrize(
    ("row", "time"),
    [
        ("If you never confirm", retention.UNCONFIRMED),
        ("What you typed to join or to follow, until you confirm", CONFIRM_WITHIN),
        ("The words of our email, whether it arrived or not", KEPT),
        ("When you signed in", retention.SIGN_INS),
        ("Your address before, when you change it", UNDO_WITHIN),
        ("How often email was asked for", budgets.DAY),
        ("What somebody reports to the organisers", KEPT_REPORTS),
        ("That you left, as a code in the place of your address", retention.ERASURES),
        ("An address of nobody here that refused our email, or called it spam", retention.REFUSED),
    ],
)
def test_each_time_on_the_page_is_the_one_that_the_code_keeps(client: FlaskClient, row: str, time: timedelta) -> None:
    said = f"{time.days} day{'s' * (time.days != 1)}"
    page = client.get("/privacy").text
    rows = [each for each in page.split("<tr>") if f'<th scope="row">{row}</th>' in each]
    assert any(f'">{said}' in each for each in rows), rows


def test_idle_accounts_and_complaints_have_their_times_too(client: FlaskClient) -> None:
    page = client.get("/privacy").text
    assert f"{retention.IDLE // timedelta(days=365)} years after your last conversation or sign-in" in page
    assert f"{retention.NOTICE.days} days later your details go" in page
    assert f">{KEPT_IN_THE_LOG // timedelta(days=365)} years. If you leave, it says" in page
    assert f"We say within {retention.ACKNOWLEDGED.days} days that we have your complaint" in page


def test_a_time_that_changes_in_the_code_changes_on_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    before = retention.promised()
    for name in ("UNCONFIRMED", "IDLE", "NOTICE", "SIGN_INS", "KEPT", "ERASURES", "REFUSED", "ACKNOWLEDGED"):
        monkeypatch.setattr(retention, name, timedelta(days=4000))
    after = retention.promised()
    assert {name for name in before if before[name] == after[name]} == {
        "addresses", "joining", "budgets", "log_years", "notes", "places", "reports",
    }  # fmt: skip


def test_the_operator_is_named_and_can_be_written_to(app: Flask, client: FlaskClient) -> None:
    app.extensions["page_cache"].pages.clear()  # settings do not change while it runs
    known: Any = app.extensions["settings"]
    app.extensions["settings"] = replace(known, operator=("Example Borough Council", "privacy@example.gov.uk"))
    try:
        page = client.get("/privacy").text
    finally:
        app.extensions["settings"] = known
    assert "Example Borough Council runs this site and is the controller" in page
    assert page.count('href="mailto:privacy@example.gov.uk"') == 2
