"""Which names are likely one organisation, and which only look like it."""

import pytest

from unmentor.people.likeness import likely_doubles

COUNCIL = "Devon County Council"


@pytest.mark.parametrize(
    "other",
    ["Devon CC", "devon c.c.", "DEVON COUNTY COUNCIL", "The Devon County Council", "Devon County-Council", "DCC",
     "Devon", "Devon Conty Council", "Devon\u00a0County Council"],
)  # fmt: skip
def test_another_spelling_is_found(other: str) -> None:
    assert likely_doubles({COUNCIL: 5, other: 1, "Leeds": 3}) == [(other, COUNCIL)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Durham County Council", "Durham City Council"),
        ("North Devon DC", "South Devon DC"),
        ("East Suffolk", "West Suffolk"),
        ("Council 1", "Council 2"),
        ("Kent", "Gwent"),
        ("Leeds", "Leeds University"),
        ("", "Devon"),
        ("...", "???"),
    ],
)
def test_two_that_only_look_alike_are_not(one: str, other: str) -> None:
    assert likely_doubles({one: 1, other: 1}) == []


def test_initials_and_places_of_several_say_nothing() -> None:
    assert likely_doubles({"DCC": 1, "Devon County Council": 1, "Durham City Council": 1}) == []
    assert likely_doubles({"Durham": 1, "Durham County Council": 1, "Durham City Council": 1}) == []


def test_an_accent_is_easily_forgotten() -> None:
    assert likely_doubles({"Ynys Môn": 2, "Ynys Mon": 1}) == [("Ynys Mon", "Ynys Môn")]


def test_the_name_with_more_people_stays_and_of_two_alike_the_longer_one() -> None:
    assert likely_doubles({"Devon CC": 3, COUNCIL: 2}) == [(COUNCIL, "Devon CC")]
    assert likely_doubles({"Devon CC": 1, COUNCIL: 1}) == [("Devon CC", COUNCIL)]
    for other in (COUNCIL.lower(), COUNCIL.upper()):
        assert likely_doubles({other: 1, COUNCIL: 1}) == [(other, COUNCIL)]
