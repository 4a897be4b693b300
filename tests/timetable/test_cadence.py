"""A programme draws at its local time, once a period, whatever the clocks do."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unmentor.timetable.cadence import Cadence, latest_draw, next_draw, slot_name, wall_time

LONDON = ZoneInfo("Europe/London")
MONDAY, THURSDAY, SUNDAY = 0, 3, 6


def cadence(every="weekly", weekday=MONDAY, at=time(9, 30), zone=LONDON, starts_on=date(2026, 1, 1), nth=1):
    return Cadence(every, weekday, at, zone, starts_on, nth)


def draws(schedule, after, count):
    found = []
    for _ in range(count):
        after = next_draw(schedule, after)
        found.append(after)
    return found


def days(schedule, count, after=datetime(2025, 12, 1, tzinfo=UTC)):
    return [moment.date() for moment in draws(schedule, after, count)]


cadences = st.builds(
    Cadence,
    every=st.sampled_from(["weekly", "fortnightly", "four-weekly", "monthly"]),
    weekday=st.integers(0, 6),
    at=st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    zone=st.sampled_from(["Europe/London", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia"]).map(ZoneInfo),
    starts_on=st.dates(date(2005, 1, 1), date(2030, 12, 31)),
    nth=st.sampled_from([1, 2, 3, 4, 5, -1]),
)
moments = st.datetimes(datetime(2005, 1, 1), datetime(2035, 12, 31), timezones=st.just(UTC))


def test_a_weekly_programme_draws_every_week():
    assert days(cadence(), 3) == [date(2026, 1, 5), date(2026, 1, 12), date(2026, 1, 19)]


def test_a_fortnightly_programme_counts_from_its_first_day():
    assert days(cadence("fortnightly", starts_on=date(2026, 1, 12)), 3) == [
        date(2026, 1, 12),
        date(2026, 1, 26),
        date(2026, 2, 9),
    ]


def test_a_four_weekly_programme_keeps_its_rhythm_over_new_year():
    schedule = cadence("four-weekly", starts_on=date(2026, 11, 2))
    assert days(schedule, 4) == [date(2026, 11, 2), date(2026, 11, 30), date(2026, 12, 28), date(2027, 1, 25)]


@pytest.mark.parametrize(("nth", "day"), [(1, 1), (2, 8), (3, 15), (4, 22), (5, 29), (-1, 29)])
def test_a_monthly_programme_draws_on_the_nth_weekday(nth, day):
    assert days(cadence("monthly", THURSDAY, nth=nth), 1) == [date(2026, 1, day)]


def test_a_month_without_a_fifth_weekday_has_no_draw():
    assert days(cadence("monthly", THURSDAY, nth=5), 3) == [date(2026, 1, 29), date(2026, 4, 30), date(2026, 7, 30)]


def test_a_month_whose_draw_was_before_the_start_is_skipped():
    assert days(cadence("monthly", THURSDAY, starts_on=date(2026, 1, 2)), 1) == [date(2026, 2, 5)]


def test_the_draw_keeps_its_local_time_in_winter_and_summer():
    winter = next_draw(cadence(), datetime(2026, 1, 1, tzinfo=UTC))
    summer = next_draw(cadence(), datetime(2026, 7, 1, tzinfo=UTC))
    assert (winter.time(), summer.time()) == (time(9, 30), time(9, 30))
    assert (winter.astimezone(UTC).hour, summer.astimezone(UTC).hour) == (9, 8)


def test_a_round_happens_once_when_clocks_go_back():
    schedule = cadence(weekday=SUNDAY, at=time(1, 30))
    first, second = draws(schedule, datetime(2026, 10, 20, tzinfo=UTC), 2)
    assert first.astimezone(UTC) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert second.date() == date(2026, 11, 1)


def test_between_the_two_half_past_ones_the_round_has_happened():
    schedule = cadence(weekday=SUNDAY, at=time(1, 30))
    second_showing = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert latest_draw(schedule, second_showing).astimezone(UTC) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_round_happens_once_when_clocks_go_forward_at_the_first_instant_after():
    schedule = cadence(weekday=SUNDAY, at=time(1, 30))
    first, second = draws(schedule, datetime(2026, 3, 28, tzinfo=UTC), 2)
    assert first.astimezone(UTC) == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    assert slot_name(first) == "2026-03-29T02:00"
    assert slot_name(second) == "2026-04-05T01:30"


def test_a_gap_of_half_an_hour_ends_where_it_ends():
    lord_howe = ZoneInfo("Australia/Lord_Howe")
    assert slot_name(wall_time(date(2026, 10, 4), time(2, 10), lord_howe)) == "2026-10-04T02:30"


def test_a_day_that_a_country_skipped_runs_at_the_next_midnight():
    apia = ZoneInfo("Pacific/Apia")
    assert slot_name(wall_time(date(2011, 12, 30), time(9, 30), apia)) == "2011-12-31T00:00"


def test_a_draw_is_strictly_after():
    now = next_draw(cadence(), datetime(2026, 1, 1, tzinfo=UTC))
    assert next_draw(cadence(), now) == now + timedelta(days=7)


def test_the_latest_draw_may_be_this_instant():
    now = next_draw(cadence(), datetime(2026, 1, 1, tzinfo=UTC))
    assert latest_draw(cadence(), now) == now


def test_there_is_no_latest_draw_before_the_first():
    assert latest_draw(cadence(), datetime(2026, 1, 5, 9, 29, tzinfo=UTC)) is None
    assert latest_draw(cadence(), datetime(2020, 1, 1, tzinfo=UTC)) is None


@pytest.mark.parametrize("wrong", [{"weekday": 7}, {"weekday": -1}, {"nth": 0}, {"nth": 6}])
def test_a_day_that_no_calendar_has_is_refused(wrong):
    with pytest.raises(ValueError, match="not"):
        cadence(**wrong)


@given(cadences, moments)
def test_no_draw_lies_between_the_latest_and_the_next(schedule, now):
    following = next_draw(schedule, now)
    assert following > now
    assert latest_draw(schedule, following) == following
    just_before = latest_draw(schedule, following.astimezone(UTC) - timedelta(seconds=1))
    assert just_before == latest_draw(schedule, now)
    assert just_before is None or just_before <= now


@given(cadences, moments)
def test_every_period_has_a_name_of_its_own(schedule, now):
    names = [slot_name(moment) for moment in draws(schedule, now, 4)]
    assert names == sorted(set(names))
