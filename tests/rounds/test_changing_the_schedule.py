"""Whatever is changed and whenever: no period is drawn twice, and none that was promised is skipped in silence."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import count, pairwise

import pytest
from cast import mailed, member, organiser, person, programme
from conftest import Clock
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from unmentor.db import db
from unmentor.mail.models import Message
from unmentor.programmes.models import Period, Programme
from unmentor.programmes.queries import next_draw
from unmentor.programmes.schedule import change, promised, unclaimed
from unmentor.programmes.turn import turn
from unmentor.rounds.models import Round
from unmentor.rounds.schedule import run_due
from unmentor.timetable.cadence import latest_draw, slot_name

WEEKS = {"weekly": 1, "fortnightly": 2, "four-weekly": 4}
A_DAY = timedelta(days=1)
names = count()


def changes(programme: Programme, **rules: object) -> dict[str, str]:
    with turn(programme) as now:
        return change(programme, rules, now)


def outcomes(programme: Programme) -> list[tuple[str, str]]:
    """Return what came of each period, oldest first."""
    db.session.rollback()
    rows = select(Period.slot, Period.outcome).where(Period.programme_id == programme.id).order_by(Period.slot)
    return [tuple(row) for row in db.session.execute(rows)]


@pytest.fixture
def weekly(app: Flask) -> Programme:
    """Return a programme of two that draws on Mondays at nine."""
    ours = programme(every="weekly", starts_on=date(2026, 12, 1), review="send")
    member(person("Ada"), ours)
    member(person("Ben"), ours)
    return ours


def test_moving_the_hour_after_a_draw_sends_no_second_round(weekly: Programme, clock: Clock) -> None:
    clock.set(2026, 12, 7, 9)
    run_due(weekly, clock())
    clock.advance(minutes=5)
    assert changes(weekly, draw_time=time(9, 30)) == {"draw_time": "09:30"}
    clock.advance(minutes=30)
    assert run_due(weekly, clock()) is None
    assert db.session.query(Round).count() == 1
    assert next_draw(weekly, clock()) == datetime(2026, 12, 14, 9, 30, tzinfo=UTC)


def test_even_a_rule_that_was_changed_behind_its_back_draws_no_week_twice(weekly: Programme, clock: Clock) -> None:
    clock.set(2026, 12, 7, 9)
    run_due(weekly, clock())
    weekly.draw_time, weekly.weekday = time(10), 2
    db.session.commit()
    clock.set(2026, 12, 9, 10)
    assert run_due(weekly, clock()) is None
    assert db.session.query(Round).count() == 1


def test_a_draw_that_was_due_and_not_made_is_made_at_the_new_hour(weekly: Programme, clock: Clock) -> None:
    clock.set(2026, 12, 7, 9, 0)
    changes(weekly, draw_time=time(9, 30))
    assert run_due(weekly, clock()) is None
    clock.advance(minutes=30)
    assert run_due(weekly, clock()) is not None
    assert outcomes(weekly) == [("2026-12-07T09:30", "drawn")]


def test_a_draw_that_was_due_and_that_the_new_rhythm_does_not_make_up_for_is_noted(
    weekly: Programme, clock: Clock
) -> None:
    clock.set(2026, 12, 7, 12)
    changes(weekly, every="monthly")
    assert outcomes(weekly) == [("2026-12-07T09:00", "moved")]
    assert next_draw(weekly, clock()).date() == date(2027, 1, 4)


def test_a_round_that_is_being_drawn_while_its_hour_changes_is_drawn_once(
    weekly: Programme, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.set(2026, 12, 7, 9)
    seen = unclaimed(weekly, clock())
    changes(weekly, draw_time=time(9, 30))
    # The other process asked before the change, and draws after it.
    with monkeypatch.context() as patch:
        patch.setattr("unmentor.rounds.schedule.unclaimed", lambda *_: list(seen))
        assert run_due(weekly, clock()) is None
    clock.advance(minutes=30)
    assert run_due(weekly, clock()) is not None
    assert db.session.query(Round).count() == 1


def test_a_change_of_anything_else_leaves_the_next_draw_alone(weekly: Programme, clock: Clock) -> None:
    clock.set(2026, 12, 7, 9)
    changes(weekly, lead_days=5, nth=2)
    assert promised(weekly, clock()) == clock()
    assert run_due(weekly, clock()) is not None


def test_a_draw_in_the_hour_that_the_clocks_skip_is_due_once(
    weekly: Programme, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    weekly.weekday, weekly.draw_time, weekly.starts_on = 6, time(1, 30), date(2027, 3, 20)
    db.session.commit()
    # Three looks are enough; a search that does not end must not take the memory of the machine.
    asked = iter([latest_draw] * 9)
    monkeypatch.setattr("unmentor.programmes.schedule.latest_draw", lambda *given: next(asked)(*given))
    clock.set(2027, 3, 28, 1)
    assert [slot_name(due) for due in unclaimed(weekly, clock())] == ["2027-03-21T01:30", "2027-03-28T02:00"]


def test_every_draw_that_a_long_outage_missed_is_noted_and_told_in_one_email(weekly: Programme, clock: Clock) -> None:
    olu = organiser(weekly)
    clock.set(2026, 12, 28, 10)
    assert run_due(weekly, clock()) is not None
    text = mailed(olu.email, "heads-up")
    assert "The draw of Monday 21 December, 9am did not happen." in text
    assert "Nor did 2 before it." in text
    assert db.session.query(Message).filter_by(kind="heads-up").count() == 1
    assert outcomes(weekly) == [
        ("2026-12-07T09:00", "late"),
        ("2026-12-14T09:00", "late"),
        ("2026-12-21T09:00", "late"),
        ("2026-12-28T09:00", "drawn"),
    ]


def has_had_its_draw(every: str, day: date, last: date | None) -> bool:
    """Say whether a day is in a period that had its draw on another, as a person with a calendar would."""
    if last is None:
        return False
    if every == "monthly":
        return (day.year, day.month) <= (last.year, last.month)
    return (day - timedelta(days=day.weekday()) - (last - timedelta(days=last.weekday()))).days < 7 * WEEKS[every]


def first_by_calendar(programme: Programme, now: datetime, last: date | None) -> datetime:
    """Return the first draw that the rules allow after a moment, found day by day."""
    day = now.date()
    while True:
        nth = (day.day - 1) // 7 + 1
        wanted = programme.every != "monthly" or nth == programme.nth
        wanted = wanted or (programme.nth == -1 and (day + 7 * A_DAY).month != day.month)
        moment = datetime.combine(day, programme.draw_time, programme.zone)
        if (
            day.weekday() == programme.weekday
            and wanted
            and moment > now
            and not has_had_its_draw(programme.every, day, last)
        ):
            return moment
        day += A_DAY


def due_by_calendar(programme: Programme, promise: datetime, now: datetime) -> list[datetime]:
    """Return the draws that came due by now, from the one that was promised on."""
    draws = []
    while promise <= now:
        draws.append(promise)
        promise = first_by_calendar(programme, promise, promise.date())
    return draws


def rhythm(programme: Programme) -> tuple[object, ...]:
    """Return what makes its rhythm."""
    nth = programme.nth if programme.every == "monthly" else None
    return programme.every, programme.weekday, programme.draw_time, nth


other_rules = st.fixed_dictionaries(
    {},
    optional={
        "every": st.sampled_from([*WEEKS, "monthly"]),
        "weekday": st.integers(0, 6),
        "nth": st.sampled_from([1, 2, 4, -1]),
        "draw_time": st.sampled_from([time(0, 30), time(9), time(9, 30), time(23, 50)]),
        "lead_days": st.integers(0, 5),
    },
)
# The worker looks every minute, is away for a while, or for weeks.
waits = st.sampled_from([1, 31, 60 * 7, 60 * 23, 60 * 24 * 3, 60 * 24 * 8, 60 * 24 * 25])
lives = st.lists(st.tuples(waits, st.none() | other_rules, st.booleans()), min_size=1, max_size=25)


@pytest.mark.thorough
@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(life=lives)
def test_no_period_is_drawn_twice_and_none_that_was_promised_is_lost(
    app: Flask, clock: Clock, life: list[tuple[int, dict[str, object] | None, bool]]
) -> None:
    clock.set(2026, 11, 3, 12)
    # In a zone without summer time, so that the calendar above may count in days.
    ours = programme(f"Life {next(names)}", time_zone="UTC", starts_on=date(2026, 11, 3), created_at=clock())
    promise, last = promised(ours, clock()), None
    for minutes, rules, ticks in life:
        clock.advance(minutes=minutes)
        due, before = due_by_calendar(ours, promise, clock()), rhythm(ours)
        if rules is not None:
            changes(ours, **rules)
        if rhythm(ours) != before:
            coming = next_draw(ours, clock())
            assert coming == first_by_calendar(ours, clock(), last)
            noted = dict(outcomes(ours))
            for draw in due:
                assert slot_name(draw) in noted or has_had_its_draw(ours.every, coming.date(), draw.date())
            due = []
        elif ticks:
            run_due(ours, clock())
            slots = [slot for slot, _ in outcomes(ours)]
            assert {slot_name(draw) for draw in due} <= set(slots)
            days = [day for slot in slots if (day := date.fromisoformat(slot[:10])) and (last is None or day > last)]
            assert len(days) == len(due)
            for earlier, later in pairwise([last, *days]):
                assert not has_had_its_draw(ours.every, later, earlier)
        last = max((date.fromisoformat(slot[:10]) for slot, _ in outcomes(ours)), default=None)
        promise = promised(ours, clock())
