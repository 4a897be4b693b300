"""Who joins after the draw is first in the next, and talks at once where somebody has nobody."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from cast import mailed, member, organiser, path_in, person, post, programme, sign_in, token
from conftest import Clock
from flask import Flask
from flask.testing import FlaskClient

from unmentor import worker
from unmentor.db import db, transaction
from unmentor.mail.models import Message
from unmentor.people.models import Exclusion, Person
from unmentor.programmes.actions import enrol, pause
from unmentor.programmes.models import Membership, Programme
from unmentor.rounds.actions import draw_round, send_round
from unmentor.rounds.draw_inputs import replay
from unmentor.rounds.mend import to_welcome, welcome, withdraw
from unmentor.rounds.models import Round


@pytest.fixture
def ours(app: Flask) -> Programme:
    return programme(odd="sit-out")


def joins(name: str, ours: Programme, clock: Clock) -> Membership:
    known = enrol(person(name), ours, clock())
    db.session.commit()
    return known


def sent(ours: Programme, clock: Clock, *names: str) -> Round:
    """Return a round of these, who have been here for long; a day later it is."""
    for name in names:
        member(person(name), ours)
    round_ = draw_round(ours, 7, clock())
    send_round(round_, clock())
    db.session.commit()
    clock.advance(days=1)
    return round_


def welcomed(ours: Programme, clock: Clock) -> int:
    with transaction():
        return sum(welcome(each, 3, clock()) for each in to_welcome(clock()))


def pairs() -> list[set[str]]:
    db.session.expire_all()
    (round_,) = db.session.query(Round).all()
    return [{each.name for each in talk.people} for talk in round_.conversations if talk.state == "arranged"]


def test_who_joins_after_a_draw_talks_to_whoever_was_left_out(ours: Programme, clock: Clock) -> None:
    round_ = sent(ours, clock, "Ada", "Ben", "Cat")
    out = round_.left_out[0].person
    new = joins("Newcomer", ours, clock)
    assert welcomed(ours, clock) == 1
    assert {out.name, "Newcomer"} in pairs()
    assert out.name in mailed("newcomer@example.gov.uk", "invitation")
    assert "Newcomer" in mailed(str(out.email), "invitation")
    assert not new.first_next
    assert replay(round_.mendings[0]).proved
    assert welcomed(ours, clock) == 0


def test_who_joins_after_a_draw_talks_to_whoever_lost_their_partner(ours: Programme, clock: Clock) -> None:
    (talk,) = sent(ours, clock, "Ada", "Ben").conversations
    gone, alone = talk.participations
    withdraw(gone, "", 3, clock())
    joins("Newcomer", ours, clock)
    assert welcomed(ours, clock) == 1
    assert pairs() == [{alone.person.name, "Newcomer"}]


def test_who_is_new_is_found_as_soon_as_somebody_withdraws(ours: Programme, clock: Clock) -> None:
    (talk,) = sent(ours, clock, "Ada", "Ben").conversations
    joins("Newcomer", ours, clock)
    assert welcomed(ours, clock) == 0
    gone, alone = talk.participations
    withdraw(gone, "", 3, clock())
    assert pairs() == [{alone.person.name, "Newcomer"}]
    assert "somebody new: Newcomer" in mailed(str(alone.person.email), "cancelled")


def test_newcomers_do_not_make_a_round_of_their_own(ours: Programme, clock: Clock) -> None:
    sent(ours, clock, "Ada", "Ben", "Cat")
    for name in ("One", "Two", "Three"):
        joins(name, ours, clock)
    assert welcomed(ours, clock) == 1
    assert len(pairs()) == 2


@pytest.mark.one_engine
@pytest.mark.parametrize("why", ["paused", "waits for a yes", "not with", "too late", "was here before"])
def test_nobody_is_paired_who_takes_no_part_or_too_late(ours: Programme, clock: Clock, why: str) -> None:
    out = sent(ours, clock, "Ada", "Ben", "Cat").left_out[0].person
    new = joins("Newcomer", ours, clock)
    new.approved = why != "waits for a yes"
    new.first_next = why != "was here before"
    if why == "paused":
        pause(new, None)
    if why == "not with":
        db.session.add(Exclusion(person_id=out.id, email=new.person.email))
    if why == "too late":
        clock.advance(days=16)
    assert welcomed(ours, clock) == 0
    assert len(pairs()) == 1


def test_who_has_just_joined_is_not_the_odd_one_out_of_the_next_draw(ours: Programme, clock: Clock) -> None:
    sent(ours, clock, "Ada", "Ben", "Cat", "Dan")
    new = joins("Newcomer", ours, clock)
    for seed in range(12):
        round_ = draw_round(ours, seed, clock())
        assert new.person_id not in [each.person_id for each in round_.left_out]
        db.session.delete(round_)
        db.session.commit()


def test_who_confirms_their_address_is_in_a_conversation_within_the_minute(
    ours: Programme, client: FlaskClient, clock: Clock
) -> None:
    out = sent(ours, clock, "Ada", "Ben", "Cat").left_out[0].person
    fields = {"name": "Newcomer", "email": "newcomer@example.gov.uk", "phone": "01632 960003", "language": "en"}
    client.post("/join", data=fields | {"csrf_token": token(client), "agree": "yes"})
    path = path_in(mailed("newcomer@example.gov.uk", "confirm"), "/confirm")
    assert post(client, path).status_code == 303
    worker.tick(clock())
    assert out.name in mailed("newcomer@example.gov.uk", "invitation")


def test_who_an_organiser_says_yes_to_is_in_a_conversation_within_the_minute(
    ours: Programme, client: FlaskClient, clock: Clock
) -> None:
    ours.approval = True
    out = sent(ours, clock, "Ada", "Ben", "Cat").left_out[0].person
    new = joins("Newcomer", ours, clock)
    worker.tick(clock())
    assert len(pairs()) == 1
    sign_in(client, organiser(ours))
    assert post(client, f"/organise/unmentoring/people/{new.person_id}/approve").status_code == 303
    worker.tick(clock())
    assert {out.name, "Newcomer"} in pairs()


@pytest.mark.thorough
def test_six_workers_welcome_a_newcomer_once(app: Flask, ours: Programme, clock: Clock) -> None:
    sent(ours, clock, "Ada", "Ben", "Cat")
    joins("Newcomer", ours, clock)
    number, together = ours.id, Barrier(6)
    db.session.commit()

    def work(_worker: int) -> int:
        with app.app_context():
            together.wait()
            return welcomed(db.session.get_one(Programme, number), clock)

    with ThreadPoolExecutor(6) as threads:
        assert sum(threads.map(work, range(6))) == 1
    assert len(pairs()) == 2
    assert db.session.query(Message).filter_by(kind="invitation").count() == 4


def test_who_left_again_is_not_waited_for(ours: Programme, clock: Clock) -> None:
    sent(ours, clock, "Ada", "Ben", "Cat")
    new = joins("Newcomer", ours, clock)
    new.person.left_at = clock()
    assert welcomed(ours, clock) == 0
    assert db.session.query(Person).count() == 4
