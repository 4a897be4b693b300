import re
from typing import Any

import pytest
from cast import mailed, member, path_in, person, post, programme
from flask.testing import FlaskClient
from sqlalchemy import func, select

from unmentor.db import db
from unmentor.mail.models import Message
from unmentor.people.models import Person
from unmentor.programmes.models import Membership

SIAN = {
    "name": "Siân Ŵyn",
    "email": "Sian@Gwynedd.gov.uk",
    "phone": "01632 960 002",
    "availability": ["fri-pm", "mon-am"],
    "language": "cy",
    "agree": "yes",
}


@pytest.fixture(autouse=True)
def one_programme(app: Any) -> None:
    programme()


def join(client: FlaskClient, **changed: Any) -> Any:
    return post(client, "/join", **{name: value for name, value in (SIAN | changed).items() if value is not None})


def somebody() -> Person:
    return db.session.scalars(select(Person)).one()


def test_who_joins_is_kept_as_told_and_asked_to_confirm(client: FlaskClient) -> None:
    answer = join(client, organisation="Gwynedd", about="Leeks.\r\nBilingual services.")
    assert (answer.status_code, answer.location) == (303, "/join/check-your-email")
    sian = somebody()
    assert (sian.name, sian.email, sian.phone) == ("Siân Ŵyn", "sian@gwynedd.gov.uk", "+441632960002")
    assert (sian.organisation, sian.about) == ("Gwynedd", "Leeks.\nBilingual services.")
    assert (sian.availability, sian.language, sian.confirmed_at) == (["mon-am", "fri-pm"], "cy", None)
    assert "/confirm/" in mailed("sian@gwynedd.gov.uk", "confirm")


def test_the_answer_names_where_the_mail_went_in_their_language(client: FlaskClient) -> None:
    page = client.get(join(client).location)
    assert "sian@…" in page.text
    assert '<html lang="cy">' in page.text


def test_joining_confirming_and_arriving_is_three_presses(client: FlaskClient) -> None:
    join(client, language="en")
    confirm = path_in(mailed("sian@gwynedd.gov.uk", "confirm"), "/confirm")
    assert client.get(confirm).status_code == 200
    assert somebody().confirmed_at is None
    assert post(client, confirm).location == "/me"
    page = client.get("/me")
    assert "You are in, Siân" in page.text
    assert db.session.scalars(select(Membership)).one().state == "active"


def test_a_known_address_gets_the_same_answer_and_a_sign_in_mail_and_keeps_its_details(client: FlaskClient) -> None:
    unknown = join(client, email="new@gwynedd.gov.uk")
    first = client.get(unknown.location).text
    known = person("Old Name", email="sian@gwynedd.gov.uk")
    elsewhere = client.application.test_client()
    answer = join(elsewhere)
    assert (answer.status_code, answer.location, answer.data) == (303, unknown.location, unknown.data)
    assert shape(elsewhere.get(answer.location).text) == shape(first).replace("new@…", "sian@…")
    assert db.session.get(Person, known.id).name == "Old Name"
    assert "/sign-in/" in mailed("sian@gwynedd.gov.uk", "sign-in")


def shape(page: str) -> str:
    page = re.sub(r'name="csrf_token" value="[^"]+"', "", page)
    return re.search(r"<main.*</main>", page, re.DOTALL)[0]


def test_who_did_not_confirm_may_correct_themselves_and_is_asked_again(client: FlaskClient) -> None:
    join(client)
    join(client, name="Siân Wyn-Jones")
    assert somebody().name == "Siân Wyn-Jones"
    assert db.session.scalar(select(func.count(Message.id)).where(Message.kind == "confirm")) == 2


def test_five_mails_an_hour_are_enough_and_the_sixth_answer_is_the_same(client: FlaskClient, clock: Any) -> None:
    answers = {(answer.status_code, answer.location) for answer in (join(client) for _ in range(6))}
    assert answers == {(303, "/join/check-your-email")}
    assert db.session.scalar(select(func.count(Message.id))) == 5
    clock.advance(hours=1, minutes=1)
    join(client)
    assert db.session.scalar(select(func.count(Message.id))) == 6


WRONG = [
    ("name", "", "Write your name"),
    ("name", "\u2028\u202e \r\n", "Write your name"),
    ("name", "n" * 300, "Shorten this to 100 characters. It has 300 now"),
    ("name", "Free money https://elsewhere.example", "Leave web addresses out"),
    ("name", "🎉", "Write your name with letters"),
    ("email", "", "Write your mail address"),
    ("email", "sian@gwynedd", "Write your mail address"),
    ("email", "siân@gwynedd.gov.uk", "Write your mail address"),
    ("email", "a@b.uk, c@d.uk", "Write your mail address"),
    ("email", "s@" + "g" * 300 + ".uk", "Shorten this to 254"),
    ("phone", "12", "Write the number with its area code"),
    ("phone", "call me", "Write the number with its area code"),
    ("phone", "1" * 300, "Shorten this to 40"),
    ("phone", "", "Give a phone number, a video handle or both"),
    ("video", "http://room.example/x", "starts with https://"),
    ("video", "javascript:alert(1)", "starts with https://"),
    ("video", "https://", "starts with https://"),
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
    message = db.session.scalars(select(Message.content)).one()
    assert b"\nBcc:" not in message
    assert message.count(b"\nTo:") == 1


def test_a_handle_alone_is_a_way_to_talk(client: FlaskClient) -> None:
    assert join(client, phone="", video="Teams: sian.wyn").status_code == 303


def test_a_forged_form_is_refused_and_keeps_what_was_typed(client: FlaskClient) -> None:
    answer = client.post("/join", data=SIAN)
    assert answer.status_code == 422
    assert 'value="Siân Ŵyn"' in answer.text
    assert db.session.scalar(select(func.count(Person.id))) == 0


def test_where_there_are_several_programmes_one_is_picked(client: FlaskClient) -> None:
    programme("Housing people")
    assert join(client, language="en").status_code == 422
    assert join(client, programme="housing-people").status_code == 303
    assert db.session.scalars(select(Membership)).one().programme.slug == "housing-people"


def test_a_page_of_a_programme_says_when_it_draws_and_who_is_in(client: FlaskClient) -> None:
    housing = programme("Housing people", about="For those who house.", weekday=3, nth=-1)
    member(person("Ada"), housing)
    member(person("Ben", organisation="Leeds"), housing)
    page = client.get("/programmes/housing-people").text
    assert "For those who house." in page
    assert "the last Thursday of each month at 9:00" in page
    assert "Thursday 26 November, 9:00" in page
    assert "2 people from 2 organisations take part today." in page
    assert client.get("/programmes/nowhere").status_code == 404


def test_before_there_is_a_programme_nobody_can_join(client: FlaskClient) -> None:
    db.session.query(type(programme("Other"))).delete()
    db.session.commit()
    assert "no programme to join yet" in client.get("/join").text
    assert join(client, language="en").status_code == 422
