from datetime import timedelta
from typing import Any

import pytest
from cast import conversation, member, person, post, programme, sign_in
from conftest import Clock
from flask import Flask
from flask.testing import FlaskClient

from unmentor.db import db
from unmentor.programmes.models import EACH, QUARTERLY, SECOND, Membership
from unmentor.rounds.models import Round


@pytest.fixture
def ada(app: Flask, client: FlaskClient) -> Membership:
    """Return somebody signed in who talked to Ben in the last round of a programme that draws on Mondays."""
    ours = programme(every="weekly")
    known = member(person("Ada"), ours)
    member(person("Ben"), ours)
    conversation(ours, known.person, person("Cat"))
    sign_in(client, known.person)
    return known


def test_one_chooses_how_often_and_hears_which_draw_is_next(client: FlaskClient, ada: Membership) -> None:
    assert "In every second round" in client.get("/me/rhythm?programme=unmentoring").text
    answer = post(client, "/me/rhythm", every="2", programme="unmentoring")
    assert (answer.status_code, ada.every) == (303, SECOND)
    page = client.get("/me").text
    assert "UnMentoring: your next draw is on Monday 30 November, 9am." in page
    assert "You take part in every second round." in page
    assert "The draw on Monday 23 November, 9am is without you. You are next in on Monday 30 November, 9am." in page
    assert "Nothing is arranged" not in page


def test_this_one_too_is_a_button_and_another_undoes_it(client: FlaskClient, ada: Membership) -> None:
    ada.every = SECOND
    assert ">This one too</button>" in client.get("/me").text
    post(client, "/me/this-one-too", programme="unmentoring")
    page = client.get("/me").text
    assert "You said “this one too”: you are in the draw on Monday 23 November, 9am." in page
    assert ">This one too</button>" not in page
    post(client, "/me/this-one-too/undo", programme="unmentoring")
    assert ">This one too</button>" in client.get("/me").text
    assert ada.this_one_too is None


def test_whose_turn_it_is_reads_so_and_needs_no_button(client: FlaskClient, ada: Membership) -> None:
    ada.every = QUARTERLY
    db.session.query(Round).one().drawn_at -= timedelta(days=90)
    page = client.get("/me").text
    assert "You take part about once a quarter." in page
    assert "You are in the draw on Monday 23 November, 9am." in page
    assert "This one too" not in page


def test_who_takes_part_in_every_round_reads_what_they_read_before(client: FlaskClient, ada: Membership) -> None:
    page = client.get("/me").text
    assert "You are in. We draw every Monday at 9am; next on Monday 23 November, 9am." in page
    assert "This one too" not in page


@pytest.mark.one_engine
@pytest.mark.parametrize("every", ["", "0", "4", "often"])
def test_no_other_rhythm_is_taken(client: FlaskClient, ada: Membership, every: str) -> None:
    answer = post(client, "/me/rhythm", every=every, programme="unmentoring")
    assert (answer.status_code, ada.every) == (422, EACH)
    assert "There is a problem" in answer.text


def test_a_rhythm_is_of_one_programme_or_of_all(client: FlaskClient, ada: Membership) -> None:
    other = member(ada.person, programme("Other"))
    post(client, "/me/rhythm", every="3", programme="other")
    assert (ada.every, other.every) == (EACH, QUARTERLY)
    post(client, "/me/rhythm", every="2")
    assert (ada.every, other.every) == (SECOND, SECOND)
    assert post(client, "/me/rhythm", every="2", programme="elsewhere").status_code == 404


@pytest.mark.parametrize("path", ["/me/rhythm", "/me/this-one-too", "/me/this-one-too/undo"])
def test_a_forged_request_changes_nothing(client: FlaskClient, ada: Membership, path: str) -> None:
    ada.every = SECOND
    assert client.post(path, data={"every": "3"}).status_code == 422
    assert (ada.every, ada.this_one_too) == (SECOND, None)


def test_another_rhythm_forgets_what_was_asked_of_the_one_before(client: FlaskClient, ada: Membership) -> None:
    ada.every = SECOND
    post(client, "/me/this-one-too")
    assert ada.this_one_too == 1
    post(client, "/me/rhythm", every="2")
    assert ada.this_one_too is None


def test_who_comes_back_from_a_pause_is_not_promised_a_draw_too_soon(client: FlaskClient, ada: Membership) -> None:
    ada.every, ada.state = SECOND, "paused"
    post(client, "/me/resume")
    page = client.get("/me").text
    assert "You are back. Below you see which draw is your next." in page
    assert "The next draw includes you" not in page


def test_what_is_held_on_somebody_says_how_often_they_take_part(client: FlaskClient, ada: Membership) -> None:
    ada.every, ada.this_one_too = QUARTERLY, 1
    (held,) = client.get("/me/data.json").get_json()["programmes"]
    assert (held["takes_part"], held["this_one_too"]) == ("about once a quarter", True)


def test_organisers_see_who_takes_part_less_often_and_find_them(
    client: FlaskClient, ada: Membership, clock: Clock
) -> None:
    ada.every, ada.role = SECOND, "organiser"
    page = client.get(f"/organise/unmentoring/people/{ada.person_id}").text
    assert "In every second round" in page
    assert "not their turn yet" in page
    listed: Any = client.get("/organise/unmentoring/people?show=slower").text
    assert "1 person found." in listed
    assert "Not in every round, by choice (1)" in listed
    sheet = post(client, "/organise/unmentoring/people/export").text
    assert "every second round" in sheet
    assert "rests" in sheet
