"""Somebody says where they talk, and every calendar follows."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
import vobject
from cast import conversation, letter_to, mailed, member, organiser, path_in, person, post, programme, sign_in
from conftest import Clock
from every_page import every_page
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar
from letters import LETTERS, NOW, letter

from unmentor.conversations import mails
from unmentor.conversations.actions import take_out
from unmentor.conversations.calendar_entry import event, key
from unmentor.conversations.models import Conversation, Participation
from unmentor.conversations.placing import CannotPlace, set_place
from unmentor.conversations.where import place, where
from unmentor.db import db, transaction
from unmentor.mail.message import compose
from unmentor.mail.models import Message
from unmentor.mail.outbox import queue
from unmentor.people.models import Person
from unmentor.privacy.export import exported
from unmentor.privacy.leave import leave
from unmentor.privacy.retention import forget
from unmentor.programmes.models import Programme
from unmentor.settings import ASKS_FOR_AN_ACCOUNT

TEAMS = "https://teams.microsoft.com/l/meetup-join/19%3ameeting_Zj%40thread.v2/0?context=%7b%22Tid%22%3a%221%22%7d"
CAFE = "Boston Tea Party, 84 Queen Street, Exeter"


@pytest.fixture
def ours(app: Flask) -> Programme:
    return programme()


@pytest.fixture
def talk(ours: Programme) -> Conversation:
    """Return Ada's conversation with Siân, on Tuesday 1 December at 9am; both can be rung, and Ada starts."""
    ada = person("Ada", phone="+447700900123")
    return conversation(ours, ada, person("Siân", email="sian@example.gov.uk", phone="+441632960002"))


def page(talk: Conversation, number: int = 0) -> str:
    return f"/c/{key(talk.participations[number])}"


def said(client: FlaskClient, talk: Conversation, told: str, number: int = 0, **more: str) -> Any:
    return post(client, page(talk, number) + "/place", place=told, **more)


def entry(mail: Any) -> tuple[Any, Any]:
    """Return the entry in a mail's calendar, as icalendar and as vobject read it."""
    part = next(each for each in mail.walk() if each.get_content_type() == "text/calendar").get_payload(decode=True)
    return Calendar.from_ical(part).walk("VEVENT")[0], vobject.readOne(part.decode()).vevent


def sequences() -> list[int]:
    return [mail.sequence for mail in db.session.query(Message).filter_by(kind="moved").order_by(Message.id)]


def test_both_are_shown_the_same_place_and_both_numbers(talk: Conversation, app: Flask) -> None:
    mine, theirs = app.test_client().get(page(talk)).text, app.test_client().get(page(talk, 1)).text
    assert '<a href="tel:+441632960002" rel="noreferrer nofollow">By phone: you ring Siân on 01632 960002</a>' in mine
    assert "By phone: Ada rings you on 01632 960002" in theirs
    assert "07700 900123" in mine
    assert '<a href="tel:+447700900123">07700 900123</a>' in theirs


def test_from_the_invitation_two_clean_browsers_come_to_the_same_place_in_two_clicks(
    talk: Conversation, app: Flask
) -> None:
    talk.people[1].video = TEAMS
    for part in talk.participations:
        queue(mails.invitation(part), talk.arranged_at)
    ways_in = set()
    for each in talk.people:
        first = path_in(mailed(each.email, "invitation"), "/c")
        answer = app.test_client().get(first)
        assert (answer.status_code, answer.request.path.count("/")) == (200, 2)
        ways_in |= set(re.findall('<a href="([^"]+)" rel="noreferrer nofollow">Online, at', answer.text))
    assert ways_in == {TEAMS}


def test_a_link_is_shown_with_its_host_and_whose_it_is(talk: Conversation, client: FlaskClient) -> None:
    talk.people[1].video = TEAMS
    for number, whose in ((0, "Siân’s link."), (1, "Your link.")):
        text = client.get(page(talk, number)).text
        assert "Online, at teams.microsoft.com</a>" in text
        assert whose in text


def test_the_operators_room_is_taken_where_nobody_offers_a_link(talk: Conversation, app: Flask) -> None:
    settings = app.extensions["settings"]
    app.extensions["settings"] = replace(settings, video_room_url="https://rooms.example.gov.uk/{room}")
    try:
        assert place(talk).url == f"https://rooms.example.gov.uk/{talk.room}"
    finally:
        app.extensions["settings"] = settings


def test_where_nobody_offers_anything_page_and_mail_say_so_first_and_ask_who_starts(
    talk: Conversation, client: FlaskClient
) -> None:
    for each in talk.people:
        each.phone, each.video = "", "somebody on Teams"
    for part in talk.participations:
        queue(mails.invitation(part), talk.arranged_at)
    db.session.commit()
    ada, sian = (" ".join(mailed(each.email, "invitation").split()) for each in talk.people)
    assert ada.startswith("Ada, meet Siân. Where you talk is still open: you start, so please say where. You talk on")
    assert f"Say where you talk: http://127.0.0.1:8000{page(talk)}/place" in ada
    assert sian.startswith("Siân, meet Ada. Where you talk is still open: we have asked Ada, who starts,")
    assert "You start, so say where" in client.get(page(talk)).text
    assert "We have asked Ada, who starts." in client.get(page(talk, 1)).text


@pytest.mark.parametrize(
    ("told", "words"),
    [(TEAMS, "Online, at teams.microsoft.com"), (CAFE, CAFE), ("ring", "By phone: Siân rings Ada on 07700 900123")],
)
def test_saying_where_changes_everybodys_calendar(
    talk: Conversation, client: FlaskClient, clock: Clock, told: str, words: str
) -> None:
    assert said(client, talk, told, number=1).status_code == 303
    db.session.refresh(talk)
    assert (talk.sequence, talk.stamped_at, where(place(talk))) == (1, clock(), words)
    location = TEAMS if told == TEAMS else words
    ways = {TEAMS: TEAMS, "ring": "tel:+447700900123"}
    for each in talk.people:
        one, other = entry(letter_to(each.email, "moved"))
        assert (one["UID"], one["SEQUENCE"], one.decoded("DTSTART")) == (talk.uid, 1, talk.starts_at)
        assert one["LOCATION"] == other.location.value == location
        assert one.get("CONFERENCE") == ways.get(told)
        assert one.get("URL") == (TEAMS if told == TEAMS else None)
        assert [str(who) for who in one["ATTENDEE"]] == [f"mailto:{person.email}" for person in talk.people]


def test_each_hears_where_in_their_own_words_right_after_who_and_when(talk: Conversation, client: FlaskClient) -> None:
    said(client, talk, CAFE + ".")
    mine, theirs = (" ".join(mailed(each.email, "moved").split()) for each in talk.people)
    at = f"You talk on Tuesday 1 December at 9am, as arranged. {CAFE}."
    assert mine.startswith(f"You said where you and Siân talk. {at} You start: say hello first.")
    assert theirs.startswith(f"Ada has said where you talk. {at} Ada starts.")
    assert letter_to("sian@example.gov.uk", "moved")["Subject"] == (
        "Where you talk: you and Ada, Tuesday 1 December, 9am"
    )


def test_an_answer_that_a_calendar_gave_stands_where_only_the_place_changes(
    talk: Conversation, client: FlaskClient
) -> None:
    talk.participations[1].partstat = "accepted"
    said(client, talk, CAFE)
    assert [part.partstat for part in talk.participations] == ["needs-action", "accepted"]


def test_the_last_word_counts_and_is_told_again(talk: Conversation, client: FlaskClient) -> None:
    said(client, talk, CAFE, number=0)
    said(client, talk, TEAMS, number=1)
    assert [part.place for part in talk.participations] == [None, TEAMS]
    assert sequences() == [1, 1, 2, 2]


def test_what_is_so_already_is_told_nobody_and_does_not_count(talk: Conversation, client: FlaskClient) -> None:
    said(client, talk, CAFE)
    for number, told in ((0, CAFE), (1, CAFE), (1, f"  {CAFE} ")):
        answer = said(client, talk, told, number=number)
        assert answer.status_code == 303
    assert "That is where you talk already." in client.get(answer.location).text
    assert sequences() == [1, 1]
    assert [part.places for part in talk.participations] == [1, 0]


def test_one_person_says_where_three_times_and_then_it_is_the_others_turn(
    talk: Conversation, client: FlaskClient
) -> None:
    for spot in ("A bench", "The library", "The pier"):
        assert said(client, talk, spot).status_code == 303
    answer = said(client, talk, "The station")
    assert (answer.status_code, sequences()[-1]) == (422, 3)
    assert "You have said where three times. Let Siân say it next" in answer.text
    assert said(client, talk, "The station", number=1).status_code == 303


@pytest.mark.one_engine
@pytest.mark.parametrize(
    ("told", "error"),
    [
        ("", "Say where you talk: choose one, or write it"),
        ("\u200b", "Say where you talk: choose one, or write it"),
        ("http://meet.example/x", "Copy the whole link, from https:// on"),
        ("javascript:alert(1)", "Copy the whole link, from https:// on"),
        ("zoom.us/j/85", "Copy the whole link, from https:// on"),
        ("https://meet.example@evil.example/x", "with no name or password in it"),
        ("https://ada:secret@meet.example/x", "with no name or password in it"),
        ("https://meet.jit.si/x", "opens only for somebody with an account"),
        ("Meet.jit.si/ada", "opens only for somebody with an account"),
        ("x" * 501, "Shorten this to 500 characters. It has 501 now"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(
    talk: Conversation, client: FlaskClient, told: str, error: str
) -> None:
    answer = said(client, talk, told)
    assert answer.status_code == 422
    assert error in answer.text
    db.session.refresh(talk)
    assert (talk.sequence, sequences()) == (0, [])


def test_nobody_says_that_they_ring_who_has_no_number(talk: Conversation, client: FlaskClient) -> None:
    talk.people[1].phone = ""
    assert "I ring Siân" not in client.get(page(talk) + "/place").text
    assert "Siân" in client.get(page(talk)).text
    with pytest.raises(CannotPlace, match="given no number"):
        set_place(talk.participations[0], "ring", 0, talk.arranged_at)


def test_the_page_offers_what_they_have_told_us_of_and_not_what_is_so_already(
    talk: Conversation, client: FlaskClient
) -> None:
    talk.people[0].video, talk.people[1].video = "https://meet.example/a", TEAMS
    text = client.get(page(talk, 1) + "/place").text
    assert "Your link, on teams.microsoft.com" in text
    assert "I ring Ada" in text
    assert "Ada’s link" not in text
    assert "Now: Online, at meet.example." in text


def test_who_looked_before_the_other_said_where_is_told_what_was_said(talk: Conversation, client: FlaskClient) -> None:
    said(client, talk, CAFE, number=0, seen="0")
    answer = said(client, talk, TEAMS, number=1, seen="0")
    assert answer.status_code == 422
    assert f"Ada has just said where: {CAFE}. Leave it so, or save yours instead" in answer.text
    assert 'name="seen" type="hidden" value="1"' in answer.text
    assert TEAMS.replace("&", "&amp;") in answer.text
    assert said(client, talk, TEAMS, number=1, seen="1").status_code == 303


def test_of_two_who_say_where_at_once_the_second_is_told_what_the_first_said(
    app: Flask, talk: Conversation, clock: Clock
) -> None:
    ids = [part.id for part in talk.participations]

    def say(number: int) -> str:
        with app.app_context():
            try:
                with transaction():
                    set_place(db.session.get(Participation, number), f"Spot {number}", 0, clock())
            except CannotPlace as error:
                return str(error)
            return ""

    db.session.commit()
    with ThreadPoolExecutor(2) as threads:
        told = sorted(threads.map(say, ids))
    first = next(part for part in talk.participations if part.place)
    assert told == [
        "",
        f"{first.person.first_name} has just said where: {first.place}. Leave it so, or save yours instead",
    ]
    assert sequences() == [1, 1]


@pytest.mark.parametrize("state", ["cancelled", "over"])
def test_nobody_says_where_once_it_is_over_or_off(
    talk: Conversation, client: FlaskClient, clock: Clock, state: str
) -> None:
    if state == "over":
        clock.moment = talk.ends_at
    else:
        talk.state = state
    assert client.get(page(talk) + "/place").status_code == 410
    assert said(client, talk, CAFE).status_code == 410


def test_during_the_conversation_it_may_still_change_and_is_told_at_once(
    talk: Conversation, client: FlaskClient, clock: Clock
) -> None:
    clock.moment = talk.starts_at
    said(client, talk, TEAMS)
    assert "Open teams.microsoft.com</a>" in client.get(page(talk, 1)).text
    assert {mail.expires_at for mail in db.session.query(Message)} == {talk.ends_at}


def test_once_it_is_over_nobody_is_shown_where(talk: Conversation, client: FlaskClient, clock: Clock) -> None:
    said(client, talk, TEAMS)
    clock.moment = talk.ends_at
    sign_in(client, talk.people[0])
    for path in (page(talk), page(talk) + "/invite.ics", "/me"):
        assert "teams.microsoft.com" not in client.get(path).text
    assert event(talk, "en", over=True).location == ""


def test_three_hear_where_and_a_call_of_three_rings_both(ours: Programme, client: FlaskClient) -> None:
    three = conversation(ours, *(person(name, phone="+441632960002") for name in ("Ada", "Ben", "Cat")))
    assert "you ring Ben on 01632 960002 and Cat on 01632 960002" in client.get(page(three)).text
    assert said(client, three, "ring", number=2).status_code == 303
    one, _other = entry(letter_to("ben@example.gov.uk", "moved"))
    assert one["LOCATION"] == "By phone: Cat rings Ada on 01632 960002 and Ben on 01632 960002"
    assert one["CONFERENCE"] == ["tel:+441632960002"] * 2
    assert db.session.query(Message).filter_by(kind="moved").count() == 3


def test_where_two_of_three_talk_on_the_place_of_who_withdrew_goes_with_them(
    ours: Programme, client: FlaskClient, clock: Clock
) -> None:
    three = conversation(ours, *(person(name) for name in ("Ada", "Ben", "Cat")))
    said(client, three, TEAMS, number=2)
    take_out(three.participations[2], "", clock())
    assert place(three).kind == "phone"
    assert "By phone: you ring Ben" in " ".join(mailed("ada@example.gov.uk", "moved").split())


def test_a_withdrawn_entry_says_no_more_where(talk: Conversation, client: FlaskClient, clock: Clock) -> None:
    said(client, talk, TEAMS)
    take_out(talk.participations[0], "", clock())
    one, other = entry(letter_to("ada@example.gov.uk", "cancelled"))
    assert (one["UID"], one["SEQUENCE"], one["STATUS"]) == (talk.uid, 2, "CANCELLED")
    assert "LOCATION" not in one
    assert "location" not in other.contents
    assert "CONFERENCE" not in one


def test_who_leaves_takes_what_they_said_along_and_who_stays_can_read_it(
    ours: Programme, talk: Conversation, client: FlaskClient, clock: Clock
) -> None:
    ada = talk.people[0]
    member(ada, ours)
    said(client, talk, TEAMS)
    mine = exported(ada, clock())["conversations"][0]
    assert (mine["you_said_where"], mine["said_where_times"]) == (TEAMS, 1)
    clock.moment = talk.ends_at
    leave(ada, 1, clock())
    assert db.session.query(Participation).filter(Participation.place.is_not(None)).count() == 0


def changed(client: FlaskClient, someone: Person, **given: str) -> None:
    told = {"name": someone.name, "phone": someone.phone, "video": someone.video, "language": "en"}
    assert post(client, "/me/profile", **told | given).status_code == 303


def test_every_calendar_follows_a_link_or_number_that_somebody_changes(talk: Conversation, client: FlaskClient) -> None:
    sian = talk.people[1]
    sign_in(client, sian)
    changed(client, sian, about="Leeks.", name="Siân Ŵyn")
    assert sequences() == []
    changed(client, sian, phone="01632 960003")
    assert "you ring Siân on 01632 960003" in " ".join(mailed("ada@example.gov.uk", "moved").split())
    changed(client, sian, video=TEAMS)
    assert entry(letter_to("ada@example.gov.uk", "moved"))[0]["URL"] == TEAMS
    for number in (1, 2):
        changed(client, sian, video=f"https://meet.example/{number}")
    assert sequences() == [1, 1, 2, 2, 3, 3]
    assert place(talk).url == "https://meet.example/2"


def test_an_invitation_that_is_still_to_be_written_says_the_new_number_itself(
    talk: Conversation, client: FlaskClient
) -> None:
    talk.to_tell = True
    sign_in(client, talk.people[1])
    changed(client, talk.people[1], phone="01632 960003")
    assert sequences() == []


def test_where_they_said_that_they_talk_is_forgotten_after_thirty_days(
    talk: Conversation, client: FlaskClient, clock: Clock
) -> None:
    said(client, talk, TEAMS)
    for days, kept in ((29, 1), (31, 0)):
        clock.moment = talk.starts_at + timedelta(days=days)
        forget(clock())
        assert db.session.query(Participation).filter(Participation.place.is_not(None)).count() == kept


def test_only_an_operator_names_a_room_that_asks_for_an_account() -> None:
    house = Path(__file__).parent.parent.parent
    files = [path for room in ("unmentor", "templates", "static") for path in (house / room).rglob("*.*")]
    naming = {path.name for path in files if b"meet.jit.si" in path.read_bytes() and path.suffix != ".pyc"}
    assert naming == {"settings.py"}


@pytest.mark.one_engine
def test_no_page_and_no_mail_names_such_a_room(talk: Conversation, client: FlaskClient) -> None:
    sign_in(client, organiser(talk.round.programme))
    read = {name: page_ for name, _status, page_ in every_page(client, talk.participations[0])}
    written = {name: compose(letter(name), NOW).content for name in LETTERS}
    read |= {
        name: b"".join(part.get_payload(decode=True) or b"" for part in message_from_bytes(mail).walk())
        for name, mail in written.items()
    }
    assert {"conversations.show", "conversations.place", "programmes.join", "organise.settings"} <= set(read)
    assert [name for name, words in read.items() if ASKS_FOR_AN_ACCOUNT.encode() in words] == []


def test_what_somebody_wrote_of_a_spot_is_text_wherever_it_is_read(talk: Conversation, client: FlaskClient) -> None:
    spot = "<b>Tom & Jerry’s</b> 100% {{ 7 * 7 }}, upstairs; ask"
    said(client, talk, spot)
    mail = letter_to("sian@example.gov.uk", "moved")
    text, html = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert f"Where: {spot}" in text
    for page_ in (html, client.get(page(talk)).text):
        assert "&lt;b&gt;Tom &amp; Jerry’s&lt;/b&gt; 100% {{ 7 * 7 }}, upstairs; ask" in page_
        assert "<b>Tom" not in page_
    assert [str(read) for read in (entry(mail)[0]["LOCATION"], entry(mail)[1].location.value)] == [spot, spot]
