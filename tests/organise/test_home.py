"""The first page of a programme, and the page before a draw."""

from datetime import datetime, timedelta
from html import unescape

import pytest
from cast import conversation, kept, member, organiser, person, post, programme, reflection, sign_in, statements
from conftest import Clock
from flask import Flask
from flask.testing import FlaskClient

from unmentor.db import SENDER, beat, db
from unmentor.mail.actions import hold_all
from unmentor.mail.models import Message, Suppressed
from unmentor.people.models import Person
from unmentor.programmes.models import Period, Programme
from unmentor.rounds.models import Round

HOME = "/organise/unmentoring"


@pytest.fixture
def ours(app: Flask, client: FlaskClient) -> Programme:
    """Return a programme that nobody but its organiser is in, who is signed in."""
    ours = programme()
    sign_in(client, organiser(ours))
    return ours


def join(ours: Programme, *names: str) -> list[Person]:
    return [member(person(name, organisation=name), ours).person for name in names]


def says(page: str) -> str:
    return " ".join(unescape(page).split())


def left(ours: Programme, clock: Clock, outcome: str) -> None:
    kept(Period(programme_id=ours.id, slot="2026-11-20T09:00", claimed_at=clock(), outcome=outcome))


def test_a_new_programme_gets_its_first_steps_and_no_draw_until_two_take_part(
    ours: Programme, client: FlaskClient
) -> None:
    page = says(client.get(HOME).text)
    assert '<a href="http://127.0.0.1:8000/join?programme=unmentoring">http://127.0.0.1:8000/join' in page
    assert "It draws the first Monday of each month" in page
    assert "It takes two. Nobody takes part yet." in page
    assert f"{HOME}/draw" not in page + client.get(f"{HOME}/rounds").text
    join(ours, "Ada")
    assert "It takes two. One person takes part so far." in client.get(HOME).text
    alone = client.get(f"{HOME}/draw").text
    assert "One person takes part so far" in alone
    assert f'action="{HOME}/draw"' not in alone
    join(ours, "Ben")
    assert f'href="{HOME}/draw"' in client.get(HOME).text
    assert f'href="{HOME}/draw"' in client.get(f"{HOME}/rounds").text
    assert f'action="{HOME}/draw"' in client.get(f"{HOME}/draw").text


def test_what_needs_somebody_stands_first_each_with_its_one_action(
    ours: Programme, client: FlaskClient, clock: Clock
) -> None:
    ada, ben = join(ours, "Ada", "Ben")
    talk = conversation(ours, ada, ben, state="met")
    assert "Nothing needs you." in client.get(HOME).text
    reflection(talk.participations[0], state="pending")
    member(person("Zoe"), ours, approved=False)
    db.session.add(Suppressed(address=ada.email, since=clock(), trouble="550"))
    kept(failed(ours, ben, clock()))
    talk.round.drawn_at = clock() - timedelta(days=2)
    left(ours, clock, "late")
    page = says(client.get(HOME).text)
    assert "Nothing needs you" not in page
    wanted = [
        "The draw of Friday 20 November, 9",
        "1 reflection waits to be read",
        "1 person waits for your yes.",
        "1 address was refused for good.",
        "1 message was refused.",
    ]
    assert sorted(wanted, key=page.index) == wanted
    assert page.index(wanted[-1]) < page.index("The next round")


def failed(ours: Programme, someone: Person, now: datetime) -> Message:
    from unmentor.mail.models import Body

    message = Message(
        about="person:1", person_id=someone.id, programme_id=ours.id, kind="goodbye", recipient=someone.email,
        subject="Hello", message_id="<1@x>", state="failed", queued_at=now, due_at=now, trouble="550",
        expires_at=now + timedelta(days=3),
    )  # fmt: skip
    db.session.add(message)
    db.session.flush()
    db.session.add(Body(id=message.id, content=b"sealed"))
    return message


def test_a_round_that_waits_comes_before_a_period_that_was_left(
    ours: Programme, client: FlaskClient, clock: Clock
) -> None:
    join(ours, "Ada", "Ben")
    left(ours, clock, "too-few")
    assert "fewer than two people took part" in client.get(HOME).text
    clock.advance(minutes=1)
    post(client, f"{HOME}/draw")
    page = client.get(HOME).text
    assert "Round 1 is drawn, and nobody has been told yet." in page
    assert "fewer than two people took part" not in page
    assert "Round 1 is drawn already" in client.get(f"{HOME}/draw").text


def test_email_that_does_not_move_needs_somebody(ours: Programme, client: FlaskClient, clock: Clock) -> None:
    ada, ben = join(ours, "Ada", "Ben")
    conversation(ours, ada, ben, to_tell=True)
    assert "2 messages wait, and nothing leaves." in client.get(HOME).text
    beat(clock(), SENDER)
    assert "Nothing needs you." in client.get(HOME).text
    hold_all(clock())
    assert "All email is held: nothing leaves." in client.get(HOME).text


def test_the_next_round_says_who_is_in_and_what_a_draw_now_would_be_like(ours: Programme, client: FlaskClient) -> None:
    ada, ben, *_others = join(ours, "Ada", "Ben", "Cat", "Dan", "Eve")
    conversation(ours, ada, ben, state="met")
    page = says(client.get(HOME).text)
    assert "It is drawn on Monday 7 December" in page
    assert "<b>5</b><span>people are in, from 5 organisations</span>" in page
    assert "<b>2</b><span>conversations, if it were drawn now</span>" in page
    assert "<b>0</b><span>of them between people who have met</span>" in page
    join(ours, "Fay")
    assert "<b>3</b><span>conversations" in client.get(HOME).text
    assert db.session.query(Round).count() == 1


def test_repeats_and_those_left_out_are_told_before_a_draw(ours: Programme, client: FlaskClient) -> None:
    ada, ben = join(ours, "Ada", "Ben")
    for _round in range(2):
        conversation(ours, ada, ben, state="met")
    ours.odd = "sit-out"
    join(ours, "Cat").pop().organisation = ""
    page = client.get(f"{HOME}/draw").text
    assert "<b>1</b><span>left out</span>" in page
    db.session.query(Person).filter_by(name="Cat").one().phone = ""
    assert "<b>1</b><span>of them between people who have met</span>" in client.get(f"{HOME}/draw").text


def test_a_large_programme_is_tried_only_when_asked(
    ours: Programme, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("unmentor.organise.draw_now.FEW", 3)
    join(ours, "Ada", "Ben", "Cat", "Dan")
    assert "With 4 people it takes a while to see." in client.get(f"{HOME}/draw").text
    tried = post(client, f"{HOME}/draw/try").text
    assert "<b>2</b><span>conversations</span>" in tried
    assert db.session.query(Round).count() == 0


def test_before_a_draw_it_says_what_becomes_of_the_schedule_and_who_still_talks(
    ours: Programme, client: FlaskClient, clock: Clock
) -> None:
    ada, ben, *_others = join(ours, "Ada", "Ben", "Cat")
    page = says(client.get(f"{HOME}/draw").text)
    assert "the schedule still draws on Monday 7 December" in page
    assert "conversation ahead" not in page
    conversation(ours, ada, ben, starts_at=clock() + timedelta(days=3))
    assert "2 people still have a conversation ahead, the last on Tuesday 24 November." in says(
        client.get(f"{HOME}/draw").text
    )
    left(ours, clock, "late")
    assert "It makes up for the draw of Friday 20 November" in client.get(f"{HOME}/draw").text
    ours.ended_at = clock()
    page = client.get(f"{HOME}/draw").text
    assert "This programme has ended" in page
    assert f'action="{HOME}/draw"' not in page


def test_how_it_goes_is_a_chart_with_the_same_numbers_in_a_table(ours: Programme, client: FlaskClient) -> None:
    ada, ben, cat, dan = join(ours, "Ada", "Ben", "Cat", "Dan")
    for state in ("met", "missed", "met"):
        conversation(ours, ada, ben, state=state)
    conversation(ours, cat, dan)
    conversation(ours, cat, dan, state="cancelled")
    page = says(client.get(HOME).text)
    assert "In the last 5 rounds 2 of 3 conversations of which we know happened." in page
    assert "<title>People in each round, and whether they talked</title>" in page
    row = page[page.index(f'{HOME}/rounds/2">Round 2') :].split("</tr>")[0]
    assert [cell.split("</td>")[0] for cell in row.split('">')[2:]] == ["2", "0", "2", "0"]


def test_rounds_are_listed_some_at_a_time(
    ours: Programme, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("unmentor.organise.overview.LISTED", 2)
    ada, ben = join(ours, "Ada", "Ben")
    for _round in range(3):
        conversation(ours, ada, ben)
    first = client.get(f"{HOME}/rounds").text
    assert "Round 3" in first
    assert "Round 1<" not in first
    older = client.get(f"{HOME}/rounds?before=2").text
    assert "Round 1<" in older
    assert "Round 2<" not in older
    assert client.get(f"{HOME}/rounds?before=x").status_code == 200


@pytest.mark.parametrize("page", [HOME, f"{HOME}/rounds", f"{HOME}/mail", f"{HOME}/draw"])
def test_a_page_asks_no_more_of_the_database_however_much_there_is(
    ours: Programme, client: FlaskClient, clock: Clock, page: str
) -> None:
    people = join(ours, "Ada", "Ben")
    conversation(ours, *people, state="met")
    client.get(page)
    with statements() as few:
        client.get(page)
    people += join(ours, *(f"P{number}" for number in range(8)))
    for one, other in zip(people[::2], people[1::2], strict=True):
        conversation(ours, one, other, state="met")
    with statements() as many:
        client.get(page)
    assert len(many) == len(few)
