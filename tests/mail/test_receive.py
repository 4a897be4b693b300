from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from flask import Flask
from letters import NOW, letter

from unmentor.db import db
from unmentor.mail.actions import undelivered
from unmentor.mail.models import Message, Suppressed
from unmentor.mail.outbox import queue
from unmentor.mail.receive import Answer, Automatic, Other, Undelivered, understand

# As Outlook writes it: its own zone names, folded lines, languages, and an alarm with an attendee of its own.
OUTLOOK = """BEGIN:VCALENDAR\r
METHOD:{method}\r
PRODID:Microsoft Exchange Server 2010\r
VERSION:2.0\r
BEGIN:VTIMEZONE\r
TZID:GMT Standard Time\r
BEGIN:STANDARD\r
DTSTART:16010101T020000\r
END:STANDARD\r
END:VTIMEZONE\r
BEGIN:VEVENT\r
ATTENDEE;PARTSTAT={partstat};CN="Wyn; Siân":MAILTO:Sian@gwyn\r
 edd.example\r
COMMENT;LANGUAGE=en-GB:\\n\r
UID:conversation-12@example.com\r
SUMMARY;LANGUAGE=en-GB:Accepted: Ada\\, and you\r
DTSTART;TZID=Europe/London:20260710T123000\r
DTSTAMP:20261121T130000Z\r
SEQUENCE:1\r
BEGIN:VALARM\r
ATTENDEE:mailto:alarm@example.com\r
UID:the-alarm\r
END:VALARM\r
END:VEVENT\r
END:VCALENDAR\r
"""

BOUNCE = """From: MAILER-DAEMON@example.com
To: unmentoring@localhost
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I'm sorry to have to inform you.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com

Final-Recipient: rfc822; Sian@gwynedd.example
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} No such user
 here

--b
Content-Type: {returned}

Message-ID: {message_id}
Subject: You and Ada

--b--
"""


def mailed(calendar: str, **headers: str) -> bytes:
    made = EmailMessage(policy=SMTP)
    for name, value in ({"From": "Siân <sian@gwynedd.example>"} | headers).items():
        made[name.replace("_", "-")] = value
    made.set_content("Siân has answered.")
    if calendar:
        method = "COUNTER" if "METHOD:COUNTER" in calendar else "REPLY"
        made.add_alternative(calendar.encode(), "text", "calendar", params={"method": method, "charset": "utf-8"})
    return made.as_bytes()


def bounce(
    status: str = "5.1.1", action: str = "failed", message_id: str = "<1@localhost>", whole: bool = True
) -> bytes:
    returned = "message/rfc822" if whole else "text/rfc822-headers"
    return BOUNCE.format(status=status, action=action, message_id=message_id, returned=returned).encode()


@pytest.mark.parametrize("partstat", ["ACCEPTED", "TENTATIVE", "DECLINED"])
def test_the_answer_of_a_calendar_is_understood(partstat: str) -> None:
    assert understand(mailed(OUTLOOK.format(method="REPLY", partstat=partstat))) == Answer(
        uid="conversation-12@example.com",
        sequence=1,
        attendee="sian@gwynedd.example",
        sender="sian@gwynedd.example",
        partstat=partstat.lower(),
        stamp=datetime(2026, 11, 21, 13, tzinfo=UTC),
        proposed=None,
    )


def test_another_time_that_is_proposed_is_understood() -> None:
    answer = understand(mailed(OUTLOOK.format(method="COUNTER", partstat="TENTATIVE")))
    assert isinstance(answer, Answer)
    assert (answer.partstat, answer.proposed) == ("tentative", datetime(2026, 7, 10, 11, 30, tzinfo=UTC))


def test_an_answer_that_a_machine_gave_is_an_answer() -> None:
    answered = mailed(OUTLOOK.format(method="REPLY", partstat="ACCEPTED"), Auto_Submitted="auto-generated")
    assert isinstance(understand(answered), Answer)


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL", "PUBLISH"])
def test_a_calendar_that_answers_nothing_is_left_for_a_person(method: str) -> None:
    assert understand(mailed(OUTLOOK.format(method=method, partstat="ACCEPTED"))) == Other()


@pytest.mark.parametrize("whole", [True, False])
def test_a_report_of_what_did_not_arrive_is_understood(whole: bool) -> None:
    assert understand(bounce(whole=whole)) == Undelivered(
        "sian@gwynedd.example", "<1@localhost>", "5.1.1", "550 5.1.1 No such user here"
    )


@pytest.mark.parametrize(("status", "action"), [("4.4.1", "delayed"), ("2.0.0", "delivered"), ("4.2.2", "failed")])
def test_what_is_only_late_or_did_arrive_is_no_failure(status: str, action: str) -> None:
    assert understand(bounce(status, action)) == Automatic()


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
    assert understand(mailed("", **headers)) == Automatic()


@pytest.mark.parametrize(
    "content",
    [
        mailed(""),
        mailed("", Auto_Submitted="no"),
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
