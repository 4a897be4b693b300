"""An address that several take at once is one person's; a way back is used once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from cast import START, kept, person, programme
from flask import Flask
from sqlalchemy import func, select

from unmentor.db import db, transaction
from unmentor.me.readdressing import change_address, put_back
from unmentor.people import door
from unmentor.people.actions import AddressTaken
from unmentor.people.details import Details
from unmentor.people.models import EmailChange, Person, Request
from unmentor.programmes.door import let_in
from unmentor.runtime import now

NEW = "new@leeds.gov.uk"
DETAILS = Details("Ada", "", "ada", "Leeds", "", [], "en")


def change(someone: Person, **given: Any) -> int:
    known = {"person_id": someone.id, "old": someone.email, "new": NEW, "asked_at": now(), "answered_at": now()}
    return kept(EmailChange(**known | given)).id


def at_once(app: Flask, *acts: Callable[[], bool]) -> list[bool | str]:
    """Do these at the same time, each in a transaction of its own; return what came of each."""

    def once(act: Callable[[], bool]) -> bool | str:
        try:
            with app.app_context(), transaction():
                return act()
        except AddressTaken:
            return "taken"

    db.session.commit()
    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(once, acts))


def pressing(number: int, act: Callable[..., bool] = change_address) -> Callable[[], bool]:
    return lambda: (found := db.session.get(EmailChange, number)) is not None and act(found, now())


def test_of_many_who_take_an_address_one_has_it(app: Flask) -> None:
    presses = [pressing(change(person(name))) for name in ("Ada", "Ben", "Cat", "Dan")]
    assert sorted(map(str, at_once(app, *presses))) == ["True", "taken", "taken", "taken"]
    assert db.session.scalar(select(func.count(Person.id)).where(Person.email == NEW)) == 1


def test_of_many_who_give_somebody_on_a_list_way_one_has_it(app: Flask) -> None:
    person("On a list", email=NEW, confirmed_at=None)
    presses = [pressing(change(person(name))) for name in ("Ada", "Ben", "Cat")]
    assert sorted(map(str, at_once(app, *presses))) == ["True", "taken", "taken"]


def test_a_link_that_is_pressed_many_times_at_once_changes_once(app: Flask) -> None:
    number = change(person("Ada"))
    assert sorted(at_once(app, *[pressing(number)] * 4)) == [False, False, False, True]


def test_a_way_back_that_is_pressed_many_times_at_once_is_used_once(app: Flask) -> None:
    ada = person("Ada", email=NEW)
    number = change(ada, old="old@leeds.gov.uk", confirmed_at=now())
    assert sorted(at_once(app, *[pressing(number, put_back)] * 4)) == [False, False, False, True]
    db.session.expire_all()
    assert ada.email == "old@leeds.gov.uk"


@pytest.mark.parametrize("known", [False, True], ids=["new", "on a list"])
def test_who_joins_with_it_at_the_same_time_and_who_takes_it_are_not_both_there(app: Flask, known: bool) -> None:
    programme()
    if known:
        person("On a list", email=NEW, confirmed_at=None)
    numbers = [change(person(name)) for name in ("Ben", "Cat")]
    door.keep_request(NEW, "", START, DETAILS, "unmentoring")
    db.session.commit()
    nonce = db.session.scalars(select(Request.nonce)).one()

    def join() -> bool:
        return let_in(door.request_of(nonce), now()) is not None

    came = at_once(app, join, *map(pressing, numbers))
    assert came.count(True) == 1, came
    owner = db.session.scalars(select(Person).where(Person.email == NEW)).one()
    assert owner.confirmed_at is not None
    assert (owner.name == "Ada") == (came[0] is True)
