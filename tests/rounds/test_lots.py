"""Chance that a programme has committed to: what decides a draw, who may know it, and since when."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from hashlib import sha256
from random import Random
from threading import Barrier

import pytest
from cast import member, person, programme
from conftest import Clock
from flask import Flask
from sqlalchemy import text

from unmentor.db import db, transaction
from unmentor.pairing import Entrant, Rules
from unmentor.pairing.entrants import NOBODY
from unmentor.pairing.lottery import pseudonym, seed_of
from unmentor.people.actions import avoid
from unmentor.people.models import Person
from unmentor.programmes.actions import create
from unmentor.programmes.commitment import commit, commit_where_none, forget_commitments, standing
from unmentor.programmes.models import Membership, Programme
from unmentor.rounds import actions, draw_queries, lots, steps
from unmentor.rounds.actions import cancel_round, draw_again, draw_round, mark_sent, send_round
from unmentor.rounds.draw_inputs import given_then, names_then, replay
from unmentor.rounds.lots import FEW, MET, ROUNDS, WHOLE, Bag, draw_lots
from unmentor.rounds.models import Round

# What the database has no part in.
once = pytest.mark.parametrize("migrated_app", ["sqlite"], indirect=True)


def committed(clock: Clock, people: int = 9, **rules: str) -> Programme:
    """Return a programme that has committed to its next draw, with so many people."""
    ours: Programme = programme(**rules)
    commit(ours, clock())
    for number in range(people):
        member(person(f"Person {number}", organisation=f"Council {number % 3}"), ours)
    db.session.commit()
    clock.advance(days=30)
    return ours


def rounds(ours: Programme, clock: Clock, count: int) -> list[Round]:
    """Return so many rounds, each drawn by lot and sent."""
    made = []
    for _number in range(count):
        made.append(draw_round(ours, None, clock()))
        mark_sent(made[-1], clock())
        db.session.commit()
        clock.advance(days=30)
    return made


def test_a_new_programme_has_committed_to_its_first_draw(app: Flask, clock: Clock) -> None:
    ours = create("Ours", "Europe/London", clock())
    assert standing(ours) is not None
    assert ours.commitment == sha256(standing(ours).secret).hexdigest()
    assert ours.committed_at == clock()


def test_one_that_has_committed_to_nothing_does_within_the_minute_and_only_once(app: Flask, clock: Clock) -> None:
    ours, ended = programme(), programme("Ended", ended_at=clock())
    assert [commit_where_none(clock()), commit_where_none(clock())] == [1, 0]
    db.session.expire_all()
    assert ours.commitment
    assert ended.commitment is None


def test_a_seed_follows_from_the_secret_the_inputs_and_how_often_it_was_drawn(app: Flask, clock: Clock) -> None:
    ours = committed(clock)
    chance = standing(ours)
    first = draw_round(ours, None, clock())
    assert first.seed == seed_of(chance.secret, first.digest, 1, 0)
    again = draw_again(first, None, clock())
    assert (again.seed, again.draws) == (seed_of(chance.secret, again.digest, 2, 0), 2)


def test_the_secret_is_told_once_the_round_is_sent_and_another_stands(app: Flask, clock: Clock) -> None:
    ours = committed(clock)
    commitment, since, secret = ours.commitment, ours.committed_at, standing(ours).secret
    round_ = draw_round(ours, None, clock())
    assert (round_.commitment, round_.committed_at, round_.secret) == (commitment, since, None)
    send_round(round_, clock())
    assert round_.secret == secret.hex()
    assert ours.commitment != commitment
    assert (ours.committed_at, ours.draws) == (clock(), 0)
    assert standing(ours).secret != secret


def test_before_that_it_is_nowhere_in_the_database(app: Flask, clock: Clock) -> None:
    ours = committed(clock)
    secret = standing(ours).secret
    draw_round(ours, None, clock())
    db.session.commit()
    for table in db.metadata.sorted_tables:
        for row in db.session.execute(text(f'SELECT * FROM "{table.name}"')):
            for cell in map(bytes_of, row):
                assert secret not in cell
                assert secret.hex().encode() not in cell


def bytes_of(cell: object) -> bytes:
    return bytes(cell) if isinstance(cell, bytes | memoryview) else str(cell).encode()


def test_cancelling_and_drawing_once_more_counts_as_drawing_again(app: Flask, clock: Clock) -> None:
    ours = committed(clock)
    first = draw_round(ours, None, clock())
    cancel_round(first, clock())
    second = draw_round(ours, None, clock())
    assert (second.number, second.draws, second.commitment) == (2, 2, first.commitment)
    assert first.secret is None


def test_an_organisers_own_seed_is_kept_as_theirs_and_tells_no_secret(app: Flask, clock: Clock) -> None:
    ours = committed(clock)
    chance = standing(ours)
    round_ = draw_round(ours, 7, clock())
    assert (round_.seed, round_.own_seed, round_.commitment, round_.draws) == (7, True, None, 1)
    send_round(round_, clock())
    assert round_.secret is None
    assert standing(ours) == chance


def test_a_programme_that_has_committed_to_nothing_draws_all_the_same(app: Flask, clock: Clock) -> None:
    ours = programme()
    member(person("Ada"), ours), member(person("Ben"), ours)
    round_ = draw_round(ours, None, clock())
    assert (round_.commitment, round_.own_seed, round_.draws) == (None, False, 1)
    send_round(round_, clock())
    assert ours.commitment


def test_a_secret_that_cannot_be_read_any_more_stops_no_draw(app: Flask, clock: Clock) -> None:
    ours = committed(clock)
    ours.sealed_secret = b"\x01 sealed with another key"
    round_ = draw_round(ours, None, clock())
    assert round_.commitment is None
    send_round(round_, clock())
    assert standing(ours) is not None


@once
def test_a_draw_by_lot_is_drawn_again_from_what_is_kept_whatever_came_later(app: Flask, clock: Clock) -> None:
    ours = committed(clock)
    made = rounds(ours, clock, 12)
    assert all(replay(round_).proved for round_ in made)
    ways = [round_.inputs["way"] for round_ in made]
    # In nine rounds nine people have met; then some meet again, and when they met matters.
    assert ways[:4] == [MET] * 4
    assert ROUNDS in ways[8:]


def test_what_a_draw_may_show_has_nothing_that_is_good_beyond_it(app: Flask, clock: Clock) -> None:
    ours = committed(clock)
    tickets = draw_queries.tickets(ours)
    first, second = rounds(ours, clock, 2)
    names = [names_then(each) for each in (first, second)]
    assert not {*names[0].values()} & {*names[1].values()}
    for each, named in zip((first, second), names, strict=True):
        assert named == {who: pseudonym(bytes.fromhex(each.secret), tickets[who]) for who in named}
    inputs = given_then(second).bag(names[1]).inputs(second.inputs["way"])
    # That they met is all that is told of it: not when.
    assert {number for number, *_pair in inputs["history"]} == {1}
    assert [who["id"] for who in inputs["people"]] == sorted(names[1].values())
    assert "availability" not in str(inputs)


@once
def test_who_is_kept_apart_never_meets_and_is_in_nothing_that_may_be_shown(app: Flask, clock: Clock) -> None:
    ours = committed(clock, people=FEW)
    one, *others = people_of(ours)
    for other in others[:4]:
        avoid(one, other.email)
    first, avoided = one.id, {other.id for other in others[:4]}
    db.session.commit()
    asides = 0
    for _number in range(12):
        round_ = draw_round(ours, None, clock())
        assert not any(first in group and avoided & {*group} for group in round_.groups)
        asides += round_.tries or 0
        if round_.inputs["way"] != WHOLE:
            inputs = given_then(round_).bag(names_then(round_)).inputs(round_.inputs["way"])
            assert "not_with" not in str(inputs)
        assert replay(round_).proved
        cancel_round(round_, clock())
    assert asides


def test_a_few_people_are_drawn_with_all_there_is_to_know_and_have_no_draw_file(app: Flask, clock: Clock) -> None:
    round_ = draw_round(committed(clock, people=FEW - 1), None, clock())
    assert (round_.inputs["way"], round_.tries) == (WHOLE, None)
    assert replay(round_).proved


@pytest.mark.thorough
def test_every_draw_that_keeps_people_apart_is_as_likely_as_every_other() -> None:
    people = [Entrant(number, not_with={2} if number == 1 else NOBODY) for number in range(1, 9)]
    met, chance, found, draws = [(1, 3, 4), (1, 5, 6), (2, 1, 7)], Random(8), Counter[str](), 1500
    for _draw in range(draws):
        secret = chance.randbytes(32)
        names = {number: pseudonym(secret, f"ticket {number}") for number in range(1, 9)}
        result, _lot = draw_lots(Bag(people, met, Rules(), None, names), lambda d, t, s=secret: seed_of(s, d, 1, t))
        found[str(sorted(map(sorted, result.groups)))] += 1
    # Of 105 ways to pair eight people, 58 have none of these four pairs; 57 degrees of freedom, p = 0.001 at 95.8.
    assert len(found) == 58
    assert sum((count - draws / 58) ** 2 / (draws / 58) for count in found.values()) < 95.8


@once
@pytest.mark.parametrize("tries", [0, 1, 16])
def test_where_hardly_anybody_may_meet_it_is_drawn_with_all_there_is_to_know(
    app: Flask, clock: Clock, monkeypatch: pytest.MonkeyPatch, tries: int
) -> None:
    monkeypatch.setattr(lots, "TRIES", tries)
    ours = committed(clock, people=FEW)
    everybody = people_of(ours)
    for number, one in enumerate(everybody):
        for other in everybody:
            if everybody.index(other) // 2 != number // 2:
                avoid(one, other.email)
    round_ = draw_round(ours, None, clock())
    pairs = [{one.id, other.id} for one, other in zip(everybody[::2], everybody[1::2], strict=True)]
    assert sorted(map(sorted, round_.groups)) == sorted(map(sorted, pairs))
    assert tries or round_.inputs["way"] == WHOLE
    assert (round_.tries is None) == (round_.inputs["way"] == WHOLE)


def test_a_draw_made_ahead_is_made_anew_where_another_was_faster(
    app: Flask, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = committed(clock)
    act = partial(actions.draw_round, ours, None)
    real, looked = actions.look, []

    def look(*given: object) -> object:
        looked.append(real(*given))
        if len(looked) == 1:  # meanwhile somebody draws, and calls it off
            cancel_round(draw_round(ours, None, clock()), clock())
            db.session.commit()
        return looked[-1]

    monkeypatch.setattr(actions, "look", look)
    round_ = steps.drawn_ahead(ours, None, lambda ready, now: act(now, ready=ready))
    assert (round_.number, round_.draws) == (2, 2)
    assert looked[0].result.seed != looked[-1].result.seed == round_.seed


def test_who_leaves_while_it_is_drawn_is_not_in_it(app: Flask, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = committed(clock)
    gone, real = people_of(ours)[0].id, draw_queries.tickets

    def tickets(*given: object) -> dict:
        if db.session.query(Membership).filter_by(person_id=gone).delete():
            db.session.commit()
        return real(*given)

    monkeypatch.setattr(draw_queries, "tickets", tickets)
    round_ = steps.draw(ours, None)
    assert gone not in {person["id"] for person in round_.inputs["people"]}
    assert round_.draws == 1


def test_two_workers_commit_once_and_draw_one_round_by_it(app: Flask, clock: Clock) -> None:
    ours = committed(clock)
    forget_commitments()
    db.session.commit()

    def at_once(act: Callable[[], object]) -> list[object]:
        together = Barrier(2)

        def work(_number: int) -> object:
            with app.app_context():
                together.wait()
                return act()

        with ThreadPoolExecutor(2) as threads:
            return list(threads.map(work, range(2)))

    def commit_it() -> None:
        with transaction():
            commit_where_none(clock())

    def draw_it() -> tuple[int, int | None]:
        round_ = steps.draw(db.session.query(Programme).one(), None)
        return round_.id, round_.draws

    at_once(commit_it)
    db.session.refresh(ours)
    assert ours.commitment == sha256(standing(ours).secret).hexdigest()
    stands = ours.commitment
    db.session.commit()
    assert len({*at_once(draw_it)}) == 1
    db.session.expire_all()
    (round_,) = db.session.query(Round)
    assert (round_.commitment, round_.draws, ours.draws) == (stands, 1, 1)
    assert replay(round_).proved


def people_of(ours: Programme) -> list[Person]:
    """Return who is in a programme."""
    return list(db.session.query(Person).join(Membership).filter(Membership.programme == ours).order_by(Person.id))
