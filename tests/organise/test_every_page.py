"""Every page of the console, found in the map of the house, in a programme of any size."""

from collections.abc import Iterator
from typing import NamedTuple

import pytest
from cast import sign_in, statements
from conftest import Clock, wipe
from flask import Flask

from bench import console_house
from bench.console_pages import pages
from unmentor.db import db
from unmentor.people.models import Person

MOST_BYTES = 60_000
FEW, MANY = {"people": 24, "rounds": 4, "many": 2}, {"people": 104, "rounds": 13, "many": 60}


class Look(NamedTuple):
    """How a page answered: its status, how often it asked the database, how many bytes it has, and the bytes."""

    status: int
    asked: int
    size: int
    data: bytes


Looks = dict[str, Look]


@pytest.fixture(scope="module")
def looked_at(migrated_app: Flask) -> Iterator[dict[str, Looks]]:
    """Return how each page answers, with how many questions and bytes, with few and with many of everything."""
    clock = migrated_app.extensions["clock"] = Clock()
    clock.moment = console_house.NOW
    with migrated_app.app_context(), pytest.MonkeyPatch.context() as patch:
        # A programme so small that a page has the time to try a draw asks for that as well.
        patch.setattr("unmentor.organise.draw_now.FEW", 0)
        yield {size: _look_at(migrated_app, **given) for size, given in (("few", FEW), ("many", MANY))}


def test_no_page_asks_the_database_more_for_many_than_for_few(looked_at: dict[str, Looks]) -> None:
    def few(what: str) -> int:
        return looked_at["few"][what.removesuffix(" (page 2)")].asked  # few have no second page

    many = looked_at["many"].items()
    assert not {what: (few(what), page.asked) for what, page in many if page.asked != few(what)}


def test_no_page_is_longer_than_60_kb(looked_at: dict[str, Looks]) -> None:
    assert not {what: page.size for what, page in looked_at["many"].items() if page.size > MOST_BYTES}


def test_past_its_end_a_list_shows_its_last_page(looked_at: dict[str, Looks]) -> None:
    past = {what: page.data for what, page in looked_at["many"].items() if what.endswith("page past)")}
    assert {what: (b'rel="prev"' in data, b'rel="next"' in data) for what, data in past.items()} == dict.fromkeys(
        past, (True, False)
    )
    assert len(past) > 5


def test_every_page_of_the_console_is_looked_at(looked_at: dict[str, Looks]) -> None:
    assert {page.status for looks in looked_at.values() for page in looks.values()} == {200}


def _look_at(app: Flask, **given: int) -> Looks:
    wipe()
    house = console_house.fill(**given)
    client, found = app.test_client(), {}
    sign_in(client, db.session.get_one(Person, house.organiser))
    with app.test_request_context():
        every = list(pages(app, house))
    for what, path in every:
        with app.app_context(), statements() as asked:
            answer = client.get(path)
        found[what] = Look(answer.status_code, len(asked), len(answer.data), answer.data)
    wipe()
    return found
