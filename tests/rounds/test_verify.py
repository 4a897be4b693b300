import importlib.util
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from cast import member, organiser, person, programme, sign_in
from conftest import Clock
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from unmentor.db import db
from unmentor.pairing import Entrant, History, Rules
from unmentor.programmes.models import Programme
from unmentor.rounds import draw_queries
from unmentor.rounds.actions import cancel_round, draw_again, draw_round, send_round
from unmentor.rounds.draw_inputs import CannotReplay, Given, draw_from, replay
from unmentor.rounds.memory import remembered
from unmentor.rounds.mend import withdraw
from unmentor.rounds.models import Mending, Round

MIGRATIONS = Path(__file__).parents[2] / "migrations" / "versions"


def script(words: str) -> Any:
    """Return the migration that these words name."""
    path = next(MIGRATIONS.glob(f"*_{words}.py"))
    spec = importlib.util.spec_from_file_location(words, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def two_rounds(clock: Clock, *names: str, **rules: Any) -> tuple[Round, Round]:
    """Return two sent rounds of a community, a day apart."""
    ours: Programme = programme(**rules)
    for name in names:
        member(person(name), ours)
    rounds = []
    for seed in (1, 2):
        rounds.append(draw_round(ours, seed, clock()))
        send_round(rounds[-1], clock())
        db.session.commit()
        clock.advance(days=1)
    return rounds[0], rounds[1]


def withdraw_before_the_draw(first: Round, second: Round) -> None:
    """Withdraw as somebody does who pressed before the second draw, and whose change was kept after it."""
    withdraw(first.conversations[0].participations[0], "", 3, second.drawn_at - timedelta(seconds=1))
    db.session.commit()
    db.session.expire_all()


def test_a_withdrawal_that_races_a_draw_leaves_it_as_it_was_drawn(app: Flask, clock: Clock) -> None:
    first, second = two_rounds(clock, "Ada", "Ben", "Cat", "Dan")
    withdraw_before_the_draw(first, second)
    assert replay(second).proved


def test_the_page_of_a_round_survives_what_raced_its_draw(app: Flask, client: FlaskClient, clock: Clock) -> None:
    first, second = two_rounds(clock, "Ada", "Ben")
    withdraw_before_the_draw(first, second)
    sign_in(client, organiser(first.programme))
    page = client.get("/organise/unmentoring/rounds/2")
    assert page.status_code == 200
    assert "They last met in round 1." in page.text


def test_what_becomes_of_conversations_later_changes_no_draw(app: Flask, clock: Clock) -> None:
    rounds = two_rounds(clock, "Ada", "Ben", "Cat", "Dan")
    for round_ in rounds:
        one, other = (talk.participations[0] for talk in round_.conversations)
        one.person_id, other.person_id = other.person_id, one.person_id
        one.withdrew_at = one.conversation.arranged_at = clock()
    db.session.commit()
    assert [replay(round_).proved for round_ in rounds] == [True, True]


def test_a_mending_keeps_what_it_was_drawn_from_and_verifies(app: Flask, clock: Clock) -> None:
    first, second = two_rounds(clock, "Ada", "Ben", "Cat", "Dan", "Eve", odd="sit-out")
    withdraw(second.conversations[0].participations[0], "", 3, clock())
    db.session.commit()
    mending = db.session.query(Mending).one()
    assert replay(mending).proved
    assert mending.groups == [[part.person_id for part in talk.participations] for talk in second.conversations[-1:]]
    mending.groups = [[*mending.groups[0][:1], first.left_out[0].person_id + 99]]
    with pytest.raises(CannotReplay, match="round 2"):
        replay(mending)


def test_the_command_checks_mendings_too(app: Flask, clock: Clock) -> None:
    _first, second = two_rounds(clock, "Ada", "Ben", "Cat", "Dan", "Eve", odd="sit-out")
    withdraw(second.conversations[0].participations[0], "", 3, clock())
    db.session.commit()
    verify = ["round", "verify", "unmentoring", "2"]
    assert app.test_cli_runner().invoke(args=verify).exit_code == 0
    db.session.query(Mending).one().digest = "another"
    db.session.commit()
    assert app.test_cli_runner().invoke(args=verify).exit_code == 1


def test_what_a_round_knows_of_those_before_it_is_kept_once(app: Flask, clock: Clock) -> None:
    first, second = two_rounds(clock, "Ada", "Ben", "Cat", "Dan")
    assert (first.learned["met"], list(second.learned["met"])) == ({}, ["1"])
    assert len(second.learned["met"]["1"]) == 4
    third = draw_round(first.programme, 3, clock())
    assert list(third.learned["met"]) == ["2"]
    withdraw(first.conversations[0].participations[0], "", 3, clock())
    cancel_round(second, clock())
    third = draw_again(third, 3, clock())
    assert {number: len(ids) for number, ids in third.learned["met"].items()} == {"1": 2}
    assert remembered(third.programme, 3) == draw_queries.history(third.programme)


def test_rounds_from_before_this_was_kept_can_be_drawn_again_too(app: Flask, clock: Clock) -> None:
    first, second = two_rounds(clock, "Ada", "Ben", "Cat", "Dan", "Eve", odd="sit-out")
    withdraw(second.conversations[0].participations[0], "", 3, clock())
    third = draw_round(first.programme, 3, clock())
    db.session.execute(update(Round).values(groups=[], learned={"new": [], "gone": []}))
    script("keep_draws_as_drawn").remember(db.session.connection())
    db.session.commit()
    with db.engine.begin() as connection, Operations.context(MigrationContext.configure(connection)):
        script("remember_round_by_round").upgrade()
    db.session.expire_all()
    assert all(replay(round_).proved for round_ in (first, second, third))
    assert draw_queries.history(first.programme)


def test_drawing_and_checking_read_the_history_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read, real = [], History.__init__
    monkeypatch.setattr(History, "__init__", lambda self, *given: read.append(real(self, *given)))
    people = [Entrant(number) for number in (3, 1, 2, 4)]
    assert draw_from(Given(people, [(1, 1, 2)], Rules(), None, None), 7).proved
    assert len(read) == 1
