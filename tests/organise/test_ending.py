"""A programme ends, and may begin again: once, told once, and nothing that is arranged is lost."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from threading import Barrier

import pytest
from cast import kept, mailed, member, organiser, person, post, programme, sign_in
from conftest import Clock
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from unmentor.audit.models import AuditEvent
from unmentor.conversations.models import Conversation
from unmentor.db import db
from unmentor.mail.models import Message
from unmentor.people.models import Person
from unmentor.programmes.models import Membership, Period, Programme
from unmentor.programmes.queries import next_draw
from unmentor.rounds import ending, steps
from unmentor.rounds.models import Round
from unmentor.rounds.schedule import run_due

PRESSES = 20
CONSOLE = "/organise/unmentoring"


@pytest.fixture
def ours(app: Flask, clock: Clock) -> Programme:
    """Return a programme that draws on Mondays at nine, with a conversation arranged and a round that waits."""
    ours = programme(every="weekly", starts_on=date(2026, 12, 1))
    for name in ("Ada", "Ben"):
        member(person(name), ours)
    member(person("Cat"), ours, state="paused")
    member(person("Dan", confirmed_at=None), ours)
    clock.set(2026, 12, 7, 9)
    steps.send(run_due(ours, clock()))
    clock.set(2026, 12, 8, 9)
    steps.draw(ours, 7)
    db.session.commit()
    return ours


@pytest.fixture
def olu(ours: Programme, client: FlaskClient) -> FlaskClient:
    """Return the browser of its organiser."""
    sign_in(client, organiser(ours))
    return client


def told() -> Counter[str]:
    """Return how often each address was told of an end or a return."""
    db.session.commit()
    while ending.tell_members():
        pass
    news = db.session.query(Message).filter(Message.about.like("ended:%") | Message.about.like("back:%"))
    return Counter(mail.recipient.partition("@")[0] for mail in news)


def deeds() -> list[str]:
    """Return what the log says of ends and returns."""
    return [event.deed for event in db.session.query(AuditEvent).filter(AuditEvent.deed.like("programme-%"))]


def test_ending_asks_once_then_nothing_is_drawn_and_what_is_arranged_stays(
    olu: FlaskClient, ours: Programme, clock: Clock
) -> None:
    assert f"{CONSOLE}/end" in olu.get(f"{CONSOLE}/settings").text
    page = olu.get(f"{CONSOLE}/end").text
    assert "Round 2, which waits, is cancelled. Nobody was told of it." in page
    assert ours.ended_at is None
    assert post(olu, f"{CONSOLE}/end").status_code == 303
    assert "It has ended. Everybody hears of it by email." in olu.get(f"{CONSOLE}/settings").text
    assert [each.state for each in db.session.query(Round).order_by(Round.number)] == ["sent", "cancelled"]
    assert db.session.query(Conversation).filter_by(state="arranged").count() == 1
    clock.set(2026, 12, 21, 9)
    assert run_due(ours, clock()) is None
    assert db.session.query(Period).count() == 1
    refused = post(olu, f"{CONSOLE}/draw")
    assert (refused.status_code, "UnMentoring has ended." in refused.text) == (422, True)
    assert deeds() == ["programme-ended"]


def test_everybody_within_reach_hears_of_the_end_once(ours: Programme, olu: FlaskClient) -> None:
    ending.end(ours)
    assert told() == Counter(["ada", "ben", "cat", "olu-organiser"])
    assert told() == Counter(["ada", "ben", "cat", "olu-organiser"])
    text = mailed("ada@example.gov.uk", "heads-up")
    assert "UnMentoring has ended." in text
    assert "If you have a conversation ahead it stays: talk when you said you would." in " ".join(text.split())


def test_an_end_that_is_taken_back_before_anybody_heard_is_told_to_nobody(ours: Programme) -> None:
    ending.end(ours)
    ending.reopen(ours)
    assert told() == Counter()


def test_reopening_draws_again_from_the_next_period_and_says_so(
    olu: FlaskClient, ours: Programme, clock: Clock
) -> None:
    ending.end(ours)
    told()
    clock.set(2026, 12, 9, 9)
    sign_in(olu, db.session.scalars(select(Person).where(Person.name == "Olu Organiser")).one())
    assert "Monday 14 December, 9am" in olu.get(f"{CONSOLE}/end").text
    assert post(olu, f"{CONSOLE}/reopen").status_code == 303
    db.session.refresh(ours)
    assert next_draw(ours, clock()) == datetime(2026, 12, 14, 9, tzinfo=ours.zone)
    assert told() == Counter({"ada": 2, "ben": 2, "cat": 2, "olu-organiser": 2})
    assert "It includes you, as before." in mailed("ada@example.gov.uk", "heads-up")
    assert "It does not include you unless you want it to" in mailed("cat@example.gov.uk", "heads-up")
    clock.set(2026, 12, 14, 9)
    assert run_due(ours, clock()) is not None


def test_joining_says_that_it_has_ended_and_the_rest_stays(ours: Programme, app: Flask, clock: Clock) -> None:
    ending.end(ours)
    client = app.test_client()
    for address in ("/join", "/join?programme=unmentoring"):
        page = client.get(address)
        assert (page.status_code, "UnMentoring has ended" in page.text) == (410, True)
    assert post(client, "/join", programme="unmentoring").status_code == 410
    shown = client.get("/programmes/unmentoring").text
    assert "Tuesday 8 December" in shown
    assert "/join" not in shown.partition("<main")[2].partition("</main>")[0]
    for path in ("/", "/reflections", "/reflections.atom"):
        assert client.get(path).status_code == 200
    programme("Elsewhere")
    assert client.get("/join").status_code == 200
    sign_in(client, person("Eve"))
    assert post(client, "/me/join", programme="unmentoring").status_code == 410
    sign_in(client, db.session.query(Conversation).first().people[0])
    assert "It ended on Tuesday 8 December." in client.get("/me").text


def test_whoever_confirms_after_the_end_is_signed_in_and_told(ours: Programme, app: Flask, clock: Clock) -> None:
    client = app.test_client()
    details = {"name": "Eve", "phone": "01632 960 002", "agree": "yes", "language": "en"}
    post(client, "/join", email="eve@example.gov.uk", **details)
    ending.end(ours)
    confirm = mailed("eve@example.gov.uk", "confirm")
    path = "/confirm/" + confirm.partition("/confirm/")[2].split()[0]
    assert "What you wanted to join has ended." in client.get(post(client, path).location).text
    assert db.session.query(Membership).join(Person).filter(Person.name == "Eve").count() == 0


@pytest.mark.thorough
@pytest.mark.parametrize("what", ["end", "reopen"])
def test_twenty_who_press_at_once_do_it_once(ours: Programme, app: Flask, clock: Clock, what: str) -> None:
    if what == "reopen":
        kept(ours).ended_at = clock()
        db.session.commit()
    presses = list[FlaskClient]()
    for number in range(PRESSES):
        client = app.test_client()
        sign_in(client, organiser(ours, f"Organiser {number}"))
        presses.append(client)
    db.session.commit()
    start = Barrier(PRESSES)

    def press(client: FlaskClient) -> tuple[int, bool]:
        with app.app_context():
            start.wait()
            answer = post(client, f"{CONSOLE}/{what}")
            return answer.status_code, "already" in client.get(f"{CONSOLE}/settings").text

    with ThreadPoolExecutor(PRESSES) as pool:
        assert Counter(pool.map(press, presses)) == Counter({(303, False): 1, (303, True): PRESSES - 1})
    assert len(deeds()) == 1
    db.session.refresh(ours)
    assert (ours.ended_at is None) == (what == "reopen")
    assert set(told().values()) == {1}
