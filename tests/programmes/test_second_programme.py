from typing import Any

import pytest
from cast import mailed, member, path_in, person, post, programme, sign_in
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from unmentor.db import db
from unmentor.mail.models import Message
from unmentor.people.models import Person
from unmentor.programmes.importing import carry_out, look
from unmentor.programmes.models import Membership, Programme
from unmentor.runtime import now
from unmentor.worker import tick

ADA = {
    "name": "Somebody Else", "email": "ada@example.gov.uk", "phone": "01632 960 003", "language": "en", "agree": "yes",
    "programme": "housing-people",
}  # fmt: skip
SHEET = "name,email,phone\nSomebody Else,ada@example.gov.uk,01392 000000\n"


@pytest.fixture
def ada(app: Flask) -> Person:
    someone = person("Ada")
    member(someone, programme())
    return someone


@pytest.fixture
def housing(app: Flask) -> Programme:
    return programme("Housing people", about="For those who house.")


def mine(someone: Person) -> dict[str, str]:
    """Return in which programmes somebody is, and how."""
    query = select(Membership).where(Membership.person_id == someone.id)
    return {each.programme.slug: each.state for each in db.session.scalars(query)}


def test_who_is_known_joins_a_second_programme_by_signing_in(ada: Person, housing: Programme, client: Any) -> None:
    post(client, "/join", **ADA)
    tick(now())
    arrives = post(client, path_in(mailed("ada@example.gov.uk", "sign-in"), "/sign-in")).location
    assert "housing-people" in arrives
    page = client.get(arrives).text
    assert "Join Housing people" in page
    assert "For those who house." in page
    assert mine(ada) == {"unmentoring": "active"}
    assert post(client, arrives).location == "/me"
    assert mine(ada) == {"unmentoring": "active", "housing-people": "active"}
    assert db.session.get(Person, ada.id).name == "Ada"


def test_who_is_new_comes_straight_to_their_page(housing: Programme, client: FlaskClient) -> None:
    programme()
    post(client, "/join", **ADA)
    tick(now())
    arrives = post(client, path_in(mailed("ada@example.gov.uk", "confirm"), "/confirm")).location
    page = client.get(arrives, follow_redirects=True)
    assert page.request.path == "/me"
    assert "You are in, Somebody" in page.text


def test_who_is_signed_in_already_is_asked_at_once(ada: Person, housing: Programme, client: FlaskClient) -> None:
    sign_in(client, ada)
    page = client.get("/join?programme=housing-people", follow_redirects=True)
    assert "Join Housing people" in page.text
    assert client.get("/me/join?programme=unmentoring").location == "/me"
    assert client.get("/me/join?programme=nowhere").status_code == 404


def imported(into: Programme, **how: bool) -> list[str]:
    looked_at = look(SHEET, into)
    carry_out(looked_at, into, now(), **how)
    db.session.commit()
    return [f"{line.name}: {line.outcome}" for line in looked_at]


def test_who_is_known_and_agreed_elsewhere_is_in_at_once(ada: Person, housing: Programme) -> None:
    assert imported(housing, confirmed=True) == ["Somebody Else: new"]
    assert mine(ada) == {"unmentoring": "active", "housing-people": "active"}
    assert ada.name == "Ada"
    assert db.session.query(Message).count() == 0


def test_who_is_known_is_asked_before_a_draw_includes_them(
    ada: Person, housing: Programme, client: FlaskClient
) -> None:
    assert imported(housing, confirmed=False) == ["Somebody Else: new"]
    assert mine(ada) == {"unmentoring": "active", "housing-people": "paused"}
    text = mailed("ada@example.gov.uk", "heads-up")
    assert "Would you take part in Housing people too?" in text
    page = path_in(text, "/c/back")
    assert "until you say yes" in client.get(page).text
    assert "You are in" in post(client, page).text
    assert mine(ada)["housing-people"] == "active"


def test_who_is_in_it_already_stays_as_they_are(ada: Person) -> None:
    assert imported(db.session.scalars(select(Programme)).one(), confirmed=True) == ["Somebody Else: here"]


def test_who_has_not_confirmed_elsewhere_is_asked_to(housing: Programme) -> None:
    member(person("Ada", confirmed_at=None), programme())
    assert imported(housing, confirmed=False) == ["Somebody Else: new"]
    assert "/confirm/" in mailed("ada@example.gov.uk", "confirm")
