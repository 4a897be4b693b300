import pytest
from cast import conversation, person, post, programme
from conftest import Clock
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar

from unmentor.conversations.mails import key
from unmentor.conversations.models import Conversation
from unmentor.db import db


@pytest.fixture
def talk(app: Flask) -> Conversation:
    """Return Ada's conversation with Siân."""
    return conversation(
        programme(),
        person("Ada Lovelace"),
        person("Siân Ŵyn", email="sian@example.gov.uk", organisation="Gwynedd", about="Ask me about leeks."),
    )


def page(talk: Conversation, place: int = 0) -> str:
    return f"/c/{key(talk.participations[place])}"


def test_the_page_says_who_when_and_how(talk: Conversation, client: FlaskClient) -> None:
    text = client.get(page(talk)).text
    for said in ("You and Siân", "Siân Ŵyn", "Gwynedd", "leeks", "Tuesday 1 December, 9am", "01632 960002"):
        assert said in text


def test_the_words_of_both_stand_side_by_side_until_they_have_talked(
    talk: Conversation, client: FlaskClient, clock: Clock
) -> None:
    theirs, mine = ("leeks" in client.get(page(talk, place)).text for place in (0, 1))
    assert (theirs, mine) == (True, True)
    clock.moment = talk.ends_at
    theirs, mine = ("leeks" in client.get(page(talk, place)).text for place in (0, 1))
    assert (theirs, mine) == (True, False)


def test_who_starts_is_told_and_so_is_the_other(talk: Conversation, client: FlaskClient) -> None:
    assert "You start" in client.get(page(talk, 0)).text
    assert "Ada starts" in client.get(page(talk, 1)).text


def test_no_key_no_page(talk: Conversation, client: FlaskClient) -> None:
    assert client.get("/c/made-up").status_code == 404
    assert client.get(page(talk).replace("/c/", "/c/M")).status_code == 404


def test_a_cancelled_conversation_is_gone(talk: Conversation, client: FlaskClient) -> None:
    address = page(talk)
    talk.state = "cancelled"
    db.session.commit()
    assert client.get(address).status_code == 410


def test_saying_yes_leads_to_writing(talk: Conversation, client: FlaskClient, clock: Clock) -> None:
    clock.moment = talk.ends_at
    answer = post(client, page(talk) + "/outcome", met="yes", challenged="4", again="yes")
    assert answer.status_code == 303
    assert answer.location == page(talk) + "/reflection"
    said = talk.participations[0]
    assert (said.met, said.challenged, said.again, talk.state) == ("yes", 4, True, "met")


def test_one_no_is_not_a_missed_conversation_yet(talk: Conversation, client: FlaskClient, clock: Clock) -> None:
    clock.moment = talk.ends_at
    post(client, page(talk, 0) + "/outcome", met="no")
    assert talk.state == "arranged"
    post(client, page(talk, 1) + "/outcome", met="no")
    assert talk.state == "missed"


def test_a_changed_mind_is_kept(talk: Conversation, client: FlaskClient, clock: Clock) -> None:
    clock.moment = talk.ends_at
    post(client, page(talk) + "/outcome", met="no")
    post(client, page(talk) + "/outcome", met="yes", challenged="5")
    assert (talk.state, talk.participations[0].challenged) == ("met", 5)


@pytest.mark.one_engine
@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({}, "Say whether you talked"),
        ({"met": "perhaps"}, "Choose one of the answers"),
        ({"met": "yes", "challenged": "6"}, "Choose one of the answers"),
        ({"met": "yes", "again": "never"}, "Choose one of the answers"),
    ],
)
def test_a_bad_answer_is_refused_and_the_rest_kept(
    talk: Conversation, client: FlaskClient, fields: dict[str, str], error: str
) -> None:
    answer = post(client, page(talk) + "/outcome", **fields)
    assert answer.status_code == 422
    assert error in answer.text
    assert talk.participations[0].met is None


def test_the_calendar_entry_is_the_invitation(talk: Conversation, client: FlaskClient) -> None:
    answer = client.get(page(talk) + "/invite.ics")
    assert answer.mimetype == "text/calendar"
    event = Calendar.from_ical(answer.data).walk("VEVENT")[0]
    assert event["UID"] == talk.uid
    assert {str(each) for each in event["ATTENDEE"]} == {
        "mailto:ada-lovelace@example.gov.uk",
        "mailto:sian@example.gov.uk",
    }


def test_nobody_elses_private_address_is_in_the_calendar(talk: Conversation, client: FlaskClient) -> None:
    assert b"/c/" not in client.get(page(talk) + "/invite.ics").data


def test_who_has_left_is_nameless(talk: Conversation, client: FlaskClient) -> None:
    sian = talk.participations[1].person
    sian.name, sian.email = "", None
    db.session.commit()
    assert "Somebody who has left" in client.get(page(talk)).text


def test_phone_numbers_are_shown_only_while_they_are_needed(
    talk: Conversation, client: FlaskClient, clock: Clock
) -> None:
    clock.moment = talk.starts_at
    assert "1632" in client.get(page(talk)).text
    post(client, page(talk) + "/outcome", met="yes")
    assert "1632" not in client.get(page(talk)).text
