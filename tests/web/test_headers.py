from collections.abc import Iterator
from dataclasses import replace

import pytest
from cast import conversation, kept, person, programme, sign_in
from flask import Flask, Response
from flask.testing import FlaskClient

from unmentor.conversations.mails import key
from unmentor.web.headers import protect

pytestmark = pytest.mark.one_engine

ALWAYS = ("Content-Security-Policy", "Referrer-Policy", "X-Content-Type-Options", "Permissions-Policy")
KINDS = ["/", "/reflections", "/reflections.atom", "/healthz", "/robots.txt", "/static/style.css", "/nothing",
         "/language?lang=cy", "/join", "/sign-in", "/reflections/", "/c/forged"]  # fmt: skip


@pytest.mark.parametrize("path", KINDS)
def test_every_kind_of_answer_is_protected(client: FlaskClient, path: str) -> None:
    programme()
    with client.get(path) as answer:
        headers = answer.headers
    assert all(name in headers for name in ALWAYS)
    assert "script" not in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


def test_a_refused_form_and_a_wrong_method_are_protected(client: FlaskClient) -> None:
    for answer in (client.post("/sign-in"), client.post("/about")):
        assert answer.status_code in {405, 422}
        assert all(name in answer.headers for name in ALWAYS)


def test_an_address_that_is_a_key_is_told_to_nobody_and_kept_nowhere(client: FlaskClient) -> None:
    talk = conversation(programme(), person(), person("Ben Price"))
    page = f"/c/{key(talk.participations[0])}"
    for path in (page, f"{page}/reflection", f"{page}/reflection/thanks", "/c/forged", "/sign-in", "/confirm/x"):
        headers = client.get(path).headers
        assert headers["Referrer-Policy"] == "no-referrer", path
        assert headers["Cache-Control"] == "private, no-store", path


def test_other_pages_name_themselves_only_to_us(client: FlaskClient) -> None:
    assert client.get("/about").headers["Referrer-Policy"] == "same-origin"


def test_pages_of_somebody_signed_in_are_kept_nowhere(client: FlaskClient) -> None:
    sign_in(client, kept(person()))
    for path in ("/", "/me", "/reflections", "/about"):
        assert client.get(path).headers["Cache-Control"] == "private, no-store", path


def test_a_form_for_everybody_is_kept_by_nobody_else(client: FlaskClient) -> None:
    programme()
    answer = client.get("/join")
    assert "private" in answer.headers["Cache-Control"]


def test_the_stylesheet_is_kept_and_sets_no_cookie(client: FlaskClient) -> None:
    with client.get("/static/style.css") as answer:
        headers = answer.headers
    assert headers["Cache-Control"] == "public, max-age=3600"
    assert "Set-Cookie" not in headers
    assert "Cookie" not in headers.get("Vary", "")


def test_a_public_page_sets_no_cookie(client: FlaskClient) -> None:
    for path in ("/", "/reflections", "/about", "/reflections.atom"):
        assert "Set-Cookie" not in client.get(path).headers, path


@pytest.fixture
def encrypted(app: Flask) -> Iterator[Flask]:
    before = app.extensions["settings"]
    app.extensions["settings"] = replace(before, base_url="https://unmentoring.example")
    # Settings never change while an app runs, so no cache looks at them.
    app.extensions["page_cache"].pages.clear()
    yield app
    app.extensions["page_cache"].pages.clear()
    app.extensions["settings"] = before


def test_browsers_are_kept_to_https_only_where_we_speak_it(client: FlaskClient, encrypted: Flask) -> None:
    assert client.get("/").headers["Strict-Transport-Security"] == "max-age=31536000"


def test_browsers_are_not_kept_to_https_elsewhere(client: FlaskClient) -> None:
    assert "Strict-Transport-Security" not in client.get("/").headers


def test_a_view_that_knows_better_keeps_its_own_policy(app: Flask) -> None:
    with app.test_request_context("/dev/mail/1/html"):
        answer = protect(Response(headers={"Content-Security-Policy": "sandbox"}))
    assert answer.headers["Content-Security-Policy"] == "sandbox"
