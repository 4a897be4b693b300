from typing import Any

import pytest
from cast import member, person, post, programme
from flask import Flask
from sqlalchemy import select

from unmentor.db import db
from unmentor.links import sign
from unmentor.mail.models import Stopped
from unmentor.people.models import Person
from unmentor.programmes.models import Membership

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def ada(app: Any) -> Person:
    someone = person("Ada")
    member(someone, programme())
    return someone


def path(someone: Person, kind: str = "how-was-it") -> str:
    return f"/unsubscribe/{sign('unsubscribe', f'{someone.nonce}:{kind}')}"


def stopped() -> list[str]:
    return list(db.session.scalars(select(Stopped.kind)))


def test_a_mail_program_stops_a_kind_without_cookie_or_token(app: Flask, ada: Person) -> None:
    for _ in range(2):
        assert app.test_client().post(path(ada), data=ONE_CLICK).status_code == 200
    assert stopped() == ["how-was-it"]


def test_a_person_sees_a_button_first_and_may_undo(app: Flask, ada: Person) -> None:
    client = app.test_client()
    page = client.get(path(ada))
    assert (page.status_code, stopped()) == (200, [])
    assert "mail that asks how a conversation went" in page.text
    assert "Undo" in post(client, path(ada)).text
    assert stopped() == ["how-was-it"]
    assert post(client, path(ada) + "/undo").location == path(ada)
    assert stopped() == []


def test_stopping_invitations_pauses_and_says_so(app: Flask, ada: Person) -> None:
    client, stop = app.test_client(), path(ada, "invitation")
    assert "this pauses you" in client.get(stop).text
    assert "You are paused" in client.post(stop, data=ONE_CLICK).text
    assert db.session.scalars(select(Membership.state)).one() == "paused"
    assert stopped() == []
    post(client, stop + "/undo")
    assert db.session.scalars(select(Membership.state)).one() == "active"


def test_an_undo_needs_a_person_at_the_page(app: Flask, ada: Person) -> None:
    client = app.test_client()
    client.post(path(ada), data=ONE_CLICK)
    assert client.post(path(ada) + "/undo").status_code == 422
    assert stopped() == ["how-was-it"]


@pytest.mark.parametrize("key", ["x.y", "MTpob3ctd2FzLWl0.forged"])
def test_a_key_that_is_not_ours_stops_nothing(app: Flask, ada: Person, key: str) -> None:
    client = app.test_client()
    assert [client.get(f"/unsubscribe/{key}").status_code, client.post(f"/unsubscribe/{key}").status_code] == [404, 404]


def test_a_key_of_another_purpose_stops_nothing(app: Flask, ada: Person) -> None:
    forged = f"/unsubscribe/{sign('confirm', f'{ada.nonce}:how-was-it')}"
    assert app.test_client().post(forged, data=ONE_CLICK).status_code == 404


def test_a_kind_without_words_of_its_own_is_stopped_all_the_same(app: Flask, ada: Person) -> None:
    assert "mail of this kind" in app.test_client().get(path(ada, "new-kind")).text
    app.test_client().post(path(ada, "new-kind"), data=ONE_CLICK)
    assert stopped() == ["new-kind"]
