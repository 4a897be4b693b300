import json
from pathlib import Path
from typing import Any

import pytest
from cast import conversation, member, person, programme
from click.testing import Result
from flask import Flask
from flask.cli import FlaskGroup
from imap_server import mailbox
from replies import LETTER, OUT_OF_OFFICE, apple, bounce, gmail, outlook
from sqlalchemy.exc import OperationalError

from unmentor.conversations.models import Conversation
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
def of(app: Flask) -> Programme:
    """Return a programme of three."""
    of = programme()
    for name in ("Ada", "Ben", "Cat"):
        member(person(name), of)
    return of


def test_a_programme_is_created_and_named(app: Flask) -> None:
    assert "open-councils" in flask(app, "programme", "create", "Open councils").output


def test_a_programme_of_the_same_name_is_refused(of: Programme, app: Flask) -> None:
    answer = flask(app, "programme", "create", "unmentoring")
    assert answer.exit_code == 1
    assert "already" in answer.output


def test_an_organiser_gets_a_link_that_signs_them_in(of: Programme, app: Flask) -> None:
    url = flask(app, "organiser", "add", "Olu@Devon.Example").output.strip()
    client = app.test_client()
    path = url.removeprefix("http://127.0.0.1:8000")
    assert client.get(path).status_code == 200
    assert db.session.query(Person).filter_by(email="olu@devon.example").one().confirmed_at


def test_making_somebody_organiser_twice_makes_one_person(of: Programme, app: Flask) -> None:
    flask(app, "organiser", "add", "olu@devon.example")
    flask(app, "organiser", "add", "olu@devon.example")
    assert db.session.query(Person).filter_by(email="olu@devon.example").count() == 1


def test_the_programme_must_be_named_where_there_are_several(of: Programme, app: Flask) -> None:
    programme("Elsewhere")
    answer = flask(app, "organiser", "add", "olu@devon.example")
    assert answer.exit_code == 1
    assert "--programme" in answer.output
    assert "elsewhere" in answer.output


@pytest.mark.parametrize("email", ["nobody", "a@b", "@devon.example"])
def test_what_is_no_address_is_refused(of: Programme, app: Flask, email: str) -> None:
    assert "not an address" in flask(app, "organiser", "add", email).output


def test_a_draw_prints_one_json_document(of: Programme, app: Flask) -> None:
    said = drawn(app, "--seed", "7")
    assert said == {
        "programme": "unmentoring", "number": 1, "state": "drawn", "people": 3, "conversations": 1,
        "repeats": 0, "left_out": 0, "seed": 7, "proved": True,
    }  # fmt: skip


def test_a_dry_run_keeps_nothing(of: Programme, app: Flask) -> None:
    assert drawn(app, "--seed", "7", "--dry-run")["people"] == 3
    assert drawn(app, "--seed", "7", "--dry-run")["number"] == 1


def test_drawing_twice_returns_the_round_that_waits(of: Programme, app: Flask) -> None:
    assert drawn(app, "--seed", "7") == drawn(app, "--seed", "8")


def test_drawing_and_sending_in_one(of: Programme, app: Flask) -> None:
    assert drawn(app, "--send")["state"] == "sent"
    assert db.session.query(Message).filter_by(kind="invitation").count() == 3


def test_a_round_is_sent_by_number_and_only_once(of: Programme, app: Flask) -> None:
    drawn(app)
    assert "3 people" in flask(app, "round", "send", "unmentoring", "1").output
    again = flask(app, "round", "send", "unmentoring", "1")
    assert (again.exit_code, "already" in again.output) == (1, True)


def test_a_round_is_verified_from_what_was_stored(of: Programme, app: Flask) -> None:
    drawn(app, "--send")
    answer = flask(app, "round", "verify", "unmentoring", "1")
    assert (answer.exit_code, "proof holds" in answer.output) == (0, True)


def test_an_unknown_programme_names_those_there_are(of: Programme, app: Flask) -> None:
    answer = flask(app, "round", "draw", "nowhere")
    assert answer.exit_code != 0
    assert "unmentoring" in answer.output


def test_an_unknown_round_names_the_newest(of: Programme, app: Flask) -> None:
    assert "newest is 0" in flask(app, "round", "verify", "unmentoring", "3").output


def test_too_few_people_fail_in_one_line(app: Flask) -> None:
    programme()
    answer = flask(app, "round", "draw", "unmentoring")
    assert (answer.exit_code, answer.output.count("\n")) == (1, 1)


def test_mail_is_listed_held_and_released(of: Programme, app: Flask) -> None:
    drawn(app, "--send")
    rows = json.loads(flask(app, "mail", "list", "--json").stdout)
    assert {row["kind"] for row in rows} == {"invitation"}
    assert "3 messages are held" in flask(app, "mail", "hold").output
    assert "3 messages are on their way" in flask(app, "mail", "release").output


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


def test_people_from_a_spreadsheet_are_asked_to_confirm(of: Programme, app: Flask, tmp_path: Path) -> None:
    answer = flask(app, "people", "import", sheet(tmp_path))
    assert "1 people asked to confirm, 4 lines skipped." in answer.output
    sian = db.session.query(Person).filter_by(email="sian@gwynedd.example").one()
    assert (sian.name, sian.phone, sian.confirmed_at) == ("Siân Ŵyn", "+441286672255", None)
    assert db.session.query(Message).filter_by(kind="confirm", recipient=sian.email).count() == 1


def test_a_wrong_line_is_named_by_its_number_and_skipped(of: Programme, app: Flask, tmp_path: Path) -> None:
    said = flask(app, "people", "import", sheet(tmp_path)).output
    assert "Line 3, no name: name: Write your name" in said
    assert "Line 4, Ada: email: Write your mail address" in said
    assert "Line 6, Ben: phone: Give a phone number" in said
    assert "Line 7, Ada Lovelace: is here already" in said


def test_who_agreed_elsewhere_is_in_at_once(of: Programme, app: Flask, tmp_path: Path) -> None:
    flask(app, "people", "import", sheet(tmp_path), "--confirmed")
    assert db.session.query(Person).filter_by(email="sian@gwynedd.example").one().confirmed_at
    assert db.session.query(Message).count() == 0


def test_a_dry_run_takes_nobody_in(of: Programme, app: Flask, tmp_path: Path) -> None:
    assert "would be asked" in flask(app, "people", "import", sheet(tmp_path), "--dry-run").output
    assert db.session.query(Person).filter_by(email="sian@gwynedd.example").count() == 0


def test_who_is_known_already_keeps_what_they_told(of: Programme, app: Flask, tmp_path: Path) -> None:
    text = "name,email,phone\nSomebody else,ada@example.gov.uk,01392 000000\n"
    assert "is here already" in flask(app, "people", "import", sheet(tmp_path, text, "utf-8")).output
    assert db.session.query(Person).filter_by(email="ada@example.gov.uk").one().name == "Ada"


@pytest.mark.parametrize(
    ("text", "encoding"), [("name,phone\n", "utf-8"), ("", "utf-8"), ("name,email,phone\nSiân", "latin-1")]
)
def test_a_sheet_that_cannot_be_read_says_how_to_mend_it(
    of: Programme, app: Flask, tmp_path: Path, text: str, encoding: str
) -> None:
    answer = flask(app, "people", "import", sheet(tmp_path, text, encoding))
    assert (answer.exit_code, answer.output.count("\n")) == (1, 1)


@pytest.fixture
def talk(of: Programme) -> Conversation:
    """Return a conversation that Siân was invited to."""
    return conversation(of, person("Olwen"), person("Siân", email="sian@gwynedd.example"))


def piped(app: Flask, content: bytes) -> Result:
    db.session.commit()
    with app.app_context():
        return app.test_cli_runner().invoke(args=["mail", "receive"], input=content)


def what_was_said(talk: Conversation) -> list[str]:
    db.session.expire_all()
    return [part.partstat for part in talk.participations]


def test_a_mail_server_pipes_what_comes_back(talk: Conversation, app: Flask) -> None:
    answer = piped(app, outlook(talk.uid))
    assert (answer.exit_code, answer.output) == (0, "1 answer, 0 undeliverable, 0 ignored, 0 left for you.\n")
    assert what_was_said(talk) == ["needs-action", "accepted"]


@pytest.mark.parametrize(
    ("content", "counted"), [(OUT_OF_OFFICE, "1 ignored"), (LETTER, "1 left"), (b"\xff", "1 left")]
)
def test_what_asks_for_nothing_is_no_trouble_to_the_mail_server(app: Flask, content: bytes, counted: str) -> None:
    answer = piped(app, content)
    assert (answer.exit_code, counted in answer.output) == (0, True)


def test_one_message_may_be_in_a_file(talk: Conversation, app: Flask, tmp_path: Path) -> None:
    (tmp_path / "reply.eml").write_bytes(gmail(talk.uid, "TENTATIVE"))
    assert "1 answer" in flask(app, "mail", "receive", str(tmp_path / "reply.eml")).output
    assert what_was_said(talk)[1] == "tentative"


def test_without_its_database_the_mail_server_is_asked_to_try_again(
    talk: Conversation, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*given: object) -> None:
        raise OperationalError("SELECT", {}, Exception("sian@gwynedd.example"))

    monkeypatch.setattr("unmentor.conversations.queries.invited", away)
    answer = piped(app, gmail(talk.uid))
    assert (answer.exit_code, answer.output.count("\n")) == (75, 1)
    assert "Try again" in answer.output
    assert "sian" not in answer.output


def test_one_message_that_breaks_something_stops_no_other(talk: Conversation, app: Flask, tmp_path: Path) -> None:
    for part in ("new", "cur"):
        (tmp_path / part).mkdir()
    # PostgreSQL takes no such text.
    (tmp_path / "new" / "1").write_bytes(gmail("\x00"))
    (tmp_path / "new" / "2").write_bytes(gmail(talk.uid))
    (tmp_path / "new" / "3").write_bytes(OUT_OF_OFFICE)
    (tmp_path / "new" / "4").write_bytes(bounce("<unknown@localhost>"))
    answer = flask(app, "mail", "receive", "--maildir", str(tmp_path))
    assert answer.stdout == "1 answer, 0 undeliverable, 1 ignored, 2 left for you.\n"
    assert answer.exit_code == 0
    assert sorted(path.name for path in tmp_path.glob("*/*")) == ["1", "2:2,S", "3:2,S", "4"]
    assert what_was_said(talk)[1] == "accepted"


def test_a_mailbox_on_a_server_is_read_once(talk: Conversation, app: Flask) -> None:
    with mailbox(LETTER, apple(talk.uid), OUT_OF_OFFICE) as server:
        url = f"imap://ada%40example.com:p%40ss%20%22word@127.0.0.1:{server.port}"
        assert "1 answer, 0 undeliverable, 1 ignored, 1 left" in flask(app, "mail", "receive", "--imap", url).output
        assert server.seen == {2, 3}
        assert "0 answers, 0 undeliverable, 0 ignored, 1 left" in flask(app, "mail", "receive", "--imap", url).output
    assert what_was_said(talk)[1] == "accepted"


def test_the_password_of_a_mailbox_need_not_stand_in_the_list_of_processes(app: Flask) -> None:
    with mailbox(LETTER) as server:
        url = f"imap://ada%40example.com:p%40ss%20%22word@127.0.0.1:{server.port}"
        runner = app.test_cli_runner(env={"FLASK_MAIL_RECEIVE_IMAP": url})
        whole = FlaskGroup(create_app=lambda: app, load_dotenv=False, set_debug_flag=False)
        assert "1 left for you" in runner.invoke(whole, ["mail", "receive"]).output
        assert any(command.startswith("UID FETCH") for command in server.commands)


def test_a_mailbox_that_cannot_be_read_says_so_in_one_line(app: Flask, tmp_path: Path) -> None:
    with mailbox() as server:
        url = f"imap://ada:wrong@127.0.0.1:{server.port}"
        answers = [
            flask(app, "mail", "receive", "--imap", url),
            flask(app, "mail", "receive", "--maildir", str(tmp_path)),
        ]
    assert [(answer.exit_code, answer.output.count("\n")) for answer in answers] == [(75, 1), (75, 1)]
    assert "Not you" in answers[0].output


@pytest.mark.parametrize("options", [("--imap", "imap://ada:x@mail.example"), ("--imap", "x", "--maildir", ".")])
def test_what_cannot_be_meant_is_refused_without_a_password_in_it(app: Flask, options: tuple[str, ...]) -> None:
    answer = flask(app, "mail", "receive", *options)
    assert (answer.exit_code, "ada:" in answer.output) == (2, False)
