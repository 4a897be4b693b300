import pytest
from cast import member, organiser, person, post, programme, sign_in
from conftest import Clock
from flask import Flask
from flask.testing import FlaskClient

from unmentor.db import db
from unmentor.mail.actions import forget_old, hold_all
from unmentor.mail.inbound.actions import complained
from unmentor.mail.inbound.reports import Complaint
from unmentor.mail.inbound.unread import Mailbox
from unmentor.mail.message import Letter
from unmentor.mail.models import Message, Suppressed
from unmentor.mail.outbox import queue
from unmentor.people.models import Person

MAIL = "/organise/unmentoring/mail"


@pytest.fixture
def ada(app: Flask, client: FlaskClient) -> Person:
    """Return a member; the organiser is signed in."""
    of = programme()
    ada = person("Ada")
    member(ada, of)
    sign_in(client, organiser(of))
    return ada


def sent_to(someone: Person, clock: Clock, state: str) -> Message:
    letter = Letter(
        "goodbye", (someone.name, someone.email or ""), "person:1", someone.id, {"count": 1}, reader=someone.nonce
    )
    message = queue(letter, clock())
    assert message
    message.state, message.trouble = state, "550 no such mailbox" if state == "failed" else ""
    message.sent_at = clock() if state == "sent" else None
    db.session.commit()
    return message


def refused(someone: Person, clock: Clock) -> None:
    db.session.add(Suppressed(address=someone.email, since=clock(), trouble="550 no such mailbox"))


def test_where_all_arrived_it_says_so(ada: Person, client: FlaskClient) -> None:
    assert "Everything that was sent was taken." in client.get(MAIL).text


def test_what_failed_is_shown_with_what_the_server_said_and_can_be_sent_again(
    ada: Person, client: FlaskClient, clock: Clock
) -> None:
    message = sent_to(ada, clock, "failed")
    page = client.get(MAIL).text
    assert "550 no such mailbox" in page
    assert "Try again" in page
    post(client, f"{MAIL}/{message.id}/again")
    db.session.refresh(message)
    assert message.state == "queued"


def test_a_refused_address_is_shown_with_how_to_mend_it(ada: Person, client: FlaskClient, clock: Clock) -> None:
    refused(ada, clock)
    assert "ada@example.gov.uk" in client.get(MAIL).text
    post(client, f"{MAIL}/to/{ada.id}/again")
    assert db.session.query(Suppressed).count() == 0


def test_who_called_our_mail_spam_is_shown_to_organisers(ada: Person, client: FlaskClient, clock: Clock) -> None:
    message = sent_to(ada, clock, "sent")
    assert complained(Complaint((message.message_id[1:41],)), clock())
    assert "They marked our mail as spam." in client.get(MAIL).text


def test_organisers_see_how_many_letters_lie_unread_and_how_to_list_them(
    ada: Person, client: FlaskClient, clock: Clock
) -> None:
    assert "waits for somebody to read it" not in client.get(MAIL).text
    Mailbox("INBOX").leave("1", clock())
    page = client.get(MAIL).text
    assert "1 letter waits for somebody to read it" in page
    assert "<code>flask mail receive --list</code>" in page


def test_held_mail_is_let_go(ada: Person, client: FlaskClient, clock: Clock) -> None:
    message = sent_to(ada, clock, "queued")
    hold_all(clock())
    assert "All mail is held" in client.get(MAIL).text
    answer = post(client, f"{MAIL}/release")
    db.session.refresh(message)
    assert message.state == "queued"
    assert "All mail is held" not in client.get(answer.location).text


def test_mail_of_other_programmes_is_neither_seen_nor_touched(ada: Person, client: FlaskClient, clock: Clock) -> None:
    stranger = person("Zoe")
    member(stranger, programme("Elsewhere"))
    message = sent_to(stranger, clock, "failed")
    refused(stranger, clock)
    assert "Zoe" not in client.get(MAIL).text
    assert post(client, f"{MAIL}/{message.id}/again").status_code == 404
    assert post(client, f"{MAIL}/to/{stranger.id}/again").status_code == 404


def test_the_words_of_old_mail_are_forgotten(ada: Person, clock: Clock) -> None:
    message = sent_to(ada, clock, "sent")
    clock.advance(days=89)
    forget_old(clock())
    db.session.commit()
    assert message.subject
    clock.advance(days=2)
    forget_old(clock())
    db.session.commit()
    db.session.expire_all()
    assert (message.subject, message.content) == ("", b"")


@pytest.mark.parametrize("page", ["", "/release", "/1/again", "/to/1/again"])
def test_only_organisers_look_after_mail(ada: Person, app: Flask, page: str) -> None:
    elsewhere = app.test_client()
    sign_in(elsewhere, ada)
    answer = post(elsewhere, f"{MAIL}{page}") if page else elsewhere.get(MAIL)
    assert answer.status_code == 403
