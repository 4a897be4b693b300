import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult
from smtp_server import LoggingServer, listening

from unmentor.mail.delivery.transport import Fate, Transport, Unreachable
from unmentor.settings import Security

# Made for these tests, and trusted by nobody.
HERE = Path(__file__).parents[2] / "certificate"
MAIL = b"Subject: Hello\r\n\r\n.\r\nHello\r\n"
seen: list[tuple[bytes, bytes]] = []


def ours() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(HERE / "certificate.pem", HERE / "key.pem")
    return context


def let_in(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    seen.append((data.login, data.password))
    return AuthResult(success=data.password == b"secret", handled=False)


@contextmanager
def to(server: LoggingServer, security: Security, password: str = "secret") -> Iterator[Transport]:
    where = replace(server.address, security=security, user="ada", password=password)
    transport = Transport(lambda: where, "unmentoring@localhost", connecting=2, delivering=2)
    yield transport
    transport.close()


@pytest.fixture(autouse=True)
def nobody_seen() -> None:
    seen.clear()


@pytest.fixture
def trusting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have this machine trust the certificate of these tests."""
    usual = ssl.create_default_context
    monkeypatch.setattr(
        ssl,
        "create_default_context",
        lambda *given, **options: usual(*given, **options | {"cafile": str(HERE / "certificate.pem")}),
    )


def starttls() -> Any:
    return listening(tls_context=ours(), require_starttls=True, authenticator=let_in, auth_required=True)


def test_mail_and_password_cross_an_encrypted_connection(trusting: None) -> None:
    with starttls() as server, to(server, "starttls") as transport:
        transport.open()
        assert transport.deliver("sian@example.com", MAIL).fate is Fate.ACCEPTED
    assert server.accepted == [("sian@example.com", MAIL)]
    assert seen == [(b"ada", b"secret")]


def test_a_server_that_nobody_vouches_for_gets_neither_password_nor_mail() -> None:
    with starttls() as server, to(server, "starttls") as transport, pytest.raises(Unreachable, match="CERTIFICATE"):
        transport.open()
    assert seen == []


def test_the_password_stays_here_where_encryption_is_not_offered() -> None:
    with listening(authenticator=let_in, auth_require_tls=False) as server, to(server, "starttls") as transport:
        with pytest.raises(Unreachable, match="STARTTLS"):
            transport.open()
        assert seen == []


def test_tls_from_the_first_byte_works(trusting: None) -> None:
    with listening(ssl_context=ours()) as server:
        where = replace(server.address, security="tls")
        transport = Transport(lambda: where, "unmentoring@localhost", connecting=2)
        transport.open()
        assert transport.deliver("sian@example.com", MAIL).fate is Fate.ACCEPTED
        transport.close()


def test_a_wrong_password_is_a_trouble_of_the_server_and_not_of_a_message(trusting: None) -> None:
    with starttls() as server, to(server, "starttls", "wrong") as transport, pytest.raises(Unreachable, match="535"):
        transport.open()


def test_every_connection_has_a_time_out(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def refuse(*given: Any, **options: Any) -> Any:
        asked.append(options["timeout"])
        raise TimeoutError

    for name in ("SMTP", "SMTP_SSL"):
        monkeypatch.setattr(smtplib, name, refuse)
    with listening() as server:
        for security in ("none", "starttls", "tls"):
            with to(server, security) as transport, pytest.raises(Unreachable):
                transport.open()
    assert asked == [2, 2, 2]


@pytest.mark.parametrize(
    ("stage", "said", "gone"),
    [
        ("RCPT", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup", True),
        ("RCPT", "550 5.4.1 Recipient address rejected: Access denied. AS(201806281)", True),
        ("RCPT", "550 No such user", True),
        ("RCPT", "551 User not local", True),
        ("RCPT", "553 Mailbox name not allowed", True),
        ("RCPT", "550 5.7.1 Client host [85.1.1.4] blocked", False),
        ("DATA", "550 5.4.1 Recipient address rejected: Access denied. AS(201806281)", True),
        ("DATA", "550 5.1.1 No such user", True),
        ("DATA", "550 It looks like spam", False),
        ("MAIL", "550 5.1.1 Who are you", False),
    ],
)
def test_a_refusal_says_whether_the_address_is_wrong_after_the_final_dot_too(stage: str, said: str, gone: bool) -> None:
    with listening(lambda now, _recipient: said if now == stage else "") as server:
        transport = Transport(lambda: server.address, "unmentoring@localhost", connecting=2, delivering=2)
        transport.open()
        answer = transport.deliver("sian@gwynedd.example", MAIL)
        transport.close()
    assert (answer.fate, answer.no_such_mailbox) == (Fate.REFUSED, gone)
