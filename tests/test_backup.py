from pathlib import Path

import pytest
from cast import conversation, member, person, programme
from conftest import Clock, wipe
from flask import Flask
from sqlalchemy import select

from unmentor.backup import CannotRestore, backup, restore
from unmentor.db import db
from unmentor.mail.models import Message
from unmentor.people.models import Person
from unmentor.rounds.actions import draw_round, send_round


def everything() -> dict[str, list[tuple[object, ...]]]:
    tables = [table for table in db.metadata.sorted_tables if table.name not in {"message", "hold"}]
    queries = {table.name: select(table).order_by(*table.primary_key) for table in tables}
    return {name: [tuple(row) for row in db.session.execute(query)] for name, query in queries.items()}


@pytest.fixture
def file(app: Flask, clock: Clock, tmp_path: Path) -> Path:
    """Return a backup of a lively service."""
    of = programme()
    for name in ("Siân Ŵyn 🌱", "Ben", "Cat"):
        member(person(name, availability=["mon-am"]), of)
    conversation(of, person("Eve"), person("Fay"))
    send_round(draw_round(of, 7, clock()), clock())
    db.session.commit()
    backup(tmp_path / "kept")
    return tmp_path / "kept"


def test_what_is_restored_is_what_was_backed_up(file: Path, clock: Clock) -> None:
    before = everything()
    mails = {message.message_id: message.content for message in db.session.query(Message)}
    wipe()
    restore(file, clock())
    db.session.commit()
    assert everything() == before
    assert {message.message_id: message.content for message in db.session.query(Message)} == mails


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


def test_an_older_backup_is_never_overwritten(file: Path) -> None:
    with pytest.raises(FileExistsError):
        backup(file)


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
