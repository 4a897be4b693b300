"""What comes back when mail does not arrive, or is called spam, in the shape that each system gives it."""

from collections.abc import Callable

POSTFIX = """Return-Path: <>
From: MAILER-DAEMON@relay.example (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: unmentoring@localhost
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="4T5vC13Kq0z1.1795521600/relay.example"
Message-Id: <20261124120000.4T5vC23Kq0z2@relay.example>

--4T5vC13Kq0z1.1795521600/relay.example
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

This is the mail system at host relay.example.

--4T5vC13Kq0z1.1795521600/relay.example
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example
X-Postfix-Queue-ID: 4T5vC13Kq0z1
X-Postfix-Sender: rfc822; unmentoring@localhost
Arrival-Date: Tue, 24 Nov 2026 12:00:00 +0000 (GMT)

Final-Recipient: rfc822; {recipient}
Original-Recipient: rfc822;{recipient}
Action: failed
Status: 5.1.1
Remote-MTA: dns; mx.gwynedd.example
Diagnostic-Code: smtp; 550 5.1.1 <{recipient}>: Recipient address
    rejected: User unknown in virtual mailbox table

--4T5vC13Kq0z1.1795521600/relay.example
Content-Description: Undelivered Message Headers
Content-Type: text/rfc822-headers

Return-Path: <unmentoring@localhost>
From: UnMentoring <unmentoring@localhost>
Message-ID: {message_id}
Subject: You and Ada

--4T5vC13Kq0z1.1795521600/relay.example--
"""

# Its status says nothing: what the other server said does.
EXIM = """X-Failed-Recipients: {recipient}
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@relay.example>
To: unmentoring@localhost
References: {message_id}
Content-Type: multipart/report; report-type=delivery-status; boundary=1795521600-eximdsn-1804289383
MIME-Version: 1.0
Subject: Mail delivery failed: returning message to sender
Message-Id: <E1vNqGk-000000001aB-0abc@relay.example>

--1795521600-eximdsn-1804289383
Content-type: text/plain; charset=us-ascii

This message was created automatically by mail delivery software.

--1795521600-eximdsn-1804289383
Content-type: message/delivery-status

Reporting-MTA: dns; relay.example

Action: failed
Final-Recipient: rfc822;{recipient}
Status: 5.0.0
Remote-MTA: dns; mx.gwynedd.example
Diagnostic-Code: smtp; 550 5.1.1 User unknown

--1795521600-eximdsn-1804289383--
"""

EXCHANGE_ONLINE = """From: Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@gwynedd.example>
To: <unmentoring@localhost>
Subject: Undeliverable: You and Ada
Message-ID: <5f0d2c1e@LO2P265MB0001.GBRP265.PROD.OUTLOOK.COM>
In-Reply-To: {message_id}
References: {message_id}
X-MS-Exchange-Message-Is-Ndr:
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="6e2b0c5a-0c8f-4f1d-9f6b-0f6f6f6f6f6f"

--6e2b0c5a-0c8f-4f1d-9f6b-0f6f6f6f6f6f
Content-Type: multipart/alternative; differences=Content-Type;
\tboundary="8d1f8d1f-0c8f-4f1d-9f6b-0f6f6f6f6f6f"

--8d1f8d1f-0c8f-4f1d-9f6b-0f6f6f6f6f6f
Content-Type: text/plain; charset="us-ascii"
Content-Transfer-Encoding: quoted-printable

Your message to {recipient} couldn't be delivered.

--8d1f8d1f-0c8f-4f1d-9f6b-0f6f6f6f6f6f--

--6e2b0c5a-0c8f-4f1d-9f6b-0f6f6f6f6f6f
Content-Type: message/delivery-status

Reporting-MTA: dns;LO2P265MB0001.GBRP265.PROD.OUTLOOK.COM
Received-From-MTA: dns;CWXP265CA0001.GBRP265.PROD.OUTLOOK.COM
Arrival-Date: Tue, 24 Nov 2026 12:00:00 +0000

Final-Recipient: rfc822;{recipient}
Action: failed
Status: 5.1.10
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup

--6e2b0c5a-0c8f-4f1d-9f6b-0f6f6f6f6f6f--
"""

GMAIL = """From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>
To: unmentoring@localhost
Auto-Submitted: auto-replied
Subject: Delivery Status Notification (Failure)
References: {message_id}
In-Reply-To: {message_id}
X-Failed-Recipients: {recipient}
Message-ID: <674321ab.050a0220.1a2b3c.0001.GMR@mx.google.com>
MIME-Version: 1.0
Content-Type: multipart/report; boundary="0000000000001c"; report-type=delivery-status

--0000000000001c
Content-Type: multipart/related; boundary="0000000000001d"

--0000000000001d
Content-Type: text/plain; charset="UTF-8"

** Address not found **

--0000000000001d--
--0000000000001c
Content-Type: message/delivery-status

Reporting-MTA: dns; googlemail.com
Arrival-Date: Tue, 24 Nov 2026 04:00:00 -0800 (PST)
X-Original-Message-ID: {message_id}

Final-Recipient: rfc822; {recipient}
Action: failed
Status: 5.1.1
Remote-MTA: dns; gmail-smtp-in.l.google.com. (192.0.2.1, the server for the domain.)
Diagnostic-Code: smtp; 550-5.1.1 The email account that you tried to reach does not exist. Please try
 550-5.1.1 double-checking the recipient's email address for typos or
 550-5.1.1 unnecessary spaces. For more information, go to
 550 5.1.1  https://support.google.com/mail/?p=NoSuchUser ffacd0b85a97d - gsmtp
Last-Attempt-Date: Tue, 24 Nov 2026 04:00:01 -0800 (PST)

--0000000000001c--
"""

# It has given our message another Message-ID.
AMAZON_SES = """From: MAILER-DAEMON@eu-west-2.amazonses.com
To: unmentoring@localhost
Subject: Delivery Status Notification (Failure)
MIME-Version: 1.0
Content-Type: multipart/report; boundary="A1B2C3.1795521600/eu-west-2.amazonses.com"; report-type=delivery-status

--A1B2C3.1795521600/eu-west-2.amazonses.com
Content-Type: text/plain; charset=UTF-8

An error occurred while trying to deliver the mail to the following recipients:
{recipient}
--A1B2C3.1795521600/eu-west-2.amazonses.com
Content-Type: message/delivery-status

Reporting-MTA: dns; b224-1.smtp-out.eu-west-2.amazonses.com

Action: failed
Final-Recipient: rfc822; {recipient}
Diagnostic-Code: smtp; 550 5.4.1 Recipient address rejected: Access denied. AS(201806281)
Status: 5.4.1

--A1B2C3.1795521600/eu-west-2.amazonses.com
Content-Type: message/rfc822

From: UnMentoring <unmentoring@localhost>
Message-ID: <0102018c0000-00000000@eu-west-2.amazonses.com>
X-UnMentor-Id: {mark}
Subject: You and Ada

--A1B2C3.1795521600/eu-west-2.amazonses.com--
"""

# The recipient is left out, as most services do.
SPAM = """From: <complaints@mail.example>
To: unmentoring@localhost
Subject: FW: You and Ada
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="part1_13d.2e68ed54_boundary"

--part1_13d.2e68ed54_boundary
Content-Type: text/plain; charset="US-ASCII"

This is an email abuse report for an email message received on Tue, 24 Nov 2026.

--part1_13d.2e68ed54_boundary
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: SomeGenerator/1.0
Version: 1
Original-Mail-From: <unmentoring@localhost>
Source-IP: 192.0.2.1

--part1_13d.2e68ed54_boundary
Content-Type: message/rfc822
Content-Disposition: inline

From: UnMentoring <unmentoring@localhost>
Message-ID: {message_id}
Subject: You and Ada

Ada and you.
--part1_13d.2e68ed54_boundary--
"""

MARK = "0123456789abcdef0123456789abcdef01234567"
Report = Callable[..., bytes]


def _writer(report: str) -> Report:
    def write(
        message_id: str = f"<{MARK}@localhost>", recipient: str = "Sian@gwynedd.example", kind: str = "abuse"
    ) -> bytes:
        mark = message_id.partition("@")[0].strip("<")
        return report.format(message_id=message_id, mark=mark, recipient=recipient, kind=kind).encode()

    return write


spam = _writer(SPAM)
SYSTEMS = {
    "postfix": _writer(POSTFIX),
    "exim": _writer(EXIM),
    "exchange online": _writer(EXCHANGE_ONLINE),
    "gmail": _writer(GMAIL),
    "amazon ses": _writer(AMAZON_SES),
}
