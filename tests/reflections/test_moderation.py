"""An organiser reads quickly, decides kindly, and can think again for ten minutes."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from cast import conversation, organiser, person, post, programme, reflection, sign_in, statements
from conftest import Clock
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from unmentor.audit.models import AuditEvent
from unmentor.db import db, transaction
from unmentor.mail.models import Message
from unmentor.programmes.models import Programme
from unmentor.reflections.actions import publish, return_, share, take_down, undo
from unmentor.reflections.forms import Draft
from unmentor.reflections.models import Reflection
from unmentor.reflections.queries import count_pending

PAGE = "/organise/unmentoring/reflections"


@pytest.fixture
def ours(app: Flask) -> Programme:
    return programme()


@pytest.fixture
def console(ours: Programme, client: FlaskClient) -> FlaskClient:
    """Return the browser of an organiser."""
    sign_in(client, organiser(ours))
    return client


def written(ours: Programme, text: str = "Ask twice.", **given: object) -> Reflection:
    """Return what somebody wrote and nobody has looked at."""
    number = db.session.query(Reflection).count()
    someone = given.pop("by", None) or person(f"Eve {number}")
    part = conversation(ours, someone, person(f"Fay {number}")).participations[0]
    return reflection(part, **{"text": text, "state": "pending", "published_at": None} | given)


def letters() -> list[Message]:
    return list(db.session.scalars(select(Message).order_by(Message.id)))


def test_what_was_made_public_can_be_undone_before_its_writer_hears(
    ours: Programme, console: FlaskClient, clock: Clock
) -> None:
    one = written(ours)
    read = one.written_at.isoformat()
    post(console, f"{PAGE}/{one.id}/publish", read=read)
    assert console.get("/reflections/ask-twice").status_code == 200
    assert [each.kind for each in letters()] == ["reflection-published"] * 2  # its writer's, and their partner's
    clock.advance(minutes=9)
    assert letters()[0].due_at > clock()
    assert "“Ask twice.” is public" in console.get(PAGE).text
    post(console, f"{PAGE}/{one.id}/undo")
    assert "nobody heard of it" in console.get(PAGE).text
    db.session.refresh(one)
    assert (one.state, one.published_at) == ("pending", None)
    assert letters() == []
    assert console.get("/reflections/ask-twice").status_code == 404
    # The same words can still be decided on, and their writer hears then.
    post(console, f"{PAGE}/{one.id}/publish", read=read)
    clock.advance(minutes=11)
    assert letters()[0].due_at < clock()
    post(console, f"{PAGE}/{one.id}/undo")
    assert "That was too late" in console.get(PAGE).text
    assert [event.deed for event in db.session.scalars(select(AuditEvent).order_by(AuditEvent.id))] == [
        "reflection-published", "reflection-undone", "reflection-published",
    ]  # fmt: skip


def test_what_was_taken_down_by_mistake_is_at_its_address_again(ours: Programme, clock: Clock) -> None:
    one = written(ours, state="published", published_at=clock())
    clock.advance(days=3)
    take_down(one, "It names somebody.", clock())
    assert "ask" not in one.slug
    assert undo(one, clock())
    db.session.commit()
    assert (one.state, one.slug, one.note) == ("published", "ask-twice", "")
    assert one.published_at
    assert letters() == []


def test_what_its_writer_changed_meanwhile_is_not_undone(ours: Programme, clock: Clock) -> None:
    one = written(ours)
    return_(one, "Who is he?", clock())
    share(one.participation, Draft("Ask three times."), clock())
    assert not undo(one, clock())
    assert (one.state, one.text) == ("pending", "Ask three times.")


def test_of_two_who_undo_at_once_one_does(ours: Programme, app: Flask, clock: Clock) -> None:
    one = written(ours)
    publish(one, clock())
    number = one.id
    db.session.commit()

    def undo_it(_: int) -> bool:
        with app.app_context(), transaction():
            return undo(db.session.get_one(Reflection, number), clock())

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(undo_it, range(4))).count(True) == 1


def test_ready_words_are_read_in_the_language_of_the_writer(ours: Programme, console: FlaskClient) -> None:
    one = written(ours, by=person("Siân", language="cy"))
    assert "It names somebody who may not want that." in console.get(f"{PAGE}/{one.id}/return").text
    post(console, f"{PAGE}/{one.id}/return", why="names", note="Llinell dau.")
    db.session.refresh(one)
    first, second = one.note.split("\n")
    assert "It names" not in first
    assert second == "Llinell dau."


def test_an_organiser_sees_who_is_new_and_who_wrote_before(ours: Programme, console: FlaskClient, clock: Clock) -> None:
    ada = person("Ada")
    for text in ("One.", "Two."):
        written(ours, text, by=ada, state="published", published_at=clock())
    written(ours, "Three.", by=ada)
    assert "2 of theirs were public before." in console.get(PAGE).text
    written(ours, "Mine.")
    assert "Their first." in console.get(PAGE).text
    assert count_pending(ours) == 2


@pytest.mark.thorough
def test_many_that_wait_ask_the_database_no_more_than_few(ours: Programme, console: FlaskClient, clock: Clock) -> None:
    def asked() -> int:
        with statements() as told:
            assert len(console.get(PAGE).data) < 60_000
        return len(told)

    def some(number: int) -> None:
        for each in range(number):
            written(ours, f"Waits {number} {each}. " + "A long story. " * 80)
            publish(written(ours, f"Public {number} {each}."), clock())
        db.session.commit()

    some(1)
    few = asked()
    some(12)
    assert asked() <= few
