"""Two workers at one due draw: whoever is slower leaves it at that."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from cast import member, person, programme
from conftest import Clock
from flask import Flask
from sqlalchemy import select

from unmentor.db import db
from unmentor.programmes.commitment import commit
from unmentor.programmes.models import Programme
from unmentor.rounds import actions, steps
from unmentor.rounds.draw_inputs import Drawn
from unmentor.rounds.models import Round
from unmentor.rounds.schedule import run_due


@pytest.mark.parametrize("drawn_by", ["the schedule", "an organiser"])
def test_whoever_is_overtaken_while_they_draw_draws_no_second_time(
    app: Flask, clock: Clock, monkeypatch: pytest.MonkeyPatch, drawn_by: str
) -> None:
    clock.set(2026, 12, 7, 10)
    ours, look, looks = programme(review="wait"), actions.look, []
    for name in ("Ada", "Ben"):
        member(person(name), ours)
    commit(ours, clock())
    number = ours.id
    db.session.commit()

    def draw() -> Round | None:
        with app.app_context():
            of = db.session.get_one(Programme, number)
            return run_due(of, clock()) if drawn_by == "the schedule" else steps.draw(of, None)

    def overtaken(of: Programme, seed: int | None, now: datetime) -> Drawn:
        looks.append(now)
        ready = look(of, seed, now)
        if len(looks) == 1:
            with ThreadPoolExecutor(1) as other:
                other.submit(draw).result()
        return ready

    monkeypatch.setattr(actions, "look", overtaken)
    draw()
    # Once here, and once where it was faster.
    assert len(looks) == 2
    assert len(db.session.scalars(select(Round)).all()) == 1
