import re

import pytest
from cast import conversation, member, organiser, person, programme, sign_in, statements
from conftest import Clock
from flask import Flask
from flask.testing import FlaskClient

from bench import console_house
from unmentor.db import db
from unmentor.organise import picture
from unmentor.people.models import Person
from unmentor.programmes.models import Programme

PICTURE = "/organise/unmentoring/picture"


@pytest.fixture
def four(app: Flask, client: FlaskClient) -> list[Person]:
    """Return Ada and Ben, who have talked twice, and Cat and Dan; their organiser is signed in."""
    ours = programme()
    names = ("Ada", "Ben", "Cat", "Dan")
    four = [member(person(name, organisation=name[0]), ours).person for name in names]
    for state in ("met", "met", "missed"):
        conversation(ours, *four[:2], state=state)
    sign_in(client, organiser(ours))
    return four


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let four people be many."""
    monkeypatch.setattr(picture, "MOST", 3)


def rows(page: str) -> list[list[str]]:
    """Return what the cells of the table say, line by line."""
    lines = page.partition("<tbody>")[2].partition("</tbody>")[0].split("<tr>")[1:]
    return [[cell.strip() for cell in re.split(r"(?:<[^>]+>\s*)+", line) if cell.strip()] for line in lines]


def test_a_picture_shows_who_has_talked_and_who_has_met_nobody(four: list[Person], client: FlaskClient) -> None:
    page = client.get(PICTURE).text
    assert "1 pair has talked." in page
    assert "2 people have met nobody yet." in page
    assert re.search(r'opacity=".45" d="M[\d ]+L[\d ]+"/>', page)


def test_before_anybody_has_talked_it_says_so_and_draws_nothing(app: Flask, client: FlaskClient) -> None:
    sign_in(client, organiser(programme()))
    page = client.get(PICTURE).text
    assert "Nobody has talked to anybody yet" in page
    assert "figcaption" not in page


def test_of_a_large_programme_it_shows_which_organisations_have_talked(
    four: list[Person], large: None, client: FlaskClient
) -> None:
    ours = db.session.query(Programme).one()
    che = member(person("Che", organisation="C"), ours).person
    conversation(ours, four[2], che, state="met")
    page = client.get(PICTURE).text
    assert "3 conversations happened in rounds 1 to 4, 2 of them between organisations." in page
    assert "1 person has met nobody yet." in page
    assert rows(page) == [
        ["1", "C", "2", "0", "1", "0"], ["2", "A", "1", "2", "0", "0"],
        ["3", "B", "1", "2", "0", "0"], ["4", "D", "1", "0", "0", "1"],
    ]  # fmt: skip
    assert re.findall(r'<path class="(\w+)" transform', page) == ["teal", "teal", "teal", "line"]


def test_those_that_talk_least_are_one(
    four: list[Person], large: None, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(picture, "DRAWN", 2)
    page = client.get(PICTURE).text
    assert rows(page) == [
        ["1", "A", "1", "2", "0", "0"], ["2", "B", "1", "2", "0", "0"],
        ["+", "2 other organisations", "2", "0", "0", "2"],
    ]  # fmt: skip
    assert "The circle “+” stands for 2 other organisations together;" in page


def test_the_newest_rounds_are_shown_where_all_would_be_a_blot(
    four: list[Person], client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(picture, "LINES", 4)
    page = client.get(PICTURE).text
    assert "1 pair has talked in rounds 2 to 3." in page
    assert "2 people have met nobody yet." in page


@pytest.mark.one_engine
@pytest.mark.parametrize("people", [500, 620])
def test_it_is_short_and_asks_little_however_large_the_programme(
    app: Flask, client: FlaskClient, clock: Clock, people: int
) -> None:
    clock.moment = console_house.NOW
    house = console_house.fill(people=people, rounds=10, many=1)
    sign_in(client, db.session.get_one(Person, house.organiser))
    with statements() as asked:
        page = client.get(f"/organise/{house.slug}/picture")
    assert page.status_code == 200
    assert len(asked) <= 11
    assert len(page.data) < 60_000
