from datetime import date

import pytest
from cast import programme
from flask import Flask

from unmentor.programmes.queries import holidays


def test_a_programme_keeps_the_bank_holidays_of_its_nation_where_its_clock_is_british(app: Flask) -> None:
    ours = programme(nation="scotland")
    assert holidays(ours)[date(2026, 11, 30)] == "St Andrew’s Day"
    ours.time_zone = "Europe/Paris"
    assert not holidays(ours)


@pytest.mark.one_engine
@pytest.mark.parametrize(
    ("every", "notice", "days"),
    [("monthly", None, 7), ("weekly", None, 0), ("weekly", 2, 2), ("monthly", 0, 0)],
)
def test_people_get_a_week_of_notice_but_of_weekly_rounds_only_where_it_was_set(
    app: Flask, every: str, notice: int | None, days: int
) -> None:
    assert programme(every=every, notice=notice).notice_days == days
