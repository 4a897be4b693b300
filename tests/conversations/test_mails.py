"""What each mail says, written by its own builder from rows."""

from datetime import UTC, datetime, timedelta

import pytest
from cast import START, conversation, letter_to, mailed, member, person, programme
from conftest import Clock
from flask import Flask

from unmentor.conversations import mails
from unmentor.conversations.actions import take_out
from unmentor.conversations.calendar_entry import event, key
from unmentor.conversations.models import Conversation
from unmentor.conversations.move import move
from unmentor.db import db
from unmentor.mail.outbox import queue

THURSDAY = datetime(2026, 12, 10, 12, 30, tzinfo=UTC)


@pytest.fixture
def three(app: Flask) -> Conversation:
    """Return what Ada, Marek and Siân have arranged for Thursday."""
    ours = programme()
    people = [person(name, video=f"https://meet.example/{name[0]}") for name in ("Ada", "Marek", "Siân")]
    for each in people:
        member(each, ours)
    return conversation(ours, *people, starts_at=THURSDAY)


@pytest.mark.parametrize(
    ("days", "subject"),
    [(1, "Tomorrow at 12:30pm: you, Marek and Siân"), (3, "Thursday 10 December, 12:30pm: you, Marek and Siân")],
)
def test_a_reminder_names_the_day_as_one_would(three: Conversation, days: int, subject: str) -> None:
    queue(mails.reminder(three.participations[0], THURSDAY - timedelta(days=days)), START)
    assert letter_to("ada@example.gov.uk", "reminder")["Subject"] == subject


def test_two_of_three_hear_that_they_talk_on_and_who_starts_now(three: Conversation, clock: Clock) -> None:
    ada = three.participations[0]
    take_out(ada, "", clock())
    db.session.commit()
    assert "Marek and Siân talk without you" in " ".join(mailed("ada@example.gov.uk", "cancelled").split())
    marek, sian = (" ".join(mailed(f"{name}@example.gov.uk", "moved").split()) for name in ("marek", "sian"))
    assert "as arranged. Online, at meet.example. You start" in marek
    assert "as arranged. Online, at meet.example. Marek starts." in sian


def test_who_did_not_move_it_is_asked_to_accept_again(three: Conversation, clock: Clock) -> None:
    move(three.participations[0], THURSDAY + timedelta(days=1), clock())
    db.session.commit()
    assert "accept to keep it" not in mailed("ada@example.gov.uk", "moved")
    assert "Your calendar asks you again; accept to keep it." in mailed("marek@example.gov.uk", "moved")


def test_what_is_off_can_be_removed_by_hand(three: Conversation) -> None:
    queue(mails.cancelled(three.participations[0], three.participations), START)
    text = " ".join(mailed("ada@example.gov.uk", "cancelled").split())
    assert "That is cancelled. If your calendar still shows it, open the attached entry and remove it." in text


def test_whoever_declined_is_asked_for_another_time_by_name(three: Conversation) -> None:
    queue(mails.declined(three.participations[0]), START)
    said = letter_to("ada@example.gov.uk", "declined")["Subject"]
    assert said == "You declined Thursday 10 December with Marek and Siân. Would another time suit?"


def test_numbers_and_links_can_be_tapped(three: Conversation) -> None:
    queue(mails.invitation(three.participations[0]), START)
    html = letter_to("ada@example.gov.uk", "invitation").get_body(("html",)).get_content()
    assert 'href="tel:+441632960002"' in html
    assert 'href="https://meet.example/M"' in html


def test_a_calendar_entry_says_how_to_move(three: Conversation) -> None:
    assert "every calendar follows" in event(three, "en").description


def test_everybody_is_sent_to_the_same_place_and_to_a_page_of_their_own(three: Conversation) -> None:
    for part in three.participations:
        queue(mails.invitation(part), START)
    texts = [mailed(part.person.email, "invitation") for part in three.participations]
    assert all("Where: Online, at meet.example: https://meet.example/A" in text for text in texts)
    assert all(f"/c/{key(part)}\r\n" in text for part, text in zip(three.participations, texts, strict=True))


def test_one_of_them_starts_and_the_others_know_who(three: Conversation) -> None:
    for part in three.participations:
        queue(mails.invitation(part), START)
    said = [" ".join(mailed(part.person.email, "invitation").split()) for part in three.participations]
    assert [("You start" in text, "Ada starts" in text) for text in said] == [
        (True, False),
        (False, True),
        (False, True),
    ]
