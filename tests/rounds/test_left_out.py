from typing import Any

import pytest
from cast import mailed, member, organiser, person, programme, sign_in
from conftest import Clock
from flask import Flask
from flask.testing import FlaskClient

from unmentor.db import db, transaction
from unmentor.people.actions import avoid
from unmentor.programmes.actions import pause
from unmentor.programmes.models import Membership
from unmentor.rounds.actions import draw_round, send_round, start_sending
from unmentor.rounds.models import Round
from unmentor.rounds.telling import tell_some


def drawn(clock: Clock, people: dict[str, str], **rules: Any) -> Round:
    """Return a round that waits, of people by name and organisation."""
    ours = programme(**rules)
    for name, organisation in people.items():
        member(person(name, organisation=organisation), ours)
    round_ = draw_round(ours, 7, clock())
    db.session.commit()
    return round_


def told(round_: Round, clock: Clock) -> list[str]:
    """Return what those whom a round leaves out read once it is sent."""
    send_round(round_, clock())
    return [mailed(out.person.email, "unpaired") for out in round_.still_out]


FIVE_IN_DEVON = {"Ada": "Devon", "Ben": "Devon", "Cat": "DEVON", "Dan": "Devon", "Eve": "Devon", "Fay": "Kent"}


def test_the_worker_tells_who_is_left_out_of_that_round(app: Flask, clock: Clock) -> None:
    send_round(drawn(clock, {"Ada": "A", "Ben": "B"}), clock())
    round_ = drawn(clock, {"Cat": "C", "Dan": "D", "Eve": "E"}, name="Another", odd="sit-out")
    with transaction():
        start_sending(round_, clock())
    [out] = round_.still_out
    while tell_some():
        pass
    assert "There was an odd number this time." in mailed(out.person.email, "unpaired")


def test_where_numbers_are_odd_it_says_so(app: Flask, clock: Clock) -> None:
    [text] = told(drawn(clock, {"Ada": "A", "Ben": "B", "Cat": "C"}, odd="sit-out"), clock)
    assert "There was an odd number this time." in text
    assert "It will not be you again until it has been everyone." in text


@pytest.mark.parametrize("more", [{}, {"Gil": "Devon"}])
def test_where_colleagues_may_not_meet_nobody_is_told_of_odd_numbers(
    app: Flask, clock: Clock, more: dict[str, str]
) -> None:
    texts = told(drawn(clock, FIVE_IN_DEVON | more, odd="sit-out", same_organisation="forbid"), clock)
    assert len(texts) == 4 + len(more)
    for text in texts:
        assert "There were not enough people from other organisations this time." in text
        assert "odd number" not in text
        assert "You go first next time." in text


def test_who_must_not_meet_is_nobody_elses_to_know(app: Flask, clock: Clock) -> None:
    ours = programme()
    ada, ben = person("Ada", organisation="A"), person("Ben", organisation="B")
    member(ada, ours)
    member(ben, ours)
    avoid(ada, ben.email)
    for text in told(draw_round(ours, 7, clock()), clock):
        assert "There was nobody new for you to meet this time." in text


def test_whom_a_late_pause_leaves_alone_reads_just_that(app: Flask, clock: Clock) -> None:
    round_ = drawn(clock, {"Ada": "A", "Ben": "B"})
    pause(db.session.query(Membership).first(), None)
    [text] = told(round_, clock)
    assert "Somebody dropped out at the last minute" in text


def test_the_organiser_reads_why_too(app: Flask, client: FlaskClient, clock: Clock) -> None:
    round_ = drawn(clock, FIVE_IN_DEVON, odd="sit-out", same_organisation="forbid")
    sign_in(client, organiser(round_.programme))
    page = client.get("/organise/unmentoring/rounds/1").text
    assert page.count("too few people from other organisations") == 4
    assert "odd" not in page
