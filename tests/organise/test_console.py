import re

import pytest
from cast import conversation, member, organiser, person, post, programme, reflection, sign_in
from conftest import Clock
from flask import Flask
from flask.testing import FlaskClient

from unmentor.db import db
from unmentor.people.models import Person
from unmentor.programmes.models import Programme
from unmentor.reflections.models import Reflection
from unmentor.rounds.models import Round


@pytest.fixture
def ours(app: Flask) -> Programme:
    """Return a programme of four."""
    ours = programme()
    for name in ("Ada", "Ben", "Cat", "Dan"):
        member(person(name, organisation=name), ours)
    return ours


@pytest.fixture
def olu(ours: Programme, client: FlaskClient) -> Person:
    """Return its organiser, signed in."""
    olu = organiser(ours)
    sign_in(client, olu)
    return olu


PAGES = ("", "/people", "/reflections")


@pytest.mark.parametrize("page", PAGES)
def test_a_stranger_is_asked_to_sign_in(ours: Programme, client: FlaskClient, page: str) -> None:
    answer = client.get(f"/organise/unmentoring{page}")
    assert answer.status_code == 303
    assert answer.location.startswith("/sign-in")


@pytest.mark.parametrize("page", PAGES)
def test_a_participant_does_not_come_in(ours: Programme, client: FlaskClient, page: str) -> None:
    sign_in(client, db.session.query(Person).filter_by(name="Ada").one())
    assert client.get(f"/organise/unmentoring{page}").status_code == 403


def test_an_organiser_of_another_programme_does_not_come_in(ours: Programme, client: FlaskClient) -> None:
    sign_in(client, organiser(programme("Elsewhere")))
    assert client.get("/organise/unmentoring").status_code == 403
    assert post(client, "/organise/unmentoring/draw").status_code == 403


def test_who_organises_one_programme_goes_straight_there(olu: Person, client: FlaskClient) -> None:
    assert client.get("/organise/").location == "/organise/unmentoring"


def test_every_room_of_the_console_is_a_tab_and_says_where_one_is(olu: Person, client: FlaskClient) -> None:
    rooms = re.findall(r'<li><a href="(/organise/unmentoring/\w+)"', client.get("/organise/unmentoring").text)
    assert rooms[:2] == ["/organise/unmentoring/rounds", "/organise/unmentoring/people"]
    for room in rooms:
        page = client.get(room).text
        assert re.findall(r'href="([^"]*)" aria-current="page"', page) == [room]
        assert '<a href="/organise/unmentoring">UnMentoring</a>' in page


def test_drawing_shows_the_round(olu: Person, client: FlaskClient) -> None:
    answer = post(client, "/organise/unmentoring/draw")
    assert (answer.status_code, answer.location) == (303, "/organise/unmentoring/rounds/1")
    text = client.get(answer.location).text
    assert "4 people, 2 pairs." in text
    assert "Nobody has met before." in text
    assert "2 of 2 conversations cross organisations." in text


def test_too_few_people_are_told_kindly(ours: Programme, olu: Person, client: FlaskClient) -> None:
    for membership in db.session.query(Person).filter(Person.name != "Ada", Person.name != olu.name):
        membership.phone = ""
    db.session.commit()
    answer = post(client, "/organise/unmentoring/draw")
    assert answer.status_code == 422
    assert "at least two people" in answer.text


def test_cancelling_asks_once(olu: Person, client: FlaskClient) -> None:
    post(client, "/organise/unmentoring/draw")
    assert "Nobody has been told of it yet" in client.get("/organise/unmentoring/rounds/1/cancel").text
    post(client, "/organise/unmentoring/rounds/1/cancel")
    assert db.session.query(Round).one().state == "cancelled"


def test_drawing_again_gives_another_seed(olu: Person, client: FlaskClient) -> None:
    post(client, "/organise/unmentoring/draw")
    first = db.session.query(Round.seed).scalar()
    post(client, "/organise/unmentoring/rounds/1/redraw")
    assert db.session.query(Round.seed).scalar() != first


def test_an_unknown_round_or_programme_is_not_found(olu: Person, client: FlaskClient, clock: Clock) -> None:
    assert client.get("/organise/unmentoring/rounds/9").status_code == 404
    assert client.get("/organise/nowhere").status_code == 404


def test_the_people_page_says_who_is_in_the_next_draw(ours: Programme, olu: Person, client: FlaskClient) -> None:
    member(person("Zoe", confirmed_at=None), ours)
    text = client.get("/organise/unmentoring/people").text
    assert "asked, no answer yet" in text
    assert text.count(">paused<") == 1  # the organiser


def pending_reflection(ours: Programme) -> Reflection:
    talk = conversation(ours, person("Eve"), person("Fay"))
    return reflection(talk.participations[0], state="pending", text="I will ring people back before noon.")


def test_a_reflection_becomes_public_as_it_was_read(ours: Programme, olu: Person, client: FlaskClient) -> None:
    written = pending_reflection(ours)
    assert written.text in client.get("/organise/unmentoring/reflections").text
    read = written.written_at.isoformat()
    post(client, f"/organise/unmentoring/reflections/{written.id}/publish", read=read)
    db.session.refresh(written)
    assert written.state == "published"


def test_a_reflection_that_was_changed_meanwhile_is_read_once_more(
    ours: Programme, olu: Person, client: FlaskClient, clock: Clock
) -> None:
    written = pending_reflection(ours)
    read = written.written_at.isoformat()
    written.written_at = clock()
    answer = post(client, f"/organise/unmentoring/reflections/{written.id}/publish", read=read)
    assert answer.status_code == 422
    assert "Read it once more" in answer.text


def test_a_reflection_goes_back_with_a_note(ours: Programme, olu: Person, client: FlaskClient) -> None:
    written = pending_reflection(ours)
    assert post(client, f"/organise/unmentoring/reflections/{written.id}/return", note="").status_code == 422
    post(client, f"/organise/unmentoring/reflections/{written.id}/return", note="Who is he?")
    db.session.refresh(written)
    assert (written.state, written.note) == ("returned", "Who is he?")


def test_an_organiser_cannot_touch_what_others_wrote(ours: Programme, olu: Person, client: FlaskClient) -> None:
    written = pending_reflection(programme("Elsewhere"))
    assert post(client, f"/organise/unmentoring/reflections/{written.id}/publish").status_code == 410


def test_who_decides_too_late_on_what_somebody_wrote_is_led_to_what_waits(
    ours: Programme, olu: Person, client: FlaskClient
) -> None:
    written = pending_reflection(ours)
    written.state = "withdrawn"
    for deed in ("publish", "return", "take-down", "undo"):
        answer = post(client, f"/organise/unmentoring/reflections/{written.id}/{deed}")
        assert answer.status_code == 410
        assert "There is nothing left to decide" in answer.text
        assert 'href="/organise/unmentoring/reflections"' in answer.text


@pytest.mark.parametrize("before", ["0", "1", "99999999999999999999999", "x"])
def test_before_the_first_round_the_list_shows_what_there_is(
    ours: Programme, olu: Person, client: FlaskClient, before: str
) -> None:
    post(client, "/organise/unmentoring/draw")
    assert "Round 1</a>" in client.get(f"/organise/unmentoring/rounds?before={before}").text


def test_who_organises_several_programmes_sees_when_each_draws(
    ours: Programme, olu: Person, client: FlaskClient, clock: Clock
) -> None:
    member(olu, programme("Housing", ended_at=clock()), role="organiser")
    text = client.get("/organise/").text
    assert text.index("Monday 7 December, 9am") < text.index("Housing") < text.index("Ended")
