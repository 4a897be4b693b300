import logging

import pytest
from cast import programme
from conftest import Clock
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from unmentor import zones
from unmentor.db import db
from unmentor.programmes.models import Programme
from unmentor.worker import tick


@pytest.fixture
def lost(app: Flask) -> Programme:
    """Return a programme in a zone that this machine does not know, beside one that is well."""
    zones.zone.cache_clear()
    programme("Well")
    ours = programme("Lost")
    db.session.execute(update(Programme).where(Programme.id == ours.id).values(time_zone="Mars/Base"))
    db.session.commit()
    return ours


def test_a_programme_in_an_unknown_zone_breaks_no_page(
    client: FlaskClient, lost: Programme, caplog: pytest.LogCaptureFixture
) -> None:
    for path in ("/", "/programmes/lost", "/programmes/well", "/join"):
        assert client.get(path).status_code == 200, path
    assert "There is no time zone 'Mars/Base' here" in caplog.text


def test_a_programme_in_an_unknown_zone_stops_no_work(
    lost: Programme, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    clock.set(2026, 12, 7, 9, 5)
    with caplog.at_level(logging.ERROR):
        tick(clock())
    assert "Could not" not in caplog.text


def test_a_programme_is_not_founded_where_there_is_no_such_zone(app: Flask) -> None:
    with pytest.raises(ValueError, match="no time zone 'Mars/Base'"):
        programme(time_zone="Mars/Base")
