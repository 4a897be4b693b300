"""Every deed of organisers and operators is in the log: whose it was, to whom, and only where it was done."""

from pathlib import Path
from typing import Any

import pytest
from cast import conversation, kept, member, organiser, person, post, programme, reflection, sign_in
from conftest import wipe
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from unmentor import runtime
from unmentor.audit.deeds import Deed, sentence
from unmentor.audit.models import AuditEvent
from unmentor.db import db
from unmentor.mail.models import Suppressed
from unmentor.people.models import KeptApart, Person
from unmentor.programmes.models import Programme
from unmentor.reports.models import Report
from unmentor.rounds import steps

CONSOLE = "/organise/unmentoring"


@pytest.fixture
def of(app: Flask) -> Programme:
    """Return a programme of four."""
    of = programme()
    for name in ("Ada", "Ben", "Cat", "Dan"):
        member(person(name), of)
    return of


@pytest.fixture
def olu(of: Programme, client: FlaskClient) -> Person:
    """Return its organiser, signed in."""
    olu = organiser(of)
    sign_in(client, olu)
    return olu


def log() -> list[tuple[Any, ...]]:
    """Return the log, oldest first: deed, who, whose programme, to whom, which round."""
    db.session.rollback()
    known = AuditEvent
    lines = select(known.deed, known.by_id, known.programme_id, known.person_id, known.round_number)
    return [tuple(line) for line in db.session.execute(lines.order_by(known.id))]


def test_what_is_done_to_a_round_is_in_the_log(of: Programme, olu: Person, client: FlaskClient) -> None:
    for path in ("draw", "draw", "rounds/1/redraw", "rounds/1/send", "rounds/1/send", "rounds/1/cancel"):
        post(client, f"{CONSOLE}/{path}")
    # The second draw came to the round that waits, and the second press of "send" was refused.
    assert log() == [
        (deed, olu.id, of.id, None, 1) for deed in ("round-drawn", "round-redrawn", "round-sent", "round-cancelled")
    ]


def test_what_is_done_to_somebody_is_in_the_log(of: Programme, olu: Person, client: FlaskClient) -> None:
    eve = member(person("Eve"), of, approved=False)
    kept(Suppressed(address=eve.person.email, since=runtime.now(), trouble="550"))
    for path in (
        f"people/{eve.person_id}/approve",
        f"people/{eve.person_id}/approve",
        f"mail/to/{eve.person_id}/again",
    ):
        post(client, f"{CONSOLE}/{path}")
    assert log() == [
        (deed, olu.id, of.id, eve.person_id, None) for deed in ("person-approved", "address-written-again")
    ]


def test_what_is_done_to_a_reflection_is_in_the_log(of: Programme, olu: Person, client: FlaskClient) -> None:
    ada, ben = db.session.scalars(select(Person).order_by(Person.id).limit(2)).all()
    talk = conversation(of, ada, ben)
    first, second = (
        reflection(part, f"What {part.person.name} learned", state="pending") for part in talk.participations
    )
    post(client, f"{CONSOLE}/reflections/{first.id}/publish", read=first.written_at.isoformat())
    post(client, f"{CONSOLE}/reflections/{second.id}/return", note="It names somebody.")
    post(client, f"{CONSOLE}/reflections/{first.id}/take-down", note="It names somebody.")
    assert [(deed, whom) for deed, _who, _of, whom, _round in log()] == [
        ("reflection-published", ada.id), ("reflection-returned", ben.id), ("reflection-taken-down", ada.id),
    ]  # fmt: skip


def test_what_is_done_about_a_report_is_in_the_log(of: Programme, olu: Person, client: FlaskClient) -> None:
    talk = conversation(of, *db.session.scalars(select(Person).order_by(Person.id).limit(2)))
    part, other = talk.participations[0].id, talk.participations[1].person_id
    known = {"programme_id": of.id, "participation_id": part, "reason": "Why?", "at": runtime.now(), "about": [other]}
    first, second = kept(Report(**known)).id, kept(Report(**known)).id
    for path in (f"reports/{first}/done", f"reports/{first}/done", f"reports/{second}/apart"):
        post(client, f"{CONSOLE}/{path}", other=other)
    post(client, f"{CONSOLE}/apart/{db.session.scalar(select(KeptApart.id))}/undo")
    assert log() == [
        (deed, olu.id, of.id, None, None) for deed in (Deed.REPORT_SETTLED, Deed.KEPT_APART, Deed.LET_MEET)
    ]


def test_what_is_done_to_a_programme_or_its_log_is_in_the_log(of: Programme, olu: Person, client: FlaskClient) -> None:
    for path in ("end", "end", "reopen", "reopen", "log/export"):
        post(client, f"{CONSOLE}/{path}")
    assert log() == [
        (deed, olu.id, of.id, None, None) for deed in (Deed.PROGRAMME_ENDED, Deed.PROGRAMME_REOPENED, Deed.LOG_EXPORTED)
    ]


def test_what_is_done_at_the_command_line_is_in_the_log(app: Flask, of: Programme, tmp_path: Path) -> None:
    sheet = tmp_path / "people.csv"
    sheet.write_text("name,email,phone\nFay,fay@example.gov.uk,01632 960 001\nWrong,,\n")
    commands = (
        "organiser add olu@example.gov.uk", "organiser add another@example.gov.uk",
        "organiser remove another@example.gov.uk", f"people import {sheet} --dry-run", f"people import {sheet}",
        "programme set unmentoring approve=yes", "round draw unmentoring --dry-run", "round draw unmentoring",
        "round send unmentoring 1", "mail hold", "mail release", "programme create Elsewhere",
        "people export --programme unmentoring",
    )  # fmt: skip
    for command in commands:
        assert app.test_cli_runner().invoke(args=command.split()).exit_code == 0, command
    lines = log()
    assert [line[0] for line in lines] == [
        "organiser-added", "organiser-added", "organiser-removed", "people-imported", "programme-changed",
        "round-drawn", "round-sent", "email-held", "email-released", "programme-created", "people-exported",
    ]  # fmt: skip
    assert {line[1] for line in lines} == {None}, "nobody is signed in there"
    assert [line[2] for line in lines[5:9]] == [of.id, of.id, None, None], "email is everybody's"


def test_a_backup_and_a_restore_are_in_the_log(app: Flask, of: Programme, tmp_path: Path) -> None:
    for command in ("backup", "restore"):
        assert app.test_cli_runner().invoke(args=[command, str(tmp_path / "kept")]).exit_code == 0, command
        # A backup is whole before that is logged, so what it brings back does not say so.
        assert log() == [(f"backup-{'written' if command == 'backup' else 'restored'}", None, None, None, None)]
        wipe()


def test_a_deed_that_is_undone_leaves_no_line(of: Programme, olu: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_round: object) -> int:
        raise RuntimeError("the database went away")

    round_ = steps.draw(of, 7, by=olu.id)
    monkeypatch.setattr("unmentor.rounds.queries.people_in", fail)
    with pytest.raises(RuntimeError):
        steps.send(round_, by=olu.id)
    assert [line[0] for line in log()] == ["round-drawn"]


def test_a_deed_reads_as_a_sentence(app: Flask) -> None:
    assert sentence(Deed.PERSON_APPROVED, person="Ada") == "Let Ada in"
    assert sentence(Deed.PERSON_APPROVED) == "Let … in"
    assert sentence("some-deed-of-a-later-version") == "some-deed-of-a-later-version"


def test_no_deed_is_longer_than_its_column_and_each_is_told_apart(app: Flask) -> None:
    from unmentor.audit.models import LONGEST_DEED

    assert max(map(len, Deed)) <= LONGEST_DEED
    assert len({sentence(deed) for deed in Deed}) == len(Deed)
