from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes
from typing import Any

import pytest
import vobject
from cast import START, conversation, letter_to, mailed, path_in, person, post, programme, sign_in
from conftest import Clock
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlalchemy import select

from unmentor.conversations.actions import replied
from unmentor.conversations.calendar_entry import event, feed_address, key
from unmentor.conversations.mails import invitation
from unmentor.conversations.models import Conversation
from unmentor.conversations.move import move
from unmentor.conversations.placing import set_place
from unmentor.db import db
from unmentor.links import sign
from unmentor.mail.models import Message
from unmentor.mail.outbox import queue
from unmentor.mail.queries import content
from unmentor.people.models import Person
from unmentor.programmes.models import Programme
from unmentor.rounds.mend import withdraw


@pytest.fixture
def ours(app: Flask) -> Programme:
    return programme()


@pytest.fixture
def ada(ours: Programme) -> Person:
    return person("Ada")


@pytest.fixture
def talk(ours: Programme, ada: Person) -> Conversation:
    return conversation(ours, ada, person("Siân", email="sian@example.gov.uk"))


def feed(client: FlaskClient, someone: Person, **headers: str):  # type: ignore[no-untyped-def]  # - what werkzeug gives
    return client.get(feed_address(someone).removeprefix("http://127.0.0.1:8000"), headers=headers)


def uids(client: FlaskClient, someone: Person) -> list[str]:
    return [str(entry["UID"]) for entry in Calendar.from_ical(feed(client, someone).data).walk("VEVENT")]


def test_the_feed_has_every_conversation_that_stands(
    ours: Programme, talk: Conversation, ada: Person, client: FlaskClient
) -> None:
    past = conversation(ours, ada, person("Ben"), starts_at=START, state="met")
    conversation(ours, ada, person("Cat"), state="cancelled")
    conversation(ours, person("Dan"), person("Eve"))
    conversation(ours, ada, person("Fay")).round.state = "drawn"
    assert uids(client, ada) == [past.uid, talk.uid]


def test_the_feed_is_a_published_calendar_without_attendees(
    talk: Conversation, ada: Person, client: FlaskClient
) -> None:
    answer = feed(client, ada)
    calendar = Calendar.from_ical(answer.data)
    assert (answer.mimetype, calendar["METHOD"]) == ("text/calendar", "PUBLISH")
    assert "ATTENDEE" not in calendar.walk("VEVENT")[0]


def test_the_feed_answers_304_until_something_changes(
    talk: Conversation, ada: Person, client: FlaskClient, clock: Clock
) -> None:
    etag = feed(client, ada).headers["ETag"]
    assert feed(client, ada, **{"If-None-Match": etag}).status_code == 304
    move(talk.participations[1], talk.starts_at + timedelta(days=1), clock())
    answer = feed(client, ada, **{"If-None-Match": etag})
    assert answer.status_code == 200
    assert Calendar.from_ical(answer.data).walk("VEVENT")[0]["SEQUENCE"] == 1


def test_who_withdrew_has_it_in_their_feed_no_more(
    ours: Programme, ada: Person, client: FlaskClient, clock: Clock
) -> None:
    talk = conversation(ours, ada, person("Ben"), person("Cat"))
    withdraw(talk.participations[0], "", 1, clock())
    assert uids(client, ada) == []
    assert uids(client, talk.people[0]) == [talk.uid]


def test_only_a_key_of_ours_opens_a_feed(talk: Conversation, ada: Person, client: FlaskClient, clock: Clock) -> None:
    assert client.get("/calendar/made-up.ics").status_code == 404
    assert client.get(f"/calendar/{key(talk.participations[0])}.ics").status_code == 404
    ada.left_at = clock()
    assert feed(client, ada).status_code == 410


def test_the_address_of_a_calendar_is_shown_only_to_who_is_signed_in_as_its_person(
    talk: Conversation, ada: Person, client: FlaskClient
) -> None:
    page = f"/c/{key(talk.participations[0])}"
    assert "/calendar/" not in client.get(page).text
    sign_in(client, talk.people[1])
    assert "/calendar/" not in client.get(page).text
    sign_in(client, ada)
    assert feed_address(ada) in client.get(page).text


def test_how_to_reach_somebody_leaves_the_calendar_once_it_is_over(
    talk: Conversation, ada: Person, client: FlaskClient, clock: Clock
) -> None:
    talk.people[1].video = "sian on Teams"
    invite = f"/c/{key(talk.participations[0])}/invite.ics"
    for moment, shown in ((talk.starts_at, True), (talk.ends_at, False)):
        clock.moment = moment
        for calendar in (feed(client, ada).text, client.get(invite).text):
            entry = str(Calendar.from_ical(calendar).walk("VEVENT")[0]["DESCRIPTION"])
            assert ("960002" in entry, "sian on Teams" in entry) == (shown, shown)


def test_a_cancellation_says_no_more_how_to_reach_anybody(ours: Programme, talk: Conversation, clock: Clock) -> None:
    withdraw(talk.participations[0], "", 7, clock())
    mail = letter_to("sian@example.gov.uk", "cancelled")
    entry = next(part for part in mail.walk() if part.get_content_type() == "text/calendar").get_payload(decode=True)
    assert b"METHOD:CANCEL" in entry
    assert b"960002" not in entry


def by_icalendar(ics: bytes) -> tuple[Any, ...]:
    calendar = Calendar.from_ical(ics)
    [entry] = calendar.walk("VEVENT")
    told = (entry.get("STATUS"), entry["UID"], int(entry["SEQUENCE"]), entry.decoded("DTSTART"), entry.get("LOCATION"))
    return calendar["METHOD"], *told


def by_vobject(ics: bytes) -> tuple[Any, ...]:
    calendar = vobject.readOne(ics.decode())
    said = {name: line.value for name, [line, *_more] in calendar.vevent.contents.items()}
    told = (said.get("status"), said["uid"], int(said["sequence"]), said["dtstart"], said.get("location"))
    return calendar.method.value, *told


@pytest.mark.parametrize("read", [by_icalendar, by_vobject])
def test_a_place_a_move_and_a_withdrawal_each_replace_the_entry_that_readers_have(
    talk: Conversation, clock: Clock, read: Callable[[bytes], tuple[Any, ...]]
) -> None:
    ada, sian = talk.participations
    link, before, after = "https://meet.example.org/ada", talk.starts_at, talk.starts_at + timedelta(days=1)
    queue(invitation(sian), clock())
    set_place(ada, link, 0, clock())
    move(sian, after, clock())
    withdraw(ada, "", 7, clock())
    ours = db.session.scalars(select(Message).where(Message.person_id == sian.person_id).order_by(Message.id))
    parts = [part for mail in ours for part in message_from_bytes(content(mail)).walk()]
    entries = [read(part.get_payload(decode=True)) for part in parts if part.get_content_type() == "text/calendar"]
    rings = "By phone: Ada rings Siân on 01632 960002"
    assert entries == [
        ("REQUEST", "CONFIRMED", talk.uid, 0, before, rings),
        ("REQUEST", "CONFIRMED", talk.uid, 1, before, link),
        ("REQUEST", "CONFIRMED", talk.uid, 2, after, link),
        ("CANCEL", "CANCELLED", talk.uid, 3, after, None),
    ]


@pytest.mark.parametrize(
    ("partstat", "said"),
    [
        ("accepted", "Siân has accepted"),
        ("TENTATIVE", "Siân may come, says their calendar"),
        ("declined", "Siân has declined"),
    ],
)
def test_what_a_calendar_answers_shows_on_the_partners_page(
    talk: Conversation, client: FlaskClient, clock: Clock, partstat: str, said: str
) -> None:
    assert replied(talk.uid, "Sian@Example.gov.uk ", partstat, clock(), sequence=0)
    assert said in client.get(f"/c/{key(talk.participations[0])}").text
    assert said not in client.get(f"/c/{key(talk.participations[1])}").text


def test_an_answer_goes_into_later_invitations(talk: Conversation, clock: Clock) -> None:
    replied(talk.uid, "sian@example.gov.uk", "accepted", clock(), sequence=0)
    assert [each.partstat for each in event(talk, "en").attendees] == ["NEEDS-ACTION", "ACCEPTED"]


def test_an_answer_to_an_older_version_says_nothing_of_this_one(talk: Conversation, clock: Clock) -> None:
    move(talk.participations[0], talk.starts_at + timedelta(days=1), clock())
    assert not replied(talk.uid, "sian@example.gov.uk", "accepted", clock(), sequence=0)
    assert talk.participations[1].partstat == "needs-action"
    assert replied(talk.uid, "sian@example.gov.uk", "accepted", clock(), sequence=1)


@pytest.mark.one_engine
@pytest.mark.parametrize(
    ("uid", "address", "partstat"),
    [
        ("unknown@x", "sian@example.gov.uk", "accepted"),
        ("1@test", "eve@example.com", "accepted"),
        ("1@test", "sian@example.gov.uk", "delegated"),
        ("1@test", "sian@example.gov.uk", "needs-action"),
        ("1@test", "", "accepted"),
    ],
)
def test_an_answer_from_nobody_or_to_nothing_is_left_alone(
    talk: Conversation, clock: Clock, uid: str, address: str, partstat: str
) -> None:
    assert not replied(uid, address, partstat, clock(), sequence=0)
    assert {part.partstat for part in talk.participations} == {"needs-action"}


def test_an_answer_after_the_end_or_to_what_is_off_is_left_alone(talk: Conversation, clock: Clock) -> None:
    assert not replied(talk.uid, "sian@example.gov.uk", "accepted", talk.ends_at, sequence=0)
    talk.state = "cancelled"
    assert not replied(talk.uid, "sian@example.gov.uk", "accepted", clock(), sequence=0)


def test_who_declines_is_asked_whether_to_move_or_withdraw(
    talk: Conversation, client: FlaskClient, clock: Clock
) -> None:
    replied(talk.uid, "sian@example.gov.uk", "declined", clock(), sequence=0)
    replied(talk.uid, "sian@example.gov.uk", "declined", clock(), sequence=0)
    assert [mail.recipient for mail in db.session.query(Message)] == ["sian@example.gov.uk"]
    text = mailed("sian@example.gov.uk", "declined")
    token = key(talk.participations[1])
    assert "You declined Tuesday 1 December with Ada." in text
    assert f"/c/{token}/move" in text
    assert path_in(text, f"/c/{token}") == f"/c/{token}/move"
    assert f"/c/{token}/withdraw" in text
    assert post(client, f"/c/{token}/withdraw").status_code == 303


def test_a_feed_key_is_the_persons_own(ada: Person) -> None:
    assert feed_address(ada).endswith(f"/calendar/{sign('calendar', ada.calendar_nonce)}.ics")
