from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from unmentor.public import views
from unmentor.web import every_page


@pytest.fixture
def live(app: Flask) -> Iterator[Flask]:
    """Return the app as it is for people: what breaks is explained, not raised."""
    app.testing = False
    yield app
    app.testing = True


def test_an_unknown_page_is_a_finished_page(client: FlaskClient) -> None:
    page = client.get("/nothing/<script>")
    assert page.status_code == 404
    assert "We cannot find that page" in page.text
    assert 'href="/reflections"' in page.text
    assert "<script" not in page.text


def test_what_breaks_is_said_kindly_and_without_a_trace(
    client: FlaskClient, live: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def break_down() -> None:
        raise RuntimeError("the secret inside")

    monkeypatch.setattr(views, "figures", break_down)
    page = client.get("/")
    assert page.status_code == 500
    assert "Something broke on our side" in page.text
    assert '<a href="/">Mynd i’r hafan</a>' in page.text
    assert "secret" not in page.text
    assert "Traceback" not in page.text
    assert "the secret inside" in caplog.text


def test_a_broken_frame_does_not_break_the_page_that_says_so(
    client: FlaskClient, live: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down() -> None:
        raise LookupError

    monkeypatch.setattr(every_page, "signed_in", break_down)
    for path in ("/about", "/nothing"):
        page = client.get(path)
        assert (page.status_code, "Something broke on our side" in page.text) == (500, True), path


def test_a_button_that_is_opened_as_a_page_says_so(client: FlaskClient) -> None:
    page = client.post("/about")
    assert page.status_code == 405
    assert "That is a button, not a page" in page.text
    assert "GET" in page.headers["Allow"]


@pytest.mark.one_engine
@pytest.mark.parametrize("code", [400, 403, 410, 418, 429])
def test_every_refusal_has_a_page(app: Flask, code: int) -> None:
    from werkzeug.exceptions import HTTPException, default_exceptions

    from unmentor.web.error_pages import explain

    with app.test_request_context("/"):
        answer = explain(default_exceptions.get(code, HTTPException)())
    assert answer.status_code == code
    assert "<h1>" in answer.get_data(as_text=True)


def test_a_redirect_is_no_trouble(client: FlaskClient) -> None:
    assert client.get("/organise").status_code == 308
