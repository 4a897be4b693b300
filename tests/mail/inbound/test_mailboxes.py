import os
import ssl
from imaplib import IMAP4
from io import BytesIO
from pathlib import Path

import pytest
from imap_server import mailbox

from unmentor.mail.inbound import mailboxes
from unmentor.mail.inbound.mailboxes import ImapServer, alone, in_imap, in_maildir
from unmentor.settings import WrongSetting

# Made for these tests, and trusted by nobody.
HERE = Path(__file__).parents[2] / "certificate"


def at(port: int, scheme: str = "imap", password: str = "p%40ss%20%22word", folder: str = "INBOX") -> ImapServer:
    return ImapServer.parse(f"{scheme}://ada%40example.com:{password}@127.0.0.1:{port}/{folder}")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for part in ("new", "cur", "tmp"):
        (tmp_path / part).mkdir()
    return tmp_path


def test_a_maildir_gives_what_nobody_has_read_oldest_first(folder: Path) -> None:
    for name in ("new/1700000002.b", "new/1700000003.c", "cur/1700000001.a:2,F", "cur/1700000000.z:2,RS", "tmp/1.x"):
        (folder / name).write_bytes(name.encode())
    assert [mail.read() for mail in in_maildir(folder)] == [
        b"cur/1700000001.a:2,F",
        b"new/1700000002.b",
        b"new/1700000003.c",
    ]


def test_what_was_read_moves_to_cur_byte_for_byte_and_the_rest_stays(folder: Path) -> None:
    odd = b"From here\r\nno header: \xff\n\n\r\n"
    (folder / "new" / "1.left").write_bytes(b"left")
    (folder / "new" / "2.read").write_bytes(odd)
    (folder / "cur" / "3.flagged:2,FR").write_bytes(b"flagged")
    for mail in list(in_maildir(folder))[1:]:
        mail.mark_read()
    assert sorted(path.name for path in folder.glob("*/*")) == ["1.left", "2.read:2,S", "3.flagged:2,FRS"]
    assert (folder / "cur" / "2.read:2,S").read_bytes() == odd
    assert (folder / "new" / "1.left").exists()


def test_a_mail_program_may_work_in_the_same_maildir(folder: Path) -> None:
    for name in "ab":
        (folder / "new" / name).write_bytes(name.encode())
    mails = in_maildir(folder)
    first = next(mails)
    for name in "ab":
        (folder / "new" / name).unlink()
    first.mark_read()
    assert list(mails) == []


def test_an_imap_folder_gives_what_nobody_has_read_and_marks_only_what_was() -> None:
    with mailbox(b"one", b"two", b"three") as server:
        server.seen.add(1)
        assert ([mail.read() for mail in in_imap(at(server.port))], server.seen) == ([b"two", b"three"], {1})
        for mail in in_imap(at(server.port)):
            if mail.read() == b"three":
                mail.mark_read()
        assert server.seen == {1, 3}
        assert server.commands[-1] == "LOGOUT"


def test_a_mail_is_known_by_a_name_that_its_mailbox_never_gives_twice(folder: Path) -> None:
    (folder / "new" / "1700000001.a").write_bytes(b"one")
    [mail] = in_maildir(folder)
    mail.mark_read()
    (folder / "cur" / "1700000001.a:2,S").rename(folder / "cur" / "1700000001.a:2,F")
    assert [mail.identity] == [again.identity for again in in_maildir(folder)]
    with mailbox(b"one", b"two") as server:
        assert [mail.identity for mail in in_imap(at(server.port))] == ["1:1", "1:2"]
        server.validity = 7  # the folder was made anew, and its numbers begin again
        assert [mail.identity for mail in in_imap(at(server.port))] == ["7:1", "7:2"]


def test_what_is_no_mail_in_a_maildir_is_passed_over_and_never_waited_for(folder: Path) -> None:
    (folder / "new" / "1.folder").mkdir()
    os.mkfifo(folder / "new" / "2.pipe")
    (folder / "new" / "3.secret").write_bytes(b"mine")
    (folder / "new" / "4.mail").write_bytes(b"mail")
    waiting = list(in_maildir(folder))
    (folder / "new" / "3.secret").unlink()
    assert [mail.read() for mail in waiting] == [b"", b"mail"]


def test_of_a_large_file_only_the_beginning_is_read(folder: Path) -> None:
    (folder / "new" / "1.large").write_bytes(b"x" * (mailboxes.MOST + 9))
    [mail] = in_maildir(folder)
    assert len(mail.read()) == mailboxes.MOST


def test_a_mail_server_that_pipes_may_write_all_of_it() -> None:
    stream = BytesIO(b"x" * (2 * mailboxes.MOST + 9))
    [mail] = alone(stream)
    assert (len(mail.read()), stream.read()) == (mailboxes.MOST, b"")


def test_an_empty_folder_gives_nothing() -> None:
    with mailbox() as server:
        assert list(in_imap(at(server.port))) == []


def test_a_mail_that_the_server_cannot_give_stops_no_other() -> None:
    with mailbox(b"", b"two") as server:
        assert [mail.read() for mail in in_imap(at(server.port))] == [b"", b"two"]


def test_of_a_large_mail_only_the_beginning_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailboxes, "MOST", 3)
    with mailbox(b"large") as server:
        assert [mail.read() for mail in in_imap(at(server.port))] == [b"lar"]


def test_a_wrong_password_or_folder_is_said() -> None:
    with mailbox() as server:
        with pytest.raises(IMAP4.error, match="Not you"):
            list(in_imap(at(server.port, password="wrong")))
        with pytest.raises(IMAP4.error, match="no such folder"):
            list(in_imap(at(server.port, folder="Else%20where")))


@pytest.mark.parametrize("scheme", ["imap", "imaps"])
def test_a_server_that_hangs_is_not_waited_for(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailboxes, "TIMEOUT", 0.2)
    with mailbox(hangs=True) as server, pytest.raises(TimeoutError):
        list(in_imap(at(server.port, scheme)))


def test_the_certificate_of_a_server_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ours.load_cert_chain(HERE / "certificate.pem", HERE / "key.pem")
    usual = ssl.create_default_context
    with mailbox(b"one", tls=ours) as server:
        with pytest.raises(ssl.SSLCertVerificationError):
            list(in_imap(at(server.port, "imaps")))
        assert server.commands == []
        monkeypatch.setattr(ssl, "create_default_context", lambda: usual(cafile=str(HERE / "certificate.pem")))
        assert [mail.read() for mail in in_imap(at(server.port, "imaps"))] == [b"one"]


def test_an_address_names_a_server_percent_decoded() -> None:
    assert ImapServer.parse("imaps://ada%40example.com:p%2Fw@Mail.Example") == ImapServer(
        "mail.example", 993, True, "ada@example.com", "p/w", "INBOX"
    )
    assert ImapServer.parse("imap://ada:x@localhost/Came%20back/") == ImapServer(
        "localhost", 143, False, "ada", "x", "Came back"
    )


@pytest.mark.parametrize(
    ("url", "mend"),
    [
        ("imap://ada:x@mail.example/INBOX", "in the clear"),
        ("https://ada:x@mail.example", "write it as"),
        ("imaps://mail.example/INBOX", "write it as"),
        ("imaps://ada@mail.example", "write it as"),
        ("imaps://ada:x@mail.example:port", "write it as"),
        ("imaps://ada:x@[mail.example", "write it as"),
        ("imaps://ada:x%0d%0aa%20DELETE%20INBOX@mail.example", "plain letters"),
        ("imaps://ada:gyfrin%C3%A2ch@mail.example", "plain letters"),
    ],
)
def test_a_wrong_address_says_how_to_mend_it_and_never_the_password(url: str, mend: str) -> None:
    with pytest.raises(WrongSetting, match=mend) as refused:
        ImapServer.parse(url)
    assert "ada:" not in str(refused.value)
