from datetime import UTC, datetime

import pytest
from flask import Flask
from flask_babel import force_locale

from unmentor.words import day, listed, when


@pytest.mark.parametrize(
    ("language", "names", "said"),
    [
        ("en", ["Ada"], "Ada"),
        ("en", ["Siân", "Marek"], "Siân and Marek"),
        ("en", ["Tom", "Jean", "Ellis"], "Tom, Jean and Ellis"),
        ("cy", ["Ada"], "Ada"),
        ("cy", ["Siân", "Marek"], "Siân a Marek"),
        ("cy", ["Siân", "Ada"], "Siân ac Ada"),
        ("cy", ["Siân", "Óscar"], "Siân ac Óscar"),
        ("cy", ["Tom", "Jean", "Ellis"], "Tom, Jean ac Ellis"),
        ("cy", [], ""),
    ],
)
def test_names_are_listed_as_the_language_reads_them_out(
    app: Flask, language: str, names: list[str], said: str
) -> None:
    with force_locale(language):
        assert listed(names) == said


def test_who_has_left_is_nameless_in_a_list(app: Flask) -> None:
    assert listed(["Ada", ""]) == "Ada and somebody who has left"


def test_a_time_is_said_in_the_zone_of_those_who_read_it(app: Flask) -> None:
    summer = datetime(2026, 7, 10, 11, 30, tzinfo=UTC)
    assert when(summer, "Europe/London") == "Friday 10 July, 12:30"
    assert day(datetime(2027, 1, 1, 9, tzinfo=UTC)) == "Friday 1 January 2027"
