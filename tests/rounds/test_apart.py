"""Two who are kept apart never meet, and never learn that anybody saw to it."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from cast import letter_to, mailed, member, person, programme, sign_in
from conftest import Clock
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from unmentor.db import db, transaction
from unmentor.people.actions import CannotKeepApart, confirm, sign_up, stop_keeping_apart
from unmentor.people.details import Details
from unmentor.people.models import KeptApart, Person
from unmentor.privacy.leave import leave
from unmentor.programmes.models import Programme
from unmentor.rounds.actions import draw_round, send_round
from unmentor.rounds.apart import keep_apart
from unmentor.rounds.draw_queries import apart
from unmentor.rounds.models import Round

DETAILS = Details("Ben", "", "ben", "Devon", "", [], "en")


@pytest.fixture
def ours(app: Flask) -> Programme:
    return programme()


@pytest.fixture
def ada(ours: Programme) -> Person:
    return joined("Ada", ours)


@pytest.fixture
def ben(ours: Programme) -> Person:
    return joined("Ben", ours)


def joined(name: str, ours: Programme) -> Person:
    someone: Person = person(name)
    member(someone, ours)
    return someone


def sent(ours: Programme, clock: Clock) -> Round:
    round_ = draw_round(ours, 7, clock())
    send_round(round_, clock())
    db.session.commit()
    return round_


def pairs(round_: Round) -> list[set[str]]:
    return [{each.name for each in talk.people} for talk in round_.conversations if talk.state == "arranged"]


def test_no_draw_pairs_them(ours: Programme, ada: Person, ben: Person, clock: Clock) -> None:
    keep_apart(ben, ada, ours, 1, clock())
    assert pairs(draw_round(ours, 7, clock())) == []


def test_a_round_that_waits_is_sent_without_the_two_together(
    ours: Programme, ada: Person, ben: Person, clock: Clock
) -> None:
    round_ = draw_round(ours, 7, clock())
    assert pairs(round_) == [{"Ada", "Ben"}]
    keep_apart(ada, ben, ours, 1, clock())
    send_round(round_, clock())
    assert pairs(round_) == []


def test_what_they_have_ahead_is_off_and_each_goes_first_next_time_without_a_reason(
    ours: Programme, ada: Person, ben: Person, clock: Clock
) -> None:
    round_ = sent(ours, clock)
    keep_apart(ada, ben, ours, 1, clock())
    db.session.commit()
    assert pairs(round_) == []
    for someone in (ada, ben):
        said = mailed(someone.email, "cancelled")
        assert "This conversation is cancelled." in said
        assert "cannot make it" not in said
        assert "You go first next time." in said
        assert b"method=CANCEL" in letter_to(someone.email, "cancelled").as_bytes()


def test_who_is_left_alone_by_it_gets_somebody_new_who_is_free(
    ours: Programme, ada: Person, ben: Person, clock: Clock
) -> None:
    cat = joined("Cat", ours)
    round_ = sent(ours, clock)
    keep_apart(ada, ben, ours, 1, clock())
    assert {"Ada", "Ben"} not in pairs(round_)
    assert any("Cat" in pair for pair in pairs(round_))
    assert cat


def test_neither_sees_it_on_any_page_or_in_what_we_hold(
    ours: Programme, ada: Person, ben: Person, clock: Clock, client: FlaskClient
) -> None:
    keep_apart(ada, ben, ours, 1, clock())
    db.session.commit()
    for someone, other in ((ada, ben), (ben, ada)):
        sign_in(client, someone)
        for path in ("/me", "/me/not-with", "/me/data.json"):
            text = client.get(path).text
            assert other.email not in text
            assert "apart" not in text


def test_it_holds_when_both_leave_and_come_back(ours: Programme, ada: Person, ben: Person, clock: Clock) -> None:
    keep_apart(ada, ben, ours, 1, clock())
    emails = [str(each.email) for each in (ada, ben)]
    for someone in (ada, ben):
        leave(someone, 1, clock())
    pair = db.session.scalars(select(KeptApart)).one()
    assert "@" not in pair.one + pair.other
    assert apart() == {}
    again = [sign_up(email, DETAILS, clock()) for email in emails]
    for someone in again:
        confirm(someone, clock())
    assert apart() == {again[0].id: {again[1].id}, again[1].id: {again[0].id}}


def test_nobody_is_kept_apart_from_themselves_or_from_who_has_left(
    ours: Programme, ada: Person, ben: Person, clock: Clock
) -> None:
    leave(ben, 1, clock())
    for other in (ada, ben):
        with pytest.raises(CannotKeepApart):
            keep_apart(ada, other, ours, 1, clock())


def test_deciding_so_twice_at_once_is_one_decision(
    ours: Programme, ada: Person, ben: Person, app: Flask, clock: Clock
) -> None:
    ids = (ada.id, ben.id)
    programme_id = ours.id
    db.session.commit()

    def decide(turn: int) -> int:
        with app.app_context(), transaction():
            one, other = (db.session.get_one(Person, number) for number in (ids if turn else ids[::-1]))
            return keep_apart(one, other, db.session.get_one(Programme, programme_id), 1, clock())

    with ThreadPoolExecutor(2) as threads:
        assert len(set(threads.map(decide, range(2)))) == 1
    assert db.session.scalar(select(func.count(KeptApart.id))) == 1


def test_only_organisers_of_the_programme_that_decided_let_chance_decide_again(
    ours: Programme, ada: Person, ben: Person, clock: Clock
) -> None:
    number = keep_apart(ada, ben, ours, 1, clock())
    assert not stop_keeping_apart(number, ours.id + 1)
    assert stop_keeping_apart(number, ours.id)
    assert apart() == {}
