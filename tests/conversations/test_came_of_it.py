"""What came of it: asked seldom, answered in two taps, and nobody else's to read."""

import re
from datetime import timedelta
from itertools import pairwise
from threading import Barrier, Thread

import pytest
from cast import conversation, kept, mailed, person, post, programme, sign_in
from conftest import Clock
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select

from unmentor.conversations.calendar_entry import key
from unmentor.conversations.came_of_it import ask_what_came
from unmentor.conversations.models import CAME, Conversation, Participation
from unmentor.db import db, transaction
from unmentor.mail.models import Message
from unmentor.people.models import Person
from unmentor.privacy.export import exported
from unmentor.privacy.leave import leave

KIND = "what-came-of-it"
DAY = timedelta(days=1)


@pytest.fixture
def talk(app: Flask) -> Conversation:
    met = conversation(programme(), person("Ada"), person("Ben"), state="met")
    db.session.commit()
    return met


def page(talk: Conversation) -> str:
    return f"/c/{key(talk.participations[0])}/came"


def asked(*, to: str = "ada@example.gov.uk") -> int:
    return db.session.scalar(select(func.count()).where(Message.kind == KIND, Message.recipient == to)) or 0


def days_later(talk: Conversation, days: int, clock: Clock) -> int:
    """Return how many are asked so many days after they talked."""
    clock.moment = talk.starts_at + days * DAY
    with transaction():
        return ask_what_came(clock())


def test_it_is_asked_after_a_month_and_after_three_where_nothing_had_come(talk: Conversation, clock: Clock) -> None:
    assert [days_later(talk, day, clock) for day in (29, 30, 31, 89, 90, 91, 120)] == [0, 2, 0, 0, 2, 0, 0]
    assert asked() == 2


def test_a_question_that_had_to_wait_too_long_is_left(talk: Conversation, clock: Clock) -> None:
    assert [days_later(talk, day, clock) for day in (45, 105)] == [0, 0]
    assert days_later(talk, 104, clock) == 2


@pytest.mark.parametrize(("state", "times"), [("met", 2), ("missed", 0), ("arranged", 0), ("cancelled", 0)])
def test_only_those_who_talked_are_asked(talk: Conversation, clock: Clock, state: str, times: int) -> None:
    talk.state = state
    assert days_later(talk, 30, clock) == times


def test_who_said_that_something_came_is_not_asked_again(talk: Conversation, clock: Clock) -> None:
    days_later(talk, 30, clock)
    talk.participations[0].came, talk.participations[1].came = "idea", "nothing"
    assert days_later(talk, 90, clock) == 1
    assert asked() == 1


def test_nobody_is_asked_in_a_week_with_other_mail_or_another_conversation(talk: Conversation, clock: Clock) -> None:
    ada, ben = talk.people
    soon = conversation(talk.round.programme, ada, person("Cai"), starts_at=talk.starts_at + 33 * DAY)
    queued(ben, "heads-up", talk.starts_at + 27 * DAY)
    assert days_later(talk, 30, clock) == 0
    soon.state = "cancelled"
    assert days_later(talk, 31, clock) == 1
    assert days_later(talk, 35, clock) == 1


def test_a_code_to_sign_in_with_is_no_other_mail(talk: Conversation, clock: Clock) -> None:
    queued(talk.people[0], "sign-in", talk.starts_at + 29 * DAY)
    assert days_later(talk, 30, clock) == 2


def queued(person: Person, kind: str, at: object) -> None:
    kept(Message(
        about=f"other:{person.id}", person_id=person.id, kind=kind, sequence=0, recipient=person.email or "",
        subject="", message_id=f"<{person.id}>", state="sent", queued_at=at, due_at=at, expires_at=at, trouble="",
    ))  # fmt: skip


@pytest.mark.thorough
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(days=st.lists(st.integers(0, 120), min_size=1, max_size=8, unique=True))
def test_nobody_is_asked_twice_in_a_month_however_often_they_talk(
    talk: Conversation, clock: Clock, days: list[int]
) -> None:
    ada, first = talk.participations[0], talk.starts_at
    more = [
        conversation(
            talk.round.programme, *talk.people, state="met", starts_at=first + day * DAY, uid=f"later-{day}@test"
        )
        for day in days
    ]
    for day in range(30, 240, 7):
        clock.moment = first + day * DAY
        with transaction():
            ask_what_came(clock())
    asked_at = select(Participation.came_asked_at).where(Participation.person_id == ada.person_id)
    times = sorted(each for each in db.session.scalars(asked_at) if each)
    assert all(after - before >= 30 * DAY for before, after in pairwise(times))
    db.session.execute(delete(Message))
    for each in more:
        db.session.delete(each.round)
    for part in talk.participations:
        part.came_asks, part.came_asked_at = 0, None
    db.session.commit()


def test_many_workers_ask_one_person_once_about_two_conversations(talk: Conversation, app: Flask, clock: Clock) -> None:
    ada, ben = talk.people
    conversation(talk.round.programme, ada, ben, state="met", starts_at=talk.starts_at + DAY)
    clock.moment = talk.starts_at + 32 * DAY
    db.session.commit()
    ready = Barrier(6)

    def work() -> None:
        with app.app_context():
            ready.wait()
            with transaction():
                ask_what_came(clock())

    workers = [Thread(target=work) for _each in range(6)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert (asked(), asked(to="ben@example.gov.uk")) == (1, 1)


def test_a_link_in_the_mail_chooses_an_answer_and_one_button_gives_it(
    talk: Conversation, client: FlaskClient, clock: Clock
) -> None:
    days_later(talk, 30, clock)
    ways = re.findall(r"/c/\S+/came\?came=(\w+)", mailed("ada@example.gov.uk", KIND))
    assert tuple(ways) == CAME
    seen = client.get(page(talk), query_string={"came": "idea"}).text
    assert re.search(r"<input[^>]*checked[^>]*value=\"idea\"", seen)
    assert talk.participations[0].came is None
    assert post(client, page(talk), came="idea", line="We share a rota now.").status_code == 303
    part = talk.participations[0]
    assert (part.came, part.came_line, part.came_at) == ("idea", "We share a rota now.", clock())
    assert post(client, page(talk), came="wonders").status_code == 422
    assert post(client, page(talk), came="").status_code == 422
    assert post(client, page(talk), came="idea", line="x" * 281).status_code == 422


def test_the_line_is_read_by_its_writer_alone_and_begins_what_they_share(
    talk: Conversation, client: FlaskClient, clock: Clock
) -> None:
    days_later(talk, 30, clock)
    post(client, page(talk), came="again", line="A line of my own.")
    ada, ben = talk.people
    assert "A line of my own." in client.get(page(talk).replace("/came", "/reflection")).text
    assert "A line of my own." in str(exported(ada, clock()))
    assert "A line of my own." not in str(exported(ben, clock()))
    theirs = f"/c/{key(talk.participations[1])}"
    assert "A line of my own." not in client.get(theirs).text + client.get(f"{theirs}/came").text
    leave(ada, 1, clock())
    assert talk.participations[0].came_line == ""


def test_it_is_asked_on_their_own_page_too_for_who_has_mail_every_week(
    talk: Conversation, client: FlaskClient, clock: Clock
) -> None:
    sign_in(client, talk.people[0])
    clock.moment = talk.starts_at + 30 * DAY
    assert "Say how it went" in client.get("/me").text
    talk.participations[0].met = "yes"
    clock.moment = talk.starts_at + 29 * DAY
    assert "Say what came of it" not in client.get("/me").text
    clock.moment = talk.starts_at + 30 * DAY
    assert page(talk) in client.get("/me").text
    assert page(talk) in client.get(page(talk).replace("/came", "")).text
    post(client, page(talk), came="nothing")
    assert "Say what came of it" not in client.get("/me").text


def test_the_key_is_enough_for_150_days(talk: Conversation, client: FlaskClient, clock: Clock) -> None:
    clock.moment = talk.ends_at + 150 * DAY - timedelta(seconds=1)
    assert client.get(page(talk)).status_code == 200
    clock.advance(seconds=1)
    assert client.get(page(talk)).status_code == 410
    assert "150 days" in client.get(page(talk)).text
    assert post(client, page(talk), came="idea").status_code == 410


@pytest.mark.parametrize("state", ["arranged", "missed"])
def test_nobody_says_what_came_of_what_did_not_happen(
    talk: Conversation, client: FlaskClient, clock: Clock, state: str
) -> None:
    talk.state, clock.moment = state, talk.ends_at + 30 * DAY
    assert post(client, page(talk), came="idea").status_code == 303
    assert talk.participations[0].came is None
