import pytest
from cast import person, post, sign_in
from conftest import Clock
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from unmentor import all_in_one, demo, worker
from unmentor.conversations.models import Conversation
from unmentor.db import db, transaction
from unmentor.mail.models import Message
from unmentor.people.models import Person
from unmentor.people.queries import person_at
from unmentor.programmes.models import Programme
from unmentor.reflections.models import Reflection
from unmentor.rounds.models import Round

pytestmark = pytest.mark.thorough


def count(table: type) -> int:
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def present() -> list[Person]:
    return list(db.session.scalars(select(Person).where(Person.left_at.is_(None))))


def rounds() -> list[Round]:
    return list(db.session.scalars(select(Round).order_by(Round.number)))


def shape() -> list[object]:
    """Return everything a visitor could tell two communities apart by."""
    people = select(Person.email, Person.name, Person.phone, Person.joined_at, Person.left_at).order_by(Person.id)
    talks = [
        (drawn.seed, talk.starts_at, talk.state, [(part.person.email, part.met, part.challenged) for part in
         talk.participations]) for drawn in rounds() for talk in drawn.conversations
    ]  # fmt: skip
    words = select(Reflection.slug, Reflection.published_at, Reflection.state, Person.email).join(Person)
    return [db.session.execute(people).all(), talks, db.session.execute(words.order_by(Reflection.slug)).all()]


def test_the_same_moment_gives_the_same_community(app: Flask, clock: Clock) -> None:
    shapes = []
    for _time in range(2):
        demo.fill(clock(), people=12, rounds=3)
        shapes.append(shape())
        db.session.rollback()
    assert shapes[0] == shapes[1]
    assert len(shapes[0][2]) > 5


@pytest.mark.one_engine
@pytest.mark.parametrize("days", [0, 9, 17, 18, 40])
def test_it_is_whole_whenever_it_is_made(app: Flask, clock: Clock, days: int) -> None:
    clock.set(2027, 3, 1, 9, 30)  # half an hour after a draw was due
    clock.advance(days=days)
    demo.fill(clock(), people=10, rounds=2)
    assert count(Round) == 2
    assert db.session.scalar(select(func.max(Conversation.starts_at))) < clock()
    assert db.session.scalar(select(func.max(Reflection.published_at))) <= clock()


def test_the_schedule_has_nothing_to_make_up_for(app: Flask, clock: Clock) -> None:
    clock.set(2026, 12, 7, 9, 30)
    with transaction():
        demo.fill(clock(), people=12, rounds=2)
    worker.tick(clock())
    assert (count(Round), count(Message)) == (2, 0)


def test_the_next_draw_is_left_to_the_visitor(app: Flask, client: FlaskClient, clock: Clock) -> None:
    with transaction():
        demo.fill(clock(), people=12, rounds=2)
    sign_in(client, person_at(all_in_one.ORGANISER))
    assert b"Draw a round now" in client.get("/organise/unmentoring").data
    assert post(client, "/organise/unmentoring/draw").location == "/organise/unmentoring/rounds/3"


def test_more_people_than_the_table_has_are_all_different(app: Flask, clock: Clock) -> None:
    demo.fill(clock(), people=200, rounds=0)
    assert len(present()) == 200
    assert len({each.name for each in present()}) == 200
    assert all((" " in each.name and each.phone) or each.video for each in present())


def test_a_database_with_people_in_it_is_refused(app: Flask, clock: Clock) -> None:
    person()
    with pytest.raises(demo.CannotFill, match="in use already"):
        demo.fill(clock())


@pytest.mark.one_engine
@pytest.mark.parametrize("asked", [{"people": 1}, {"people": 10_001}, {"rounds": -1}, {"rounds": 61}])
def test_nonsense_is_refused(app: Flask, clock: Clock, asked: dict[str, int]) -> None:
    with pytest.raises(demo.CannotFill, match="A demo community has"):
        demo.fill(clock(), **asked)
    assert count(Programme) == 0
