from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from conftest import Clock
from flask import Flask
from sending import queued, sender, started, the_message
from smtp_server import Behaviour, LoggingServer, listening
from sqlalchemy import delete, func, select

from unmentor.db import db, transaction
from unmentor.mail.actions import hold_all
from unmentor.mail.delivery import claims
from unmentor.mail.delivery.sender import Sender
from unmentor.mail.delivery.transport import Transport, Unreachable
from unmentor.mail.models import Body, Message, Suppressed
from unmentor.mail.queries import content
from unmentor.runtime import now
from unmentor.settings import SmtpServer

pytestmark = pytest.mark.thorough

BYTES = "the bytes that were queued"


@pytest.fixture(autouse=True)
def nothing_left_running() -> Iterator[None]:
    yield
    while started:
        started.pop().stop()


def test_what_is_due_is_sent_once_byte_for_byte(app: Flask, server: LoggingServer) -> None:
    queued()
    assert sender(app, server).send_due() == {"sent": 1}
    assert sender(app, server).send_due() == {}
    message = the_message()
    assert server.accepted == [(message.recipient, content(message))]
    assert (message.state, message.sent_at, message.trouble) == ("sent", now(), "")


def test_many_messages_share_one_connection(app: Flask, server: LoggingServer) -> None:
    queued(*(f"person{number}@example.com" for number in range(9)))
    assert sender(app, server).send_due() == {"sent": 9}
    assert server.connections == 1


def test_everybody_gets_their_own_message(app: Flask, server: LoggingServer) -> None:
    queued("a@example.com", "b@example.com", "c@example.com")
    sender(app, server).send_due()
    assert server.accepted == [(message.recipient, content(message)) for message in db.session.query(Message)]
    assert len({sent for _recipient, sent in server.accepted}) == 3


def test_a_dot_on_a_line_of_its_own_arrives(app: Flask, server: LoggingServer) -> None:
    queued(kind="reflection-published", values={"text": "One\n.\n..\nTwo"})
    sender(app, server).send_due()
    assert server.accepted[0][1] == content(the_message())


def test_what_a_dead_sender_left_is_sent_when_its_lease_ends(app: Flask, server: LoggingServer, clock: Clock) -> None:
    queued()
    with claims.connection(db.engine) as connection:
        claims.claim(connection, now(), timedelta(seconds=55))
    assert sender(app, server).send_due() == {}
    clock.advance(seconds=55)
    assert sender(app, server).send_due() == {"sent": 1}


def test_a_sender_whose_claim_was_taken_over_marks_nothing(app: Flask, clock: Clock) -> None:
    queued()
    with claims.connection(db.engine) as connection:
        late = claims.claim(connection, now(), timedelta(seconds=55))
        clock.advance(seconds=55)
        claims.claim(connection, now(), timedelta(seconds=55))
        assert late is not None
        assert not claims.record_outcome(connection, late, "failed", now(), "too late")
    assert the_message().state == "sending"


def test_two_senders_never_claim_the_same_message(app: Flask) -> None:
    queued("a@example.com", "b@example.com")
    with claims.connection(db.engine) as one, claims.connection(db.engine) as two:
        taken = [claims.claim(each, now(), timedelta(seconds=55)) for each in (one, two, one)]
    assert [claim and claim.recipient for claim in taken] == ["a@example.com", "b@example.com", None]


def wish(stage: str, answer: str) -> Behaviour:
    return lambda at, recipient: answer if at == stage else ""


@pytest.mark.parametrize(
    ("stage", "answer", "state"),
    [
        ("MAIL", "421 Busy", "queued"),
        ("RCPT", "450 Greylisted", "queued"),
        ("DATA", "452 Full", "queued"),
        ("RCPT", "550 5.1.1 No such user", "failed"),
        ("DATA", "554 5.7.1 Looks like spam", "failed"),
        ("MAIL", "close", "queued"),
        ("RCPT", "hang", "queued"),
        ("DATA", "close", "uncertain"),
        ("DATA", "lose", "uncertain"),
        ("DATA", "hang", "uncertain"),
    ],
)
def test_what_the_server_does_decides_the_state(app: Flask, stage: str, answer: str, state: str) -> None:
    queued()
    with listening(wish(stage, answer)) as bad:
        assert sender(app, bad, delivering=0.4).send_due() == {state: 1}
    message = the_message()
    assert message.state == state
    assert message.trouble
    if answer[0].isdigit():
        assert message.trouble == answer


def test_after_a_lost_answer_the_same_bytes_go_again(app: Flask, clock: Clock) -> None:
    queued()
    with listening(wish("DATA", "lose")) as server:
        sending = sender(app, server)
        assert sending.send_due() == {"uncertain": 1}
        server.behave = lambda stage, recipient: ""
        clock.advance(seconds=30)
        assert sending.send_due() == {"sent": 1}
        assert len(server.accepted) == 2
        assert len(set(server.accepted)) == 1


def test_pauses_grow_until_trying_would_be_pointless(app: Flask, clock: Clock) -> None:
    queued(expires_at=now() + timedelta(minutes=5))
    pauses = []
    with listening(wish("RCPT", "450 Not now")) as server:
        sending = sender(app, server)
        while sending.send_due() == {"queued": 1}:
            pauses.append((the_message().due_at - now()).total_seconds())
            clock.advance(seconds=pauses[-1])
    assert pauses == [30, 60, 120, 90]
    assert the_message().state == "expired"


def test_what_is_pointless_by_now_does_not_go_out(app: Flask, server: LoggingServer, clock: Clock) -> None:
    queued(expires_at=now() + timedelta(hours=1))
    clock.advance(hours=1)
    assert sender(app, server).send_due() == {"expired": 1}
    assert server.accepted == []


def test_one_bad_message_does_not_stop_the_others(app: Flask) -> None:
    queued("a@example.com", "bad@example.com", "c@example.com")
    refuse = lambda stage, recipient: "550 No" if recipient.startswith("bad") else ""  # noqa: E731 - one line says it better
    with listening(refuse) as server:
        assert sender(app, server).send_due() == {"sent": 2, "failed": 1}
        assert server.connections == 1


def test_a_message_whose_words_are_gone_fails_and_the_others_go(app: Flask, server: LoggingServer) -> None:
    queued("gone@example.com", "c@example.com")
    db.session.execute(delete(Body).where(Body.id == select(func.min(Message.id)).scalar_subquery()))
    db.session.commit()
    assert sender(app, server).send_due() == {"failed": 1, "sent": 1}
    assert db.session.query(Message).filter_by(state="failed").one().trouble == (
        "Its words are gone, so there is nothing to send"
    )


def test_whatever_breaks_over_one_message_fails_that_and_names_nobody_in_the_log(
    app: Flask, server: LoggingServer, caplog: pytest.LogCaptureFixture
) -> None:
    queued("sian@gwynedd.example", "c@example.com")
    db.session.query(Message).filter_by(recipient="sian@gwynedd.example").update({"recipient": "siân@gwynedd.example"})
    db.session.commit()
    assert sender(app, server).send_due() == {"failed": 1, "sent": 1}
    assert db.session.query(Message).filter_by(state="failed").one().trouble == "It cannot be sent: UnicodeEncodeError"
    assert "UnicodeEncodeError at smtplib.py:" in caplog.text
    assert "gwynedd" not in caplog.text


def test_a_relay_whose_name_cannot_be_one_cannot_be_reached(app: Flask) -> None:
    queued()
    nowhere = Transport(lambda: SmtpServer("relay..example", 25, "none"), "unmentoring@localhost")
    with pytest.raises(Unreachable):
        Sender(app, transport=nowhere).send_due()
    assert (the_message().state, the_message().attempts) == ("queued", 0)


def test_an_address_that_does_not_exist_is_suppressed_until_a_mail_arrives_there(app: Flask) -> None:
    queued()
    with listening(wish("RCPT", "550 5.1.1 No such user")) as server:
        sending = sender(app, server)
        sending.send_due()
        assert [row.address for row in db.session.query(Suppressed)] == ["sian@gwynedd.example"]
        db.session.rollback()
        server.behave = lambda stage, recipient: ""
        queued(kind="sign-in")
        sending.send_due()
    db.session.rollback()
    assert db.session.query(Suppressed).all() == []


def test_a_refusal_that_is_not_about_the_mailbox_suppresses_nobody(app: Flask) -> None:
    queued()
    with listening(wish("RCPT", "550 5.7.1 Relaying denied")) as server:
        sender(app, server).send_due()
    assert the_message().state == "failed"
    assert db.session.query(Suppressed).all() == []


def test_a_server_that_is_down_costs_no_message_a_try_and_says_why(app: Flask) -> None:
    queued()
    nowhere = Transport(lambda: SmtpServer("127.0.0.1", 1, "none"), "unmentoring@localhost")
    with pytest.raises(Unreachable):
        Sender(app, transport=nowhere).send_due()
    assert (the_message().state, the_message().attempts) == ("queued", 0)
    assert "refused" in the_message().trouble


def test_a_worn_out_connection_is_replaced_at_once(app: Flask) -> None:
    said = iter(["", "421 Enough", ""])
    tired = lambda stage, recipient: next(said) if stage == "MAIL" else ""  # noqa: E731 - one line says it better
    queued("a@example.com", "b@example.com")
    with listening(tired) as server:
        assert sender(app, server).send_due() == Counter(sent=2, queued=1)


def test_who_waits_at_their_screen_goes_first(app: Flask, server: LoggingServer) -> None:
    queued("a@example.com", "b@example.com")
    queued("now@example.com", kind="sign-in")
    sender(app, server).send_due()
    assert next(recipient for recipient, _sent in server.accepted) == "now@example.com"


def test_held_mail_does_not_leave(app: Flask, server: LoggingServer) -> None:
    queued()
    with transaction():
        hold_all(now())
    assert sender(app, server).send_due() == {}


def test_a_message_held_while_it_is_sent_is_sent(app: Flask) -> None:
    queued()
    with claims.connection(db.engine) as connection:
        claim = claims.claim(connection, now(), timedelta(seconds=55))
        with transaction():
            hold_all(now())
        assert claim is not None
        assert not claims.put_back(connection, claim, "queued", now(), "later")
        assert the_message().state == "held"
        assert claims.record_outcome(connection, claim, "sent", now())
    assert the_message().state == "sent"


def test_what_is_known_of_an_address_is_there_for_everybody_at_once(app: Flask) -> None:
    with claims.connection(db.engine) as connection:
        claims.suppress(connection, "Ben@example.gov.uk", "550", now())
        assert db.session.scalars(select(Suppressed.address)).all() == ["ben@example.gov.uk"]
        db.session.rollback()
        claims.lift_suppression(connection, "BEN@example.gov.uk")
        assert db.session.scalars(select(Suppressed.address)).all() == []
