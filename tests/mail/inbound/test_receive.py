import re
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from flask import Flask
from letters import NOW, letter
from replies import PROGRAMS, Writer, bounce, outlook

from unmentor.db import db
from unmentor.mail.actions import undelivered
from unmentor.mail.inbound.receive import Answer, Automatic, Other, Undelivered, understand
from unmentor.mail.models import Message, Suppressed
from unmentor.mail.outbox import queue

UID = "conversation-12@example.com"


def mailed(content: str = "Hello", **headers: str) -> bytes:
    made = EmailMessage(policy=SMTP)
    for name, value in ({"From": "Siân <sian@gwynedd.example>"} | headers).items():
        made[name.replace("_", "-")] = value
    made.set_content(content)
    return made.as_bytes()


@pytest.mark.parametrize("write", PROGRAMS.values(), ids=PROGRAMS)
@pytest.mark.parametrize("partstat", ["ACCEPTED", "TENTATIVE", "DECLINED"])
def test_the_answer_of_a_calendar_is_understood(write: Writer, partstat: str) -> None:
    assert understand(write(UID, partstat, sequence=1)) == Answer(
        UID, 1, "sian@gwynedd.example", "sian@gwynedd.example", partstat.lower()
    )


@pytest.mark.parametrize("write", PROGRAMS.values(), ids=PROGRAMS)
def test_who_proposes_another_time_has_said_no_to_this_one(write: Writer) -> None:
    answer = understand(write(UID, "TENTATIVE", method="COUNTER"))
    assert isinstance(answer, Answer)
    assert answer.partstat == "declined"


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL", "PUBLISH"])
@pytest.mark.parametrize("write", PROGRAMS.values(), ids=PROGRAMS)
def test_a_calendar_that_answers_nothing_is_left_for_a_person(write: Writer, method: str) -> None:
    assert understand(write(UID, method=method)) in (Other(), Automatic())


@pytest.mark.parametrize(
    "field",
    [
        b"sian@gwynedd.example <eve@example.com>",
        b"sian@gwynedd.example, eve@example.com",
        b"<sian@gwynedd.example> <eve@example.com>",
        b"sian@gwynedd.example\r\nFrom: eve@example.com",
        b"",
    ],
)
def test_an_answer_is_left_for_a_person_where_it_is_not_plain_who_sent_it(field: bytes) -> None:
    plain = outlook(UID)
    assert isinstance(understand(plain), Answer)
    assert understand(re.sub(rb"^From: [^\r]+", b"From: " + field, plain)) == Other()


@pytest.mark.parametrize(
    "spoil",
    [
        ("UID:", "UID"),
        ("UID:", "X-UID:"),
        ("ATTENDEE;", "X-ATTENDEE;"),
        ("COMMENT;", "ATTENDEE;"),
        ("PARTSTAT=ACCEPTED", "PARTSTAT=DELEGATED"),
        ("END:VCALENDAR", ""),
        ("VEVENT", "VTODO"),
        ("METHOD:REPLY", "METHOD:"),
        ("DTSTART;TZID=GMT Standard Time:2026", "DTSTART:"),
        ("BEGIN:", "\x00\udcff"),
    ],
)
def test_a_broken_answer_is_left_for_a_person(spoil: tuple[str, str]) -> None:
    assert understand(outlook(UID, spoil=spoil)) == Other()


def test_an_answer_says_no_number_where_its_sequence_is_none() -> None:
    answer = understand(outlook(UID, spoil=("\nSEQUENCE:0", "\nSEQUENCE:first")))
    assert isinstance(answer, Answer)
    assert answer.sequence == 0


@pytest.mark.parametrize("whole", [True, False])
def test_a_report_of_what_did_not_arrive_is_understood(whole: bool) -> None:
    assert understand(bounce(whole=whole)) == Undelivered(
        "sian@gwynedd.example", "<1@localhost>", "5.1.1", "550 5.1.1 No such user here"
    )


@pytest.mark.parametrize(("status", "action"), [("4.4.1", "delayed"), ("2.0.0", "delivered"), ("4.2.2", "failed")])
def test_what_is_only_late_or_did_arrive_is_no_failure(status: str, action: str) -> None:
    assert understand(bounce(status=status, action=action)) == Automatic()


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "auto-generated; owner-email=x@example.com"},
        {"Precedence": "auto_reply"},
        {"X_Autoreply": "yes"},
        {"X_Auto_Response_Suppress": "All"},
    ],
)
def test_out_of_office_is_nobodys_question(headers: dict[str, str]) -> None:
    assert understand(mailed(**headers)) == Automatic()


@pytest.mark.parametrize(
    "content",
    [
        mailed(),
        mailed(Auto_Submitted="no"),
        b"",
        b"\x00\xff\xfe",
        b"Content-Type: multipart/report; boundary=x\r\n\r\nnothing",
        b"Content-Type: text/calendar; charset=nonsense\r\n\r\nBEGIN:VEVENT",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n"
        + b"--x\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n" * 50,
    ],
)
def test_the_rest_is_for_a_person_and_broken_mail_breaks_nothing(content: bytes) -> None:
    assert understand(content) in (Other(), Automatic())


def test_a_report_about_our_own_mail_stops_mail_to_that_address(app: Flask) -> None:
    message = queue(letter(person_id=None), NOW)
    assert message is not None
    report = understand(bounce(message_id=message.message_id))
    assert isinstance(report, Undelivered)
    assert undelivered(report, NOW)
    db.session.expire_all()
    assert (message.state, message.trouble) == ("failed", "5.1.1 550 5.1.1 No such user here")
    assert [row.address for row in db.session.query(Suppressed)] == ["sian@gwynedd.example"]


def test_a_full_mailbox_fails_one_mail_and_stops_no_other(app: Flask) -> None:
    message = queue(letter(person_id=None), NOW)
    assert message is not None
    assert undelivered(Undelivered("sian@gwynedd.example", message.message_id, "5.2.2", "full"), NOW)
    assert db.session.query(Suppressed).all() == []


@pytest.mark.parametrize("message_id", ["<forged@localhost>", ""])
def test_a_report_about_what_we_never_sent_does_nothing(app: Flask, message_id: str) -> None:
    queue(letter(person_id=None), NOW)
    queue(letter(to=("Siân", "not an address"), person_id=None, about="x"), NOW)  # it has no Message-ID
    assert not undelivered(Undelivered("sian@gwynedd.example", message_id, "5.1.1", ""), NOW)
    assert not undelivered(Undelivered("not an address", message_id, "5.1.1", ""), NOW)
    assert db.session.query(Suppressed).all() == []
    assert db.session.query(Message).filter_by(state="queued").count() == 1
