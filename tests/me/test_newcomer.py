"""Whoever has not talked to anybody yet sees what happens next, and when; afterwards that is gone."""

import re
from datetime import timedelta

import pytest
from cast import conversation, member, person, programme, sign_in
from conftest import Clock
from flask import Flask
from flask.testing import FlaskClient

from unmentor.db import db
from unmentor.programmes.models import Membership


@pytest.fixture
def ada(app: Flask, client: FlaskClient) -> Membership:
    """Return somebody new; her programme draws on Monday 7 December at 9."""
    mine = member(person("Ada"), programme())
    sign_in(client, mine.person)
    return mine


def steps(client: FlaskClient) -> list[tuple[str, str]]:
    db.session.commit()
    found = re.search(r'<ol class="steps">(.*?)</ol>', client.get("/me").text, re.DOTALL)
    return re.findall(r"<h3>(.*?)</h3><p>(.*?)</p>", found[1]) if found else []


def test_three_steps_with_their_days(client: FlaskClient, ada: Membership) -> None:
    (heads_up, told), (draw, drawn), (days, talk) = steps(client)
    assert heads_up == "Monday 30 November"
    assert "You can skip that one." in told
    assert draw == "Monday 7 December, 9am"
    assert "Then an organiser has a look." in drawn
    assert days == "Thursday 10 December to Wednesday 23 December"
    assert "30 minutes" in talk


def test_who_joins_too_late_for_a_heads_up_is_promised_none(client: FlaskClient, ada: Membership, clock: Clock) -> None:
    ada.joined_at = clock() + timedelta(days=11)
    clock.advance(days=12)
    assert [when for when, _ in steps(client)] == [
        "Monday 7 December, 9am", "Before Thursday 10 December", "Thursday 10 December to Wednesday 23 December",
    ]  # fmt: skip
    ada.programme.review = "send"
    assert steps(client)[1][0] == "Monday 7 December"


def test_no_heads_up_is_promised_where_there_is_none(client: FlaskClient, ada: Membership) -> None:
    ada.programme.notice = 0
    assert steps(client)[0][0] == "Monday 7 December, 9am"


def test_of_several_programmes_it_is_the_next_draw(client: FlaskClient, ada: Membership) -> None:
    weekly = programme("Weekly", every="weekly", weekday=2, notice=0, window_days=1, lead_days=1, minutes=1)
    member(ada.person, weekly)
    (draw, _), _, (days, talk) = steps(client)
    assert (draw, days) == ("Wednesday 25 November, 9am", "Thursday 26 November")
    assert "for 1 minute," in talk


def test_bank_holidays_and_weekends_are_no_days_to_talk(client: FlaskClient, ada: Membership) -> None:
    ada.programme.notice, ada.programme.lead_days = 0, 18
    assert steps(client)[2][0] == "Tuesday 29 December to Thursday 7 January 2027"


@pytest.mark.parametrize("days", [-3, 3], ids=["behind", "ahead"])
def test_they_are_gone_with_the_first_conversation(
    client: FlaskClient, ada: Membership, clock: Clock, days: int
) -> None:
    conversation(ada.programme, ada.person, person("Ben"), starts_at=clock() + timedelta(days=days))
    assert steps(client) == []


@pytest.mark.parametrize(
    "given", [{"state": "paused"}, {"approved": False}, {"role": "organiser", "state": "paused"}], ids=str
)
def test_who_is_in_no_draw_is_promised_nothing(client: FlaskClient, ada: Membership, given: dict[str, object]) -> None:
    for name, value in given.items():
        setattr(ada, name, value)
    assert steps(client) == []
    assert "no draw includes you" in client.get("/me").text


def test_an_ended_programme_promises_nothing(client: FlaskClient, ada: Membership, clock: Clock) -> None:
    ada.programme.ended_at = clock()
    assert steps(client) == []
