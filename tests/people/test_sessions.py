"""Who is signed in, for how long, and how that ends."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from cast import person, post, programme, sign_in
from flask.testing import FlaskClient
from signing import ADA, asked, who

from unmentor.people.models import Person


@pytest.fixture
def ada(app: Any) -> Person:
    return person("Ada Lovelace", email=ADA)


def test_a_session_that_somebody_planted_is_gone_after_signing_in(client: FlaskClient, ada: Person) -> None:
    link, _code = asked(client)
    with client.session_transaction() as session:
        session["planted"], session["language"] = "yes", "cy"
        before = session.get("csrf_token")
    post(client, link)
    with client.session_transaction() as session:
        assert "planted" not in session
        assert session.get("csrf_token") != before
        assert (session["person"], session["language"], session.permanent) == (ada.session_nonce, "cy", True)


def test_signed_in_lasts_sixty_days(client: FlaskClient, ada: Person) -> None:
    link, _code = asked(client)
    answer = post(client, link)
    lasts = parsedate_to_datetime(re.search(r"Expires=([^;]+)", answer.headers["Set-Cookie"])[1]) - datetime.now(UTC)
    assert timedelta(days=59) < lasts <= timedelta(days=60)


def test_a_welsh_speaker_reads_welsh_once_they_are_in(client: FlaskClient, app: Any) -> None:
    person("Siân", email=ADA, language="cy")
    programme()
    link, _code = asked(client)
    post(client, link)
    assert '<html lang="cy">' in client.get("/me").text


def test_signing_out_keeps_the_language_and_nothing_else(client: FlaskClient, ada: Person) -> None:
    sign_in(client, ada)
    with client.session_transaction() as session:
        session["language"] = "cy"
    assert client.get("/sign-out").status_code == 405
    assert post(client, "/sign-out").location == "/"
    with client.session_transaction() as session:
        assert {"person", "browser", "address"}.isdisjoint(session)
        assert session["language"] == "cy"


def test_signing_out_ends_every_session_and_says_so(client: FlaskClient, ada: Person) -> None:
    sign_in(client, ada)
    copied, phone = client.get_cookie("session").value, client.application.test_client()
    sign_in(phone, ada)
    assert phone.get("/me").status_code == 200
    assert "signed out, here and in every other browser" in client.get(post(client, "/sign-out").location).text
    thief = client.application.test_client()
    thief.set_cookie("session", copied)
    assert [browser.get("/me").status_code for browser in (thief, phone, client)] == [303, 303, 303]


@pytest.mark.one_engine
@pytest.mark.parametrize("old", [1, "1", None, ["x"], 10**30])
def test_a_session_that_names_nobody_is_nobodys(client: FlaskClient, ada: Person, old: Any) -> None:
    with client.session_transaction() as session:
        session["person"] = old
    assert client.get("/me").status_code == 303


def test_a_forged_sign_out_does_nothing(client: FlaskClient, ada: Person) -> None:
    sign_in(client, ada)
    assert client.post("/sign-out").status_code == 422
    assert who(client) == ada.session_nonce
