from dataclasses import replace

import lived
import pytest
from cast import conversation, member, organiser, person, post, programme, reflection, sign_in
from flask import Flask
from flask.testing import FlaskClient
from letters import letter
from sqlalchemy import func, select

from unmentor import all_in_one, runtime
from unmentor.conversations.actions import invitations
from unmentor.db import Heartbeat, beat, db, transaction
from unmentor.mail.models import Message
from unmentor.mail.outbox import queue, queue_all
from unmentor.people.models import Person
from unmentor.people.organisations import call
from unmentor.people.queries import person_at
from unmentor.programmes.models import Membership, Programme

pytestmark = pytest.mark.thorough

PAGE = "/organise/unmentoring/start-empty"


@pytest.fixture
def morgan(app: Flask, client: FlaskClient) -> Person:
    """Return the organiser of a demo community, signed in."""
    with transaction():
        lived.community(runtime.now(), people=8, rounds=2)
        beat(runtime.now())
    morgan = person_at(all_in_one.ORGANISER)
    assert morgan
    sign_in(client, morgan)
    return morgan


def rows() -> dict[str, int]:
    """Return how many rows each table has that has any."""
    counted = {table: db.session.scalar(select(func.count()).select_from(table)) for table in db.metadata.sorted_tables}
    return {table.name: count for table, count in counted.items() if count}


def test_it_asks_once_and_changes_nothing(morgan: Person, client: FlaskClient) -> None:
    before = rows()
    assert b"Start empty?" in client.get(PAGE).data
    assert rows() == before


def test_only_the_organiser_and_a_fresh_programme_remain(morgan: Person, client: FlaskClient) -> None:
    kept = morgan.id
    call("Cornwall CC", "Cornwall Council")
    answer = post(client, PAGE)
    assert (answer.status_code, answer.location) == (303, "/organise/unmentoring")
    # Who was erased stays listed: a backup that is restored must not bring them back.
    remain = {"person": 1, "programme": 1, "membership": 1, Heartbeat.__tablename__: 1, "erasure": 1, "audit_event": 1}
    assert rows() == remain
    membership = db.session.scalars(select(Membership)).one()
    assert (membership.person_id, membership.person.email) == (kept, all_in_one.ORGANISER)
    assert (membership.role, membership.programme.demo) == ("organiser", False)


def test_the_organiser_is_still_signed_in_and_told(morgan: Person, client: FlaskClient) -> None:
    post(client, PAGE)
    page = client.get("/organise/unmentoring")
    assert page.status_code == 200
    assert b"The demo community is gone" in page.data


def test_no_id_is_given_again_since_old_keys_name_it(morgan: Person, client: FlaskClient) -> None:
    last = db.session.scalar(select(func.max(Person.id)))
    post(client, PAGE)
    assert person("Newcomer").id > last


def test_without_a_token_nothing_goes(morgan: Person, client: FlaskClient) -> None:
    before = rows()
    assert client.post(PAGE).status_code == 422
    assert rows() == before


def test_a_real_programme_cannot_be_emptied(app: Flask, client: FlaskClient) -> None:
    sign_in(client, organiser(programme()))
    assert client.get(PAGE).status_code == 404
    assert post(client, PAGE).status_code == 404
    assert db.session.scalar(select(func.count()).select_from(Programme)) == 1


def test_a_real_programme_beside_the_demo_stays_as_it_is(morgan: Person, client: FlaskClient) -> None:
    wales, ada, ben = programme("Wales"), person("Ada"), person("Ben")
    of = db.session.scalars(select(Programme).where(Programme.demo)).one()
    for someone, its in ((ada, wales), (ben, wales), (ben, of)):
        member(someone, its)
    ours = conversation(wales, ada, ben)
    theirs = conversation(of, ben, morgan)
    queue_all(invitations([ours, theirs]), runtime.now())
    reflection(ours.participations[0], topics="leeks")
    queue(replace(letter(), person_id=ben.id, about="elsewhere", programme_id=of.id), runtime.now())
    db.session.commit()
    assert b"Wales" in client.get(PAGE).data
    answer = post(client, PAGE)
    assert (answer.status_code, answer.location) == (303, "/")
    assert b"The demo community is gone" in client.get("/").data
    assert set(db.session.scalars(select(Programme.name))) == {"Wales"}
    assert set(db.session.scalars(select(Person.name))) == {"Ada", "Ben", morgan.name}
    assert db.session.scalars(select(Message.about)).all() == [f"conversation:{ours.id}"] * 2
    kept = ("conversation", "participation", "reflection", "topic", "reflection_topic", "membership", "round")
    assert {name: count for name, count in rows().items() if name in kept} == {
        "conversation": 1, "participation": 2, "reflection": 1, "topic": 1, "reflection_topic": 1, "membership": 2,
        "round": 1,
    }  # fmt: skip


def test_only_its_organisers_may(morgan: Person, client: FlaskClient) -> None:
    sign_in(client, person("Somebody Else"))
    assert post(client, PAGE).status_code == 403
