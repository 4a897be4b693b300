"""Every command that does something for a programme: its log has it, and what cannot be logged is not done."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from cast import member, organiser, person, programme
from flask import Flask
from sqlalchemy import event

from unmentor.audit.models import AuditEvent
from unmentor.db import db
from unmentor.rounds import steps

UNWRITTEN = "No line of the log is written today."
SHEET = "name,email,phone\nSiân Wyn,sian@gwynedd.example,01286 672 255\n"
# Each command, what the log says of it, and what came before.
DEEDS = [
    ("people add sian@gwynedd.example Siân --phone 01286672255", ["person-added"], ""),
    ("people import people.csv", ["people-imported"], ""),
    ("people export", ["people-exported"], ""),
    ("people approve wyn@example.gov.uk", ["person-approved"], ""),
    ("people ask fay@example.gov.uk", ["person-asked-again"], ""),
    ("people pause ada@example.gov.uk", ["person-paused"], ""),
    ("people resume pat@example.gov.uk", ["person-resumed"], ""),
    ("people remove ada@example.gov.uk", ["person-removed"], ""),
    ("organiser add ada@example.gov.uk", ["organiser-added"], ""),
    ("organiser remove eve@example.gov.uk", ["organiser-removed"], ""),
    ("round draw unmentoring --seed 7", ["round-drawn"], ""),
    ("round redraw unmentoring 1 --seed 8", ["round-redrawn"], "drawn"),
    ("round swap unmentoring 1 {one} {other}", ["person-swapped", "person-swapped"], "drawn"),
    ("round leave-out unmentoring 1 ada@example.gov.uk", ["person-left-out"], "drawn"),
    ("round take-in unmentoring 1 new@example.gov.uk", ["person-taken-in"], "drawn"),
    ("round send unmentoring 1", ["round-sent"], "drawn"),
    ("round stop unmentoring 1", ["round-stopped"], "leaving"),
    ("round cancel unmentoring 1", ["round-cancelled"], "drawn"),
    ("programme create Housing", ["programme-created"], ""),
    ("programme set unmentoring odd=trio lead_days=5", ["programme-changed"], ""),
    ("programme end unmentoring", ["programme-ended"], ""),
    ("programme reopen unmentoring", ["programme-reopened"], "ended"),
    ("mail hold", ["email-held"], ""),
    ("mail release", ["email-released"], "held"),
]


@pytest.fixture(params=DEEDS, ids=[deed[0].split(" unmentoring")[0] for deed in DEEDS])
def deed(app: Flask, request: pytest.FixtureRequest, tmp_path: Path) -> tuple[list[str], list[str]]:
    """Return a command in a programme for which it makes sense, and what the log is to say of it."""
    words, deeds, before = request.param
    ours = programme()
    for name in ("Ada", "Ben", "Cat", "Dan"):
        member(person(name), ours)
    for name in ("Eve", "Olu"):
        organiser(ours, name)
    member(person("Wyn"), ours, approved=False)
    member(person("Fay", confirmed_at=None), ours)
    member(person("Pat"), ours, state="paused")
    db.session.commit()
    named = {}
    if before in {"drawn", "leaving"}:
        round_ = steps.draw(ours, 7)
        named = {
            name: talk.participations[0].person.email
            for name, talk in zip(("one", "other"), round_.conversations, strict=False)
        }
        member(person("New"), ours)
        db.session.commit()
        if before == "leaving":
            steps.let_go(round_)
    if before in {"ended", "held"}:
        done(app, ["programme", "end", "unmentoring"] if before == "ended" else ["mail", "hold"])
    db.session.query(AuditEvent).delete()
    db.session.commit()
    (tmp_path / "people.csv").write_text(SHEET, encoding="utf-8")
    return [str(tmp_path / word) if word == "people.csv" else word.format(**named) for word in words.split()], deeds


def done(app: Flask, words: list[str]) -> BaseException | None:
    """Run a command as an operator does; return what stopped it."""
    with app.app_context():
        return app.test_cli_runner().invoke(args=words).exception


def everything() -> dict[str, list[Any]]:
    """Return all rows of all tables, and let go of the database."""
    db.session.rollback()
    rows = {table.name: sorted(map(repr, db.session.execute(db.select(table)))) for table in db.metadata.sorted_tables}
    db.session.rollback()
    return rows


@contextmanager
def no_log() -> Iterator[None]:
    """Let no line of the log be written."""

    def refuse(*_: Any) -> None:
        raise RuntimeError(UNWRITTEN)

    event.listen(AuditEvent, "before_insert", refuse)
    try:
        yield
    finally:
        event.remove(AuditEvent, "before_insert", refuse)


@pytest.mark.one_engine
def test_the_log_has_each_deed_as_done_at_the_command_line(app: Flask, deed: tuple[list[str], list[str]]) -> None:
    words, deeds = deed
    assert done(app, words) is None
    db.session.rollback()
    lines = db.session.query(AuditEvent).order_by(AuditEvent.id).all()
    assert [(line.deed, line.by_id) for line in lines] == [(each, None) for each in deeds]


@pytest.mark.one_engine
def test_what_cannot_be_logged_is_not_done(app: Flask, deed: tuple[list[str], list[str]]) -> None:
    words, _deeds = deed
    before = everything()
    with no_log():
        assert str(done(app, words)) == UNWRITTEN
    assert everything() == before
