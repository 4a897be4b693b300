"""What the form to join takes, refuses and gives back."""

import re
from typing import Any

import pytest
from cast import mailed, path_in, programme
from flask.testing import FlaskClient
from joining import SIAN, join
from sqlalchemy import func, select

from unmentor.db import db
from unmentor.mail.models import Message
from unmentor.mail.queries import content
from unmentor.people.models import Person

pytestmark = pytest.mark.one_engine


@pytest.fixture(autouse=True)
def one_programme(app: Any) -> None:
    programme()


WRONG = [
    ("name", "", "Write your name"),
    ("name", "\u2028\u202e \r\n", "Write your name"),
    ("name", "n" * 300, "Shorten this to 100 characters. It has 300 now"),
    ("name", "Free money https://elsewhere.example", "Leave web addresses out"),
    ("name", "🎉", "Write your name with letters"),
    ("email", "", "Write your email address"),
    ("email", "sian@gwynedd", "Write your email address"),
    ("email", "siân@gwynedd.gov.uk", "Write your email address"),
    ("email", "a@b.uk, c@d.uk", "Write your email address"),
    ("email", "s@" + "g" * 300 + ".uk", "Shorten this to 254"),
    ("phone", "12", "Write the number with its area code"),
    ("phone", "call me", "Write the number with its area code"),
    ("phone", "1" * 300, "Shorten this to 40"),
    ("phone", "", "Give a phone number, a Teams name or link, or both"),
    ("video", "http://room.example/x", "starts with https://"),
    ("video", "javascript:alert(1)", "starts with https://"),
    ("video", "https://", "starts with https://"),
    ("video", "https://meet.jit.si/x", "opens only for somebody with an account"),
    ("video", "meet.jit.si/x", "opens only for somebody with an account"),
    ("video", "https://ada:secret@meet.example/x", "starts with https://"),
    ("video", "https://[", "starts with https://"),
    ("video", "v" * 201, "Shorten this to 200"),
    ("organisation", "o" * 101, "Shorten this to 100"),
    ("about", "a" * 501, "Shorten this to 500"),
    ("availability", "sun-am", "Pick times from the table"),
    ("language", "xx", "Pick English or Welsh"),
    ("agree", None, "Agree to be paired"),
    ("agree", "no", "Agree to be paired"),
    ("programme", "elsewhere", "Pick a programme"),
]


@pytest.mark.parametrize(("field", "value", "says"), WRONG)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(
    client: FlaskClient, field: str, value: str | None, says: str
) -> None:
    answer = join(client, **{"language": "en", "organisation": "Kept & safe", field: value})
    assert answer.status_code == 422
    assert says in answer.text
    assert re.search(rf'href="#{field}(-0)?"', answer.text)
    assert re.search(rf'id="{field}(-0)?"', answer.text)
    assert field == "organisation" or 'value="Kept &amp; safe"' in answer.text
    assert db.session.scalar(select(func.count(Person.id))) == 0


def test_everything_that_was_typed_comes_back(client: FlaskClient) -> None:
    page = join(client, phone="12", video="sian.wyn", about="Leeks", language="cy").text
    for kept in ("Siân Ŵyn", "Sian@Gwynedd.gov.uk", "12", "sian.wyn"):
        assert f'value="{kept}"' in page
    assert "Leeks</textarea>" in page
    for slot in ("mon-am", "fri-pm", "cy", "yes"):
        assert re.search(rf'value="{slot}"[^>]* checked|checked[^>]*value="{slot}"', page)


@pytest.mark.parametrize(
    "name",
    ["Eve;X=1:mailto:evil@x", 'Eve "Quote" O\'Neil', "<script>alert(1)</script>", "=cmd|calc", "Eve\r\nBcc: evil@x"],
)
def test_a_hostile_name_arrives_harmless(client: FlaskClient, name: str) -> None:
    assert join(client, name=name).status_code == 303
    text = mailed("sian@gwynedd.gov.uk", "confirm")
    page = client.get(path_in(text, "/confirm")).text
    assert "<script>alert" not in page
    message = content(db.session.scalars(select(Message)).one())
    assert b"\nBcc:" not in message
    assert message.count(b"\nTo:") == 1


def test_a_handle_alone_is_a_way_to_talk(client: FlaskClient) -> None:
    assert join(client, phone="", video="Teams: sian.wyn").status_code == 303


def test_a_forged_form_is_refused_and_keeps_what_was_typed(client: FlaskClient) -> None:
    answer = client.post("/join", data=SIAN)
    assert answer.status_code == 422
    assert 'value="Siân Ŵyn"' in answer.text
    assert db.session.scalar(select(func.count(Person.id))) == 0
