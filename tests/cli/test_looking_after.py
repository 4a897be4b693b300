"""What organisers do for people and rounds, by command line."""

import pytest
from cast import member, organiser, person, programme
from click.testing import Result
from flask import Flask

from unmentor.audit.models import AuditEvent
from unmentor.db import db
from unmentor.mail.models import Message
from unmentor.people.models import Person
from unmentor.programmes.models import Membership, Programme
from unmentor.rounds import steps
from unmentor.rounds.models import Round
from unmentor.rounds.queries import groups

ADA = "ada@example.gov.uk"


def flask(app: Flask, *words: str) -> Result:
    """Run a command as an operator does."""
    db.session.commit()
    with app.app_context():
        return app.test_cli_runner().invoke(args=list(words))


@pytest.fixture
def ours(app: Flask) -> Programme:
    """Return a programme of four, and its organiser."""
    ours = programme()
    for name in ("Ada", "Ben", "Cat", "Dan"):
        member(person(name), ours)
    organiser(ours)
    return ours


@pytest.fixture
def waiting(ours: Programme) -> Round:
    """Return its drawn round."""
    return steps.draw(ours, 7)


def ada() -> list[tuple[str, str]]:
    """Return how Ada stands, and until when; nothing where she is not in it."""
    found = db.session.query(Membership.state, Membership.paused_until).join(Membership.person)
    return [(state, str(until)) for state, until in found.filter_by(email=ADA)]


def has_a_talk(round_: Round) -> bool:
    number = db.session.query(Person.id).filter_by(email=ADA).scalar()
    return any(number in group for group in groups(round_).values())


def log() -> list[tuple[str, int | None]]:
    return [(each.deed, each.by_id) for each in db.session.query(AuditEvent).order_by(AuditEvent.id)]


def test_somebody_is_paused_until_a_day_and_back_and_told_each_time(ours: Programme, app: Flask) -> None:
    answer = flask(app, "people", "pause", "Ada@example.gov.uk", "--until", "2026-12-24")
    assert answer.output == "Ada@example.gov.uk is paused until 24 December 2026, and hears by email.\n"
    assert ada() == [("paused", "2026-12-24")]
    assert "is back" in flask(app, "people", "resume", ADA, "--programme", "unmentoring").output
    assert ada() == [("active", "None")]
    assert log() == [("person-paused", None), ("person-resumed", None)]
    assert {mail.recipient for mail in db.session.query(Message)} == {ADA}


@pytest.mark.one_engine
@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("resume", ADA), "Nothing was left to do"),
        (("approve", ADA), "Nothing was left to do"),
        (("ask", ADA), "Nothing was left to do"),
        (("pause", ADA, "--until", "2026-11-01"), "Pick a day after today"),
        (("pause", "nobody@example.gov.uk"), "Nobody here has the address nobody@example.gov.uk."),
        (("pause", "eve@example.gov.uk"), "eve@example.gov.uk is not in unmentoring."),
        (("remove", "eve@example.gov.uk"), "eve@example.gov.uk is not in unmentoring."),
        (("remove", "olu-organiser@example.gov.uk"), "the last organiser"),
        (("resume", "fay@example.gov.uk"), "Only they can"),
    ],
)
def test_what_cannot_be_done_to_somebody_fails_in_one_line(
    ours: Programme, app: Flask, words: tuple[str, ...], says: str
) -> None:
    person("Eve")
    member(person("Fay", confirmed_at=None), ours)
    answer = flask(app, "people", *words)
    assert answer.exit_code
    assert says in answer.output
    assert "Traceback" not in answer.output
    assert not log()


def test_somebody_who_waits_is_let_in(ours: Programme, app: Flask) -> None:
    eve = member(person("Eve"), ours, approved=False)
    assert "is in" in flask(app, "people", "approve", "eve@example.gov.uk").output
    db.session.refresh(eve)
    assert (eve.approved, log()) == (True, [("person-approved", None)])


def test_somebody_who_never_answered_is_asked_once_more(ours: Programme, app: Flask) -> None:
    member(person("Fay", confirmed_at=None), ours)
    assert "once more" in flask(app, "people", "ask", "fay@example.gov.uk").output
    assert [(mail.kind, mail.recipient) for mail in db.session.query(Message)] == [("confirm", "fay@example.gov.uk")]
    assert log() == [("person-asked-again", None)]


def test_somebody_is_taken_out_of_a_programme(ours: Programme, app: Flask) -> None:
    answer = flask(app, "people", "remove", ADA)
    assert answer.output == f"{ADA} is not in unmentoring any more.\n"
    assert (ada(), log()) == ([], [("person-removed", None)])


def test_somebody_is_left_out_of_a_drawn_round_and_taken_in_again(waiting: Round, ours: Programme, app: Flask) -> None:
    before = groups(waiting)
    assert "Nothing was changed." in flask(app, "round", "leave-out", "unmentoring", "1", ADA, "--dry-run").output
    assert groups(waiting) == before
    assert flask(app, "round", "leave-out", "unmentoring", "1", ADA).output.endswith(f"{ADA} is left out.\n")
    assert not has_a_talk(waiting)
    assert flask(app, "round", "take-in", "unmentoring", "1", ADA).output.endswith(f"{ADA} is in.\n")
    assert has_a_talk(waiting)
    assert log()[1:] == [("person-left-out", None), ("person-taken-in", None)]


def test_a_round_is_drawn_again_stopped_and_called_off(waiting: Round, ours: Programme, app: Flask) -> None:
    assert "Drawn again: 4 people, 2 pairs." in flask(app, "round", "redraw", "unmentoring", "1", "--seed", "8").output
    again = db.session.query(Round).one()
    assert again.seed == 8
    steps.let_go(again)
    assert "Stop it first" in flask(app, "round", "leave-out", "unmentoring", "1", ADA).output
    assert flask(app, "round", "stop", "unmentoring", "1").output == "Stopped. Nothing has left.\n"
    assert flask(app, "round", "stop", "unmentoring", "1").exit_code == 1
    assert flask(app, "round", "cancel", "unmentoring", "1").output == "Round 1 is cancelled.\n"
    assert "cancelled already" in flask(app, "round", "cancel", "unmentoring", "1").output
    assert [deed for deed, _by in log()] == [
        "round-drawn", "round-redrawn", "round-sent", "round-stopped", "round-cancelled",
    ]  # fmt: skip
