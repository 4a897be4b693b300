"""Whoever takes something back, or stops, at the very moment in which letters are written."""

from collections.abc import Callable
from threading import Thread
from typing import Any

import pytest
from cast import mailed
from conftest import Clock
from flask import Flask
from races import meanwhile
from test_bulletins import ME, WORDS, a_part, follow, public, told, work

from unmentor.db import db
from unmentor.reflections.actions import look_again, share, take_back
from unmentor.reflections.followers import actions, telling
from unmentor.reflections.followers.telling import gather, tell_some
from unmentor.reflections.forms import Draft
from unmentor.reflections.models import Reflection
from unmentor.reflections.rights import let_go


@pytest.fixture(autouse=True)
def thursday(app: Flask, clock: Clock) -> None:
    clock.set(2026, 11, 26, 10)


@pytest.mark.parametrize("before", ["written", "keep"])
@pytest.mark.parametrize("what", ["taken back", "asked about", "stopped"])
def test_nothing_leaves_that_was_undone_while_letters_were(
    app: Flask, clock: Clock, monkeypatch: pytest.MonkeyPatch, before: str, what: str
) -> None:
    follow(clock)
    hers = public(a_part(), clock)
    number = hers.id
    acts: dict[str, Callable[[], object]] = {
        "taken back": lambda: take_back(db.session.get_one(Reflection, number), clock()),
        "asked about": lambda: look_again(db.session.get_one(Reflection, number)),
        "stopped": lambda: actions.stop(ME, clock()),
    }
    begun, real = [], getattr(telling, before)

    def slowly(*given: Any) -> Any:
        begun.append(meanwhile(app, acts[what]))
        return real(*given)

    monkeypatch.setattr(telling, before, slowly)
    gather(clock())
    tell_some(clock())
    for each in begun:
        each.result(30)
    monkeypatch.undo()
    assert begun
    assert told() == []
    work(clock)
    assert told() == []


@pytest.mark.parametrize("gathered", [True, False])
@pytest.mark.parametrize("leaves", [True, False])
def test_what_somebody_is_just_changing_is_told_as_they_changed_it(
    app: Flask, clock: Clock, gathered: bool, leaves: bool
) -> None:
    if db.engine.dialect.name == "sqlite":
        pytest.skip("on SQLite writers take turns, and who comes second sees what the first did")
    part = a_part()
    part.conversation.round.programme.moderation = "none"
    follow(clock)
    public(part, clock)
    if gathered:
        gather(clock())
    # Their name goes, and nobody else can see that yet.
    if leaves:
        let_go(part.person)
    else:
        share(part, Draft(WORDS, ("housing",), attribution="anonymous"), clock())
    begun, said = db.session(), list[int]()
    other = Thread(target=lambda: said.append(_worked(app, clock)))
    other.start()
    other.join(20)
    assert said == [0], "nothing was told, and nobody waited"
    begun.commit()
    work(clock)
    assert told() == [ME]
    assert "Siân" not in mailed(ME, "follow-update")


def _worked(app: Flask, clock: Clock) -> int:
    with app.app_context():
        return gather(clock()) + tell_some(clock())
