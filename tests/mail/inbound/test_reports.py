import pytest
from bounces import MARK, SYSTEMS, Report, spam
from flask import Flask
from letters import NOW, letter
from replies import bounce

from unmentor.db import db
from unmentor.mail.delivery.transport import NO_SUCH_MAILBOX
from unmentor.mail.inbound.actions import COMPLAINED, complained, undelivered
from unmentor.mail.inbound.receive import Automatic, Other, understand
from unmentor.mail.inbound.reports import Complaint, Undelivered
from unmentor.mail.models import Message, Suppressed
from unmentor.mail.outbox import queue


def mark(message: Message) -> str:
    return message.message_id[1:41]


def refused() -> list[tuple[str, str]]:
    return [(row.address, row.trouble) for row in db.session.query(Suppressed)]


@pytest.mark.parametrize("whole", [True, False])
def test_a_report_of_what_did_not_arrive_is_understood(whole: bool) -> None:
    assert understand(bounce(f"<{MARK}@localhost>", whole=whole)) == Undelivered(
        ("sian@gwynedd.example",), (MARK,), "5.1.1", "550 5.1.1 No such user here"
    )


@pytest.mark.parametrize("report", SYSTEMS.values(), ids=SYSTEMS)
def test_the_report_of_every_system_names_the_message_and_whom_it_was_for(report: Report) -> None:
    meaning = understand(report())
    assert isinstance(meaning, Undelivered)
    assert meaning.marks == (MARK,)
    assert meaning.recipients == ("sian@gwynedd.example",)


@pytest.mark.parametrize(
    ("system", "said"),
    [
        ("postfix", "550 5.1.1 <Sian@gwynedd.example>: Recipient address rejected: User unknown in virtual"),
        ("exchange online", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup"),
        ("gmail", "550-5.1.1 The email account that you tried to reach does not exist. Please try 550-5.1.1 dou"),
    ],
)
def test_what_the_other_server_said_is_kept_whole(system: str, said: str) -> None:
    meaning = understand(SYSTEMS[system]())
    assert isinstance(meaning, Undelivered)
    assert meaning.said.startswith(said)


@pytest.mark.parametrize(("status", "action"), [("4.4.1", "delayed"), ("2.0.0", "delivered"), ("5.1.1", "relayed")])
def test_what_is_only_late_or_did_arrive_is_no_failure(status: str, action: str) -> None:
    assert understand(bounce(status=status, action=action)) == Automatic()


def test_what_a_server_gave_up_on_has_failed_as_well(app: Flask) -> None:
    message = queue(letter(person_id=None), NOW)
    assert message is not None
    report = understand(bounce(message.message_id, status="4.4.1"))
    assert isinstance(report, Undelivered)
    assert undelivered(report, NOW)
    db.session.expire_all()
    assert (message.state, refused()) == ("failed", [])


@pytest.mark.one_engine
@pytest.mark.parametrize("report", SYSTEMS.values(), ids=SYSTEMS)
def test_a_hard_bounce_fails_the_mail_and_stops_mail_to_that_address_at_once(app: Flask, report: Report) -> None:
    message = queue(letter(person_id=None), NOW)
    assert message is not None
    for _twice in range(2):
        meaning = understand(report(message.message_id))
        assert isinstance(meaning, Undelivered)
        assert undelivered(meaning, NOW)
    db.session.expire_all()
    assert message.state == "failed"
    assert refused() == [("sian@gwynedd.example", message.trouble)]


def test_a_full_mailbox_fails_one_mail_and_stops_no_other(app: Flask) -> None:
    message = queue(letter(person_id=None), NOW)
    assert message is not None
    assert undelivered(Undelivered(("sian@gwynedd.example",), (mark(message),), "5.2.2", "full"), NOW)
    assert refused() == []


@pytest.mark.parametrize("marks", [(MARK,), ("",), ()])
def test_a_report_about_what_we_never_sent_does_nothing(app: Flask, marks: tuple[str, ...]) -> None:
    queue(letter(person_id=None), NOW)
    queue(letter(to=("Siân", "not an address"), person_id=None, about="x"), NOW)  # it has no Message-ID
    assert not undelivered(Undelivered(("sian@gwynedd.example",), marks, "5.1.1", ""), NOW)
    assert not complained(Complaint(tuple(filter(None, marks))), NOW)
    assert refused() == []
    assert db.session.query(Message).filter_by(state="queued").count() == 1


def test_a_report_about_somebody_else_does_nothing(app: Flask) -> None:
    message = queue(letter(person_id=None), NOW)
    assert message is not None
    assert not undelivered(Undelivered(("eve@example.com",), (mark(message),), "5.1.1", ""), NOW)


def test_whoever_calls_our_mail_spam_gets_no_more_that_could_be_stopped(app: Flask) -> None:
    message = queue(letter(person_id=None), NOW)
    assert message is not None
    report = understand(spam(message.message_id))
    assert isinstance(report, Complaint)
    assert complained(report, NOW)
    assert complained(report, NOW)
    assert refused() == [("sian@gwynedd.example", COMPLAINED)]
    later = [
        queue(letter(kind, person_id=None, about="later"), NOW) for kind in ("reminder", "follow-update", "sign-in")
    ]
    assert [mail and mail.state for mail in later] == ["failed", "failed", "queued"]


def test_a_report_that_mail_was_no_spam_is_no_complaint() -> None:
    assert understand(spam(kind="not-spam")) in (Other(), Automatic())


@pytest.mark.parametrize(
    "said",
    [
        "5.1.1 550 5.1.1 No such user here",
        "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
        "550 5.4.1 Recipient address rejected: Access denied. AS(201806281) [VE1EUR01FT.eop-EUR01.prod.protection]",
        "550-5.1.1 The email account that you tried to reach does not exist.",
        "550 5.1.0 Address rejected.",
        "5.4.4 Host or domain name not found",
    ],
)
def test_an_address_that_is_none_is_recognised(said: str) -> None:
    assert NO_SUCH_MAILBOX.search(said)


@pytest.mark.parametrize(
    "said",
    [
        "550 5.7.1 Client host [85.1.1.4] blocked",
        "554 5.7.1 Service unavailable; 5.1.1.9 is on a list",
        "550 5.1.0 Sender is not allowed to send from localhost per its SPF Record",
        "550 5.4.1 Relay access denied",
        "552 5.2.2 Mailbox full",
        "553 5.1.8 Sender address rejected: Domain not found",
        "550 5.1.15 something new",
    ],
)
def test_a_refusal_for_another_reason_is_not_the_addresss_fault(said: str) -> None:
    assert not NO_SUCH_MAILBOX.search(said)
