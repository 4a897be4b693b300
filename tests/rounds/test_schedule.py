from datetime import UTC, date, datetime

from cast import member, organiser, person, programme
from conftest import Clock
from flask import Flask

from unmentor.db import db
from unmentor.mail.models import Message
from unmentor.programmes.models import Period, Programme
from unmentor.rounds.models import Round
from unmentor.rounds.schedule import run_due
from unmentor.rounds.telling import tell_some

MONDAY_9 = (2026, 12, 7, 9)


def scheduled(**rules: str) -> Programme:
    of = programme(every="weekly", starts_on=date(2026, 12, 1), **rules)
    member(person("Ada"), of)
    member(person("Ben"), of)
    return of


def test_nothing_happens_before_the_draw_time(app: Flask, clock: Clock) -> None:
    of = scheduled()
    clock.set(2026, 12, 7, 8, 59)
    assert run_due(of, clock()) is None


def test_a_round_is_drawn_at_its_local_time(app: Flask, clock: Clock) -> None:
    of = scheduled()
    clock.set(*MONDAY_9)
    round_ = run_due(of, clock())
    assert round_ is not None
    assert (round_.state, round_.late_hours) == ("drawn", 0)


def test_a_period_runs_once(app: Flask, clock: Clock) -> None:
    of = scheduled(review="send")
    clock.set(*MONDAY_9)
    run_due(of, clock())
    clock.advance(minutes=1)
    assert run_due(of, clock()) is None
    assert db.session.query(Round).count() == 1


def test_a_programme_that_sends_by_itself_sends(app: Flask, clock: Clock) -> None:
    of = scheduled(review="send")
    clock.set(*MONDAY_9)
    assert run_due(of, clock()).state == "sent"
    assert tell_some() == 1
    assert db.session.query(Message).filter_by(kind="invitation").count() == 2


def test_organisers_are_asked_to_look_where_the_programme_waits(app: Flask, clock: Clock) -> None:
    of = scheduled(review="wait")
    olu = organiser(of)
    clock.set(*MONDAY_9)
    run_due(of, clock())
    assert [mail.recipient for mail in db.session.query(Message).filter_by(kind="round-ready")] == [olu.email]


def test_a_missed_slot_runs_late_and_says_so(app: Flask, clock: Clock) -> None:
    of = scheduled()
    clock.set(2026, 12, 7, 14, 30)
    assert run_due(of, clock()).late_hours == 5


def test_a_slot_missed_by_more_than_a_day_waits_for_an_organiser(app: Flask, clock: Clock) -> None:
    of = scheduled()
    clock.set(2026, 12, 8, 9, 1)
    assert run_due(of, clock()) is None
    assert db.session.query(Period).one().outcome == "late"


def test_too_few_people_are_no_round_and_no_error(app: Flask, clock: Clock) -> None:
    of = programme(every="weekly", starts_on=date(2026, 12, 1))
    clock.set(*MONDAY_9)
    assert run_due(of, clock()) is None
    assert db.session.query(Period).one().outcome == "too-few"


def test_a_programme_does_not_draw_for_a_time_before_it_was_founded(app: Flask, clock: Clock) -> None:
    of = scheduled()
    of.created_at = datetime(2026, 12, 7, 10, tzinfo=UTC)
    clock.set(2026, 12, 7, 11)
    assert run_due(of, clock()) is None
    assert db.session.query(Period).count() == 0
