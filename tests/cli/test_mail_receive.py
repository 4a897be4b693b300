from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from bounces import spam
from cast import START, conversation, person, programme
from click.testing import Result
from flask import Flask
from flask.cli import FlaskGroup
from imap_server import mailbox
from letters import NOW, letter
from replies import LETTER, OUT_OF_OFFICE, apple, bounce, gmail, outlook
from sqlalchemy.exc import OperationalError

from unmentor.conversations.models import Conversation
from unmentor.db import db, transaction
from unmentor.mail.inbound.unread import Mailbox, unread
from unmentor.mail.outbox import queue

pytestmark = pytest.mark.thorough


def flask(app: Flask, *words: str) -> Result:
    """Run a command as an operator does."""
    db.session.commit()
    with app.app_context():
        return app.test_cli_runner().invoke(args=list(words))


@pytest.fixture
def talk(app: Flask) -> Conversation:
    """Return a conversation that Siân was invited to."""
    return conversation(programme(), person("Olwen"), person("Siân", email="sian@gwynedd.example"))


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


def test_what_was_left_for_a_person_is_not_read_again_and_counted_until_it_was_read(
    talk: Conversation, app: Flask, tmp_path: Path
) -> None:
    for part in ("new", "cur"):
        (tmp_path / part).mkdir()
    (tmp_path / "new" / "1").write_bytes(LETTER)
    (tmp_path / "new" / "2").write_bytes(b"Content-Type: a; " + b"b=c; " * 9999)
    run = ("mail", "receive", "--maildir", str(tmp_path))
    assert (flask(app, *run).stdout[-16:], unread()) == ("2 left for you.\n", 2)
    for path in (tmp_path / "new").iterdir():
        path.write_bytes(gmail(talk.uid))  # it would be an answer, if anybody read it again
    assert (flask(app, *run).stdout[-16:], unread()) == ("2 left for you.\n", 2)
    (tmp_path / "new" / "1").rename(tmp_path / "cur" / "1:2,S")  # somebody read it
    assert (flask(app, *run).stdout[-16:], unread()) == ("1 left for you.\n", 1)
    assert what_was_said(talk)[1] == "needs-action"


def test_a_server_is_not_asked_again_for_what_was_left(app: Flask) -> None:
    with mailbox(LETTER, b"") as server:
        url = f"imap://ada%40example.com:p%40ss%20%22word@127.0.0.1:{server.port}"
        for _run in range(2):
            assert "2 left for you" in flask(app, "mail", "receive", "--imap", url).output
        fetched = [command.split(" ")[2] for command in server.commands if command.startswith("UID FETCH")]
        assert fetched == ["1", "2", "2"]  # the second is damaged, and may not stay so
        assert unread() == 1


def test_runs_at_the_same_time_leave_each_letter_once(app: Flask) -> None:
    def leave(_run: int) -> None:
        with app.app_context(), transaction():
            for number in range(20):
                Mailbox("INBOX").leave(str(number), START)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(leave, range(4)))
    assert unread() == 20


def test_what_is_left_can_be_listed(app: Flask) -> None:
    with mailbox(LETTER) as server:
        url = f"imap://ada%40example.com:p%40ss%20%22word@127.0.0.1:{server.port}"
        for _run in range(2):
            said = flask(app, "mail", "receive", "--list", "--imap", url).stdout.splitlines()
            assert said[0] == "Ben <ben@leeds.example>  A question"


def test_a_complaint_is_counted(app: Flask) -> None:
    message = queue(letter(person_id=None), NOW)
    assert message is not None
    assert piped(app, spam(message.message_id)).output == (
        "0 answers, 0 undeliverable, 1 complaint, 0 ignored, 0 left for you.\n"
    )


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
