from datetime import UTC, date, datetime, timedelta

from cast import kept, mailed, member, organiser, person, programme
from conftest import Clock
from flask import Flask

from unmentor.db import db
from unmentor.mail.models import Message
from unmentor.programmes.models import Period, Programme
from unmentor.rounds import steps
from unmentor.rounds.models import Round
from unmentor.rounds.schedule import run_due
from unmentor.rounds.telling import tell_some

MONDAY_9 = (2026, 12, 7, 9)


def scheduled(**rules: str) -> Programme:
    ours = programme(every="weekly", starts_on=date(2026, 12, 1), **rules)
    member(person("Ada"), ours)
    member(person("Ben"), ours)
    return ours


def told(kind: str) -> list[str]:
    return [mail.recipient for mail in db.session.query(Message).filter_by(kind=kind)]


def test_nothing_happens_before_the_draw_time(app: Flask, clock: Clock) -> None:
    ours = scheduled()
    clock.set(2026, 12, 7, 8, 59)
    assert run_due(ours, clock()) is None


def test_a_round_is_drawn_at_its_local_time(app: Flask, clock: Clock) -> None:
    ours = scheduled()
    clock.set(*MONDAY_9)
    round_ = run_due(ours, clock())
    assert round_ is not None
    assert (round_.state, round_.late_hours) == ("drawn", 0)


def test_a_period_runs_once(app: Flask, clock: Clock) -> None:
    ours = scheduled(review="send")
    clock.set(*MONDAY_9)
    run_due(ours, clock())
    clock.advance(minutes=1)
    assert run_due(ours, clock()) is None
    assert db.session.query(Round).count() == 1


def test_a_programme_that_sends_by_itself_sends(app: Flask, clock: Clock) -> None:
    ours = scheduled(review="send")
    clock.set(*MONDAY_9)
    assert run_due(ours, clock()).state == "sent"
    assert tell_some() == 1
    assert db.session.query(Message).filter_by(kind="invitation").count() == 2


def test_organisers_are_asked_to_look_where_the_programme_waits(app: Flask, clock: Clock) -> None:
    ours = scheduled(review="wait")
    olu = organiser(ours)
    clock.set(*MONDAY_9)
    run_due(ours, clock())
    assert [mail.recipient for mail in db.session.query(Message).filter_by(kind="round-ready")] == [olu.email]


def test_a_missed_slot_runs_late_and_says_so(app: Flask, clock: Clock) -> None:
    ours = scheduled()
    clock.set(2026, 12, 7, 14, 30)
    assert run_due(ours, clock()).late_hours == 5


def test_a_slot_missed_by_more_than_a_day_waits_for_an_organiser(app: Flask, clock: Clock) -> None:
    ours = scheduled()
    clock.set(2026, 12, 8, 9, 1)
    assert run_due(ours, clock()) is None
    assert db.session.query(Period).one().outcome == "late"


def test_too_few_people_are_no_round_and_no_error(app: Flask, clock: Clock) -> None:
    ours = programme(every="weekly", starts_on=date(2026, 12, 1))
    clock.set(*MONDAY_9)
    assert run_due(ours, clock()) is None
    assert db.session.query(Period).one().outcome == "too-few"


def test_organisers_hear_once_that_a_draw_was_missed(app: Flask, clock: Clock) -> None:
    ours = scheduled()
    olu = organiser(ours)
    clock.set(2026, 12, 8, 9, 1)
    for _ in range(2):
        run_due(ours, clock())
    assert told("heads-up") == [olu.email]
    text = mailed(olu.email, "heads-up")
    assert "The draw of Monday 7 December, 9am did not happen." in text
    assert "The next draw is on Monday 14 December, 9am." in text
    assert "because you organise UnMentoring" in text


def test_organisers_hear_each_time_that_too_few_take_part(app: Flask, clock: Clock) -> None:
    ours = programme(every="weekly", starts_on=date(2026, 12, 1))
    olu = organiser(ours)
    for day in (7, 14):
        clock.set(2026, 12, day, 9)
        run_due(ours, clock())
    assert told("heads-up") == [olu.email, olu.email]
    assert "A draw needs two people, and nobody takes part." in mailed(olu.email, "heads-up")


def test_whoever_is_the_only_one_hears_it_kindly(app: Flask, clock: Clock) -> None:
    ours = programme(every="weekly", starts_on=date(2026, 12, 1))
    ada = person("Ada")
    member(ada, ours, role="organiser")
    clock.set(*MONDAY_9)
    run_due(ours, clock())
    assert told("heads-up") == [ada.email, ada.email]
    text = mailed(ada.email, "heads-up")
    assert "You were the only one this time." in text
    assert "because you take part in UnMentoring" in text


def test_a_period_that_finds_a_round_waiting_draws_none_and_says_so_each_time(app: Flask, clock: Clock) -> None:
    ours = scheduled()
    olu = organiser(ours)
    for day in (7, 14, 21):
        clock.set(2026, 12, day, 9)
        run_due(ours, clock())
    assert db.session.query(Round).count() == 1
    outcomes = [period.outcome for period in db.session.query(Period).order_by(Period.id)]
    assert outcomes == ["drawn", "waiting", "waiting"]
    assert told("round-ready") == [olu.email] * 3
    text = mailed(olu.email, "round-ready")
    assert "Round 1 still waits for you." in text
    assert "It was drawn on Monday 7 December, 9am and not sent" in text


def test_a_round_that_somebody_drew_by_hand_and_forgot_is_not_sent_by_the_schedule(app: Flask, clock: Clock) -> None:
    ours = scheduled(review="send")
    clock.set(2026, 12, 4, 9)
    steps.draw(ours, 7)
    clock.set(*MONDAY_9)
    assert run_due(ours, clock()) is None
    assert [round_.state for round_ in db.session.query(Round)] == ["drawn"]
    assert db.session.query(Period).one().outcome == "waiting"


def test_a_round_that_waited_for_days_is_sent_with_times_to_come(app: Flask, clock: Clock) -> None:
    ours = scheduled()
    for name in ("Cat", "Dan", "Eve", "Fay"):
        member(person(name), ours)
    clock.set(*MONDAY_9)
    groups = {frozenset(talk.people) for talk in run_due(ours, clock()).conversations}
    clock.advance(days=12)
    round_ = db.session.query(Round).one()
    steps.send(round_)
    assert {frozenset(talk.people) for talk in round_.conversations} == groups
    for talk in round_.conversations:
        assert talk.starts_at.astimezone(ours.zone).date() >= clock().date() + timedelta(days=2)
    assert len(told("invitation")) == 6


def test_times_that_are_still_to_come_stay_as_they_were_looked_at(app: Flask, clock: Clock) -> None:
    ours = scheduled()
    clock.set(*MONDAY_9)
    talk = run_due(ours, clock()).conversations[0]
    at = talk.starts_at
    clock.moment = at - timedelta(days=5)
    steps.send(talk.round)
    assert talk.starts_at == at


def test_a_programme_does_not_draw_for_a_time_before_it_was_founded(app: Flask, clock: Clock) -> None:
    ours = scheduled()
    ours.created_at = datetime(2026, 12, 7, 10, tzinfo=UTC)
    clock.set(2026, 12, 7, 11)
    assert run_due(ours, clock()) is None
    assert db.session.query(Period).count() == 0


def test_the_number_of_a_period_is_never_given_twice(app: Flask, clock: Clock) -> None:
    first = kept(Period(programme_id=programme().id, slot="then", claimed_at=clock(), outcome="late"))
    number, of_it = first.id, first.programme_id
    db.session.delete(first)
    db.session.commit()
    assert kept(Period(programme_id=of_it, slot="then", claimed_at=clock(), outcome="late")).id > number
