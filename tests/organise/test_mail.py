from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from cast import conversation, kept, member, organiser, person, post, programme, sign_in
from conftest import Clock
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from unmentor.audit.deeds import Deed
from unmentor.audit.models import AuditEvent
from unmentor.db import SENDER, beat, db
from unmentor.mail.actions import forget_old, hold_all
from unmentor.mail.inbound.actions import complained
from unmentor.mail.inbound.reports import Complaint
from unmentor.mail.inbound.unread import Mailbox
from unmentor.mail.message import Letter
from unmentor.mail.models import Message, Suppressed
from unmentor.mail.outbox import queue, queue_all
from unmentor.mail.queries import content
from unmentor.people.models import Person
from unmentor.programmes.models import Period, Programme
from unmentor.rounds import period_mails
from unmentor.rounds.actions import draw_round, send_round

MAIL = "/organise/unmentoring/mail"


@pytest.fixture
def ada(app: Flask, client: FlaskClient) -> Person:
    """Return a member; the organiser is signed in."""
    of = programme()
    ada = person("Ada")
    member(ada, of)
    sign_in(client, organiser(of))
    return ada


def sent_to(someone: Person, clock: Clock, state: str, of: str = "UnMentoring", **given: Any) -> Message:
    about = db.session.query(Programme).filter_by(name=of).one()
    known = {"kind": "goodbye", "values": {"count": 1}, "about": "person:1", "programme_id": about.id}
    reader = {"to": (someone.name, someone.email or ""), "person_id": someone.id, "reader": someone.nonce}
    message = queue(Letter(**known | reader | given), clock())
    assert message
    message.state, message.trouble = state, "550 no such mailbox" if state == "failed" else ""
    message.sent_at = clock() if state == "sent" else None
    db.session.commit()
    return message


def refused(someone: Person, clock: Clock) -> None:
    db.session.add(Suppressed(address=someone.email, since=clock(), trouble="550 no such mailbox"))


ALL_CLEAR = "Nothing waits, and nothing failed."


def says(page: str) -> str:
    return " ".join(unescape(page).split())


def test_where_all_was_handed_over_it_says_so_and_never_while_anything_waits(
    ada: Person, client: FlaskClient, clock: Clock
) -> None:
    assert "none waits" in client.get(MAIL).text
    message = sent_to(ada, clock, "sent")
    assert ALL_CLEAR in client.get(MAIL).text
    for state in ("queued", "sending", "uncertain", "failed", "expired", "held"):
        message.state = state
        assert ALL_CLEAR not in client.get(MAIL).text, state
    message.state = "sent"
    refused(ada, clock)
    assert ALL_CLEAR not in client.get(MAIL).text


def test_what_failed_over_a_month_ago_is_past_mending(ada: Person, client: FlaskClient, clock: Clock) -> None:
    sent_to(ada, clock, "failed")
    clock.advance(days=31)
    assert "none waits" in client.get(MAIL).text


def test_what_is_still_to_go_is_counted_and_timed_by_what_left_just_now(
    ada: Person, client: FlaskClient, clock: Clock
) -> None:
    beat(clock(), SENDER)
    for number in range(6):
        sent_to(ada, clock, "sent" if number < 2 else "queued", about=f"person:{number}")
    clock.advance(seconds=20)
    assert "4 of 6 still to go, about 40 seconds." in says(client.get(MAIL).text)


def test_what_a_round_has_still_to_write_is_still_to_go(ada: Person, client: FlaskClient, clock: Clock) -> None:
    beat(clock(), SENDER)
    talk = conversation(db.session.query(Programme).one(), ada, person("Ben"))
    talk.to_tell = True
    assert "2 of 2 still to go" in client.get(MAIL).text


def test_what_a_server_put_off_is_not_counted_as_new(ada: Person, client: FlaskClient, clock: Clock) -> None:
    beat(clock(), SENDER)
    message = sent_to(ada, clock, "queued")
    message.attempts, message.due_at = 2, clock() + timedelta(minutes=10)
    page = says(client.get(MAIL).text)
    assert "1 was put off by the server of whoever it is for, and goes again by itself. The next try is at" in page
    assert "still to go" not in page


def test_it_says_when_nobody_sends(ada: Person, client: FlaskClient, clock: Clock) -> None:
    sent_to(ada, clock, "queued")
    assert "has never run here" in client.get(MAIL).text
    beat(clock(), SENDER)
    assert "Nothing leaves" not in client.get(MAIL).text
    clock.advance(minutes=3)
    page = client.get(MAIL).text
    assert "was last seen on Saturday 21 November, midday" in page
    assert "<code>flask worker</code>" in page


def test_it_says_when_the_mail_server_takes_nothing_and_what_it_said(
    ada: Person, client: FlaskClient, clock: Clock
) -> None:
    message = sent_to(ada, clock, "queued")
    clock.advance(minutes=2)
    beat(clock(), SENDER)
    assert "Nothing has left in the last minute" in client.get(MAIL).text
    message.trouble = "connection refused"
    assert "<q>connection refused</q>" in client.get(MAIL).text


def test_what_failed_is_shown_with_what_the_server_said_and_can_be_sent_again(
    ada: Person, client: FlaskClient, clock: Clock
) -> None:
    message = sent_to(ada, clock, "failed")
    page = client.get(MAIL).text
    assert "550 no such mailbox" in page
    assert "Try again" in page
    answer = post(client, f"{MAIL}/{message.id}/again")
    db.session.refresh(message)
    assert message.state == "queued"
    assert "It is on its way again." in client.get(answer.location).text
    event = db.session.scalars(select(AuditEvent)).one()
    assert (event.deed, event.person_id) == (Deed.EMAIL_TRIED_AGAIN, ada.id)


def test_what_has_expired_is_shown_without_a_way_to_send_it(ada: Person, client: FlaskClient, clock: Clock) -> None:
    message = sent_to(ada, clock, "failed", expires_at=clock() + timedelta(hours=1))
    clock.advance(hours=2)
    page = client.get(MAIL).text
    assert "550 no such mailbox" in page
    assert "Try again" not in page
    answer = post(client, f"{MAIL}/{message.id}/again")
    db.session.refresh(message)
    assert message.state == "failed"
    assert "It stays here" in client.get(answer.location).text


def test_the_console_shows_no_mail_that_lets_somebody_in(ada: Person, client: FlaskClient, clock: Clock) -> None:
    values = {"url": "http://127.0.0.1:8000/sign-in/key", "code": "042137", "minutes": 15}
    message = sent_to(ada, clock, "failed", kind="sign-in", values=values)
    page = client.get(MAIL).text
    assert "none waits" in page
    assert "550 no such mailbox" not in page
    assert post(client, f"{MAIL}/{message.id}/again").status_code == 404


def test_mail_about_another_programme_of_a_member_is_not_shown(ada: Person, client: FlaskClient, clock: Clock) -> None:
    member(ada, programme("Elsewhere"))
    message = sent_to(ada, clock, "failed", of="Elsewhere")
    assert "none waits" in client.get(MAIL).text
    assert post(client, f"{MAIL}/{message.id}/again").status_code == 404


def test_a_refused_address_is_shown_with_how_to_mend_it(ada: Person, client: FlaskClient, clock: Clock) -> None:
    refused(ada, clock)
    assert "ada@example.gov.uk" in client.get(MAIL).text
    post(client, f"{MAIL}/to/{ada.id}/again")
    assert db.session.query(Suppressed).count() == 0


def test_who_called_our_mail_spam_is_shown_to_organisers(ada: Person, client: FlaskClient, clock: Clock) -> None:
    message = sent_to(ada, clock, "sent")
    assert complained(Complaint((message.message_id[1:41],)), clock())
    assert "They marked our email as spam." in client.get(MAIL).text


def test_organisers_see_how_many_letters_lie_unread_and_how_to_list_them(
    ada: Person, client: FlaskClient, clock: Clock
) -> None:
    assert "waits for somebody to read it" not in client.get(MAIL).text
    Mailbox("INBOX").leave("1", clock())
    page = client.get(MAIL).text
    assert "1 letter waits for somebody to read it" in page
    assert "<code>flask mail receive --list</code>" in page


def test_who_organises_every_programme_holds_all_email_and_lets_it_go(
    ada: Person, client: FlaskClient, clock: Clock
) -> None:
    message = sent_to(ada, clock, "queued")
    held = client.get(post(client, f"{MAIL}/hold").location).text
    db.session.refresh(message)
    assert message.state == "held"
    assert "All email is held" in held
    assert "1 message of this programme waits" in held
    let_go = client.get(post(client, f"{MAIL}/release").location).text
    db.session.refresh(message)
    assert message.state == "queued"
    assert "All email is held" not in let_go
    assert {event.deed for event in db.session.query(AuditEvent)} == {Deed.EMAIL_HELD, Deed.EMAIL_RELEASED}


def test_who_organises_one_programme_of_several_neither_holds_nor_lets_go(
    ada: Person, client: FlaskClient, clock: Clock
) -> None:
    programme("Elsewhere")
    assert "Hold all email" not in client.get(MAIL).text
    assert post(client, f"{MAIL}/hold").status_code == 403
    message = sent_to(ada, clock, "queued")
    hold_all(clock())
    page = client.get(MAIL).text
    assert "All email is held" in page
    assert "Let it go" not in page
    assert post(client, f"{MAIL}/release").status_code == 403
    db.session.refresh(message)
    assert message.state == "held"


def test_mail_of_other_programmes_is_neither_seen_nor_touched(ada: Person, client: FlaskClient, clock: Clock) -> None:
    stranger = person("Zoe")
    member(stranger, programme("Elsewhere"))
    message = sent_to(stranger, clock, "failed", of="Elsewhere")
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
    assert (message.subject, content(message)) == ("", b"")


@pytest.mark.one_engine
@pytest.mark.parametrize("page", ["", "/hold", "/release", "/1/again", "/to/1/again"])
def test_only_organisers_look_after_mail(ada: Person, app: Flask, page: str) -> None:
    elsewhere = app.test_client()
    sign_in(elsewhere, ada)
    answer = post(elsewhere, f"{MAIL}{page}") if page else elsewhere.get(MAIL)
    assert answer.status_code == 403


def test_organisers_see_what_becomes_of_all_that_a_round_sends(ada: Person, client: FlaskClient, clock: Clock) -> None:
    of = db.session.query(Programme).one()
    for name in ("Ben", "Cat"):
        member(person(name), of)
    round_ = draw_round(of, 7, clock())
    period = kept(Period(programme_id=of.id, slot="2026-11-21T12:00", claimed_at=clock(), outcome="drawn"))
    queue_all(period_mails.drawn(round_, period, clock()), clock())
    send_round(round_, clock())
    db.session.commit()
    assert {message.programme_id for message in db.session.query(Message)} == {of.id}
    assert "4 of 4 still to go" in client.get(MAIL).text
