"""After joining: where the email went, once more, and what was typed put right; the same for a known address."""

import re
from typing import Any

import pytest
from cast import mailed, path_in, person, post, programme
from flask import Flask
from flask.testing import FlaskClient
from joining import confirm_link, join, somebody
from sqlalchemy import func, select

from unmentor.db import db
from unmentor.mail.models import Message
from unmentor.people.models import Person, Request

PAGE, CORRECT, RIGHT = "/join/check-your-email", "/join?correct=yes", "sian@gwynedd.gov.uk"


@pytest.fixture(autouse=True)
def one_programme(app: Any) -> None:
    programme()


def letters(kind: str = "confirm") -> int:
    return db.session.scalar(select(func.count(Message.id)).where(Message.kind == kind))


def shape(page: str) -> str:
    page = re.sub(r'name="csrf_token" value="[^"]+"', "", page)
    return re.search(r"<main.*</main>", page, re.DOTALL)[0]


def values(page: str) -> dict[str, str]:
    return dict(re.findall(r'name="([a-z]+)"[^>]* value="([^"]*)"', page))


def test_the_whole_address_is_shown_and_the_link_comes_again(client: FlaskClient) -> None:
    join(client, language="en")
    assert RIGHT in client.get(PAGE).text
    assert post(client, PAGE).location == PAGE
    assert "We send it again." in client.get(PAGE).text
    assert letters() == 2
    post(client, confirm_link())
    assert somebody().name == "Siân Ŵyn"


def test_enough_is_enough_and_reads_the_same(client: FlaskClient) -> None:
    join(client)
    for _ in range(6):
        assert post(client, PAGE).status_code == 303
    assert letters() == 3


def test_everything_that_was_typed_comes_back_to_be_corrected(client: FlaskClient) -> None:
    told = {"organisation": "Gwynedd", "about": "Leeks.\nSigns.", "video": "sian.wyn", "language": "en"}
    join(client, email="sain@gwynedd.gov.uk", **told)
    page = client.get(CORRECT).text
    known = values(page)
    assert (known["email"], known["phone"], known["video"]) == ("sain@gwynedd.gov.uk", "01632 960002", "sian.wyn")
    assert (known["name"], known["organisation"]) == ("Siân Ŵyn", "Gwynedd")
    assert "Leeks.\nSigns." in page
    assert len(re.findall(r'value="(?:mon-am|fri-pm)" checked', page)) == 2
    assert re.search(r'<input[^>]* checked[^>]* name="agree"|name="agree"[^>]* checked|checked id="agree"', page)


def test_the_link_that_went_to_a_wrong_address_ends(client: FlaskClient) -> None:
    join(client, email="sain@gwynedd.gov.uk")
    wrong = confirm_link("sain@gwynedd.gov.uk")
    assert join(client, correct="yes").status_code == 303
    assert client.get(wrong).status_code == 410
    assert RIGHT in client.get(PAGE).text
    post(client, confirm_link())
    assert somebody().email == RIGHT


def test_two_who_join_on_one_computer_are_both_asked(client: FlaskClient) -> None:
    join(client)
    own = confirm_link()
    join(client, email="ben@gwynedd.gov.uk")
    assert client.get(own).status_code == 200


def test_a_known_address_can_be_corrected_and_written_to_again_like_any_other(app: Flask, client: FlaskClient) -> None:
    person("Old Name", email=RIGHT)
    stranger = app.test_client()
    join(client, language="en")
    join(stranger, language="en", email="somebody@gwynedd.gov.uk")
    for path in (PAGE, CORRECT):
        seen = [shape(each.get(path).text) for each in (client, stranger)]
        assert seen[0] == seen[1].replace("somebody@", "sian@"), path
    assert [post(each, PAGE).location for each in (client, stranger)] == [PAGE, PAGE]
    assert letters("sign-in") == 2
    assert db.session.scalar(select(Person.name)) == "Old Name"


def test_where_others_have_asked_enough_it_can_be_corrected_too(app: Flask, client: FlaskClient) -> None:
    for _ in range(5):
        join(app.test_client())
    join(client, name="Siân Wyn-Jones", language="en")
    assert values(client.get(CORRECT).text)["name"] == "Siân Wyn-Jones"
    assert letters() == 3


def test_what_was_typed_is_gone_once_they_are_in(app: Flask, client: FlaskClient) -> None:
    person("Siân", email=RIGHT)
    join(client, language="en")
    way_in = path_in(mailed(RIGHT, "sign-in"), "/sign-in")
    assert post(client, way_in).status_code == 303
    assert db.session.scalars(select(Request.details)).all() == [None]


def test_a_browser_shows_what_it_typed_for_an_hour_and_no_other_does(
    app: Flask, client: FlaskClient, clock: Any
) -> None:
    join(client, language="en")
    assert values(app.test_client().get(CORRECT).text).get("email", "") == ""
    assert app.test_client().get(PAGE).status_code == 302
    assert values(client.get("/join").text).get("email", "") == "", "a plain form is empty"
    clock.advance(hours=1)
    assert values(client.get(CORRECT).text).get("email", "") == ""
    assert "Send it again" not in client.get(PAGE).text


def test_a_forged_press_sends_nothing(client: FlaskClient) -> None:
    join(client)
    assert client.post(PAGE).status_code == 422
    assert letters() == 1


def test_who_only_signs_in_has_nothing_to_send_again_here(client: FlaskClient) -> None:
    join(client, language="en")
    post(client, "/sign-in", email="other@gwynedd.gov.uk")
    page = client.get(PAGE).text
    assert "other@gwynedd.gov.uk" in page
    assert "Send it again" not in page
    assert post(client, PAGE).status_code == 200


def test_either_a_number_or_a_link_is_plain_before_anything_is_typed(client: FlaskClient) -> None:
    assert "one of the two is enough" in client.get("/join").text
    assert join(client, phone=None, video="sian.wyn").status_code == 303
