"""Groups talk on working days, when it suits, and nobody in two places at once."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unmentor.timetable.slots import SLOTS, Window, arrange, suggestions, working_day_before, working_days

LONDON = ZoneInfo("Europe/London")
MONDAY = date(2026, 11, 2)
WEEK = Window(MONDAY, 7, LONDON)
CHRISTMAS = frozenset({date(2026, 12, 25), date(2026, 12, 28)})


def local(day, hour, minute=0):
    return datetime(2026, 11, day, hour, minute, tzinfo=LONDON)


def taken(*clock):
    """Return half an hour that is taken."""
    return local(*clock), local(*clock) + timedelta(minutes=30)


def one(availability, window=WEEK, busy=(), seed=7):
    return arrange([("ada", "ben")], availability, window, busy, rng=Random(seed))[0]


def test_a_week_has_fifteen_slots_in_order():
    assert len(SLOTS) == 15
    assert (SLOTS[0], SLOTS[4], SLOTS[-1]) == ("mon-am", "tue-mid", "fri-pm")


def test_a_group_talks_where_its_availability_overlaps():
    found = one({"ada": {"mon-am", "tue-pm"}, "ben": {"tue-pm", "fri-am"}})
    assert (found.starts_at, found.suits_all) == (local(3, 15), True)


def test_slots_start_at_ten_half_past_twelve_and_three():
    starts = [one({"ada": {slot}}).starts_at.time() for slot in ("wed-am", "wed-mid", "wed-pm")]
    assert starts == [time(10), time(12, 30), time(15)]


def test_without_overlap_a_group_gets_the_default_slot_and_is_told():
    found = one({"ada": {"mon-am"}, "ben": {"fri-pm"}})
    assert (found.starts_at, found.suits_all) == (local(4, 12, 30), False)


def test_the_default_moves_to_the_first_working_day_when_its_own_is_a_holiday():
    window = Window(MONDAY, 7, LONDON, "wed-mid", frozenset({date(2026, 11, 2), date(2026, 11, 4)}))
    assert one({"ada": {"mon-am"}, "ben": {"fri-pm"}}, window).starts_at == local(3, 12, 30)


def test_the_default_waits_for_the_next_week_before_another_day():
    window = Window(MONDAY, 14, LONDON, "wed-mid", frozenset({date(2026, 11, 4)}))
    assert one({"ada": {"mon-am"}, "ben": {"fri-pm"}}, window).starts_at == local(11, 12, 30)


def test_a_full_diary_pushes_the_default_on_but_never_doubles_it():
    busy = [("ben", *taken(4, 12, 30)), ("ada", *taken(2, 12, 30))]
    assert one({"ada": {"mon-am"}, "ben": {"fri-pm"}}, busy=busy).starts_at == local(3, 12, 30)


def test_a_diary_full_all_week_waits_for_the_week_after():
    busy = [("ada", *taken(day, *clock)) for day in range(2, 7) for clock in ((10, 0), (12, 30), (15, 0))]
    found = one({}, busy=busy)
    assert (found.starts_at, found.suits_all) == (local(9, 12, 30), False)


def test_someone_who_named_no_slot_suits_any():
    assert one({"ada": set(), "ben": {"thu-pm"}}).starts_at == local(5, 15)


def test_weekends_and_holidays_are_out():
    window = Window(date(2026, 12, 24), 6, LONDON, holidays=CHRISTMAS)
    assert working_days(window) == [date(2026, 12, 24), date(2026, 12, 29)]


def test_a_window_without_a_working_day_opens_on_the_next():
    assert working_days(Window(date(2026, 12, 25), 4, LONDON, holidays=CHRISTMAS)) == [date(2026, 12, 29)]


def test_a_conversation_that_started_a_quarter_before_is_in_the_way():
    busy = [("ada", *(moment.astimezone(UTC) for moment in taken(2, 9, 45)))]
    assert not one({"ada": {"mon-am"}}, busy=busy).suits_all
    assert one({"ada": {"mon-am"}}, busy=[("ada", *taken(2, 9, 30))]).suits_all


def test_each_conversation_is_in_the_way_for_its_own_length():
    long = [("ada", local(2, 8), local(2, 10, 15))]
    assert not one({"ada": {"mon-am"}}, busy=long).suits_all
    brief = [("ada", local(2, 9, 45), local(2, 10))]
    assert one({"ada": {"mon-am"}}, busy=brief).suits_all
    assert local(2, 10) not in suggestions([()], WEEK, [(local(2, 8), local(2, 10, 15))])


def test_someone_in_two_groups_is_never_in_both_at_once():
    groups = [("ada", "ben"), ("ada", "cat"), ("ada", "dan")]
    times = arrange(groups, {"ada": {"mon-am", "tue-am"}}, WEEK, rng=Random(7))
    assert len({each.starts_at for each in times}) == 3
    assert [each.suits_all for each in times] == [True, True, False]


def test_groups_spread_over_the_times_that_suit():
    groups = [(f"a{n}", f"b{n}") for n in range(1500)]
    load = Counter(each.starts_at for each in arrange(groups, {}, WEEK, rng=Random(7)))
    assert len(load) == 15
    assert max(load.values()) < 150


def test_the_same_chance_gives_the_same_times():
    groups = [(f"a{n}", f"b{n}") for n in range(50)]
    assert arrange(groups, {}, WEEK, rng=Random(7)) == arrange(groups, {}, WEEK, rng=Random(7))


@pytest.mark.parametrize("first_day", [date(2026, 3, 23), date(2026, 3, 30), date(2026, 10, 19), date(2026, 10, 26)])
def test_local_time_holds_around_the_clock_changes(first_day):
    times = suggestions([{"fri-am"}], Window(first_day, 7, LONDON))
    friday = datetime.combine(first_day + timedelta(days=4), time(10), LONDON)
    assert times[0].astimezone(UTC) == friday.astimezone(UTC)


def test_suggestions_that_suit_everyone_come_first():
    times = suggestions([{"wed-am", "mon-pm"}, {"wed-am", "mon-pm", "fri-am"}], WEEK)
    assert times[:3] == [local(2, 15), local(4, 10), local(2, 10)]
    assert len(times) == 15


def test_a_time_that_is_taken_is_not_suggested():
    assert local(2, 15) not in suggestions([{"mon-pm"}], WEEK, [taken(2, 15)])


def test_the_working_day_before_monday_is_friday():
    assert working_day_before(local(9, 10), (), LONDON) == local(6, 10)


def test_the_working_day_before_leaps_over_christmas_and_keeps_local_time():
    moment = datetime(2026, 12, 29, 12, 30, tzinfo=UTC)
    assert working_day_before(moment, CHRISTMAS, LONDON) == datetime(2026, 12, 24, 12, 30, tzinfo=LONDON)
    monday_after_the_change = datetime(2026, 10, 26, 10, 0, tzinfo=LONDON)
    friday = working_day_before(monday_after_the_change, (), LONDON)
    assert friday.astimezone(UTC) == datetime(2026, 10, 23, 9, 0, tzinfo=UTC)


def test_a_default_that_is_no_slot_is_refused():
    with pytest.raises(ValueError, match="no such slot: sun-am"):
        Window(MONDAY, 7, LONDON, "sun-am")


people = st.integers(0, 8)
clocks = st.sampled_from([(9, 45), (10, 0), (12, 30), (15, 0), (15, 20)])


@settings(deadline=None)
@given(
    groups=st.lists(st.lists(people, min_size=2, max_size=3, unique=True), max_size=12),
    availability=st.dictionaries(people, st.sets(st.sampled_from(SLOTS))),
    busy=st.lists(st.tuples(people, st.integers(2, 6), clocks, st.sampled_from([10, 30, 90, 200]))),
    seed=st.integers(0, 99),
)
def test_whatever_the_diaries_everyone_talks_on_working_days_and_nobody_twice_at_once(groups, availability, busy, seed):
    starts = [(who, local(day, *clock), timedelta(minutes=minutes)) for who, day, clock, minutes in busy]
    diary = [(who, start, start + length) for who, start, length in starts]
    times = arrange(groups, availability, WEEK, diary, rng=Random(seed))
    assert len(times) == len(groups)
    for group, found in zip(groups, times, strict=True):
        slot = f"{found.starts_at:%a}".lower()
        assert slot in {"mon", "tue", "wed", "thu", "fri"}
        start, end = found.starts_at, found.starts_at + timedelta(minutes=30)
        assert not [who for who, since, until in diary if who in group and start < until and since < end]
        diary += [(person, start, end) for person in group]
