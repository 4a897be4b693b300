"""Of the mails that say when a conversation is, only the latest is true; no other leaves after it."""

from datetime import timedelta

import pytest
from cast import kept, person
from flask import Flask
from letters import NOW, letter

from unmentor.db import db
from unmentor.mail.actions import try_again
from unmentor.mail.delivery import claims
from unmentor.mail.models import Body, Message, Suppressed
from unmentor.mail.outbox import queue
from unmentor.people.models import Person

LEASE = timedelta(seconds=55)


@pytest.fixture
def sian(app: Flask) -> Person:
    return person("Siân Wyn", email="sian@gwynedd.example")


def queued(sian: Person, kind: str, sequence: int, about: str = "conversation:12", state: str = "") -> Message:
    message = queue(letter(kind, person_id=sian.id, sequence=sequence, about=about), NOW)
    assert message
    message.state = state or message.state
    db.session.commit()
    return message


def state(message: Message) -> str:
    db.session.refresh(message)
    return message.state


@pytest.mark.one_engine
@pytest.mark.parametrize("unsent", ["queued", "held", "uncertain", "sending"])
@pytest.mark.parametrize("earlier", ["invitation", "moved", "reminder"])
@pytest.mark.parametrize("later", ["moved", "cancelled"])
def test_a_later_mail_expires_what_has_not_left(sian: Person, unsent: str, earlier: str, later: str) -> None:
    first = queued(sian, earlier, 0, state=unsent)
    second = queued(sian, later, 1)
    assert (state(first), state(second)) == ("expired", "queued")


@pytest.mark.parametrize("done", ["sent", "failed"])
def test_what_left_or_failed_stays_what_it_is(sian: Person, done: str) -> None:
    first = queued(sian, "invitation", 0, state=done)
    queued(sian, "moved", 1)
    assert state(first) == done


def test_mail_of_others_of_other_conversations_and_of_other_kinds_goes(sian: Person) -> None:
    kept_ones = [
        queued(person("Ben"), "invitation", 0),
        queued(sian, "invitation", 0, about="conversation:13"),
        queued(sian, "how-was-it", 0),
        queued(sian, "reminder", 1),
    ]
    queued(sian, "moved", 1)
    assert [state(each) for each in kept_ones] == ["queued"] * 4


def test_a_second_letter_about_a_draw_that_did_not_happen_leaves_the_first_alone(sian: Person) -> None:
    first = queued(sian, "heads-up", 0, about="period:1")
    queued(sian, "heads-up", 1, about="period:1")
    assert state(first) == "queued"


def test_what_was_overtaken_while_it_was_sent_is_not_sent_again_but_counts_as_sent_where_it_left(sian: Person) -> None:
    first = queued(sian, "invitation", 0)
    with claims.connection(db.engine) as connection:
        claim = claims.claim(connection, NOW, LEASE)
        assert claim
        queued(sian, "moved", 1)
        assert not claims.put_back(connection, claim, "queued", NOW, "450 Later")
        assert not claims.record_outcome(connection, claim, "failed", NOW, "550 No")
        assert state(first) == "expired"
        db.session.rollback()
        assert claims.record_outcome(connection, claim, "sent", NOW)
    assert state(first) == "sent"


def test_trying_again_revives_nothing_that_a_later_mail_overtook(sian: Person) -> None:
    first = queued(sian, "invitation", 0, state="failed")
    second = queued(sian, "cancelled", 1, state="failed")
    assert [try_again(each, NOW) for each in (first, second)] == [False, True]
    assert (state(first), state(second)) == ("failed", "queued")


@pytest.mark.one_engine
@pytest.mark.parametrize("left", ["expired", "sent", "held", "queued"])
def test_trying_again_is_for_what_failed(sian: Person, left: str) -> None:
    message = queued(sian, "invitation", 0, state=left)
    assert not try_again(message, NOW)
    assert state(message) == left


def test_trying_again_revives_nothing_that_is_pointless_by_now(sian: Person) -> None:
    message = queued(sian, "how-was-it", 0, state="failed")
    assert not try_again(message, message.expires_at)
    assert state(message) == "failed"


def test_trying_again_revives_no_mail_that_lets_somebody_in(sian: Person) -> None:
    assert not try_again(queued(sian, "sign-in", 0, state="failed"), NOW)


def test_trying_again_where_there_is_nothing_to_send_forgets_no_refusal(sian: Person) -> None:
    kept(Suppressed(address=sian.email, since=NOW, trouble="550 no such user"))
    message = queued(sian, "invitation", 0)
    assert message.state == "failed"
    db.session.query(Body).delete()
    assert not try_again(message, NOW)
    assert db.session.query(Suppressed).count() == 1
