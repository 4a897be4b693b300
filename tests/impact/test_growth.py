"""How the network grows, counted by hand; and who keeps every edition finds nothing in it that was not public."""

import doctest
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from cast import kept, new_person, person, programme
from flask import Flask
from test_cells import FUNNEL, Attacker, found, total

from unmentor.conversations.models import Conversation, Participation
from unmentor.db import db
from unmentor.impact import growth
from unmentor.impact.editions import Edition, figures, latest, make_edition
from unmentor.impact.public import document
from unmentor.people.models import Person
from unmentor.privacy.erasure import erase
from unmentor.programmes.models import Programme
from unmentor.rounds.models import Round

SEPTEMBER, OCTOBER, NOVEMBER = (datetime(2026, month, 1, tzinfo=UTC) for month in (9, 10, 11))
DAY = timedelta(days=1)
# Two by two, and then each with the next: a ring of twelve.
PAIRS = [(place, place + 1) for place in range(0, 12, 2)]
RING = [(place, (place + 1) % 12) for place in range(1, 12, 2)]


@pytest.fixture
def ours(app: Flask) -> Programme:
    return programme()


@pytest.fixture
def twelve(ours: Programme) -> list[Person]:
    return [new_person(f"P{place}", organisation=f"Council {place}") for place in range(12)]


def a_round(
    ours: Programme, closed: datetime, talks: Iterable[Sequence[Person]], missed: int = 0, silent: int = 0
) -> Round:
    """Return a round that closed at a moment, of whose conversations the last so many *missed*.

    Of those who talked the first so many were *silent*, and every second of the others was challenged.
    """
    talks = list(talks)
    number = db.session.query(Round).filter_by(programme=ours).count() + 1
    drawn = Round(
        programme=ours, number=number, state="closed", drawn_at=closed - 21 * DAY, sent_at=closed - 20 * DAY,
        closed_at=closed, seed=number, algorithm="test", digest="", inputs={}, certificate={}, plan=None, proved=True,
        learned={"marks": {}, "met": {}},
    )  # fmt: skip
    said = 0
    for place, people in enumerate(talks):
        talk = Conversation(
            round=drawn, state="met" if place < len(talks) - missed else "missed", starts_at=closed - 15 * DAY,
            arranged_at=closed, minutes=30, room=f"{number} {place}", uid=f"{ours.slug} {number} {place}",
            stamped_at=closed,
        )  # fmt: skip
        for each in people:
            part = Participation(person=each, answered_at=closed)
            if talk.state == "met" and (said := said + 1) > silent:
                part.challenged = 2 + said % 2 * 2
            talk.participations.append(part)
    return kept(drawn)


def of(people: Sequence[Person], pairs: Iterable[Sequence[int]]) -> list[list[Person]]:
    return [[people[place] for place in pair] for pair in pairs]


def network_of(moment: datetime) -> list[dict[str, Any]]:
    assert make_edition(moment)
    db.session.commit()
    return document()["network"]


def exactly() -> list[tuple[str, ...]]:
    edition = latest()
    assert edition
    names = ("month", "pairs", "people", "largest", "organisations", "steps")
    return [tuple(row.get(name) for name in names) for row in edition.figures["network"]]


def test_it_grows_as_a_count_by_hand_says(ours: Programme, twelve: list[Person]) -> None:
    a_round(ours, SEPTEMBER + 5 * DAY, of(twelve, PAIRS))
    assert network_of(OCTOBER) == [
        # Twelve people in six pairs, and no two organisations are linked with a third.
        {"month": "2026-09", "pairs": 5, "people": 10, "largest": 0, "organisations": 0}
    ]
    a_round(ours, OCTOBER + 5 * DAY, of(twelve, RING))
    # Around a ring two are one step away from each, two are two, and so on, and one is six: of 11, 6 within 3.
    assert network_of(NOVEMBER)[1:] == [
        {"month": "2026-10", "pairs": 10, "people": 10, "largest": 10, "organisations": 10, "steps": 3}
    ]
    assert exactly() == [("2026-09", 6, 12, 2, 2, None), ("2026-10", 12, 12, 12, 12, 3)]


def test_who_meets_again_makes_no_new_pair_and_three_make_three(ours: Programme, twelve: list[Person]) -> None:
    a_round(ours, SEPTEMBER + 5 * DAY, of(twelve, PAIRS))
    a_round(ours, SEPTEMBER + 9 * DAY, of(twelve, [*PAIRS[:4], (8, 9, 10)]))
    network_of(OCTOBER)
    assert exactly() == [("2026-09", 8, 12, 4, 4, None)]


def test_who_has_left_is_somebody_from_nowhere(ours: Programme, twelve: list[Person]) -> None:
    a_round(ours, SEPTEMBER + 5 * DAY, of(twelve, PAIRS))
    a_round(ours, SEPTEMBER + 9 * DAY, of(twelve, RING))
    erase(twelve[11], OCTOBER)
    network_of(OCTOBER)
    # A line of eleven: 10 pairs are one step apart, 9 two, 8 three, 7 four; half of 55 are reached with those.
    assert exactly() == [("2026-09", 12, 12, 12, 11, 4)]


def test_one_organisation_by_two_names_is_one(ours: Programme, twelve: list[Person]) -> None:
    twelve[1].organisation = "COUNCIL 2"
    a_round(ours, SEPTEMBER + 5 * DAY, of(twelve, PAIRS))
    network_of(OCTOBER)
    # 0 talked with the second of Council 2, whose first talked with 3.
    assert exactly() == [("2026-09", 6, 12, 2, 3, None)]


def test_what_was_told_of_a_month_stays_when_somebody_says_later_that_they_talked(
    ours: Programme, twelve: list[Person]
) -> None:
    more = [*twelve, *(person(f"Q{place}") for place in range(12))]
    late = a_round(ours, SEPTEMBER + 5 * DAY, of(more, [*PAIRS, *((a + 12, b + 12) for a, b in PAIRS)]), missed=3)
    network_of(OCTOBER)
    before = exactly()
    assert before == [("2026-09", 9, 18, 2, 2, None)]
    for talk in late.conversations:
        talk.state = "met"
    db.session.commit()
    network_of(NOVEMBER)
    assert exactly() == before
    a_round(ours, NOVEMBER + 5 * DAY, of(twelve, RING))
    network_of(NOVEMBER + 40 * DAY)
    # Its pairs are those of the new round, and not of who said so later.
    assert exactly() == [*before, ("2026-11", 15, 24, 12, 12, 3)]


def test_a_round_of_which_it_is_not_told_who_talked_waits(ours: Programme, twelve: list[Person]) -> None:
    others = [person(f"R{place}") for place in range(3)]
    a_round(ours, SEPTEMBER + 5 * DAY, of([*twelve, *others[:2]], [*PAIRS, (12, 13)]), missed=1)
    assert network_of(OCTOBER) == []
    for day in (5, 9):
        a_round(ours, OCTOBER + day * DAY, of([*twelve, *others[1:]], [*RING, (12, 13)]), missed=1)
    # Three rounds together: six did not talk.
    assert [row["month"] for row in network_of(NOVEMBER)] == ["2026-10"]
    assert exactly() == [("2026-10", 12, 12, 12, 12, 3)]


def test_months_follow_each_other_however_late_a_round_is_told_of(ours: Programme, twelve: list[Person]) -> None:
    a_round(ours, OCTOBER + 5 * DAY, of(twelve, PAIRS))
    network_of(NOVEMBER)
    # As where somebody changed the date of a round, or its answers came in late.
    a_round(ours, SEPTEMBER + 5 * DAY, of(twelve, RING))
    assert [row["month"] for row in network_of(NOVEMBER + 40 * DAY)] == ["2026-10", "2026-11"]


@pytest.mark.thorough
@pytest.mark.parametrize("migrated_app", ["sqlite"], indirect=True)
@pytest.mark.parametrize("seed", range(6))
def test_whoever_keeps_every_edition_solves_for_no_small_number(ours: Programme, seed: int) -> None:
    chance, attacker = Random(seed), Attacker()
    people = [new_person(f"P{place}") for place in range(60)]
    counted, counts, before, at = dict[int, int](), list[int](), None, SEPTEMBER
    for _month in range(4):
        for _each in range(chance.randint(0, 2)):
            # Nobody meets again: each of one half with another of the other half each time.
            places = chance.sample(range(30), chance.randint(3, 15))
            talks = [(people[place], people[30 + (place + len(counts)) % 30]) for place in places]
            missed = min(len(talks), chance.choice([0, 0, 1, 2, 3, 6]))
            made = a_round(ours, at + 3 * DAY, talks, missed, chance.choice([0, 1, 4]))
            counted[made.id] = len(counted)
            counts.append(2 * len(talks))
        at = (at + 40 * DAY).replace(day=1)
        before = figures(before, at)
        _learn(attacker, before, counted)
    for place, invited in enumerate(counts):
        attacker.learns(total("invited", [place]), invited)
    assert list(found(attacker, len(counts))) == []


def _learn(attacker: Attacker, edition: dict[str, Any], counted: dict[int, int]) -> None:
    rest = [row for rows in edition["rest"].values() for row in rows]
    for row in (*edition["rounds"], *rest):
        for name in FUNNEL:
            if name in row:
                attacker.learns(total(name, [counted[number] for number in row["ids"]]), row[name])
    so_far, pairs = list[int](), 0
    for row in edition["network"]:
        so_far = [counted[number] for number in row["ids"]]
        # Where nobody meets again each new pair is two who talked; and readers have only the nearest five.
        attacker.learns(total("met", so_far), 2 * (row["pairs"] - pairs))
        pairs = row["pairs"]


def test_what_is_told_is_to_the_nearest_five(ours: Programme, twelve: list[Person]) -> None:
    a_round(ours, SEPTEMBER + 5 * DAY, of(twelve, [*PAIRS[:4], (8, 9, 10)]))
    (row,) = network_of(OCTOBER)
    assert {row[name] % 5 for name in ("pairs", "people", "largest", "organisations")} == {0}
    assert set(row) <= set(growth.MEANS)
    assert doctest.testmod(growth).failed == 0


def test_an_edition_from_before_there_were_networks_has_none(ours: Programme) -> None:
    kept(Edition(month="2026-08", made_at=SEPTEMBER, figures={"rounds": [], "later": [], "rest": {}, "compared": {}}))
    assert document()["network"] == []
    assert network_of(SEPTEMBER) == []
