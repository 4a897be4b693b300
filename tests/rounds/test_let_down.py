"""Whoever was let down goes first next time: as far as any draw could, they are never left out again."""

from collections.abc import Iterable
from contextlib import suppress
from itertools import combinations
from random import Random

import pytest
from cast import conversation, member, person, programme
from conftest import Clock
from flask import Flask
from races import at_once

from unmentor.conversations.actions import answer
from unmentor.conversations.models import Participation
from unmentor.db import db, transaction
from unmentor.people.actions import avoid
from unmentor.people.models import Person
from unmentor.programmes.models import Membership, Programme
from unmentor.rounds.actions import cancel_round, draw_round, send_round
from unmentor.rounds.mend import TooLate, withdraw
from unmentor.rounds.models import Round

pytestmark = pytest.mark.thorough


def most_seated(let_down: frozenset[int], people: frozenset[int], apart: set[frozenset[int]], sizes: set[int]) -> int:
    """Return how many of *let_down* the best of all draws seats: tried one by one, without a look at the solver."""
    if not people:
        return 0
    first = min(people)
    rest = people - {first}
    best = most_seated(let_down, rest, apart, sizes)
    for size in sizes:
        for others in combinations(sorted(rest), size - 1):
            group = frozenset((first, *others))
            if not any(frozenset(pair) in apart for pair in combinations(group, 2)):
                # One trio at most, as in any draw.
                seated = most_seated(let_down, people - group, apart, sizes - {3} if size == 3 else sizes)
                best = max(best, seated + len(group & let_down))
    return best


@pytest.mark.one_engine
@pytest.mark.parametrize("seed", range(12))
def test_who_was_let_down_is_never_left_out_of_the_next_round_while_a_draw_could_seat_them(
    app: Flask, clock: Clock, seed: int
) -> None:
    chance = Random(seed)
    ours = programme(odd=chance.choice(["sit-out", "trio"]))
    people = [
        person(name, email=f"{name}@x.example".lower()) for name in ("Ada", "Ben", "Cat", "Dan", "Eve", "Fay", "Gil")
    ]
    people = people[: chance.choice([3, 5, 7])]
    for each in people:
        member(each, ours)
    apart = set[frozenset[int]]()
    for one, other in combinations(people, 2):
        if chance.random() < 0.5:
            avoid(one, other.email or "")
            apart.add(frozenset((one.id, other.id)))
    let_down = set[int]()
    for _round in range(3):
        for one, other in pairs(chance, people):
            talk = conversation(ours, one, other, starts_at=clock())
            clock.moment = talk.ends_at
            if chance.random() < 0.4:
                answer(talk.participations[0], "no", None, None, clock(), "absent")
                let_down.add(one.id)
        if chance.random() < 0.3:
            called_off = draw_round(ours, seed, clock())
            send_round(called_off, clock())
            cancel_round(called_off, clock())
            assert promised(ours) == let_down
        round_ = draw_round(ours, seed, clock())
        talking = {who for group in round_.groups for who in group}
        sizes = {2, 3} if ours.odd == "trio" else {2}
        best = most_seated(frozenset(let_down), frozenset(each.id for each in people), apart, sizes)
        assert len(let_down & talking) == best
        send_round(round_, clock())
        db.session.commit()
        let_down -= talking
        assert promised(ours) == let_down
        clock.advance(days=7)


def test_who_was_promised_goes_first_whether_a_round_is_called_off_or_their_partner_is_faster(
    app: Flask, clock: Clock
) -> None:
    ours = programme()
    for name in ("Ada", "Ben"):
        member(person(name), ours, first_next=name == "Ada")
    ada = next(iter(promised(ours)))
    for number in range(4):
        round_ = draw_round(ours, number, clock())
        send_round(round_, clock())
        [talk] = round_.conversations
        bens, round_id = next(part.id for part in talk.participations if part.person_id != ada), round_.id
        assert promised(ours) == set()

        def call_off(round_id: int = round_id) -> None:
            with transaction():
                cancel_round(db.session.get_one(Round, round_id), clock())

        def withdraws(bens: int = bens) -> None:
            with suppress(TooLate), transaction():
                withdraw(db.session.get_one(Participation, bens), "", 7, clock())

        at_once(app, call_off, withdraws)
        db.session.expire_all()
        assert promised(ours) == {ada}
        clock.advance(days=7)


def promised(ours: Programme) -> set[int]:
    """Return who goes first next time."""
    return {who for (who,) in db.session.query(Membership.person_id).filter_by(programme=ours, first_next=True)}


def pairs(chance: Random, people: list[Person]) -> Iterable[tuple[Person, Person]]:
    """Return some of *people*, two by two."""
    line = chance.sample(people, len(people))
    return zip(line[::2], line[1::2], strict=False)
