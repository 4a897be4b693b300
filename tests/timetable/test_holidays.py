from datetime import date

from unmentor.timetable.holidays import NATIONS, bank_holidays

ST_PATRICK, EASTER_MONDAY, ST_ANDREW = date(2027, 3, 17), date(2027, 3, 29), date(2026, 11, 30)


def test_each_nation_keeps_its_own_bank_holidays():
    days = (ST_PATRICK, EASTER_MONDAY, ST_ANDREW, date(2026, 12, 25))
    kept = {nation: [day in bank_holidays(nation) for day in days] for nation in NATIONS}
    assert kept == {
        "england-and-wales": [False, True, False, True],
        "scotland": [False, False, True, True],
        "northern-ireland": [True, True, False, True],
    }


def test_a_bank_holiday_has_its_name_in_both_languages():
    assert bank_holidays("scotland")[ST_ANDREW] == "St Andrew’s Day"
    assert bank_holidays("scotland", "cy")[ST_ANDREW] == "Dydd Sant Andreas"
