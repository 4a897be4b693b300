import re
from pathlib import Path

import pytest
from cast import conversation, kept, member, organiser, person, programme, sign_in
from conftest import Clock, wipe
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from unmentor.backup import CannotRestore, backup, restore
from unmentor.db import beat, db
from unmentor.mail.models import Message
from unmentor.mail.queries import content
from unmentor.people.models import Person
from unmentor.programmes.commitment import commit_where_none, standing
from unmentor.programmes.models import Period, Programme
from unmentor.rounds.actions import draw_round, send_round
from unmentor.rounds.models import Round
from unmentor.rounds.schedule import run_due

COMMITTED = {"programme": {"sealed_secret", "commitment", "committed_at", "draws"}}


def everything() -> dict[str, list[tuple[object, ...]]]:
    tables = [table for table in db.metadata.sorted_tables if table.name not in {"message", "hold"}]
    # What a programme had committed to is not brought back.
    hidden = {(table, column) for table, columns in COMMITTED.items() for column in columns}
    kept = [[each for each in table.c if (table.name, each.name) not in hidden] for table in tables]
    queries = {
        table.name: select(*columns).order_by(*table.primary_key) for table, columns in zip(tables, kept, strict=True)
    }
    return {name: [tuple(row) for row in db.session.execute(query)] for name, query in queries.items()}


@pytest.fixture
def file(app: Flask, clock: Clock, tmp_path: Path) -> Path:
    """Return a backup of a lively service."""
    ours = programme()
    for name in ("Siân Ŵyn 🌱", "Ben", "Cat"):
        member(person(name, availability=["mon-am"]), ours)
    conversation(ours, person("Eve"), person("Fay"))
    send_round(draw_round(ours, 7, clock()), clock())
    db.session.commit()
    backup(tmp_path / "kept", clock())
    return tmp_path / "kept"


def test_what_is_restored_is_what_was_backed_up(file: Path, clock: Clock) -> None:
    before = everything()
    mails = {message.message_id: content(message) for message in db.session.query(Message)}
    wipe()
    restore(file, clock())
    db.session.commit()
    assert everything() == before
    assert {message.message_id: content(message) for message in db.session.query(Message)} == mails


def test_the_first_programme_of_a_new_database_gives_way(file: Path, clock: Clock) -> None:
    before = everything()
    wipe()
    programme(name="UnMentoring", time_zone="Pacific/Apia")
    restore(file, clock())
    db.session.commit()
    assert everything() == before


def test_mail_is_held_after_a_restore(file: Path, clock: Clock) -> None:
    wipe()
    restore(file, clock())
    assert {message.state for message in db.session.query(Message)} == {"held"}


def test_new_rows_are_numbered_after_the_restored_ones(file: Path, clock: Clock) -> None:
    wipe()
    restore(file, clock())
    db.session.commit()
    highest = max(each.id for each in db.session.query(Person))
    assert person("Newcomer").id > highest


def test_a_full_database_is_never_overwritten(file: Path, clock: Clock) -> None:
    with pytest.raises(CannotRestore, match="not empty"):
        restore(file, clock())


def test_draws_that_came_due_since_the_backup_are_not_made_again(file: Path, clock: Clock, client: FlaskClient) -> None:
    wipe()
    clock.advance(days=20)
    restored = restore(file, clock())
    db.session.commit()
    assert restored.missed == {"unmentoring": ["2026-12-07T09:00"]}
    ours = db.session.query(Programme).one()
    assert run_due(ours, clock()) is None
    assert db.session.query(Round).filter_by(programme=ours).count() == 2
    sign_in(client, organiser(ours))
    page = client.get("/organise/unmentoring").text
    assert re.search(r"The draw of Monday 7 December, [^<]* was not made", page)


def test_a_draw_that_was_due_just_before_the_backup_is_not_made_again(app: Flask, clock: Clock, tmp_path: Path) -> None:
    ours = programme()
    member(person(), ours), member(person("Ben"), ours)
    db.session.commit()
    clock.set(2026, 12, 7, 9, 0)
    backup(tmp_path / "kept", clock())
    wipe()
    clock.advance(minutes=30)
    assert restore(tmp_path / "kept", clock()).missed == {"unmentoring": ["2026-12-07T09:00"]}
    db.session.commit()
    assert run_due(db.session.query(Programme).one(), clock()) is None


def test_what_a_new_database_has_by_itself_does_not_keep_a_backup_out(file: Path, clock: Clock) -> None:
    before = everything()
    wipe()
    beat(clock())
    ours = programme()
    kept(Period(programme_id=ours.id, slot="2026-11-02T09:00", claimed_at=clock(), outcome="too-few"))
    restore(file, clock())
    db.session.commit()
    assert everything() == before


def test_two_programmes_were_not_made_by_themselves(file: Path, clock: Clock) -> None:
    wipe()
    programme(), programme("Second")
    with pytest.raises(CannotRestore, match="not empty"):
        restore(file, clock())


def test_a_zone_that_is_not_known_here_is_refused_by_name(app: Flask, clock: Clock, tmp_path: Path) -> None:
    programme()
    db.session.execute(update(Programme).values(time_zone="Mars/Base"))
    db.session.commit()
    backup(tmp_path / "kept", clock())
    wipe()
    with pytest.raises(CannotRestore, match="unmentoring lives in the time zone 'Mars/Base'"):
        restore(tmp_path / "kept", clock())


def test_an_older_backup_is_never_overwritten(file: Path, clock: Clock) -> None:
    with pytest.raises(FileExistsError):
        backup(file, clock())


def test_a_backup_is_for_its_owners_eyes_only(file: Path) -> None:
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("broken", [b"", b"nonsense", "cut"])
def test_a_broken_backup_restores_nothing(file: Path, clock: Clock, broken: bytes | str) -> None:
    file.write_bytes(file.read_bytes()[:-40] if isinstance(broken, str) else broken)
    wipe()
    with pytest.raises(CannotRestore, match="not a whole backup"):
        restore(file, clock())
    db.session.rollback()
    assert db.session.query(Person).count() == 0


def test_a_secret_that_may_have_been_told_since_decides_no_draw_after_a_restore(file: Path, clock: Clock) -> None:
    told = standing(db.session.query(Programme).one())
    wipe()
    restore(file, clock())
    db.session.commit()
    ours = db.session.query(Programme).one()
    assert told
    assert (standing(ours), ours.commitment) == (None, None)
    assert commit_where_none(clock()) == 1
    db.session.refresh(ours)
    assert standing(ours) != told
