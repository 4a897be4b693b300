"""Phone numbers: typed in any way, kept in one (E.164), shown as people write them."""

from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

REGION = "GB"
LONGEST_EXTENSION = 8


def standard(typed: str) -> str:
    """Return a typed number as we keep it: "+441632960002", with ";ext=12" where it has an extension.

    Without a country code it is British. Raises ValueError where nobody could dial it.
    """
    try:
        number = phonenumbers.parse(typed, REGION)
    except NumberParseException:
        raise ValueError(typed) from None
    # Not is_valid_number: it knows only the ranges in use today, and would refuse a number that rings tomorrow.
    if not phonenumbers.is_possible_number(number):
        raise ValueError(typed)
    if len(number.extension or "") > LONGEST_EXTENSION:
        raise ValueError(typed)
    extension = f";ext={number.extension}" if number.extension else ""
    return phonenumbers.format_number(number, PhoneNumberFormat.E164) + extension


@lru_cache(maxsize=2048)
def written(kept: str) -> str:
    """Return a number that we keep as a British reader writes it: "07700 900123", "+33 1 23 45 67 89" from abroad.

    What is no number stays as it is.
    """
    try:
        number = phonenumbers.parse(kept)
    except NumberParseException:
        return kept
    at_home = number.country_code == phonenumbers.country_code_for_region(REGION)
    how = PhoneNumberFormat.NATIONAL if at_home else PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, how)
