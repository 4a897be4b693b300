"""Where they talk, from what they offer and what one of them said: pure, no database."""

from itertools import product

import pytest

from unmentor.conversations.place import RING, ROOM, Place, as_told, pick
from unmentor.people.models import Person

ROOM_URL = "https://rooms.example/r"


def someone(name: str, phone: str = "", video: str = "") -> Person:
    return Person(name=name, phone=phone, video=video)


def test_a_link_of_who_starts_comes_before_any_other() -> None:
    ada, ben = someone("Ada", video="https://meet.example/a"), someone("Ben", video="https://meet.example/b")
    assert pick([ben, ada], ROOM_URL) == Place("link", url="https://meet.example/b", whose=ben)
    assert pick([someone("Cat"), ada], ROOM_URL) == Place("link", url="https://meet.example/a", whose=ada)


@pytest.mark.parametrize(
    "video", ["http://meet.example/a", "ada on Teams", "https://a:b@meet.example/", "https://meet.jit.si/a"]
)
def test_what_is_no_link_that_anybody_can_open_is_not_picked(video: str) -> None:
    assert pick([someone("Ada", video=video), someone("Ben")], "") == Place("open")


def test_a_room_comes_before_a_call() -> None:
    people = [someone("Ada", "+441632960001"), someone("Ben", "+441632960002")]
    assert pick(people, ROOM_URL) == Place("room", url=ROOM_URL)
    assert pick(people, "") == Place("phone", caller=people[0], called=(people[1],))


def test_who_starts_rings_unless_only_they_can_be_rung() -> None:
    ada, ben = someone("Ada", "+441632960001"), someone("Ben")
    assert pick([ada, ben], "") == Place("phone", caller=ben, called=(ada,))
    assert pick([ben, ada], "") == Place("phone", caller=ben, called=(ada,))


@pytest.mark.parametrize("numbers", list(product(("", "+441632960001"), repeat=3)))
def test_three_talk_by_phone_where_one_can_ring_both_others(numbers: tuple[str, str, str]) -> None:
    people = [someone(name, number) for name, number in zip(("Ada", "Ben", "Cat"), numbers, strict=True)]
    found = pick(people, "")
    assert (found.kind == "phone") == (sum(map(bool, numbers)) >= 2)
    assert all(each.phone for each in found.called)
    assert found.kind == "open" or {found.caller, *found.called} == set(people)


def test_what_somebody_said_is_kept_as_long_as_it_can_be() -> None:
    ada, ben = someone("Ada", "+441632960001", "https://meet.example/a"), someone("Ben")
    people = [ada, ben]
    assert as_told(RING, ben, people, "") == Place("phone", caller=ben, called=(ada,), set_by=ben)
    assert as_told(RING, ada, people, "") is None
    assert as_told(ROOM, ada, people, ROOM_URL) == Place("room", url=ROOM_URL, set_by=ada)
    assert as_told(ROOM, ada, people, "") is None
    assert as_told("https://meet.example/a", ben, people, "") == Place("link", url=ada.video, whose=ada, set_by=ben)
    assert as_told("Boston Tea Party, Exeter", ben, people, "") == Place(
        "spot", text="Boston Tea Party, Exeter", set_by=ben
    )


def test_two_places_are_one_whoever_said_so() -> None:
    ada, ben = someone("Ada"), someone("Ben")
    link = Place("link", url="https://meet.example/a", whose=ada)
    assert link.same_as(Place("link", url="https://meet.example/a", set_by=ben))
    assert not link.same_as(Place("link", url="https://meet.example/b", whose=ada))
    assert not Place("phone", caller=ada, called=(ben,)).same_as(Place("phone", caller=ben, called=(ada,)))
