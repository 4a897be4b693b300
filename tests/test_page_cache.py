"""What is cached for visitors is nobody's own, and nobody can put something else there."""

import gzip
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from cast import START, conversation, kept, person, programme, reflection, sign_in
from flask import Flask, Response, session
from flask.testing import FlaskClient
from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError

from unmentor.db import db
from unmentor.page_cache import PageCache, cached_for_visitors


@pytest.fixture
def public(app: Flask) -> Iterator[Flask]:
    """Return the app as it is where BASE_URL is public."""
    before = app.extensions["settings"]
    app.extensions["settings"] = replace(before, base_url="https://unmentoring.example")
    app.extensions["page_cache"].pages.clear()
    yield app
    app.extensions["page_cache"].pages.clear()
    app.extensions["settings"] = before


def mine(client: FlaskClient) -> str:
    """Return the value of a browser's session cookie."""
    cookie = client.get_cookie("session")
    assert cookie
    return str(cookie.value)


@pytest.mark.one_engine
@pytest.mark.parametrize("spelling", ["session={}", "session ={}", "a=b;session\t= {}", 'session="{}"', " session={} "])
def test_a_session_is_one_however_its_cookie_is_spelt(app: Flask, client: FlaskClient, spelling: str) -> None:
    programme()
    ada = kept(person())
    sign_in(client, ada)
    other = app.test_client(use_cookies=False)
    page = other.get("/about", headers={"Cookie": spelling.format(mine(client))})
    app.extensions["page_cache"].pages.clear()
    assert other.get("/about", headers={"Cookie": spelling.format(mine(client))}).status_code == 200
    assert {key[0] for key in app.extensions["page_cache"].pages} == {"for all"}
    assert "Your page" not in app.test_client().get("/about").text
    assert page.status_code == 200


def test_a_page_that_begins_a_session_is_never_cached(app: Flask) -> None:
    @cached_for_visitors
    def begin() -> str:
        session["secret"] = "hers"
        return "hers"

    cache = app.extensions["page_cache"]
    cache.pages.clear()
    with app.test_request_context("/about"):
        response = app.process_response(app.make_response(begin()))
    assert response.data == b"hers"
    assert cache.pages == {}


def test_a_page_that_went_wrong_is_never_cached(app: Flask, client: FlaskClient) -> None:
    app.extensions["page_cache"].pages.clear()
    assert client.get("/reflections?page=0").status_code == 404
    assert client.get("/reflections/no-such-thing").status_code == 404
    assert app.extensions["page_cache"].pages == {}


@pytest.mark.one_engine
@pytest.mark.parametrize(
    "host", ["evil.example", "unmentoring.example:4711", "unmentoring.example.evil.example", "", "["]
)
def test_another_host_is_refused_and_reaches_no_page(public: Flask, client: FlaskClient, host: str) -> None:
    programme()
    for path in ("/", "/organise", "/nothing", "/sign-in"):
        page = client.get(path, headers={"Host": host})
        assert page.status_code == 400, path
        assert "evil" not in page.text + str(page.headers), path
    ours = client.get("/", headers={"Host": "unmentoring.example"})
    assert (ours.status_code, "evil" in ours.text) == (200, False)


def test_our_own_host_is_ours_with_its_port_and_in_capitals_too(public: Flask, client: FlaskClient) -> None:
    for host in ("unmentoring.example", "unmentoring.example:443", "UNMENTORING.example"):
        assert client.get("/about", headers={"Host": host}).status_code == 200, host


def test_machines_that_know_no_name_may_ask_how_it_goes(public: Flask, client: FlaskClient) -> None:
    assert client.get("/healthz", headers={"Host": "10.0.0.7:8000"}).status_code == 200


def test_a_prefix_that_a_header_made_up_is_refused(client: FlaskClient) -> None:
    client.get("/about")
    page = client.get("/about", environ_overrides={"SCRIPT_NAME": "//evil.example"})
    assert page.status_code == 400
    assert "evil.example" not in client.get("/about").text


@pytest.fixture
def away(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """Return the app as it is for people while its database does not answer."""
    app.testing = False
    db.session.commit()
    engine = db.engine

    def refuse(*_: Any) -> None:
        raise OperationalError("SELECT", {}, Exception("sian@gwynedd.gov.uk is locked"))

    event.listen(engine, "before_cursor_execute", refuse)
    monkeypatch.setattr(type(app.extensions["page_cache"]), "_written", refuse)
    yield app
    event.remove(engine, "before_cursor_execute", refuse)
    app.testing = True


PATHS = ["/", "/about", "/reflections", "/reflections.atom", "/join", "/programmes/unmentoring", "/c/x", "/nothing"]


def asked(app: Flask, path: str, **given: Any) -> Any:
    """Ask in a context of its own, with nothing done before or after by the test's browser."""
    with app.app_context():
        return FlaskClient(app).open(path, **given)


def test_a_database_that_is_away_is_said_on_every_page_with_when_to_come_back(
    client: FlaskClient, request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture
) -> None:
    programme()
    for path in PATHS:
        client.get(path)
    app = request.getfixturevalue("away")
    for path in PATHS:
        page = asked(app, path)
        assert (page.status_code, page.headers["Retry-After"]) == (503, "30"), path
        assert "We are away for a moment" in page.text
        assert "Content-Security-Policy" in page.headers
    assert "gwynedd" not in caplog.text


def test_a_form_that_cannot_be_kept_is_said_so(app: Flask, request: pytest.FixtureRequest) -> None:
    programme()
    page = asked(request.getfixturevalue("away"), "/sign-in", method="POST", data={"email": "sian@gwynedd.gov.uk"})
    assert page.status_code == 503
    assert "What you typed is not lost" in page.text


def test_a_process_that_was_idle_survives_a_restart_of_its_database(app: Flask) -> None:
    engine: Engine = db.engine
    if engine.dialect.name != "postgresql":
        pytest.skip("SQLite has no server to restart")
    with engine.connect() as connection:
        number = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()
    import psycopg

    with psycopg.connect(engine.url.set(drivername="postgresql").render_as_string(False), autocommit=True) as server:
        server.execute("SELECT pg_terminate_backend(%s)", [number])
    assert app.test_client().get("/reflections").status_code == 200


@pytest.mark.one_engine
@pytest.mark.one_engine
def test_threads_cache_pages_at_the_same_time(app: Flask) -> None:
    pages, before = PageCache(), sys.getswitchinterval()

    def put(worker: int) -> int:
        numbers = range(2_000)
        return sum(len(pages.put((f"{worker}", f"{each}"), (), Response("a page")).body) for each in numbers)

    sys.setswitchinterval(1e-6)
    try:
        with app.test_request_context(), ThreadPoolExecutor(4) as pool:
            assert list(pool.map(put, range(4))) == [12_000] * 4
    finally:
        sys.setswitchinterval(before)


@pytest.mark.parametrize("takes", ["gzip", "gzip, deflate, br", "br;q=1, gzip;q=0.1", "*"])
def test_a_visitor_who_takes_it_packed_gets_it_so_and_once(client: FlaskClient, takes: str) -> None:
    plain = client.get("/about")
    assert "Accept-Encoding" in plain.vary
    for _again in range(2):
        packed = client.get("/about", headers={"Accept-Encoding": takes})
        assert packed.content_encoding == "gzip"
        assert gzip.decompress(packed.data) == plain.data
        assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data) / 2
    assert packed.headers["ETag"] != plain.headers["ETag"]
    known = {"Accept-Encoding": takes, "If-None-Match": packed.headers["ETag"]}
    assert client.get("/about", headers=known).status_code == 304
    assert client.get("/about").data == plain.data


@pytest.mark.one_engine
@pytest.mark.parametrize("takes", ["", "br", "gzip;q=0", "identity"])
def test_nobody_gets_it_packed_who_does_not_take_that(client: FlaskClient, takes: str) -> None:
    for _again in range(2):
        answer = client.get("/about", headers={"Accept-Encoding": takes})
        assert (answer.status_code, answer.content_encoding) == (200, None)
        assert b"<!doctype html>" in answer.data


@pytest.mark.one_engine
def test_a_page_of_somebody_s_own_is_never_packed(client: FlaskClient) -> None:
    programme()
    sign_in(client, kept(person()))
    assert client.get("/about", headers={"Accept-Encoding": "gzip"}).content_encoding is None


@pytest.mark.one_engine
def test_the_feed_and_its_stylesheet_weigh_little(client: FlaskClient) -> None:
    ours = programme()
    for number in range(12):
        parts = conversation(ours, person(f"Ada {number}"), person(f"Ben {number}")).participations
        for part in parts:
            text = f"Thought {number} of {part.person.name}. " + "Every word of it is said in a new way. " * 6
            reflection(part, text, topics="housing data", published_at=START)
    page = client.get("/reflections", headers={"Accept-Encoding": "gzip"})
    with client.get("/static/style.css") as style:
        assert len(page.data) + len(style.data) < 30_000
