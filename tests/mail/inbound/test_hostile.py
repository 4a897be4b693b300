"""Whatever somebody writes to that mailbox, reading it costs a fraction of a second and never ends a run."""

from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unmentor.mail.inbound.bounded import MOST
from unmentor.mail.inbound.headline import headline
from unmentor.mail.inbound.receive import understand

LARGE = 256 * 1024
CALENDAR = b"From: a@b.example\r\nContent-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR\r\nMETHOD:REPLY\r\n"
EVENT = CALENDAR + b"BEGIN:VEVENT\r\nUID:a\r\nATTENDEE;PARTSTAT=ACCEPTED:mailto:a@b.example\r\n"
REPORT = b"Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
ZONE = (
    b"BEGIN:VTIMEZONE\r\nTZID:Mine\r\n%bEND:VTIMEZONE\r\n"
    b"BEGIN:VEVENT\r\nUID:a\r\nDTSTART;TZID=Mine:20260701T090000\r\nATTENDEE:mailto:a@b.example\r\nEND:VEVENT\r\n"
)
RULE = (
    b"BEGIN:STANDARD\r\nDTSTART:16010101T020000\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0000\r\n"
    b"RRULE:FREQ=%b\r\nEND:STANDARD\r\n"
)


def nested(kind: bytes, depth: int) -> bytes:
    return b"".join(b"Content-Type: %b; boundary=b%d\r\n\r\n--b%d\r\n" % (kind, each, each) for each in range(depth))


def from_line(written: bytes) -> bytes:
    return EVENT.replace(b"a@b.example", written, 1) + b"END:VEVENT\r\n"


HOSTILE = {
    "a content type of 256 kB": b"Content-Type: text/plain; " + b"a=b; " * (LARGE // 5),
    "a content type of quotes": b"Content-Type: text/plain; " + b'"a;' * (LARGE // 3),
    "a content type folded over and over": b"Content-Type: text/plain;" + b"\r\n a=b;" * (LARGE // 8),
    "nothing but headers": b"a:\n" * (LARGE // 3),
    "From again and again": b"From: a\n" * (LARGE // 8),
    "many who wrote it": from_line(b"a@b.example, " * (LARGE // 13)),
    "comments in comments": from_line(b"(" * 480),
    "groups in groups": from_line(b"a:" * 240),
    "a name of dots": from_line(b"a." * 240),
    "a name of encoded words": from_line(b"=?utf-8?q?a?=" * 38),
    "a route": from_line(b"<" + b"@a," * 150 + b":x@y>"),
    "parts in parts": nested(b"multipart/mixed", 300) + b"\n" * LARGE,
    "parts in parts, to the limit": nested(b"multipart/mixed", 49) + b"\n" * LARGE,
    "the same part in itself": nested(b"multipart/mixed", 1) * 5000,
    "very many parts": nested(b"multipart/mixed", 1) + b"--b0\n" * (LARGE // 5),
    "a digest": nested(b"multipart/digest", 1) + b"--b0\n\n" * (LARGE // 6),
    "messages in messages": b"Content-Type: message/rfc822\n\n" * (LARGE // 30),
    "reports on many": REPORT + b"Action: failed\nStatus: x\n\n" * (LARGE // 26),
    "a diagnosis of spaces": REPORT + b"a:b\n\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: " + b" " * LARGE,
    "references of brackets": b"References: " + b"<" * LARGE + b"\r\n" + REPORT,
    "a calendar in base64": b"Content-Type: text/calendar\nContent-Transfer-Encoding: base64\n\n" + b"QUJD" * 65536,
    "a calendar in uuencode": b"Content-Type: text/calendar\nContent-Transfer-Encoding: uue\n\nb 1 a\n" + b"M\n" * 9999,
    "a zone that changes every second": CALENDAR + ZONE % (RULE % b"SECONDLY"),
    "a zone of many rules": CALENDAR + ZONE % ((RULE % b"YEARLY;BYDAY=-1SU;BYMONTH=10") * 300),
    "a rule that is never met": CALENDAR + ZONE % (RULE % b"YEARLY;BYMONTH=2;BYMONTHDAY=31"),
    "many guests": EVENT + b"ATTENDEE:mailto:a@b.example\r\n" * (LARGE // 29),
    "many parameters": EVENT + b"ATTENDEE" + b";X=a" * (LARGE // 4) + b":mailto:a@b.example\r\nEND:VEVENT\r\n",
    "quoted parameters": EVENT + b"ATTENDEE;X=" + b'"a",' * 7000 + b":mailto:a@b.example\r\nEND:VEVENT\r\n",
    "many dates": EVENT + b"RDATE;TZID=Foo:20260101T000000\n" * 900 + b"END:VEVENT\r\n",
    "many categories": EVENT + b"CATEGORIES:" + b"a," * 15000 + b"\r\nEND:VEVENT\r\n",
    "a rule of many days": EVENT + b"RRULE:FREQ=YEARLY;BYDAY=" + b"1MO," * 7000 + b"\r\nEND:VEVENT\r\n",
    "a very large number": EVENT + b"SEQUENCE:" + b"9" * 30000 + b"\r\nEND:VEVENT\r\n",
    "lines folded to nothing": EVENT + b"SUMMARY:a" + b"\r\n a" * 7000 + b"\r\nEND:VEVENT\r\n",
    "alarms in alarms": EVENT + b"BEGIN:VALARM\r\n" * 2000 + b"END:VEVENT\r\n",
    "events that never end": CALENDAR + b"BEGIN:VEVENT\r\n" * (LARGE // 14),
}  # fmt: skip


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_message_is_read_in_well_under_a_second(content: bytes) -> None:
    begun = process_time()
    understand(content)
    headline(content)
    assert process_time() - begun < 0.7


@settings(deadline=None)  # a busy machine is nobody's fault, and the table above measures
@given(st.binary(max_size=400))
def test_no_bytes_break_anything(content: bytes) -> None:
    understand(content)
    headline(content)


PIECES = [
    b"From: ", b"a@b.example", b"Content-Type: ", b"multipart/report", b"; boundary=b", b"\r\n", b"\r\n\r\n",
    b"--b\r\n", b"--b--", b"message/delivery-status", b"message/feedback-report", b"Action: failed", b"Status: 5.1.1",
    b"\xff", b"message/rfc822", b"text/calendar", b"BEGIN:VEVENT", b"END:VEVENT", b"METHOD:COUNTER", b"DTSTART:",
    b"ATTENDEE:mailto:", b"Message-ID: <a@b>", b"Content-Transfer-Encoding: base64", b"=?utf-8?b?4p?=", b"=\r\n",
    b"UID:1", b"\x00", b"Final-Recipient: rfc822;", b"20261201T090000Z",
]  # fmt: skip


@settings(deadline=None)  # a busy machine is nobody's fault, and the table above measures
@given(st.lists(st.sampled_from(PIECES), max_size=60))
def test_no_pieces_of_real_mail_in_any_order_break_anything(pieces: list[bytes]) -> None:
    understand(b"".join(pieces))


def test_what_stands_behind_the_beginning_changes_nothing() -> None:
    content = EVENT + b"END:VEVENT\r\nEND:VCALENDAR\r\n"
    assert understand(content + b"\r\n" + b"x" * MOST * 4) == understand(content)


def test_a_headline_is_one_harmless_line() -> None:
    written = b"Date: Tue, 24 Nov 2026 12:00\r\nFrom: =?utf-8?q?Si=C3=A2n=1B[2J?=\r\n <sian@gwynedd.example>\r\n"
    assert headline(written + b"Subject: Can I\r\n\tbring\x07 a friend?\r\n\r\nHello") == (
        "Tue, 24 Nov 2026 12:00  Siân[2J <sian@gwynedd.example>  Can I bring a friend?"
    )
    assert headline(b"\xff") == "A message that says neither who wrote it nor what about"
