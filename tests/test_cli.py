import json
from pathlib import Path
from typing import Any

import pytest
from cast import member, person, programme
from click.testing import Result
from flask import Flask

from unmentor.audit.models import AuditEvent
from unmentor.db import db
from unmentor.mail.models import Message
from unmentor.people.models import Person
from unmentor.programmes.models import Programme


def flask(app: Flask, *words: str) -> Result:
    """Run a command as an operator does."""
    db.session.commit()
    with app.app_context():
        return app.test_cli_runner().invoke(args=list(words))


def drawn(app: Flask, *options: str) -> Any:
    return json.loads(flask(app, "round", "draw", "unmentoring", "--json", *options).stdout)


@pytest.fixture
def ours(app: Flask) -> Programme:
    """Return a programme of three."""
    ours = programme()
    for name in ("Ada", "Ben", "Cat"):
        member(person(name), ours)
    return ours


def test_a_programme_is_created_and_named(app: Flask) -> None:
    assert "open-councils" in flask(app, "programme", "create", "Open councils").output


def test_a_programme_of_the_same_name_is_refused(ours: Programme, app: Flask) -> None:
    answer = flask(app, "programme", "create", "unmentoring")
    assert answer.exit_code == 1
    assert "already" in answer.output


def test_a_programme_may_ask_for_a_yes_and_for_domains(ours: Programme, app: Flask) -> None:
    assert flask(app, "programme", "create", "Housing", "--approve", "--domains", "Devon.gov.uk").exit_code == 0
    housing = db.session.query(Programme).filter_by(slug="housing").one()
    assert (housing.approval, housing.domains) == (True, ["devon.gov.uk"])
    answer = flask(app, "programme", "set", "housing", "approve=no", "domains=", "draw_time=10:30", "nth=-1")
    assert answer.output == (
        "nth=-1\ndraw_time=10:30\napprove=no\ndomains=\n"
        "The next draws: Mon 30 Nov 2026 10:30; Mon 28 Dec 2026 10:30; Mon 25 Jan 2027 10:30; "
        "Mon 22 Feb 2027 10:30; Mon 29 Mar 2027 10:30; Mon 26 Apr 2027 10:30\n"
    )
    db.session.refresh(housing)
    assert (housing.approval, housing.domains, housing.nth) == (False, [], -1)


@pytest.mark.one_engine
@pytest.mark.parametrize(
    ("rule", "says"),
    [("minutes=5", "from 10 to 180"), ("nth=9" + "9" * 40, "one of 1, 2"), ("colour=red", "the names are name, about"),
     ("approve", "NAME=VALUE"), ("domains=here", "no domain"), ("time_zone=Mars/Base", "Europe/London"),
     ("draw_time=25:00", "like 09:30"), ("slug=x", "sets no rule"), ("nation=France", "england-and-wales, scotland"),
     ("notice=7", "6 days at the most"), ("about=" + "x" * 501, "Shorten this to 500"), ("name=!", "letter")],
)  # fmt: skip
def test_a_rule_that_cannot_be_changes_nothing_and_says_why(ours: Programme, app: Flask, rule: str, says: str) -> None:
    answer = flask(app, "programme", "set", "unmentoring", "every=weekly", rule)
    assert answer.exit_code == 1
    assert says in answer.output
    db.session.refresh(ours)
    assert ours.every == "monthly"


def test_a_programme_with_a_wrong_domain_is_not_made(ours: Programme, app: Flask) -> None:
    answer = flask(app, "programme", "create", "Housing", "--domains", "here")
    assert (answer.exit_code, "no domain" in answer.output) == (1, True)
    assert db.session.query(Programme).count() == 1


def test_an_organiser_is_removed_but_never_the_last(ours: Programme, app: Flask) -> None:
    for name in ("olu", "ada"):
        flask(app, "organiser", "add", f"{name}@devon.example")
    removed = flask(app, "organiser", "remove", "Olu@Devon.Example")
    assert (removed.exit_code, removed.output) == (0, "Olu@Devon.Example organises unmentoring no more.\n")
    again = flask(app, "organiser", "remove", "olu@devon.example", "--programme", "unmentoring")
    assert (again.exit_code, "does not organise unmentoring" in again.output) == (1, True)
    last = flask(app, "organiser", "remove", "ada@devon.example")
    assert (last.exit_code, "the last organiser" in last.output) == (1, True)
    assert flask(app, "organiser", "remove", "nobody").exit_code == 1


def test_an_organiser_gets_a_link_that_signs_them_in(ours: Programme, app: Flask) -> None:
    url = flask(app, "organiser", "add", "Olu@Devon.Example").output.strip()
    client = app.test_client()
    path = url.removeprefix("http://127.0.0.1:8000")
    assert client.get(path).status_code == 200
    assert db.session.query(Person).filter_by(email="olu@devon.example").one().confirmed_at


def test_making_somebody_organiser_twice_makes_one_person(ours: Programme, app: Flask) -> None:
    flask(app, "organiser", "add", "olu@devon.example")
    flask(app, "organiser", "add", "olu@devon.example")
    assert db.session.query(Person).filter_by(email="olu@devon.example").count() == 1


def test_the_programme_must_be_named_where_there_are_several(ours: Programme, app: Flask) -> None:
    programme("Elsewhere")
    answer = flask(app, "organiser", "add", "olu@devon.example")
    assert answer.exit_code == 1
    assert "--programme" in answer.output
    assert "elsewhere" in answer.output


@pytest.mark.one_engine
@pytest.mark.parametrize("email", ["nobody", "a@b", "@devon.example"])
def test_what_is_no_address_is_refused(ours: Programme, app: Flask, email: str) -> None:
    assert "not an address" in flask(app, "organiser", "add", email).output


def test_a_draw_prints_one_json_document(ours: Programme, app: Flask) -> None:
    said = drawn(app, "--seed", "7")
    assert said == {
        "programme": "unmentoring", "number": 1, "state": "drawn", "people": 3, "conversations": 1,
        "repeats": 0, "left_out": 0, "seed": 7, "proved": True,
    }  # fmt: skip


def test_a_dry_run_keeps_nothing(ours: Programme, app: Flask) -> None:
    assert drawn(app, "--seed", "7", "--dry-run")["people"] == 3
    assert drawn(app, "--seed", "7", "--dry-run")["number"] == 1


def test_drawing_twice_returns_the_round_that_waits(ours: Programme, app: Flask) -> None:
    assert drawn(app, "--seed", "7") == drawn(app, "--seed", "8")


def test_drawing_and_sending_in_one(ours: Programme, app: Flask) -> None:
    assert drawn(app, "--send")["state"] == "sent"
    assert db.session.query(Message).filter_by(kind="invitation").count() == 3


def test_a_round_is_sent_by_number_and_only_once(ours: Programme, app: Flask) -> None:
    drawn(app)
    assert "3 people" in flask(app, "round", "send", "unmentoring", "1").output
    again = flask(app, "round", "send", "unmentoring", "1")
    assert (again.exit_code, "already" in again.output) == (1, True)


def test_a_round_is_verified_from_what_was_stored(ours: Programme, app: Flask) -> None:
    drawn(app, "--send")
    answer = flask(app, "round", "verify", "unmentoring", "1")
    assert (answer.exit_code, "proof holds" in answer.output) == (0, True)


def test_an_unknown_programme_names_those_there_are(ours: Programme, app: Flask) -> None:
    answer = flask(app, "round", "draw", "nowhere")
    assert answer.exit_code != 0
    assert "unmentoring" in answer.output


def test_an_unknown_round_names_the_newest(ours: Programme, app: Flask) -> None:
    assert "newest is 0" in flask(app, "round", "verify", "unmentoring", "3").output


def test_too_few_people_fail_in_one_line(app: Flask) -> None:
    programme()
    answer = flask(app, "round", "draw", "unmentoring")
    assert (answer.exit_code, answer.output.count("\n")) == (1, 1)


def test_mail_is_listed_held_and_released(ours: Programme, app: Flask) -> None:
    drawn(app, "--send")
    rows = json.loads(flask(app, "mail", "list", "--json").stdout)
    assert {row["kind"] for row in rows} == {"invitation"}
    assert "3 messages are held" in flask(app, "mail", "hold").output
    assert "held already" in flask(app, "mail", "hold").output
    assert "3 messages are on their way" in flask(app, "mail", "release").output
    assert "Nothing is held" in flask(app, "mail", "release").output


SHEET = """name;email;phone;organisation
Siân Ŵyn;sian@gwynedd.example;01286 672255;Cyngor Gwynedd
;nobody@kent.example;01622 000000;Kent
Ada;not an address;01392 000000;Devon

Ben;ben@leeds.example;;Leeds
Ada Lovelace;ada@example.gov.uk;01392 000000;Devon
"""


def sheet(folder: Path, text: str = SHEET, encoding: str = "utf-8-sig") -> str:
    (folder / "people.csv").write_text(text, encoding=encoding)
    return str(folder / "people.csv")


def test_people_from_a_spreadsheet_are_asked_to_confirm(ours: Programme, app: Flask, tmp_path: Path) -> None:
    answer = flask(app, "people", "import", sheet(tmp_path))
    assert "1 people asked to confirm, 4 lines skipped." in answer.output
    sian = db.session.query(Person).filter_by(email="sian@gwynedd.example").one()
    assert (sian.name, sian.phone, sian.confirmed_at) == ("Siân Ŵyn", "+441286672255", None)
    assert db.session.query(Message).filter_by(kind="confirm", recipient=sian.email).count() == 1


def test_a_wrong_line_is_named_by_its_number_and_skipped(ours: Programme, app: Flask, tmp_path: Path) -> None:
    said = flask(app, "people", "import", sheet(tmp_path)).output
    assert "Line 3, no name: name: Write your name" in said
    assert "Line 4, Ada: email: Write your email address" in said
    assert "Line 6, Ben: phone: Give a phone number" in said
    assert "Line 7, Ada Lovelace: is here already" in said


def test_who_agreed_elsewhere_is_in_at_once(ours: Programme, app: Flask, tmp_path: Path) -> None:
    flask(app, "people", "import", sheet(tmp_path), "--confirmed")
    assert db.session.query(Person).filter_by(email="sian@gwynedd.example").one().confirmed_at
    assert db.session.query(Message).count() == 0


def test_a_dry_run_takes_nobody_in(ours: Programme, app: Flask, tmp_path: Path) -> None:
    assert "would be asked" in flask(app, "people", "import", sheet(tmp_path), "--dry-run").output
    assert db.session.query(Person).filter_by(email="sian@gwynedd.example").count() == 0


def test_who_is_known_already_keeps_what_they_told(ours: Programme, app: Flask, tmp_path: Path) -> None:
    text = "name,email,phone\nSomebody else,ada@example.gov.uk,01392 000000\n"
    assert "is here already" in flask(app, "people", "import", sheet(tmp_path, text, "utf-8")).output
    assert db.session.query(Person).filter_by(email="ada@example.gov.uk").one().name == "Ada"


@pytest.mark.one_engine
@pytest.mark.parametrize(
    ("text", "encoding"), [("name,phone\n", "utf-8"), ("", "utf-8"), ("name,email,phone\nSiân\0", "latin-1")]
)
def test_a_sheet_that_cannot_be_read_says_how_to_mend_it(
    ours: Programme, app: Flask, tmp_path: Path, text: str, encoding: str
) -> None:
    answer = flask(app, "people", "import", sheet(tmp_path, text, encoding))
    assert (answer.exit_code, answer.output.count("\n")) == (1, 1)


def test_a_programme_is_ended_and_reopened_once(ours: Programme, app: Flask) -> None:
    said = [flask(app, "programme", what, "unmentoring").output for what in ("end", "end", "reopen", "reopen")]
    assert said[0] == "unmentoring has ended. Its people hear of it by email.\n"
    assert said[1] == "It had ended already.\n"
    assert said[2].startswith("unmentoring is open. Its people hear of it by email.\nThe next draws: Mon 07 Dec 2026")
    assert said[3].startswith("It was open already.\n")
    flask(app, "programme", "end", "unmentoring")
    assert flask(app, "programme", "set", "unmentoring", "minutes=40").output == (
        "minutes=40\nIt has ended, so there are none to come.\n"
    )


def test_everybody_is_exported_for_a_spreadsheet_and_logged(ours: Programme, app: Flask) -> None:
    db.session.query(Person).filter_by(name="Ben").one().organisation = "=1+1"
    answer = flask(app, "people", "export", "--programme", "unmentoring")
    lines = answer.stdout.splitlines()
    assert lines[0].startswith('"name","email","organisation"')
    assert lines[2].startswith('"Ben","ben@example.gov.uk","\'=1+1"')
    assert (answer.exit_code, len(lines)) == (0, 4)
    assert db.session.query(AuditEvent).one().facts == {"people": 3}
