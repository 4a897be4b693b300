"""One person added by a form, and many from a spreadsheet that is looked at first."""

import io
import re
from html import unescape
from typing import Any

import pytest
from cast import member, organiser, person, post, programme, sign_in
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from unmentor.audit.models import AuditEvent
from unmentor.db import db
from unmentor.mail.models import Message
from unmentor.organise.forms import MOST_BYTES, MOST_LINES
from unmentor.people.models import Person
from unmentor.programmes.models import Membership, Programme

IMPORT = "/organise/unmentoring/people/import"
SHEET = """name;email;phone;organisation
Siân Wyn;sian@gwynedd.example;01632 960 002;Gwynedd
Ada;ada@example.gov.uk;01632 960 003;Devon
;nobody@devon.example;01632 960 004;Devon
Ben;ben@devon.example;;Devon
Kay;kay@example.gov.uk;01632 960 005;
Siân again;SIAN@gwynedd.example;01632 960 002;Gwynedd
"""


@pytest.fixture
def ours(app: Flask, client: FlaskClient) -> Programme:
    """Return a programme that Ada is in and Kay is not, who is known from elsewhere; its organiser is signed in."""
    ours = programme()
    sign_in(client, organiser(ours))
    member(person("Ada"), ours)
    member(person("Kay"), programme("Elsewhere"))
    return ours


def uploaded(client: FlaskClient, data: bytes) -> Any:
    return post(client, IMPORT, sheet=(io.BytesIO(data), "people.csv"))


def confirmed(client: FlaskClient, preview: str) -> Any:
    """Select the button of a preview, as a browser would."""
    fields = {name: unescape(value) for name, value in re.findall(r'name="(text|seen)"[^>]* value="([^"]*)"', preview)}
    return post(client, f"{IMPORT}/confirm", **fields)


def emails() -> set[str | None]:
    return set(db.session.scalars(select(Person.email)))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252"])
def test_a_preview_says_line_by_line_what_would_happen_and_does_nothing(
    ours: Programme, client: FlaskClient, encoding: str
) -> None:
    before = emails()
    page = uploaded(client, SHEET.encode(encoding))
    assert page.status_code == 200
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text))
    assert "2 people are asked by email whether they take part. 1 is here already. 3 lines are wrong" in text
    for line in ("– 4 nobody@devon.example name: Write your name", "Ben 5 ben@devon.example phone:",
                 "Siân again 7 sian@gwynedd.example email: the same as in line 2", "Siân Wyn 2 sian@gwynedd.example",
                 "Kay 6 kay@example.gov.uk", "Ada 3 ada@example.gov.uk"):  # fmt: skip
        assert line in text
    db.session.expire_all()
    assert emails() == before
    assert db.session.query(Message).count() == 0


def test_confirming_does_what_was_shown_once(ours: Programme, client: FlaskClient) -> None:
    preview = uploaded(client, SHEET.encode()).text
    answer = confirmed(client, preview)
    assert answer.location == "/organise/unmentoring/people?show=asked"
    assert "We have asked 2 people by email." in (listed := client.get(answer.location).text)
    assert "Siân Wyn" in listed
    assert ">kay@example.gov.uk<" in listed
    mails = {(each.recipient, each.kind) for each in db.session.query(Message)}
    assert mails == {("sian@gwynedd.example", "confirm"), ("kay@example.gov.uk", "heads-up")}
    again = confirmed(client, preview)
    assert again.status_code == 422
    assert "Something has changed since you looked" in again.text
    assert db.session.query(Message).count() == 2
    assert [each.facts for each in db.session.scalars(select(AuditEvent))] == [{"people": 2}]


def test_nothing_that_was_not_shown_is_done(ours: Programme, client: FlaskClient) -> None:
    preview = uploaded(client, SHEET.encode()).text
    assert confirmed(client, preview.replace("sian@gwynedd", "eve@gwynedd")).status_code == 422
    member(person("Siân Wyn", email="sian@gwynedd.example"), ours)
    page = confirmed(client, preview)
    assert page.status_code == 422
    assert "Ask 1 person by email" in page.text
    assert db.session.query(Message).count() == 0
    assert confirmed(client, page.text).status_code == 303


@pytest.mark.one_engine
@pytest.mark.parametrize(
    ("data", "says"),
    [(b"", "Choose a file"), (b"PK\x03\x04\0", "CSV UTF-8"), (b"name,phone\nAda,1\n", "Missing: email"),
     (b"x" * (MOST_BYTES + 1), "too long"), (b"name,email,phone\n" + b"a,b,c\n" * (MOST_LINES + 1), "501 people")],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_how_to_mend_it(
    ours: Programme, client: FlaskClient, data: bytes, says: str
) -> None:
    answer = uploaded(client, data) if data else post(client, IMPORT)
    assert answer.status_code == 422
    assert says in answer.text


def test_somebody_added_is_asked_first_and_nobody_twice(ours: Programme, client: FlaskClient) -> None:
    path = "/organise/unmentoring/people/add"
    assert post(client, path, name="New", email="new@devon.example").status_code == 422
    told = {"name": "New", "email": "New@devon.example", "phone": "01632 960 009", "language": "cy"}
    page = client.get(post(client, path, **told).location).text
    assert "We have asked them by email" in page
    assert "asked, no answer yet" in page
    assert "They are here already" in client.get(post(client, path, **told).location).text
    [letter] = db.session.query(Message)
    assert (letter.kind, letter.recipient) == ("confirm", "new@devon.example")
    [new] = db.session.query(Membership).filter(Membership.person.has(email="new@devon.example"))
    assert new.person.language == "cy"
    assert [each.deed for each in db.session.scalars(select(AuditEvent))] == ["person-added"]
