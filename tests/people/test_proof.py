"""Before something that weighs, whoever is signed in shows once more that it is them; nothing typed is lost."""

import re

import pytest
from cast import mailed, member, organiser, path_in, person, post, programme, sign_in, token
from conftest import Clock
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from unmentor.db import db
from unmentor.mail.models import Message
from unmentor.programmes.models import Programme
from unmentor.rounds import steps
from unmentor.rounds.queries import round_numbered

OLU = "olu-organiser@example.gov.uk"
ROUND = "/organise/unmentoring/rounds/1"
SEND = f"{ROUND}/send"


@pytest.fixture
def ours(app: Flask, client: FlaskClient, clock: Clock) -> Programme:
    """Return a programme whose round waits to be sent, by an organiser who signed in 16 minutes ago."""
    ours = programme()
    for name in ("Ada", "Ben"):
        member(person(name), ours)
    sign_in(client, organiser(ours))
    steps.draw(ours, 7)
    clock.advance(minutes=16)
    return ours


def state(ours: Programme) -> str:
    db.session.expire_all()
    waits = round_numbered(ours, 1)
    return "leaving" if waits.send_at else waits.state


def code() -> str:
    return re.search(r"\b\d{6}\b", mailed(OLU, "sign-in"))[0]


def letters() -> int:
    return db.session.scalar(select(func.count(Message.id)).where(Message.kind == "sign-in"))


def test_a_press_is_asked_for_a_code_and_then_done_as_it_was_pressed(ours: Programme, client: FlaskClient) -> None:
    seen = re.search(r'name="seen" value="([^"]*)"', client.get(ROUND).text)[1]
    asked = post(client, SEND, seen=seen)
    assert (asked.status_code, state(ours)) == (403, "drawn")
    assert f'name="seen" value="{seen}"' in asked.text, "what was sent travels along"
    assert OLU not in asked.text
    done = post(client, SEND, seen=seen, proof="code", proof_code=f"{code()[:3]} {code()[3:]}")
    assert (done.status_code, done.location, state(ours)) == (303, ROUND, "leaving")


def test_a_proof_is_good_for_fifteen_minutes_and_signing_in_is_one(
    ours: Programme, client: FlaskClient, clock: Clock
) -> None:
    post(client, "/sign-in", email=OLU)
    post(client, "/sign-in/code", email=OLU, code=code())
    clock.advance(minutes=15)
    assert post(client, SEND).status_code == 303
    clock.advance(seconds=1)
    assert post(client, f"{ROUND}/cancel").status_code == 403


def test_a_wrong_code_does_nothing_and_loses_nothing(ours: Programme, client: FlaskClient) -> None:
    post(client, SEND)
    wrong = f"{(int(code()) + 1) % 10**6:06}"
    for _ in range(5):
        answer = post(client, SEND, proof="code", proof_code=wrong, words="What I typed")
        assert (answer.status_code, state(ours)) == (422, "drawn")
        assert 'name="words" value="What I typed"' in answer.text
    assert post(client, SEND, proof="code", proof_code=code()).status_code == 422, "five tries are enough"


def test_a_code_proves_once(ours: Programme, client: FlaskClient, clock: Clock) -> None:
    post(client, SEND)
    used = code()
    assert post(client, SEND, proof="code", proof_code=used).status_code == 303
    clock.advance(minutes=16)
    assert post(client, f"{ROUND}/cancel", proof="code", proof_code=used).status_code == 422


def test_somebody_elses_code_proves_nothing(ours: Programme, client: FlaskClient, app: Flask) -> None:
    post(client, SEND)
    post(app.test_client(), "/sign-in", email="ada@example.gov.uk")
    theirs = re.search(r"\b\d{6}\b", mailed("ada@example.gov.uk", "sign-in"))[0]
    assert post(client, SEND, proof="code", proof_code=theirs).status_code == 422


def test_who_presses_twice_gets_one_code_and_another_only_where_they_ask(ours: Programme, client: FlaskClient) -> None:
    for _ in range(2):
        post(client, SEND)
    assert letters() == 1
    post(client, SEND, proof="email")
    assert letters() == 2


def test_codes_are_five_an_hour_and_the_last_is_still_good(ours: Programme, client: FlaskClient) -> None:
    for _ in range(9):
        post(client, SEND, proof="email")
    assert letters() == 5
    assert post(client, SEND, proof="code", proof_code=code()).status_code == 303


def test_the_link_of_the_same_email_leads_back_to_the_page(ours: Programme, client: FlaskClient) -> None:
    signed = {"csrf_token": token(client)}
    asked = client.post(SEND, data=signed, headers={"Referer": f"http://localhost{ROUND}?a=b"})
    assert f'href="{ROUND}?a=b">Back to the page you were on' in asked.text
    # Whoever asks for another code sends that from the question, which is no page to come back to.
    back = re.search(r'name="proof_back" value="([^"]*)"', asked.text)[1]
    again = signed | {"proof": "email", "proof_back": back}
    client.post(SEND, data=again, headers={"Referer": f"http://localhost{SEND}"})
    answer = post(client, path_in(mailed(OLU, "sign-in"), "/sign-in"))
    assert client.get(answer.location).location == f"{ROUND}?a=b"
    assert post(client, SEND).status_code == 303


def test_what_a_strangers_page_sends_does_not_travel_along(ours: Programme, client: FlaskClient) -> None:
    client.get(ROUND)
    answer = client.post(SEND, data={"seen": "x"}, headers={"Referer": "https://elsewhere.example/evil?a=b"})
    assert (answer.status_code, answer.location, letters()) == (303, "/prove?next=/evil?a%3Db", 0)
    page = client.get(answer.location)
    assert 'name="seen"' not in page.text


def test_a_page_elsewhere_is_not_gone_back_to(ours: Programme, client: FlaskClient) -> None:
    asked = post(client, SEND, proof_back="https://elsewhere.example")
    assert "elsewhere" not in asked.text


@pytest.mark.parametrize("wanted", ["https://elsewhere.example", "//elsewhere.example", "/\\elsewhere.example"])
def test_a_proof_leads_nowhere_else(ours: Programme, client: FlaskClient, wanted: str) -> None:
    page = client.get("/prove", query_string={"next": wanted})
    assert (page.status_code, letters()) == (200, 0), "a page that is only looked at sends nothing"
    post(client, "/prove", proof="email")
    answer = client.post(
        "/prove",
        query_string={"next": wanted},
        data={"csrf_token": token(client), "proof": "code", "proof_code": code()},
    )
    assert (answer.status_code, answer.location) == (303, "/me")
