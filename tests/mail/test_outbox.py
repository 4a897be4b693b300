from collections.abc import Callable
from datetime import timedelta

import pytest
from cast import kept, person
from flask import Flask
from letters import NOW, letter

from unmentor.db import db
from unmentor.mail.actions import hold_all, release_all, try_again
from unmentor.mail.message import compose
from unmentor.mail.models import Message, Stopped, Suppressed
from unmentor.mail.outbox import queue, queue_all
from unmentor.mail.queries import content
from unmentor.people.models import Person


@pytest.fixture
def sian(app: Flask) -> Person:
    return person("Siân Wyn", email="sian@gwynedd.example")


def states() -> list[str]:
    db.session.expire_all()
    return [message.state for message in db.session.query(Message).order_by(Message.id)]


def test_a_queued_message_has_its_final_bytes(sian: Person) -> None:
    message = queue(letter(person_id=sian.id), NOW)
    assert message is not None
    assert content(message) == compose(letter(person_id=sian.id), NOW).content
    assert (message.state, message.recipient, message.expires_at) == ("queued", sian.email, NOW + timedelta(days=3))


def test_queueing_commits_nothing(sian: Person) -> None:
    queue(letter(person_id=sian.id), NOW)
    db.session.rollback()
    assert states() == []


@pytest.mark.parametrize("who", [lambda person: person.id, lambda person: None], ids=["person", "stranger"])
def test_the_same_letter_is_queued_once(sian: Person, who: Callable[[Person], int | None]) -> None:
    assert queue(letter(person_id=who(sian)), NOW) is not None
    assert queue(letter(person_id=who(sian)), NOW + timedelta(hours=1)) is None
    assert states() == ["queued"]


def test_a_higher_sequence_is_another_letter(sian: Person) -> None:
    assert queue_all([letter(person_id=sian.id), letter(person_id=sian.id, sequence=1)], NOW) == 2


def test_a_kind_that_somebody_stopped_is_not_queued_for_them(sian: Person) -> None:
    kept(Stopped(person_id=sian.id, kind="how-was-it"))
    assert queue(letter("how-was-it", person_id=sian.id), NOW) is None
    assert queue(letter("invitation", person_id=sian.id), NOW) is not None


def test_what_cannot_be_written_fails_alone_and_says_why(sian: Person) -> None:
    bad = letter(to=("Eve", "not an address"), person_id=None)
    assert queue_all([letter(person_id=sian.id), bad, letter("goodbye", person_id=sian.id)], NOW) == 3
    assert states() == ["queued", "failed", "queued"]
    assert "not an address" in db.session.query(Message).filter_by(state="failed").one().trouble


def test_nothing_is_queued_to_an_address_that_was_refused_for_good(sian: Person) -> None:
    kept(Suppressed(address=sian.email, since=NOW, trouble="550 no such user"))
    message = queue(letter(person_id=sian.id), NOW)
    assert message is not None
    assert message.state == "failed"


def test_a_sign_in_mail_goes_even_to_an_address_that_was_refused(sian: Person) -> None:
    kept(Suppressed(address=sian.email, since=NOW, trouble="550 no such user"))
    message = queue(letter("sign-in", person_id=sian.id), NOW)
    assert message is not None
    assert message.state == "queued"


def test_trying_again_forgets_that_the_address_was_refused(sian: Person) -> None:
    kept(Suppressed(address=sian.email, since=NOW, trouble="550 no such user"))
    message = queue(letter(person_id=sian.id), NOW)
    assert message is not None
    try_again(message, NOW)
    assert states() == ["queued"]
    assert db.session.query(Suppressed).all() == []


def test_held_mail_waits_and_so_does_what_comes_after(sian: Person) -> None:
    queue(letter(person_id=sian.id), NOW)
    assert hold_all(NOW) == 1
    queue(letter("goodbye", person_id=sian.id), NOW)
    assert states() == ["held", "held"]
    assert release_all(NOW) == 2
    assert states() == ["queued", "queued"]


def test_who_signs_in_while_mail_is_held_is_let_in(sian: Person) -> None:
    hold_all(NOW)
    queue(letter("sign-in", person_id=sian.id), NOW)
    assert states() == ["queued"]


@pytest.mark.thorough
def test_a_round_of_letters_may_be_longer_than_a_batch(app: Flask) -> None:
    many = (letter("goodbye", person_id=None, about=f"person:{number}") for number in range(450))
    assert queue_all(many, NOW) == 450
