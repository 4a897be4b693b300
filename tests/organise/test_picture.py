import pytest
from cast import conversation, member, organiser, person, programme, sign_in
from flask import Flask
from flask.testing import FlaskClient

PICTURE = "/organise/unmentoring/picture"


@pytest.fixture(autouse=True)
def _four(app: Flask, client: FlaskClient) -> None:
    ours = programme()
    ada, ben, *_others = [
        member(person(name, organisation=name[0]), ours).person for name in ("Ada", "Ben", "Cat", "Dan")
    ]
    for state in ("met", "met", "missed"):
        conversation(ours, ada, ben, state=state)
    sign_in(client, organiser(ours))


def test_a_picture_shows_who_has_talked_and_who_has_met_nobody(client: FlaskClient) -> None:
    page = client.get(PICTURE).text
    assert "1 pair has talked." in page
    assert "2 people have met nobody yet." in page
    assert page.count("L", page.index('opacity=".45" d="'), page.index('"/>', page.index('opacity=".45" d="'))) == 1


def test_too_many_people_are_not_drawn(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("unmentor.organise.picture.MOST", 3)
    page = client.get(PICTURE).text
    assert "With more than 3 people" in page
    assert "<title>Who has met whom</title>" not in page
