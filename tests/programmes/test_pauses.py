from datetime import UTC, date, datetime
from typing import Any

import pytest
from cast import member, person, post, programme, sign_in
from flask import Flask
from flask.testing import FlaskClient

from unmentor.db import db
from unmentor.programmes.actions import create
from unmentor.rounds.turns import members_in

TODAY = date(2026, 11, 21)
# When it is Saturday the 21st in London, it is Sunday the 22nd in Apia, and Friday the 20th in New York.
NOON, FIRST_HOUR = datetime(2026, 11, 21, 12, tzinfo=UTC), datetime(2026, 11, 21, 1, tzinfo=UTC)


@pytest.mark.one_engine
@pytest.mark.parametrize("state", ["active", "paused"])
@pytest.mark.parametrize("until", [None, date(2026, 11, 20), TODAY, date(2026, 11, 22)])
def test_a_page_and_a_draw_mean_the_same_by_a_pause(app: Flask, state: str, until: date | None) -> None:
    ours = programme()
    ada = member(person("Ada"), ours, state=state, paused_until=until)
    assert ada.is_paused(TODAY) == (not members_in(ours, TODAY))


def test_a_pause_ends_when_that_day_begins_where_the_programme_is(app: Flask) -> None:
    apia, new_york = programme("Apia", time_zone="Pacific/Apia"), programme("York", time_zone="America/New_York")
    assert (apia.today(NOON), new_york.today(FIRST_HOUR)) == (date(2026, 11, 22), date(2026, 11, 20))
    for ours in (apia, new_york):
        member(person(ours.name), ours, state="paused", paused_until=TODAY)
    assert len(members_in(apia, apia.today(FIRST_HOUR))) == 1
    assert len(members_in(new_york, new_york.today(FIRST_HOUR))) == 0


@pytest.mark.one_engine
@pytest.mark.parametrize(
    ("zone", "hour", "until", "status"),
    [
        ("Pacific/Apia", 12, "2026-11-22", 422),  # it is that day there already
        ("Pacific/Apia", 12, "2026-11-23", 303),
        ("America/New_York", 1, "2026-11-21", 303),  # it is still the day before there
        ("America/New_York", 1, "2026-11-20", 422),
    ],
)
def test_a_day_to_come_back_is_one_of_the_programmes_days(
    app: Flask, client: FlaskClient, clock: Any, zone: str, hour: int, until: str, status: int
) -> None:
    clock.set(2026, 11, 21, hour)
    ada = person("Ada")
    member(ada, programme(time_zone=zone))
    sign_in(client, ada)
    assert post(client, "/me/pause", until=until).status_code == status


def test_a_programme_starts_on_the_day_that_it_is_there(app: Flask) -> None:
    assert create("Samoa", "Pacific/Apia", NOON).starts_on == date(2026, 11, 22)
    db.session.rollback()
