"""Nothing that a stranger can ask or type breaks a page: it is answered, or refused in words."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from cast import conversation, member, organiser, person, programme, reflection, sign_in, token
from flask import Flask
from flask.testing import FlaskClient

from unmentor.conversations.mails import key
from unmentor.db import db
from unmentor.forms import Form

pytestmark = pytest.mark.thorough

# More digits than any number here, a NUL inside, and digits that are none of ours.
ODD = ["9" * 27, "a\0b", "٣²"]
ODD_PARTS = ["9" * 27, "a%00b", "%D9%A3", "%FF%C2%B2"]
# What the views read from a query.
ASKED = ("page", "q", "topic", "programme", "to", "show", "next", "lang", "kind", "until")


def fields() -> set[str]:
    """Return the name of everything that any form asks for."""
    found, waiting = set(), [Form]
    while waiting:
        form = waiting.pop()
        waiting += form.__subclasses__()
        found |= {name for name in dir(form) if hasattr(getattr(form, name, None), "field_class")}
    return found


def addresses(app: Flask, method: str, known: dict[str, Any]) -> Iterator[str]:
    """Yield every address that takes a method, its parts as known, and then each as odd as can be."""
    for rule in app.url_map.iter_rules():
        if method in (rule.methods or set()) and rule.endpoint != "static":
            values = {name: known.get(name, 1) for name in rule.arguments - set(rule.defaults or {})}
            yield app.url_map.bind("").build(rule.endpoint, values, method)


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    """Return the browser of somebody who takes part and organises, on a lively service; what breaks raises."""
    ours = programme()
    olu = organiser(ours)
    ben = person("Ben Price")
    member(ben, ours)
    talk = conversation(ours, olu, ben)
    reflection(talk.participations[0], topics="housing")
    # No worker after each request: they are many, and what is asked for here needs none.
    client = FlaskClient(app, app.response_class)
    sign_in(client, olu)
    return client


@pytest.fixture
def known(app: Flask, browser: FlaskClient) -> dict[str, Any]:
    from unmentor.conversations.models import Participation

    part = db.session.query(Participation).order_by(Participation.id).first()
    return {"slug": "unmentoring", "token": key(part), "number": 1, "key": "x", "filename": "x"}


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
def test_no_odd_query_breaks_a_page(app: Flask, browser: FlaskClient, known: dict[str, Any], odd: str) -> None:
    for path in addresses(app, "GET", known):
        answer = browser.get(path, query_string=dict.fromkeys(ASKED, odd))
        assert answer.status_code < 500 or path == "/readyz", path
        answer.close()


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
def test_no_odd_word_breaks_a_form(app: Flask, browser: FlaskClient, known: dict[str, Any], odd: str) -> None:
    typed = dict.fromkeys(fields(), odd) | {"csrf_token": token(browser)}
    for path in addresses(app, "POST", known):
        if path in {"/me/leave", "/sign-out"}:
            continue
        assert browser.post(path, data=typed).status_code < 500, path


@pytest.mark.parametrize("odd", ODD_PARTS, ids=range(len(ODD_PARTS)))
def test_no_odd_address_breaks_the_service(app: Flask, browser: FlaskClient, odd: str) -> None:
    typed = {"csrf_token": token(browser)}
    for rule in app.url_map.iter_rules():
        if rule.arguments and rule.endpoint != "static":
            path = re.sub(r"<[^>]+>", odd, str(rule))
            # Also odd only behind what is there, which is asked for first.
            for each in {path, path.replace(f"/organise/{odd}/", "/organise/unmentoring/")}:
                assert browser.get(each).status_code < 500, each
                if "POST" in (rule.methods or set()):
                    assert browser.post(each, data=typed).status_code < 500, each
