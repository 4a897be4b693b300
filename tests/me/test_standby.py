import pytest
from cast import member, person, post, programme, sign_in
from conftest import Clock
from flask import Flask
from flask.testing import FlaskClient

from unmentor.db import db
from unmentor.programmes.models import Membership

ASK, STAND_BY, BACK = "Ask me when somebody is left alone", "Stand by, and be asked only then", "Be in every draw again"


@pytest.fixture
def ada(app: Flask, client: FlaskClient) -> Membership:
    """Return somebody signed in who takes part in two programmes; this is how in the first."""
    known = member(person("Ada"), programme("Walks"))
    member(known.person, programme("Books", odd="standby"))
    sign_in(client, known.person)
    return known


def test_anybody_says_that_they_step_in_and_takes_it_back(client: FlaskClient, ada: Membership) -> None:
    assert ASK in client.get("/me").text
    for yes in ("yes", "yes", "no"):
        answer = post(client, "/me/standby", programme="walks", standby=yes)
        assert (answer.status_code, answer.location, ada.standby) == (303, "/me#programmes", yes == "yes")
        page = client.get("/me").text
        assert ("You step in" in page, "Don’t ask me any more" in page) == (yes == "yes",) * 2
    assert ASK in page


def test_where_who_stands_by_is_in_no_other_draw_the_page_says_so(client: FlaskClient, ada: Membership) -> None:
    assert STAND_BY in client.get("/me").text
    post(client, "/me/standby", programme="books", standby="yes")
    page = client.get("/me").text
    assert "You stand by. We draw" in page
    assert "You talk to somebody only where the number is odd or somebody is left alone." in page
    assert page.count("You are in. We draw") == 1  # in the other programme
    assert (BACK in page, ada.standby) == (True, False)


def test_without_a_programme_it_speaks_of_all_and_says_the_other_way_round(
    client: FlaskClient, ada: Membership
) -> None:
    [books] = db.session.query(Membership).filter(Membership.id != ada.id)
    for yes in (True, False):
        post(client, "/me/standby")
        assert (ada.standby, books.standby) == (yes, yes)


def test_a_forged_press_and_a_visit_change_nothing(client: FlaskClient, ada: Membership, clock: Clock) -> None:
    assert client.post("/me/standby", data={"standby": "yes"}).status_code in {303, 422}
    assert client.get("/me/standby").location == "/me#programmes"
    assert ada.standby is False
