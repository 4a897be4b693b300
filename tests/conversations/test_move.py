from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from cast import conversation, letter_to, person, post, programme
from conftest import Clock
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar

from unmentor.conversations.calendar_entry import key
from unmentor.conversations.models import Conversation, Participation
from unmentor.conversations.move import CannotMove, grid, local_time, move, offers
from unmentor.db import db, transaction
from unmentor.mail.models import Message
from unmentor.mail.outbox import queue_all
from unmentor.programmes.models import Programme


@pytest.fixture
def ours(app: Flask) -> Programme:
    return programme()


@pytest.fixture
def talk(ours: Programme) -> Conversation:
    """Return Ada's conversation with Siân, on Tuesday 1 December at 9am; Tuesday afternoons suit both."""
    return conversation(
        ours,
        person("Ada", availability=["tue-pm", "wed-am"]),
        person("Siân", email="sian@example.gov.uk", availability=["mon-am", "tue-pm"]),
    )


def move_page(talk: Conversation, place: int = 0) -> str:
    return f"/c/{key(talk.participations[place])}/move"


def moved(client: FlaskClient, talk: Conversation, start: str, place: int = 0) -> Any:
    return post(client, move_page(talk, place), start=start)


def test_times_that_suit_everybody_come_first_and_then_all_others_of_two_weeks(
    talk: Conversation, clock: Clock
) -> None:
    offered = offers(talk, clock())
    assert [offer.local for offer in offered if offer.suits_all] == ["2026-11-24T15:00", "2026-12-01T15:00"]
    assert [offer.suits_all for offer in offered] == [True] * 2 + [False] * (3 * 10 - 2)
    others = [offer.starts_at for offer in offered[2:]]
    assert others == sorted(others)
    days = {moment.date() for moment in others}
    assert (min(days), max(days), len(days)) == (date(2026, 11, 23), date(2026, 12, 4), 10)


def test_the_grid_has_a_row_a_day_and_a_gap_where_somebody_is_busy(
    ours: Programme, talk: Conversation, clock: Clock
) -> None:
    conversation(ours, talk.people[1], person("Cat"), starts_at=datetime(2026, 11, 25, 12, 45, tzinfo=UTC))
    rows = grid(offers(talk, clock()))
    assert [day.isoformat() for day, _offers in rows][:3] == ["2026-11-23", "2026-11-24", "2026-11-25"]
    assert [offer.local[11:] if offer else "" for offer in rows[2][1]] == ["10:00", "", "15:00"]


def test_no_time_is_offered_at_which_one_of_them_talks_already(
    ours: Programme, talk: Conversation, clock: Clock
) -> None:
    conversation(ours, talk.people[1], person("Cat"), starts_at=datetime(2026, 12, 1, 15, tzinfo=UTC))
    assert "2026-12-01T15:00" not in [offer.local for offer in offers(talk, clock())]


def test_the_page_shows_what_suits_both_first_and_the_rest_in_a_grid(talk: Conversation, client: FlaskClient) -> None:
    text = client.get(move_page(talk)).text
    assert text.index('value="2026-11-24T15:00"') < text.index('value="2026-12-01T15:00"') < text.index("<table>")
    assert text.count('name="start"') == 3 * 10 + 1
    assert text.count(">above<") == 2
    assert 'type="datetime-local"' in text


def test_whatever_suits_both_beyond_the_first_six_is_bold_in_the_grid(talk: Conversation, client: FlaskClient) -> None:
    for someone in talk.people:
        someone.availability = []
    text = client.get(move_page(talk)).text
    assert (text.count(">above<"), text.count("<strong>")) == (6, 24)


@pytest.mark.one_engine
@pytest.mark.parametrize(
    "start", ["2026-12-05T03:00", "2026-12-05T10:00", "2026-12-08T07:59", "2026-12-08T17:31", "2026-12-25T10:00"]
)
def test_what_few_would_mean_is_asked_once(talk: Conversation, client: FlaskClient, start: str) -> None:
    answer = post(client, move_page(talk), start="other", other=start)
    assert answer.status_code == 422
    assert "? That is not in working hours. If you agreed on it, move it once more" in answer.text
    assert f'name="asked" type="hidden" value="{start}"' in answer.text
    assert db.session.query(Message).count() == 0
    other = post(client, move_page(talk), start="other", other="2026-12-12T03:00", asked=start)
    assert other.status_code == 422
    assert post(client, move_page(talk), start="other", other=start, asked=start).status_code == 303


@pytest.mark.parametrize("start", ["2026-12-08T08:00", "2026-12-08T17:30"])
def test_what_is_in_working_hours_is_not_asked_about(talk: Conversation, client: FlaskClient, start: str) -> None:
    assert moved(client, talk, start).status_code == 303


def test_moving_changes_the_time_and_everybodys_calendar(talk: Conversation, client: FlaskClient, clock: Clock) -> None:
    assert moved(client, talk, "2026-12-08T15:00").status_code == 303
    db.session.refresh(talk)
    assert talk.starts_at == datetime(2026, 12, 8, 15, tzinfo=UTC)
    assert (talk.sequence, talk.stamped_at, talk.suits_all) == (1, clock(), True)
    for someone in talk.people:
        event = Calendar.from_ical(calendar_of(letter_to(someone.email, "moved"))).walk("VEVENT")[0]
        assert (event["UID"], event["SEQUENCE"], event.decoded("DTSTART")) == (talk.uid, 1, talk.starts_at)


def calendar_of(mail: Any) -> bytes:
    part = next(each for each in mail.walk() if each.get_content_type() == "text/calendar")
    assert part.get_param("method") == "REQUEST"
    return bytes(part.get_payload(decode=True))


def test_each_hears_it_in_their_own_words(talk: Conversation, client: FlaskClient) -> None:
    moved(client, talk, "2026-12-08T15:00")
    mine, theirs = letter_to("ada@example.gov.uk", "moved"), letter_to("sian@example.gov.uk", "moved")
    assert "You moved your conversation with Siân." in mine.get_body(("plain",)).get_content()
    assert "Ada moved your conversation." in theirs.get_body(("plain",)).get_content()


def test_one_person_moves_a_conversation_three_times_and_then_it_is_the_others_turn(
    talk: Conversation, client: FlaskClient
) -> None:
    for day in (7, 8, 9):
        assert moved(client, talk, f"2026-12-{day:02}T10:00").status_code == 303
    answer = moved(client, talk, "2026-12-10T10:00")
    assert answer.status_code == 422
    assert "You have moved this three times. Let Siân pick the next" in answer.text
    assert db.session.query(Message).filter_by(kind="moved").count() == 6
    assert moved(client, talk, "2026-12-10T10:00", place=1).status_code == 303


def test_moving_once_more_at_the_same_moment_counts_too(app: Flask, talk: Conversation, clock: Clock) -> None:
    number = talk.participations[0].id

    def press(day: int) -> bool:
        with app.app_context(), suppress(CannotMove), transaction():
            part = db.session.get(Participation, number)
            move(part, datetime(2026, 12, day, 10, tzinfo=UTC), clock())
            return True
        return False

    db.session.commit()
    with ThreadPoolExecutor(6) as threads:
        assert sum(threads.map(press, (7, 8, 9, 10, 11, 14))) == 3


def test_a_move_starts_everything_anew(talk: Conversation, client: FlaskClient, clock: Clock) -> None:
    for part in talk.participations:
        part.partstat, part.asked_at, part.asks = "tentative", clock(), 1
    talk.reminded_at = clock()
    moved(client, talk, "2026-12-08T15:00")
    db.session.expire_all()
    assert [(part.partstat, part.asked_at, part.asks) for part in talk.participations] == [
        ("accepted", None, 0),
        ("needs-action", None, 0),
    ]
    assert talk.reminded_at is None


@pytest.mark.one_engine
@pytest.mark.parametrize(
    ("start", "error"),
    [
        ("", "Pick a time, or write another"),
        ("soon", "Write a day and a time"),
        ("2026-12-08", "Write a day and a time"),
        ("2026-02-30T10:00", "Write a day and a time"),
        ("9999-12-31T23:59", "That is too far ahead"),
        ("0001-01-01T00:00", "That time has passed"),
        ("2026-11-20T10:00", "That time has passed"),
        ("2027-02-20T10:00", "Pick a time before Friday 19 February 2027"),
        ("2026-12-01T09:00", "That is when you talk already"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(
    talk: Conversation, client: FlaskClient, start: str, error: str
) -> None:
    answer = moved(client, talk, start)
    assert answer.status_code == 422
    assert error in answer.text
    assert f'value="{start}"' in answer.text
    db.session.refresh(talk)
    assert (talk.sequence, db.session.query(Message).count()) == (0, 0)


def test_a_time_when_one_of_them_talks_already_is_refused(
    ours: Programme, talk: Conversation, client: FlaskClient
) -> None:
    ada, sian = talk.people
    conversation(ours, ada, person("Cat"), starts_at=datetime(2026, 12, 2, 10, tzinfo=UTC))
    conversation(ours, sian, person("Dan"), starts_at=datetime(2026, 12, 3, 10, tzinfo=UTC))
    assert "You talk to somebody else at 10:20am that day" in moved(client, talk, "2026-12-02T10:20").text
    assert "Siân cannot at that time" in moved(client, talk, "2026-12-03T09:45").text
    assert moved(client, talk, "2026-12-03T10:30").status_code == 303


def test_an_hour_that_the_clocks_skip_is_refused_kindly(ours: Programme) -> None:
    with pytest.raises(CannotMove, match="There is no 1:30am that day: the clocks go forward"):
        local_time("2027-03-28T01:30", ours.zone)
    assert local_time("2026-10-25T01:30", ours.zone) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_another_time_is_written_where_none_of_those_offered_suits(talk: Conversation, client: FlaskClient) -> None:
    answer = post(client, move_page(talk), start="other", other="2026-12-09T11:15")
    assert answer.status_code == 303
    db.session.refresh(talk)
    assert (talk.starts_at, talk.suits_all) == (datetime(2026, 12, 9, 11, 15, tzinfo=UTC), False)


def test_a_time_that_was_picked_counts_and_not_what_is_left_below(talk: Conversation, client: FlaskClient) -> None:
    post(client, move_page(talk), start="2026-12-08T15:00", other="2026-12-09T11:15")
    db.session.refresh(talk)
    assert talk.starts_at.day == 8


@pytest.mark.parametrize("state", ["cancelled", "met", "over"])
def test_what_is_over_or_off_cannot_be_moved(talk: Conversation, client: FlaskClient, clock: Clock, state: str) -> None:
    if state == "over":
        clock.moment = talk.ends_at
    else:
        talk.state = state
    answer = client.get(move_page(talk))
    assert answer.status_code == 410
    assert 'class="button"' in answer.text
    assert moved(client, talk, "2026-12-08T15:00").status_code == 410


def test_either_of_them_may_move_it_and_each_time_it_counts(talk: Conversation, client: FlaskClient) -> None:
    moved(client, talk, "2026-12-08T15:00", place=1)
    moved(client, talk, "2026-12-09T10:00", place=0)
    db.session.refresh(talk)
    assert talk.sequence == 2
    assert db.session.query(Message).filter_by(kind="moved").count() == 4


def test_summer_time_is_local_time(talk: Conversation, client: FlaskClient, clock: Clock) -> None:
    clock.set(2027, 3, 20, 12)
    talk.starts_at = clock() + timedelta(days=3)
    moved(client, talk, "2027-03-30T10:00")
    db.session.refresh(talk)
    assert talk.starts_at == datetime(2027, 3, 30, 9, tzinfo=UTC)


def test_a_hostile_address_stops_nobody_elses_mail(ours: Programme, clock: Clock) -> None:
    from unmentor.conversations.actions import invitations

    talk = conversation(ours, person("Ada"), person("Eve", email="eve@x\r\nATTENDEE:mailto:all@x"))
    queue_all(invitations([talk]), clock())
    states = {mail.recipient: mail.state for mail in db.session.query(Message)}
    assert sorted(states.values()) == ["failed", "queued"]
    assert states["ada@example.gov.uk"] == "queued"
