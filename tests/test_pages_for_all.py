"""A page that is made once for all holds nothing of anybody; what it says to its reader is put in each time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from cast import conversation, organiser, person, programme, reflection, sign_in, statements
from flask import Flask, flash, render_template, session
from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from unmentor.db import db
from unmentor.page_cache import GAP, GAPS, cached_for_visitors, for_reader
from unmentor.people.guards import signed_in
from unmentor.people.models import Person
from unmentor.reflections.models import Reflection

FOR_ALL = ["/", "/reflections", "/reflections.atom", "/topics", "/about", "/impact", "/privacy", "/accessibility"]
FOR_ALL += ["/programmes", "/programmes/unmentoring/rounds", "/topics/data", "/reflections?page=1", "/reflections/ask"]


@pytest.fixture
def ada(app: Flask) -> Person:
    """Return who organises a programme in which two others talked, and one shared."""
    app.extensions["page_cache"].pages.clear()
    ours = programme()
    reflection(conversation(ours, person("Cai"), person("Dai")).participations[0], "Ask.", topics="data")
    return organiser(ours, "Ada Unheard-of")


def made_for_all(app: Flask) -> dict[str, str]:
    """Return the pages that are kept for all, by what was asked for."""
    pages = app.extensions["page_cache"].pages
    return {"?".join(filter(None, key[4:6])): page.body.decode() for key, page in pages.items() if key[0] == "for all"}


def test_a_page_for_all_holds_nothing_of_whoever_asked_for_it(app: Flask, client: FlaskClient, ada: Person) -> None:
    sign_in(client, ada)
    for path in FOR_ALL:
        with client.session_transaction() as kept:
            kept["_flashes"] = [("message", "Only for her")]
        served = client.get(path).text
        assert "atom" in path or all(says in served for says in ("Your page", "Organise", "Sign out", "Only for her"))
        assert not GAPS.search(served.encode())
    assert set(made_for_all(app)) == set(FOR_ALL)
    own = ("Ada", "Unheard", "Your page", "Sign", "Only for her", "csrf", str(ada.email), ada.session_nonce, ada.nonce)
    for path, body in made_for_all(app).items():
        assert [each for each in own if each in body] == [], path


def test_everybody_reads_the_same_but_for_the_gaps(app: Flask, ada: Person) -> None:
    """Whoever asked for it first."""
    hers, his, theirs = app.test_client(), app.test_client(), app.test_client()
    sign_in(hers, ada)
    sign_in(his, person("Ben"))
    for path in FOR_ALL:
        texts = [client.get(path).text for client in (hers, his, theirs)]
        for piece in GAPS.split(made_for_all(app)[path].encode())[::2]:
            assert all(piece.decode() in text for text in texts), path
        assert ["Organise</a>" in text for text in texts] == ["atom" not in path, False, False], path
        assert ["Sign in" in text for text in texts] == [False, False, "atom" not in path], path


def test_a_second_reader_asks_the_database_who_they_are_and_no_more(app: Flask, ada: Person) -> None:
    hers, his = app.test_client(), app.test_client()
    sign_in(hers, ada)
    sign_in(his, person("Ben"))
    hers.get("/reflections")
    with statements() as asked:
        assert "Ask." in his.get("/reflections").text
    assert len([each for each in asked if "SELECT" in each and "snapshot" not in each]) == 2
    assert not [each for each in asked if "reflection" in each]


def test_a_reflection_that_is_made_once_says_to_each_what_they_can_do(app: Flask, ada: Person) -> None:
    browsers = {"Ada": app.test_client(), "Cai": app.test_client(), "Ben": app.test_client(), "": app.test_client()}
    sign_in(browsers["Ada"], ada)
    sign_in(browsers["Cai"], db.session.query(Person).filter_by(name="Cai").one())
    sign_in(browsers["Ben"], person("Ben"))
    ways = ("Take it down", "Change it or take it back")
    said = {
        name: [way for way in ways if way in client.get("/reflections/ask").text] for name, client in browsers.items()
    }
    assert said == {"Ada": ["Take it down"], "Cai": ["Change it or take it back"], "Ben": [], "": []}
    assert not any(way in made_for_all(app)["/reflections/ask"] for way in ways)


def test_what_is_taken_back_is_gone_for_whoever_is_signed_in_too(client: FlaskClient, ada: Person) -> None:
    sign_in(client, ada)
    assert "Ask." in client.get("/reflections").text
    db.session.query(Reflection).one().state = "withdrawn"
    db.session.commit()
    assert "Ask." not in client.get("/reflections").text


def test_each_reads_their_own_language(app: Flask, ada: Person) -> None:
    hers, his = app.test_client(), app.test_client()
    sign_in(hers, ada)
    with hers.session_transaction() as kept:
        kept["language"] = "cy"
    sign_in(his, person("Ben"))
    for _again in range(2):
        assert '<html lang="cy">' in hers.get("/about").text
        assert '<html lang="en">' in his.get("/about").text


def test_an_error_inside_such_a_page_has_no_gaps(client: FlaskClient, ada: Person) -> None:
    sign_in(client, ada)
    page = client.get("/reflections?page=0")
    assert (page.status_code, "Your page" in page.text) == (404, True)
    assert GAP.split()[1] not in page.text


def test_nobody_can_write_a_gap(app: Flask) -> None:
    with app.test_request_context("/"):
        written = Markup("<p>{}</p>").format(GAP % "parts/own_menu.html 0")
    assert not GAPS.search(written.encode())


def test_readers_at_the_same_time_read_each_their_own(app: Flask, ada: Person) -> None:
    hers, theirs = app.test_client(), app.test_client()
    sign_in(hers, ada)

    def read(client: FlaskClient) -> list[bool]:
        with app.app_context():
            return ["Sign out" in client.get(f"/about?{number % 3}").text for number in range(12)]

    with ThreadPoolExecutor(2) as pool:
        assert list(map(set, pool.map(read, (hers, theirs)))) == [{True}, {False}]


def says_hello() -> str:
    """Look at who is signed in."""
    someone = signed_in()
    return someone.first_name if someone else "Hello"


def begins() -> str:
    """Begin a session."""
    session["secret"] = "hers"
    return "hers"


def tells() -> str:
    """Say something once."""
    flash("Hers.")
    return "told"


@pytest.mark.one_engine
@pytest.mark.parametrize(
    "view",
    [
        says_hello,
        begins,
        tells,
        generate_csrf,
        lambda: session.get("secret", "none"),
        lambda: str("secret" in session),
        lambda: render_template("public/first_step.html"),
    ],
)
def test_a_page_that_looks_at_its_reader_is_for_nobody_else(app: Flask, ada: Person, view: Callable[[], str]) -> None:
    with app.test_request_context("/about"):
        session["person"] = ada.session_nonce
        # Also where something has asked before who is here.
        assert signed_in() == ada
        cached_for_visitors(view)()
    assert made_for_all(app) == {}


def test_outside_a_page_for_all_there_are_no_gaps(app: Flask, ada: Person) -> None:
    with app.test_request_context("/about"):
        assert "Sign in" in for_reader("parts/own_menu.html")
