from concurrent.futures import ThreadPoolExecutor
from typing import Any

from cast import START, person
from flask import Flask
from sqlalchemy import func, select

from unmentor.db import db, transaction
from unmentor.people import actions
from unmentor.people.details import Details
from unmentor.people.models import Person, SignIn
from unmentor.runtime import now

SIAN = Details("Siân", "", "sian", "Gwynedd", "", [], "cy")
AT_ONCE = 6


def at_once(app: Flask, act: Any) -> list[Any]:
    """Do something many times at once, each in a transaction of its own; return what came of each."""

    def once(_: int) -> Any:
        with app.app_context(), transaction():
            return act()

    db.session.commit()
    with ThreadPoolExecutor(AT_ONCE) as threads:
        return list(threads.map(once, range(AT_ONCE)))


def test_somebody_who_presses_join_many_times_at_once_is_one_person(app: Flask) -> None:
    joined = at_once(app, lambda: actions.sign_up("sian@gwynedd.gov.uk", SIAN, START).id)
    assert len(set(joined)) == 1
    assert db.session.scalar(select(func.count(Person.id))) == 1


def test_guesses_that_arrive_together_count_one_by_one(app: Flask) -> None:
    ada = person()
    actions.ask_in(ada.email, "this browser", now())
    email = ada.email
    at_once(app, lambda: actions.use_code(email, "none", now()))
    assert db.session.scalars(select(SignIn.tries)).one() == actions.TRIES


def test_a_link_that_is_pressed_many_times_at_once_opens_once(app: Flask) -> None:
    token = actions.printed_sign_in(person(), now()).rpartition("/")[2]

    def press() -> bool:
        asked = actions.find_sign_in(token)
        return asked is not None and actions.use(asked, now()) is not None

    assert sorted(at_once(app, press)) == [False] * (AT_ONCE - 1) + [True]


def test_confirming_many_times_at_once_happens_once(app: Flask) -> None:
    new = person(confirmed_at=None).id
    confirmed = at_once(app, lambda: actions.confirm(db.session.get(Person, new), now()))
    assert sorted(confirmed) == [False] * (AT_ONCE - 1) + [True]
