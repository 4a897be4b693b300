from datetime import timedelta

import pytest
from cast import conversation, person, programme
from conftest import Clock
from flask import Flask
from replies import LETTER, OUT_OF_OFFICE, PROGRAMS, Writer, apple, bounce, gmail, outlook

from unmentor.conversations import actions
from unmentor.conversations.inbound import take
from unmentor.conversations.models import Conversation
from unmentor.conversations.move import move
from unmentor.db import db
from unmentor.mail.models import Message, Suppressed
from unmentor.mail.outbox import queue_all


@pytest.fixture
def talk(app: Flask) -> Conversation:
    return conversation(programme(), person("Ada"), person("Siân", email="sian@gwynedd.example"))


def said(talk: Conversation) -> list[str]:
    return [part.partstat for part in talk.participations]


def to(address: str) -> list[str]:
    return [mail.kind for mail in db.session.query(Message).filter_by(recipient=address)]


@pytest.mark.one_engine
@pytest.mark.parametrize("partstat", ["ACCEPTED", "TENTATIVE", "DECLINED"])
@pytest.mark.parametrize("write", PROGRAMS.values(), ids=PROGRAMS)
def test_what_a_calendar_answers_is_kept(talk: Conversation, clock: Clock, write: Writer, partstat: str) -> None:
    assert take(write(talk.uid, partstat), clock()) == "answer"
    assert said(talk) == ["needs-action", partstat.lower()]


@pytest.mark.parametrize("method", ["REPLY", "COUNTER"])
def test_whom_the_time_does_not_suit_is_asked_for_another(talk: Conversation, clock: Clock, method: str) -> None:
    take(outlook(talk.uid, "DECLINED", method=method), clock())
    assert to("sian@gwynedd.example") == ["declined"]


@pytest.mark.parametrize("write", PROGRAMS.values(), ids=PROGRAMS)
def test_nobody_answers_for_somebody_else(talk: Conversation, clock: Clock, write: Writer) -> None:
    assert take(write(talk.uid, "DECLINED", sender="eve@example.com"), clock()) == "left"
    assert take(write(talk.uid, "DECLINED", sender="ada@example.gov.uk"), clock()) == "left"
    assert said(talk) == ["needs-action", "needs-action"]
    assert db.session.query(Message).count() == 0


@pytest.mark.parametrize(("uid", "attendee"), [("unknown@x", "sian@gwynedd.example"), ("1@test", "eve@example.com")])
def test_an_answer_to_what_we_do_not_know_or_from_whom_is_for_a_person(
    talk: Conversation, clock: Clock, uid: str, attendee: str
) -> None:
    assert take(gmail(uid, attendee=attendee), clock()) == "left"
    assert said(talk) == ["needs-action", "needs-action"]


def test_an_answer_to_what_has_moved_since_is_ignored(talk: Conversation, clock: Clock) -> None:
    move(talk.participations[0], talk.starts_at + timedelta(days=1), clock())
    assert take(apple(talk.uid), clock()) == "ignored"
    assert said(talk)[1] == "needs-action"
    assert take(apple(talk.uid, sequence=1), clock()) == "answer"


def test_an_answer_to_what_is_off_is_ignored(talk: Conversation, clock: Clock) -> None:
    talk.state = "cancelled"
    assert take(gmail(talk.uid, sequence=talk.sequence), clock()) == "ignored"


def test_the_same_answer_twice_asks_once(talk: Conversation, clock: Clock) -> None:
    assert [take(gmail(talk.uid, "DECLINED"), clock()) for _ in range(2)] == ["answer", "answer"]
    assert to("sian@gwynedd.example") == ["declined"]


def test_mail_that_did_not_arrive_is_noted_and_the_address_spared(talk: Conversation, clock: Clock) -> None:
    queue_all(actions.invitations([talk]), clock())
    message = db.session.query(Message).filter_by(recipient="sian@gwynedd.example").one()
    assert take(bounce(message.message_id), clock()) == "undeliverable"
    db.session.expire_all()
    assert message.state == "failed"
    assert [row.address for row in db.session.query(Suppressed)] == ["sian@gwynedd.example"]


def test_a_report_of_what_we_never_sent_is_for_a_person(app: Flask, clock: Clock) -> None:
    assert take(bounce("<forged@localhost>"), clock()) == "left"
    assert db.session.query(Suppressed).all() == []


def test_out_of_office_is_ignored_and_a_letter_left(app: Flask, clock: Clock) -> None:
    assert [take(content, clock()) for content in (OUT_OF_OFFICE, LETTER, b"")] == ["ignored", "left", "left"]
