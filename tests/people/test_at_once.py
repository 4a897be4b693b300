from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from cast import START, organiser, person, programme
from flask import Flask
from sqlalchemy import func, select

from unmentor import budgets, worker
from unmentor.db import db, transaction
from unmentor.mail.models import Message
from unmentor.people import actions, door, signing_in
from unmentor.people.details import Details
from unmentor.people.models import Exclusion, Person, Request, SignIn
from unmentor.programmes.actions import LastOrganiser, remove_organiser
from unmentor.programmes.door import answer, let_in
from unmentor.programmes.models import Membership, Programme
from unmentor.runtime import now

SIAN = Details("Siân", "", "sian", "Gwynedd", "", [], "cy")
AT_ONCE = 6


def at_once(app: Flask, act: Any, times: int = AT_ONCE) -> list[Any]:
    """Do something many times at once, each in a transaction of its own; return what came of each."""

    def once(_: int) -> Any:
        with app.app_context(), transaction():
            return act()

    db.session.commit()
    with ThreadPoolExecutor(AT_ONCE) as threads:
        return list(threads.map(once, range(times)))


def test_somebody_who_presses_join_many_times_at_once_is_one_person(app: Flask) -> None:
    joined = at_once(app, lambda: actions.sign_up("sian@gwynedd.gov.uk", SIAN, START).id)
    assert len(set(joined)) == 1
    assert db.session.scalar(select(func.count(Person.id))) == 1


def test_guesses_that_arrive_together_count_one_by_one(app: Flask) -> None:
    ada = person()
    signing_in.send(ada, signing_in.hashed("this browser"), now())
    email = ada.email
    at_once(app, lambda: signing_in.use_code(email, "none", "this browser", "here", now()))
    assert db.session.scalars(select(SignIn.tries)).one() == signing_in.TRIES


def test_forty_who_ask_for_the_same_address_at_once_get_five_mails(app: Flask) -> None:
    email = person().email

    def ask() -> None:
        door.knock(email, "a browser", "one source", now())

    at_once(app, ask, times=40)
    worker.answer_requests(now())
    assert db.session.scalar(select(func.count(Message.id))) == 5


def test_a_budget_that_many_use_at_once_is_kept_to_the_last(app: Flask) -> None:
    limit = budgets.Limit("tests", 7, budgets.HOUR)
    assert sorted(at_once(app, lambda: budgets.spend([limit], "ada", now()), times=30)) == [False] * 23 + [True] * 7


def test_a_request_that_several_workers_see_is_answered_once(app: Flask) -> None:
    email = person().email
    door.knock(email, "a browser", "one source", now())
    db.session.commit()
    number = door.unanswered(now())[0]
    at_once(app, lambda: answer(number, now()))
    assert db.session.scalar(select(func.count(Message.id))) == 1


def test_two_confirmations_of_one_address_at_once_let_in_one_of_them_whole(app: Flask) -> None:
    programme()
    asked = []
    for name, number in (("Siân", "+441632960001"), ("Mallory", "+441632960666")):
        told = replace(SIAN, name=name, phone=number)
        asked.append(door.keep_request("sian@gwynedd.gov.uk", "", now(), told, "unmentoring").nonce)
        db.session.flush()
    asked = list(db.session.scalars(select(Request.nonce)))
    turns = iter(asked * (AT_ONCE // 2))
    let = at_once(app, lambda: let_in(door.request_of(next(turns)), now()) is not None)
    assert sorted(let) == [False] * (AT_ONCE - 1) + [True]
    someone = db.session.scalars(select(Person)).one()
    assert (someone.name, someone.phone) in {("Siân", "+441632960001"), ("Mallory", "+441632960666")}
    assert db.session.scalar(select(func.count(Membership.id))) == 1


def test_who_lists_many_at_once_has_ten_at_the_most(app: Flask) -> None:
    ada, addresses = person().id, iter(f"p{number}@devon.gov.uk" for number in range(20))

    def avoid() -> bool:
        try:
            actions.avoid(db.session.get(Person, ada), next(addresses))
        except actions.TooManyExclusions:
            return False
        return True

    assert sum(at_once(app, avoid, times=20)) == 10
    assert db.session.scalar(select(func.count(Exclusion.id))) == 10


def test_organisers_who_remove_each_other_at_once_leave_one(app: Flask) -> None:
    ours = programme()
    emails = [organiser(ours, f"Olu {number}").email for number in range(AT_ONCE)]
    number, turns = ours.id, iter(emails)

    def remove() -> bool:
        try:
            remove_organiser(next(turns), db.session.get(Programme, number))
        except LastOrganiser:
            return False
        return True

    assert sorted(at_once(app, remove)) == [False] + [True] * (AT_ONCE - 1)
    assert db.session.scalar(select(func.count(Membership.id)).where(Membership.role == "organiser")) == 1


def test_a_link_that_is_pressed_many_times_at_once_opens_once(app: Flask) -> None:
    token = signing_in.printed(person(), now()).rpartition("/")[2]

    def press() -> bool:
        asked = signing_in.find(token)
        return asked is not None and signing_in.use(asked, now()) is not None

    assert sorted(at_once(app, press)) == [False] * (AT_ONCE - 1) + [True]


def test_confirming_many_times_at_once_happens_once(app: Flask) -> None:
    new = person(confirmed_at=None).id
    confirmed = at_once(app, lambda: actions.confirm(db.session.get(Person, new), now()))
    assert sorted(confirmed) == [False] * (AT_ONCE - 1) + [True]
