"""What programs write when somebody answers an invitation, in the shape that each of them gives it."""

from base64 import encodebytes
from collections.abc import Callable
from quopri import encodestring

OUTLOOK = """From: =?iso-8859-1?Q?Wyn=2C_Si=E2n?= <{sender}>\r
To: UnMentoring <unmentoring@localhost>\r
Subject: Accepted: UnMentoring: Ada and Si=?iso-8859-1?Q?=E2?=n\r
Thread-Topic: UnMentoring\r
Message-ID: <LO2P265MB0001@LO2P265MB0001.GBRP265.PROD.OUTLOOK.COM>\r
X-MS-Has-Attach:\r
X-MS-Exchange-Calendar-Originator-Id: 0\r
MIME-Version: 1.0\r
Content-Type: multipart/alternative; boundary="_002_LO2P_"\r
\r
--_002_LO2P_\r
Content-Type: text/plain; charset="iso-8859-1"\r
Content-Transfer-Encoding: quoted-printable\r
\r
\r
--_002_LO2P_\r
Content-Type: text/calendar; charset="utf-8"; method=REPLY\r
Content-Transfer-Encoding: base64\r
\r
{base64}\r
--_002_LO2P_--\r
"""

# Its own zone, no ORGANIZER, a comment in a language.
FROM_EXCHANGE = """BEGIN:VCALENDAR\r
METHOD:{method}\r
PRODID:Microsoft Exchange Server 2010\r
VERSION:2.0\r
BEGIN:VTIMEZONE\r
TZID:GMT Standard Time\r
BEGIN:STANDARD\r
DTSTART:16010101T020000\r
TZOFFSETFROM:+0100\r
TZOFFSETTO:+0000\r
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10\r
END:STANDARD\r
BEGIN:DAYLIGHT\r
DTSTART:16010101T010000\r
TZOFFSETFROM:+0000\r
TZOFFSETTO:+0100\r
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3\r
END:DAYLIGHT\r
END:VTIMEZONE\r
BEGIN:VEVENT\r
ATTENDEE;PARTSTAT={partstat};CN="Wyn, Siân":mailto:{attendee}\r
COMMENT;LANGUAGE=en-GB:\\n\r
UID:{uid}\r
SUMMARY;LANGUAGE=en-GB:Accepted: UnMentoring: Ada and Siân\r
DTSTART;TZID=GMT Standard Time:20261201T090000\r
DTEND;TZID=GMT Standard Time:20261201T093000\r
CLASS:PUBLIC\r
PRIORITY:5\r
DTSTAMP:20261121T130000Z\r
TRANSP:OPAQUE\r
STATUS:CONFIRMED\r
SEQUENCE:{sequence}\r
LOCATION;LANGUAGE=en-GB:https://meet.jit.si/unmentoring-0\r
X-MICROSOFT-CDO-APPT-SEQUENCE:{sequence}\r
X-MICROSOFT-CDO-BUSYSTATUS:BUSY\r
END:VEVENT\r
END:VCALENDAR\r
"""

GMAIL = """Reply-To: =?UTF-8?B?U2nDom4gV3lu?= <{sender}>\r
Sender: Google Calendar <calendar-notification@google.com>\r
Auto-Submitted: auto-generated\r
Message-ID: <calendar-0@google.com>\r
Subject: =?UTF-8?Q?Accepted=3A_UnMentoring=3A_Ada_and_Si=C3=A2n?=\r
From: =?UTF-8?B?U2nDom4gV3lu?= <{sender}>\r
To: unmentoring@localhost\r
MIME-Version: 1.0\r
Content-Type: multipart/mixed; boundary="000000000000a"\r
\r
--000000000000a\r
Content-Type: multipart/alternative; boundary="000000000000b"\r
\r
--000000000000b\r
Content-Type: text/plain; charset="UTF-8"; format=flowed; delsp=yes\r
Content-Transfer-Encoding: base64\r
\r
U2nDom4gaGFzIGFuc3dlcmVkLg==\r
--000000000000b\r
Content-Type: text/calendar; charset="UTF-8"; method=REPLY\r
Content-Transfer-Encoding: quoted-printable\r
\r
{quoted}\r
--000000000000b--\r
--000000000000a\r
Content-Type: application/ics; name="invite.ics"\r
Content-Disposition: attachment; filename="invite.ics"\r
Content-Transfer-Encoding: base64\r
\r
{base64}\r
--000000000000a--\r
"""

# Every detail of the invitation is sent back, and lines are folded.
FROM_GOOGLE = """BEGIN:VCALENDAR\r
PRODID:-//Google Inc//Google Calendar 70.9054//EN\r
VERSION:2.0\r
CALSCALE:GREGORIAN\r
METHOD:{method}\r
BEGIN:VEVENT\r
DTSTART:20261201T090000Z\r
DTEND:20261201T093000Z\r
DTSTAMP:20261121T130000Z\r
ORGANIZER;CN=UnMentoring:mailto:unmentoring@localhost\r
UID:{uid}\r
ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT={partstat};CN=Siân Wyn;X-NUM-\r
 GUESTS=0:mailto:{attendee}\r
CREATED:20261101T090000Z\r
DESCRIPTION:Video room: https://meet.jit.si/unmentoring-0\\n\\n– What surpr\r
 ised you?\r
LAST-MODIFIED:20261121T130000Z\r
LOCATION:https://meet.jit.si/unmentoring-0\r
SEQUENCE:{sequence}\r
STATUS:CONFIRMED\r
SUMMARY:UnMentoring: Ada and Siân\r
TRANSP:OPAQUE\r
END:VEVENT\r
END:VCALENDAR\r
"""

APPLE = """From: =?utf-8?Q?Si=C3=A2n_Wyn?= <{sender}>\r
Content-Type: multipart/mixed; boundary="Apple-Mail=_0"\r
Mime-Version: 1.0 (Mac OS X Mail 16.0 \\(3826.200.121\\))\r
Subject: =?utf-8?Q?Accepted=3A_UnMentoring=3A_Ada_and_Si=C3=A2n?=\r
Message-Id: <0@gwynedd.example>\r
To: unmentoring@localhost\r
X-Mailer: Apple Mail (2.3826.200.121)\r
\r
--Apple-Mail=_0\r
Content-Transfer-Encoding: 7bit\r
Content-Type: text/plain; charset=us-ascii\r
\r
Sian has answered.\r
--Apple-Mail=_0\r
Content-Disposition: attachment; filename=iCal-20261121-130000.ics\r
Content-Type: text/calendar; name="iCal-20261121-130000.ics"; charset=utf-8; method=REPLY; x-unix-mode=0644\r
Content-Transfer-Encoding: quoted-printable\r
\r
{quoted}\r
--Apple-Mail=_0--\r
"""

# The status of its request, an alarm of its own inside the event, and the address in capitals as it was typed.
FROM_MACOS = """BEGIN:VCALENDAR\r
CALSCALE:GREGORIAN\r
VERSION:2.0\r
METHOD:{method}\r
PRODID:-//Apple Inc.//macOS 15.1//EN\r
BEGIN:VEVENT\r
ATTENDEE;CN="Siân Wyn";CUTYPE=INDIVIDUAL;PARTSTAT={partstat};ROLE=REQ-PARTICIPANT:MAILTO:{attendee}\r
CREATED:20261101T090000Z\r
DTEND:20261201T093000Z\r
DTSTAMP:20261121T130000Z\r
DTSTART:20261201T090000Z\r
LAST-MODIFIED:20261121T130000Z\r
ORGANIZER;CN=UnMentoring:mailto:unmentoring@localhost\r
REQUEST-STATUS:2.0;Success\r
SEQUENCE:{sequence}\r
SUMMARY:UnMentoring: Ada and Siân\r
TRANSP:OPAQUE\r
UID:{uid}\r
X-APPLE-TRAVEL-ADVISORY-BEHAVIOR:AUTOMATIC\r
BEGIN:VALARM\r
ACTION:DISPLAY\r
ATTENDEE:mailto:alarm@example.com\r
TRIGGER:-PT15M\r
UID:the-alarm\r
END:VALARM\r
END:VEVENT\r
END:VCALENDAR\r
"""

Writer = Callable[..., bytes]


def _writer(mail: str, calendar: str) -> Writer:
    def write(
        uid: str,
        partstat: str = "ACCEPTED",
        attendee: str = "Sian@gwynedd.example",
        sender: str | None = None,
        sequence: int = 0,
        method: str = "REPLY",
        spoil: tuple[str, str] = ("", ""),
    ) -> bytes:
        told = {"uid": uid, "partstat": partstat, "attendee": attendee, "sequence": sequence, "method": method}
        ics = calendar.format(**told).replace(*spoil).encode("utf-8", "surrogateescape")
        return mail.format(
            sender=sender or attendee, base64=encodebytes(ics).decode(), quoted=encodestring(ics).decode()
        ).encode()

    return write


outlook, gmail, apple = _writer(OUTLOOK, FROM_EXCHANGE), _writer(GMAIL, FROM_GOOGLE), _writer(APPLE, FROM_MACOS)
PROGRAMS = {"outlook": outlook, "gmail": gmail, "apple": apple}

OUT_OF_OFFICE = b"""From: Ben <ben@leeds.example>
Subject: Automatic reply: UnMentoring
Auto-Submitted: auto-generated
X-Auto-Response-Suppress: All

I am away until Monday.
"""
LETTER = b"""From: Ben <ben@leeds.example>
Subject: A question

Can I bring a colleague?
"""
BOUNCE = """From: MAILER-DAEMON@mx.example.com
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I'm sorry to have to inform you.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com

Final-Recipient: rfc822; {recipient}
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


def bounce(
    message_id: str = "<1@localhost>",
    recipient: str = "Sian@gwynedd.example",
    status: str = "5.1.1",
    action: str = "failed",
    whole: bool = True,
) -> bytes:
    """Return the report of what did not arrive (RFC 3464), with the *whole* message or only its headers."""
    returned = "message/rfc822" if whole else "text/rfc822-headers"
    return BOUNCE.format(
        status=status, action=action, message_id=message_id, recipient=recipient, returned=returned
    ).encode()
