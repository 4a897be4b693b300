import re
from typing import Any

import pytest
from cast import mailed, member, organiser, person, post, programme, sign_in
from conftest import Clock
from flask import Flask
from flask.testing import FlaskClient

from unmentor.conversations.models import Conversation
from unmentor.db import db
from unmentor.mail.models import Message
from unmentor.people.actions import avoid
from unmentor.people.models import Person
from unmentor.programmes.actions import pause, resume
from unmentor.programmes.models import Membership
from unmentor.rounds.actions import draw_round, send_round
from unmentor.rounds.draw_inputs import replay
from unmentor.rounds.draw_queries import entrants
from unmentor.rounds.models import Round

PAGE = "/organise/unmentoring/rounds/1"


def drawn(clock: Clock, *names: str, **rules: Any) -> Round:
    """Return a round of a community that waits to be sent."""
    ours = programme(**rules)
    for name in names:
        member(person(name), ours)
    round_ = draw_round(ours, 7, clock())
    db.session.commit()
    clock.advance(days=1)
    return round_


def membership(someone: Person) -> Membership:
    return db.session.query(Membership).filter_by(person_id=someone.id).one()


def talking(round_: Round) -> list[set[str]]:
    return [{each.name for each in talk.people} for talk in round_.conversations]


def told(kind: str) -> set[str]:
    return {message.recipient for message in db.session.query(Message).filter_by(kind=kind)}


def test_who_pauses_before_a_round_is_sent_is_not_in_it(app: Flask, clock: Clock) -> None:
    round_ = drawn(clock, "Ada", "Ben", "Cat", "Dan")
    gone, alone = round_.conversations[0].people
    pause(membership(gone), None)
    send_round(round_, clock())
    assert gone.email not in told("invitation") | told("unpaired")
    assert told("unpaired") == {alone.email}
    assert len(told("invitation")) == 2
    assert round_.people == 3


def test_two_whom_pauses_leave_alone_meet_each_other(app: Flask, clock: Clock) -> None:
    round_ = drawn(clock, "Ada", "Ben", "Cat", "Dan")
    (one, stays), (other, remains) = (talk.people for talk in round_.conversations)
    pause(membership(one), None)
    pause(membership(other), None)
    send_round(round_, clock())
    assert talking(round_) == [{stays.name, remains.name}]
    assert remains.name in mailed(stays.email, "invitation")
    assert told("unpaired") == set()


def test_who_was_left_out_steps_in_before_anybody_is_told(app: Flask, clock: Clock) -> None:
    round_ = drawn(clock, "Ada", "Ben", "Cat", odd="sit-out")
    out, (gone, alone) = round_.left_out[0].person, round_.conversations[0].people
    pause(membership(gone), None)
    send_round(round_, clock())
    assert talking(round_) == [{out.name, alone.name}]
    assert told("unpaired") == set()


def test_who_was_left_out_and_pauses_is_not_told_of_it(app: Flask, clock: Clock) -> None:
    round_ = drawn(clock, "Ada", "Ben", "Cat", odd="sit-out")
    pause(membership(round_.left_out[0].person), None)
    send_round(round_, clock())
    assert told("unpaired") == set()


def test_two_who_must_not_meet_any_more_do_not(app: Flask, clock: Clock) -> None:
    round_ = drawn(clock, "Ada", "Ben", "Cat", "Dan", "Eve", odd="sit-out")
    one, other = round_.conversations[0].people
    avoid(one, other.email)
    send_round(round_, clock())
    assert not any({one.name, other.name} <= group for group in talking(round_))
    assert len(told("invitation")) == 4


def test_what_stands_stays_as_it_was_drawn_and_verifies(app: Flask, clock: Clock) -> None:
    round_ = drawn(clock, "Ada", "Ben", "Cat", "Dan")
    before = [(talk.id, talk.starts_at) for talk in round_.conversations]
    send_round(round_, clock())
    assert [(talk.id, talk.starts_at) for talk in round_.conversations] == before
    assert replay(round_).proved


def test_what_is_mended_before_it_is_sent_verifies_too(app: Flask, clock: Clock) -> None:
    round_ = drawn(clock, "Ada", "Ben", "Cat", odd="sit-out")
    pause(membership(round_.conversations[0].people[0]), None)
    send_round(round_, clock())
    assert [replay(kept).proved for kept in (round_, *round_.mendings)] == [True, True]


def seen(client: FlaskClient) -> str:
    return re.search(r'name="seen" value="(\w+)"', client.get(PAGE).text)[1]


@pytest.fixture
def waiting(app: Flask, client: FlaskClient, clock: Clock) -> Round:
    """Return a round that waits, whose organiser is signed in."""
    round_ = drawn(clock, "Ada", "Ben", "Cat", "Dan")
    sign_in(client, organiser(round_.programme))
    return round_


def test_an_organiser_sends_what_they_have_seen(waiting: Round, client: FlaskClient, clock: Clock) -> None:
    looked_at = seen(client)
    pause(membership(waiting.conversations[0].people[0]), None)
    answer = post(client, f"{PAGE}/send", seen=looked_at)
    assert answer.status_code == 422
    assert "changed since you looked" in answer.text
    assert "Changed since the draw" in answer.text
    assert post(client, f"{PAGE}/send", seen=seen(client)).status_code == 303
    clock.advance(minutes=2)
    client.get(PAGE)
    assert db.session.query(Conversation).count() == 1


def test_the_page_names_what_changed_and_not_who_avoids_whom(waiting: Round, client: FlaskClient) -> None:
    assert "Changed since the draw" not in client.get(PAGE).text
    one, other = waiting.conversations[0].people
    avoid(one, other.email)
    page = client.get(PAGE).text
    assert "Changed since the draw" in page
    assert f"<li>{one.name} and {other.name}</li>" in page


def test_an_organiser_who_saw_another_draw_looks_again(waiting: Round, client: FlaskClient) -> None:
    looked_at = seen(client)
    post(client, f"{PAGE}/redraw")
    assert post(client, f"{PAGE}/send", seen=looked_at).status_code == 422


def test_who_lost_their_partner_before_it_was_sent_sat_out_and_who_paused_did_not(app: Flask, clock: Clock) -> None:
    round_ = drawn(clock, "Ada", "Ben", "Cat", "Dan", "Eve", odd="sit-out")
    paused_out, (gone, alone) = round_.left_out[0].person, round_.conversations[0].people
    for each in (paused_out, gone):
        pause(membership(each), None)
    send_round(round_, clock())
    for each in (paused_out, gone):
        resume(membership(each))
    turns = {each.id: each.last_out for each in entrants(round_.programme, clock().date())}
    assert turns == {each.id: 1 if each is alone else None for each in db.session.query(Person)}
