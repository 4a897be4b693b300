import re
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from replies import PROGRAMS, Writer, apple, gmail, outlook

from unmentor.mail.inbound.receive import Answer, Automatic, Other, understand

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
    assert understand(write(UID, partstat, sequence=1)) == Answer(UID, 1, "sian@gwynedd.example", partstat.lower())


def test_an_answer_that_lists_all_guests_is_of_the_one_who_sent_it() -> None:
    guests = "ATTENDEE;PARTSTAT=ACCEPTED;CN=Ada:mailto:ada@example.gov.uk\r\nCOMMENT;"
    for spoil in (("COMMENT;", guests), ("BEGIN:VEVENT\r\n", f"BEGIN:VEVENT\r\n{guests}LANGUAGE=en:no\r\n")):
        answer = understand(outlook(UID, "DECLINED", spoil=spoil))
        assert isinstance(answer, Answer)
        assert (answer.attendee, answer.partstat) == ("sian@gwynedd.example", "declined")


def test_an_answer_that_says_two_things_is_for_a_person() -> None:
    twice = "ATTENDEE;PARTSTAT=DECLINED:mailto:sian@gwynedd.example\r\nCOMMENT;"
    assert understand(outlook(UID, "ACCEPTED", spoil=("COMMENT;", twice))) == Other()


def test_who_answers_for_somebody_else_or_from_another_address_is_left_for_a_person() -> None:
    assert understand(apple(UID, sender="pa@gwynedd.example")) == Other()
    sent_by = ("PARTSTAT=", 'SENT-BY="mailto:pa@gwynedd.example";PARTSTAT=')
    assert understand(gmail(UID, sender="pa@gwynedd.example", spoil=sent_by)) == Other()
    assert isinstance(understand(gmail(UID, spoil=sent_by)), Answer)


@pytest.mark.parametrize(
    "spoil", [("UID:", "X-UID:"), ("PARTSTAT=ACCEPTED", "PARTSTAT=DELEGATED"), ("BEGIN", "BROKEN")]
)
def test_what_a_calendar_sends_is_never_automatic(spoil: tuple[str, str]) -> None:
    assert b"Auto-Submitted: auto-generated" in gmail(UID)
    assert understand(gmail(UID, spoil=spoil)) == Other()


def test_a_calendar_inside_a_mail_that_came_back_says_nothing() -> None:
    returned = b"Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/rfc822\n\n" + gmail(UID)
    assert understand(returned + b"\n--b--\n") == Automatic()


@pytest.mark.parametrize("write", PROGRAMS.values(), ids=PROGRAMS)
def test_a_calendar_may_propose_another_time(write: Writer) -> None:
    moved = write(UID, "TENTATIVE", method="COUNTER", spoil=("20261201T09", "20261203T14"))
    assert understand(moved) == Answer(
        UID, 0, "sian@gwynedd.example", "tentative", datetime(2026, 12, 3, 14, tzinfo=UTC)
    )


def test_who_proposes_another_time_and_says_no_more_has_said_no_to_this_one() -> None:
    answer = understand(gmail(UID, "NEEDS-ACTION", method="COUNTER"))
    assert isinstance(answer, Answer)
    assert answer.partstat == "declined"


def test_a_proposal_without_a_time_that_anybody_knows_is_a_plain_no() -> None:
    unknown = ("TZID=GMT Standard Time:2026", "TZID=Customized Time Zone:2026")
    answer = understand(outlook(UID, "DECLINED", method="COUNTER", spoil=unknown))
    assert answer == Answer(UID, 0, "sian@gwynedd.example", "declined")


@pytest.mark.parametrize("method", ["REQUEST", "CANCEL", "PUBLISH"])
@pytest.mark.parametrize("write", PROGRAMS.values(), ids=PROGRAMS)
def test_a_calendar_that_answers_nothing_is_left_for_a_person(write: Writer, method: str) -> None:
    assert understand(write(UID, method=method)) == Other()


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
        ("END:VEVENT", ""),
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
