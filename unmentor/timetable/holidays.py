"""The bank holidays of a nation, as they come with a maintained package: nothing is asked of the network."""

from collections.abc import Mapping
from datetime import date
from functools import cache

from govuk_bank_holidays.bank_holidays import BankHolidays

NATIONS = (BankHolidays.ENGLAND_AND_WALES, BankHolidays.SCOTLAND, BankHolidays.NORTHERN_IRELAND)


@cache
def bank_holidays(nation: str, language: str = "en") -> Mapping[date, str]:
    """Return the bank holidays of one of NATIONS and what each is called, for the years that are announced.

    >>> bank_holidays("scotland")[date(2026, 11, 30)]
    'St Andrew’s Day'
    """
    kept = BankHolidays(locale="cy" if language == "cy" else None, use_cached_holidays=True)
    return {holiday["date"]: holiday["title"] for holiday in kept.get_holidays(division=nation)}
