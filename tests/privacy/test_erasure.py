"""Whoever leaves is nowhere: not in others' mail, not in others' words, not in a list, not in a backup."""

from datetime import timedelta
from pathlib import Path

import pytest
from cast import START, conversation, kept, mailed, member, organiser, person, post, programme, reflection, sign_in
from conftest import Clock, wipe
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from test_leaving import everything

from unmentor.backup import backup, restore
from unmentor.conversations import mails
from unmentor.conversations.models import Participation
from unmentor.db import db, transaction
from unmentor.mail.models import Message, Suppressed
from unmentor.mail.outbox import queue
from unmentor.people import actions as people
from unmentor.people.models import Exclusion, Person
from unmentor.privacy.erased import erase_again, keep_list
from unmentor.privacy.leave import leave
from unmentor.privacy.models import Erasure
from unmentor.privacy.retention import ERASURES, forget
from unmentor.programmes.models import Programme
from unmentor.reflections.actions import look_again, publish
from unmentor.reflections.models import Reflection
from unmentor.runtime import now

pytestmark = pytest.mark.thorough


@pytest.fixture
def ours(app: Flask) -> Programme:
    return programme()


@pytest.fixture
def sian(ours: Programme) -> Person:
    someone = person("Siân Ŵyn", email="sian@gwynedd.gov.uk")
    member(someone, ours)
    return someone


def goes(someone: Person) -> None:
    with transaction():
        leave(someone, 7, now())


def all_mail_leaves() -> None:
    db.session.execute(update(Message).values(state="sent", sent_at=now()))
    db.session.commit()
    with transaction():
        forget(now())


def test_the_letter_that_named_them_as_somebody_new_forgets_them(ours: Programme, sian: Person) -> None:
    ada, ben = person("Ada"), person("Ben")
    off = conversation(ours, ada, ben, state="cancelled")
    new = conversation(ours, ada, sian)
    new.round_id = off.round_id
    letter = mails.cancelled(off.participations[0], off.participations, withdrew=off.participations[1], new=[sian])
    queue(letter, now())
    db.session.commit()
    assert "Siân Ŵyn" in mailed("ada@example.gov.uk", "cancelled")
    goes(sian)
    all_mail_leaves()
    assert "ŵyn" not in everything()


def test_an_address_that_was_refused_is_forgotten(ours: Programme, sian: Person) -> None:
    kept(Suppressed(address="sian@gwynedd.gov.uk", since=START, trouble="550 5.1.1 no such user"))
    goes(sian)
    assert db.session.scalar(select(func.count()).select_from(Suppressed)) == 0


def test_an_address_that_refuses_the_goodbye_is_forgotten_with_it(ours: Programme, sian: Person) -> None:
    goes(sian)
    kept(Suppressed(address="sian@gwynedd.gov.uk", since=START, trouble="550 5.1.1 no such user"))
    kept(Suppressed(address="ben@example.gov.uk", since=START, trouble="550 5.1.1 no such user"))
    all_mail_leaves()
    assert db.session.scalars(select(Suppressed.address)).all() == ["ben@example.gov.uk"]


@pytest.mark.parametrize(
    ("text", "met", "state"),
    [
        ("Thanks to Siân I ask twice.", True, "pending"),
        ("Thanks to SIÂN ŴYN I ask twice.", False, "pending"),
        ("Thanks to Siân I ask twice.", False, "published"),
        ("Thanks to Siâned I ask twice.", True, "published"),
    ],
)
def test_others_words_that_name_them_go_to_a_moderator(
    ours: Programme, sian: Person, client: FlaskClient, text: str, met: bool, state: str
) -> None:
    ben = person("Ben")
    talk = conversation(ours, ben, sian if met else person("Cem"), starts_at=START)
    named = reflection(talk.participations[0], text)
    address = f"/reflections/{named.slug}"
    assert client.get(address).status_code == 200
    goes(sian)
    db.session.refresh(named)
    assert named.state == state
    assert client.get(address).status_code == (410 if state == "pending" else 200)
    if state == "pending":
        assert "thanks" not in named.slug
        sign_in(client, organiser(ours))
        assert "Somebody who has left may be named here" in client.get("/organise/unmentoring/reflections").text


def test_what_its_writer_took_back_meanwhile_stays_taken_back(ours: Programme, sian: Person) -> None:
    talk = conversation(ours, person("Ben"), sian, starts_at=START)
    named = reflection(talk.participations[0], "Thanks to Siân I ask twice.")
    db.session.execute(update(Reflection).values(state="withdrawn").execution_options(synchronize_session=False))
    look_again(named)
    assert named.state == "withdrawn"


def test_a_moderator_may_publish_it_again_at_its_old_address_and_day(ours: Programme, sian: Person) -> None:
    talk = conversation(ours, person("Ben"), sian, starts_at=START)
    named = reflection(talk.participations[0], "A siân is a name in Welsh.")
    goes(sian)
    assert publish(named, now()) is True
    assert (named.slug, named.published_at) == ("a-sian-is-a-name-in-welsh", START)


def test_their_own_words_that_name_them_are_looked_at_too(ours: Programme, sian: Person) -> None:
    talk = conversation(ours, sian, person("Ben"), starts_at=START)
    named = reflection(talk.participations[0], "I, Siân, will ask twice.")
    goes(sian)
    assert (named.state, named.byline) == ("pending", "Someone")


def test_two_lists_that_hold_an_address_both_count_when_it_comes_back(ours: Programme, sian: Person) -> None:
    ben = person("Ben")
    people.avoid(ben, "sian@gwynedd.gov.uk")
    goes(sian)
    # Ben types it once more, while nobody has it.
    people.avoid(ben, "sian@gwynedd.gov.uk")
    again = person("Siân", email="sian@gwynedd.gov.uk", confirmed_at=None)
    assert people.confirm(again, now()) is True
    assert db.session.scalars(select(Exclusion.email)).all() == ["sian@gwynedd.gov.uk"]


def test_a_list_shows_that_somebody_has_left_and_not_who(ours: Programme, sian: Person, client: FlaskClient) -> None:
    ben = person("Ben")
    people.avoid(ben, "sian@gwynedd.gov.uk")
    goes(sian)
    sign_in(client, ben)
    page = client.get("/me/not-with").text
    assert "Somebody who has left" in page
    assert "left:" not in page
    assert client.get("/me/data.json").json["not_with"] == [""]
    number = db.session.scalars(select(Exclusion.id)).one()
    post(client, f"/me/not-with/{number}/remove")
    assert db.session.scalar(select(func.count(Exclusion.id))) == 0


def test_a_restore_brings_nobody_back(ours: Programme, sian: Person, clock: Clock, tmp_path: Path) -> None:
    conversation(ours, sian, person("Ben"), starts_at=clock() + timedelta(days=3))
    with transaction():
        backup(tmp_path / "old.gz", clock())
    clock.advance(hours=1)
    goes(sian)
    keep_list(tmp_path / "erased", clock())
    assert "gwynedd" not in (tmp_path / "erased").read_text()
    assert (tmp_path / "erased").stat().st_mode & 0o077 == 0
    wipe()
    with transaction():
        restore(tmp_path / "old.gz", clock())
        assert "gwynedd" in everything()
        assert erase_again(tmp_path / "erased", 7, clock()) == 1
    assert db.session.query(Message).filter_by(kind="goodbye").count() == 0
    all_mail_leaves()
    assert "gwynedd" not in everything()
    assert db.session.scalar(select(func.count()).select_from(Erasure)) == 1
    assert db.session.scalar(select(func.count(Participation.id)).where(Participation.withdrew_at.is_not(None))) == 1


def test_a_restore_knows_who_left_by_who_they_are_and_not_by_an_address(
    ours: Programme, sian: Person, clock: Clock, tmp_path: Path
) -> None:
    with transaction():
        backup(tmp_path / "old.gz", clock())
    number, free = sian.id, sian.email
    people.readdress(sian, "sian@leeds.gov.uk")
    goes(sian)
    # Somebody else has her old address by now, and leaves as well.
    goes(person("Ben", email=free))
    keep_list(tmp_path / "erased", clock())
    kept(Person(email="sian@leeds.gov.uk", name="Cat", joined_at=START, confirmed_at=START))
    with transaction():
        assert erase_again(tmp_path / "erased", 7, clock()) == 0, "hers was another address than Cat's is"
    wipe()
    with transaction():
        restore(tmp_path / "old.gz", clock())
        assert db.session.get(Person, number).email == free
        assert erase_again(tmp_path / "erased", 7, clock()) == 1
    assert db.session.get(Person, number).email is None


def test_a_list_from_before_still_counts_by_address(
    ours: Programme, sian: Person, clock: Clock, tmp_path: Path
) -> None:
    line = f"{clock().isoformat()} {people.address_hash('sian@gwynedd.gov.uk')}\n"
    (tmp_path / "erased").write_text(line)
    with transaction():
        assert erase_again(tmp_path / "erased", 7, clock()) == 1
    assert sian.left_at is not None


def test_whoever_came_back_as_somebody_new_survives_a_restore(
    ours: Programme, sian: Person, clock: Clock, tmp_path: Path
) -> None:
    goes(sian)
    clock.advance(hours=1)
    kept(Person(email="sian@gwynedd.gov.uk", name="Siân", joined_at=clock(), confirmed_at=clock()))
    with transaction():
        keep_list(tmp_path / "erased", clock())
        assert erase_again(tmp_path / "erased", 7, clock()) == 0


def test_the_list_outlives_the_database_and_forgets_after_a_year(
    ours: Programme, sian: Person, clock: Clock, tmp_path: Path
) -> None:
    path = tmp_path / "erased"
    goes(sian)
    keep_list(path, clock())
    wipe()
    keep_list(path, clock())
    assert len(path.read_text().splitlines()) == 1
    clock.advance(seconds=ERASURES.total_seconds() + 1)
    keep_list(path, clock())
    assert path.read_text() == ""


def test_nothing_that_is_published_keeps_a_name_of_who_left(ours: Programme, sian: Person) -> None:
    for number, state in enumerate(("published", "withdrawn", "returned")):
        talk = conversation(ours, sian, person(f"Ben {number}"), starts_at=START)
        reflection(talk.participations[0], f"Number {number}", state=state)
    goes(sian)
    assert [each.signed_name for each in db.session.scalars(select(Reflection))] == [""]
