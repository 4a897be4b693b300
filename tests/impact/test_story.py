"""What the page of figures says in words, and where it says that it cannot."""

from datetime import UTC, datetime

import pytest
from cast import kept
from flask import Flask
from flask.testing import FlaskClient

from unmentor.impact.editions import Edition

pytestmark = pytest.mark.parametrize("migrated_app", ["sqlite"], indirect=True)


def edition(challenged: int, another: int, same: int) -> None:
    row = {"programme": "p", "name": "P", "first": 1, "last": 1, "ids": [1], "invited": 300, "rated": 200}
    arms = {"organisation": {"ids": [1], "arms": {"another": [another, 100], "same": [same, 100]}}}
    figures = {"rounds": [row | {"challenged": challenged}], "later": [], "rest": {}, "compared": arms}
    kept(Edition(month="2026-11", made_at=datetime(2026, 11, 1, tzinfo=UTC), figures=figures))


@pytest.mark.parametrize(
    ("challenged", "says"),
    [
        (120, "60% of those who said how much say"),
        (120, "it would likely be more than half."),
        (80, "it would likely be fewer than half."),
        (105, "it may be more than half, or fewer."),
        # 86 of 200 are 43%, and 49.9% at most; one more is 50.4%.
        (86, "it would likely be fewer than half."),
        (87, "it may be more than half, or fewer."),
    ],
)
def test_it_says_half_only_where_the_interval_does(app: Flask, client: FlaskClient, challenged: int, says: str) -> None:
    edition(challenged, 50, 50)
    assert says in client.get("/impact").text


@pytest.mark.parametrize(
    ("another", "same", "says", "difference"),
    [
        (
            60,
            40,
            "challenged more often by somebody from another",
            "+20 percentage points, and likely between +6 and +33",
        ),
        (
            40,
            60,
            "challenged less often by somebody from another",
            "−20 percentage points, and likely between −33 and −6",
        ),
        (52, 48, "show no difference between talking", "+4 percentage points, and likely between −10 and +17"),
    ],
)
def test_it_says_a_difference_only_where_the_interval_does(
    app: Flask, client: FlaskClient, another: int, same: int, says: str, difference: str
) -> None:
    edition(100, another, same)
    page = client.get("/impact").text
    assert says in page
    assert difference in page
    assert "So who they are may be part of that difference." in page
    assert ("It may as well be none." in page) is ("no difference" in says)


def test_charts_have_words_and_a_table_beside_them(app: Flask, client: FlaskClient) -> None:
    edition(100, 60, 40)
    page = client.get("/impact").text
    assert (
        '<svg viewBox="0 0 440 150" role="img" aria-label="Another organisation: 60%. The same organisation: 40%.">'
        in page
    )
    assert page.count('role="img"') == page.count("<figure") == 2
    assert page.count("<figure") <= page.count("<table")
