import re
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from conftest import Clock
from flask import Flask
from flask_babel import force_locale, ngettext

from unmentor.programmes.models import Programme
from unmentor.programmes.rhythm import rhythm
from unmentor.runtime import now
from unmentor.words import ago, day, listed, time_of_day, when
from unmentor.words import clock as time_in_words

pytestmark = pytest.mark.one_engine
HOUSE = Path(__file__).parent.parent


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
    assert when(summer, "Europe/London") == "Friday 10 July, 12:30pm"
    assert day(datetime(2027, 1, 1, 9, tzinfo=UTC)) == "Friday 1 January 2027"


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("Australia/Sydney", "Tuesday 8 December"),
        ("America/New_York", "Monday 7 December"),
        ("UTC", "Monday 7 December"),
    ],
)
def test_a_day_is_that_of_the_zone_and_not_of_utc(app: Flask, zone: str, said: str) -> None:
    assert day(datetime(2026, 12, 7, 22, 30, tzinfo=UTC), zone) == said


def test_the_year_is_left_out_where_the_zone_is_still_in_it(app: Flask, clock: Clock) -> None:
    clock.set(2026, 12, 31, 23, 30)
    assert day(datetime(2027, 1, 5, 9, tzinfo=UTC), "Australia/Sydney") == "Tuesday 5 January"


@pytest.mark.parametrize(
    ("moment", "said"),
    [(time(0), "midnight"), (time(0, 5), "12:05am"), (time(3), "3am"), (time(9, 30), "9:30am"), (time(12), "midday"),
     (time(12, 30), "12:30pm"), (time(17), "5pm")],
)  # fmt: skip
def test_a_time_of_day_is_written_as_people_write_it(app: Flask, moment: time, said: str) -> None:
    assert time_of_day(moment) == said
    with force_locale("cy"):
        assert time_of_day(moment) == {"midday": "hanner dydd", "midnight": "hanner nos"}.get(said, said)


@pytest.mark.parametrize(("hour", "said"), [(0, "1:30am BST"), (1, "1:30am GMT"), (2, "2:30am"), (3, "3:30am")])
def test_the_hour_that_an_autumn_night_has_twice_is_named(app: Flask, hour: int, said: str) -> None:
    night = datetime(2026, 10, 25, hour, 30, tzinfo=UTC)
    assert time_in_words(night, "Europe/London") == said


@pytest.mark.parametrize(
    ("number", "said"),
    [(1, "1 peth a ddysgwyd"), (2, "2 beth a ddysgwyd"), (3, "3 pheth a ddysgwyd"), (6, "6 pheth a ddysgwyd"),
     (38, "38 peth a ddysgwyd")],
)  # fmt: skip
def test_welsh_numbers_change_what_follows_them(app: Flask, number: int, said: str) -> None:
    with force_locale("cy"):
        assert ngettext("%(num)s thing that somebody learned", "%(num)s things that people learned", number) == said


@pytest.mark.parametrize(("number", "said"), [(1, "1 person"), (2, "2 berson"), (38, "38 o bobl")])
def test_many_people_are_counted_with_o_in_welsh(app: Flask, number: int, said: str) -> None:
    with force_locale("cy"):
        assert ngettext("%(num)d person", "%(num)d people", number) == said


@pytest.mark.parametrize(("minutes", "said"), [(1, "1 munud yn ôl"), (2, "2 funud yn ôl"), (12, "12 munud yn ôl")])
def test_two_minutes_ago_is_softened_in_welsh(app: Flask, minutes: int, said: str) -> None:
    with force_locale("cy"):
        assert ago(now() - timedelta(minutes=minutes)) == said


def test_a_template_speaks_another_language_for_as_long_as_it_is_asked_to(app: Flask) -> None:
    said = app.jinja_env.from_string('{{ _("Menu") }} {{ ngettext("%(num)d person", "%(num)d people", 2) }}')
    with app.test_request_context("/", headers={"Accept-Language": "cy"}):
        welsh = said.render()
        with force_locale("en"):
            assert said.render() == "Menu 2 people"
        assert said.render() == welsh == "Dewislen 2 berson"


@pytest.mark.parametrize(
    ("every", "nth", "said"),
    [
        ("weekly", 1, "bob dydd Llun am 9am"),
        ("fortnightly", 1, "bob yn ail ddydd Llun am 9am"),
        ("monthly", 1, "ar ddydd Llun cyntaf bob mis am 9am"),
        ("monthly", 3, "ar drydydd dydd Llun bob mis am 9am"),
        ("monthly", -1, "ar ddydd Llun olaf bob mis am 9am"),
    ],
)
def test_a_rhythm_reads_as_welsh(app: Flask, every: str, nth: int, said: str) -> None:
    with force_locale("cy"):
        assert rhythm(Programme(every=every, nth=nth, weekday=0, draw_time=time(9))) == said


def test_no_welsh_word_that_softens_what_follows_stands_before_a_day() -> None:
    """Days are filled in as they are: what a preposition would soften is said after a colon, or first."""
    with (HOUSE / "unmentor/translations/cy/LC_MESSAGES/messages.po").open("rb") as file:
        said = " ".join(str(each.string) for each in read_po(file))
    assert re.findall(r"\b(?:am|ar|at|gan|heb|hyd|i|o|tan) %\((?:day|when|next|slot)\)s", said, re.IGNORECASE) == []
