"""Fifty rounds of the demo community, checked by a stranger from draw files alone."""

import json
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from conftest import Clock
from flask import Flask
from pairing.draw_files import forged
from stranger import Wrong
from stranger import check as check_as_a_stranger

from unmentor import demo
from unmentor.db import db
from unmentor.demo import community
from unmentor.pairing.draw_file import Refused, check
from unmentor.rounds.draw_file import draw_file
from unmentor.rounds.models import Round

ROUNDS, TRIES = 50, 1000
CLEAN = {"proof": "clean"}

pytestmark = pytest.mark.thorough


def files() -> Iterator[bytes]:
    """Yield a draw file of every round, each somebody else's."""
    for round_ in db.session.query(Round).order_by(Round.number):
        here = [each for talk in round_.conversations for each in talk.people if each.email]
        yield draw_file(round_, here[round_.number % len(here)])


@pytest.mark.parametrize("migrated_app", ["sqlite"], indirect=True)
def test_a_stranger_verifies_fifty_rounds_and_refuses_a_thousand_forgeries(
    app: Flask, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    # How it went and what they learned comes after all draws, and is in no file.
    for later in ("answer_all", "tell_all", "close_rounds"):
        monkeypatch.setattr(community, later, lambda *_given: None)
    demo.fill(clock(), people=20, rounds=ROUNDS)
    written, chance = list(files()), Random(50)
    assert len(written) == ROUNDS
    for file in written:
        check_as_a_stranger(file)
        check(file)
    assert {json.loads(file)["result"]["certificate"]["proof"] for file in written} == {"clean", "prices"}
    for _try in range(TRIES):
        file = chance.choice(written)
        place = chance.randrange(len(file))
        with pytest.raises(Refused):
            check(file[:place] + bytes([(file[place] + chance.randrange(1, 256)) % 256]) + file[place + 1 :])
    for alter in (another_seed, another_secret, another_proof, another_past, another_person, another_pair):
        for file in written[::7]:
            forgery = forged(alter(json.loads(file)))
            with pytest.raises(Refused):
                check(forgery)
            # Only who knows our way to draw can tell one fair draw from another.
            if alter is not another_pair:
                with pytest.raises((Wrong, KeyError)):
                    check_as_a_stranger(forgery)


def another_pair(file: dict[str, Any]) -> dict[str, Any]:
    one, other = file["result"]["groups"][:2]
    one[0], other[0] = other[0], one[0]
    return file


def another_seed(file: dict[str, Any]) -> dict[str, Any]:
    file["chance"]["seed"] ^= 1
    return file


def another_secret(file: dict[str, Any]) -> dict[str, Any]:
    file["chance"]["secret"] = "00" * 32
    return file


def another_proof(file: dict[str, Any]) -> dict[str, Any]:
    worthless = {"proof": "prices", "prices": [{"places": [0] * len(file["inputs"]["people"]), "circles": []}]}
    file["result"]["certificate"] = worthless if file["result"]["certificate"] == CLEAN else CLEAN
    return file


def another_past(file: dict[str, Any]) -> dict[str, Any]:
    a, b, *_others = file["result"]["groups"][0]
    file["inputs"]["history"].append([1, *sorted((a, b))])
    return file


def another_person(file: dict[str, Any]) -> dict[str, Any]:
    file["inputs"]["people"][0]["id"] = "0" * 16
    return file
