import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from letters import letter

from unmentor.db import transaction
from unmentor.mail.catcher import server as catcher
from unmentor.mail.catcher.caught import Caught, latest
from unmentor.mail.catcher.views import clickable
from unmentor.mail.delivery.sender import Sender
from unmentor.mail.outbox import queue
from unmentor.runtime import now, settings
from unmentor.settings import SmtpServer


@pytest.fixture
def caught(app: Flask) -> Iterator[list[Caught]]:
    """Return one mail to Ada and then one invitation to Siân, caught on their way."""
    running = catcher.start(settings())
    with transaction():
        queue(letter("sign-in", to=("Ada", "ada@devon.example"), person_id=None), now())
        queue(letter("invitation", person_id=None), now())
    sending = Sender(app)
    sending.send_due()
    sending.stop()
    running.stop()
    yield latest(catcher.caught(settings()))
    catcher.caught(settings()).clear()


def test_what_is_sent_without_a_server_is_caught(caught: list[Caught]) -> None:
    assert {mail.recipient for mail in caught} == {"ada@devon.example", "sian@gwynedd.example"}


def test_a_catcher_that_stopped_is_not_found(caught: list[Caught]) -> None:
    with pytest.raises(OSError, match="not running"):
        catcher.server(settings())


def test_the_queue_can_be_drained_without_the_app_running(app: Flask) -> None:
    with transaction():
        queue(letter(person_id=None), now())
    result = app.test_cli_runner().invoke(args=["mail", "send"])
    assert result.output == "1 sent\n"
    assert [mail.recipient for mail in latest(catcher.caught(settings()))] == ["sian@gwynedd.example"]
    catcher.caught(settings()).clear()


def test_the_list_shows_the_newest_first_and_can_be_narrowed(client: FlaskClient, caught: list[Caught]) -> None:
    page = client.get("/dev/mail").text
    assert page.index("sian@gwynedd.example") < page.index("ada@devon.example")
    assert "sian@gwynedd.example" not in client.get("/dev/mail?to=ada@devon.example").text


@pytest.mark.one_engine
@pytest.mark.parametrize("tab", ["mail", "text", "calendar", "headers", "raw"])
def test_every_tab_of_a_caught_invitation_opens(client: FlaskClient, caught: list[Caught], tab: str) -> None:
    page = client.get(f"/dev/mail/{caught[0].key}?show={tab}")
    assert page.status_code == 200
    assert caught[0].subject in page.text


def test_links_in_the_text_can_be_pressed(client: FlaskClient, caught: list[Caught]) -> None:
    page = client.get(f"/dev/mail/{caught[0].key}?show=text").text
    assert '<a href="http://127.0.0.1:8000/c/' in page


def test_the_html_is_locked_in(client: FlaskClient, caught: list[Caught]) -> None:
    page = client.get(f"/dev/mail/{caught[0].key}/html")
    policy = page.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox allow-top-navigation-by-user-activation")
    assert "default-src 'none'" in policy
    assert "allow-scripts" not in policy
    assert '<base target="_top">' in page.text
    assert re.search(r"<h1[^>]*>Siân, meet Ada\.</h1>", page.text)


def test_the_invitation_can_be_downloaded(client: FlaskClient, caught: list[Caught]) -> None:
    assert client.get(f"/dev/mail/{caught[0].key}/invite.ics").text.startswith("BEGIN:VCALENDAR")
    assert client.get(f"/dev/mail/{caught[1].key}/invite.ics").status_code == 404


@pytest.mark.one_engine
@pytest.mark.parametrize("path", ["nothing", "nothing/html", "..", "%2e%2e%2fport"])
def test_an_unknown_mail_is_404(client: FlaskClient, path: str) -> None:
    assert client.get(f"/dev/mail/{path}").status_code == 404


def test_an_empty_mailbox_says_what_comes_next(client: FlaskClient) -> None:
    assert "No email yet" in client.get("/dev/mail").text


def test_there_is_no_such_page_where_mail_leaves(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = replace(settings(), smtp=SmtpServer("mail.example", 587, "starttls"))
    monkeypatch.setitem(app.extensions, "settings", real)
    assert client.get("/dev/mail").status_code == 404


def test_only_addresses_become_links_and_nothing_else_becomes_markup() -> None:
    assert clickable("<b> see https://a.example/x?y=1&z, or not.") == (
        '&lt;b&gt; see <a href="https://a.example/x?y=1&amp;z">https://a.example/x?y=1&amp;z</a>, or not.'
    )
