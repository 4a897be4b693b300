import re
from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from cast import mailed, member, path_in, person, post, programme, token
from conftest import Clock
from flask import Flask
from flask.testing import FlaskClient
from joining import SIAN, confirm_link, join, somebody
from letters import letter
from sqlalchemy import func, select

from unmentor import worker
from unmentor.budgets import HOUR, Budget, Limit, spend
from unmentor.db import db
from unmentor.links import sign
from unmentor.mail.models import Message
from unmentor.mail.outbox import queue
from unmentor.mail.queries import content
from unmentor.people import door
from unmentor.people.models import Person, Request
from unmentor.programmes.models import Membership


@pytest.fixture(autouse=True)
def one_programme(app: Any) -> None:
    programme()


def test_who_joins_is_kept_as_told_and_asked_to_confirm(client: FlaskClient) -> None:
    answer = join(client, organisation="Gwynedd", about="Leeks.\r\nBilingual services.")
    assert (answer.status_code, answer.location) == (303, "/join/check-your-email")
    assert db.session.scalar(select(func.count(Person.id))) == 0
    post(client, confirm_link())
    sian = somebody()
    assert (sian.name, sian.email, sian.phone) == ("Siân Ŵyn", "sian@gwynedd.gov.uk", "+441632960002")
    assert (sian.organisation, sian.about) == ("Gwynedd", "Leeks.\nBilingual services.")
    assert (sian.availability, sian.language) == (["mon-am", "fri-pm"], "cy")
    assert sian.confirmed_at is not None


def test_the_answer_names_where_the_mail_went_in_their_language(client: FlaskClient) -> None:
    page = client.get(join(client).location)
    assert "sian@gwynedd.gov.uk" in page.text
    assert '<html lang="cy">' in page.text


@pytest.mark.parametrize("left", [{}, {"language": ""}, {"language": "cy"}])
def test_who_chooses_no_language_keeps_what_their_browser_asks_for(app: Flask, left: dict[str, str]) -> None:
    welsh = app.test_client()
    welsh.environ_base["HTTP_ACCEPT_LANGUAGE"] = "cy-GB, cy;q=0.9, en;q=0.5"
    fields = {name: value for name, value in SIAN.items() if name != "language"} | left
    assert post(welsh, "/join", **fields).status_code == 303
    assert '<html lang="cy">' in welsh.get("/join/check-your-email").text
    welsh.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    assert '<html lang="en">' in welsh.get("/join/check-your-email").text
    post(welsh, confirm_link())
    assert somebody().language == "cy"


def test_joining_confirming_and_arriving_is_three_presses(client: FlaskClient) -> None:
    join(client, language="en")
    confirm = path_in(mailed("sian@gwynedd.gov.uk", "confirm"), "/confirm")
    assert client.get(confirm).status_code == 200
    assert db.session.scalar(select(func.count(Person.id))) == 0
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
    assert shape(elsewhere.get(answer.location).text) == shape(first).replace("new@", "sian@")
    assert db.session.get(Person, known.id).name == "Old Name"
    assert "/sign-in/" in mailed("sian@gwynedd.gov.uk", "sign-in")


def shape(page: str) -> str:
    page = re.sub(r'name="csrf_token" value="[^"]+"', "", page)
    return re.search(r"<main.*</main>", page, re.DOTALL)[0]


def test_who_did_not_confirm_may_correct_themselves_and_is_asked_again(client: FlaskClient) -> None:
    join(client)
    join(client, name="Siân Wyn-Jones")
    assert db.session.scalar(select(func.count(Message.id)).where(Message.kind == "confirm")) == 2
    post(client, confirm_link())
    assert somebody().name == "Siân Wyn-Jones"


def test_each_mail_confirms_the_details_of_its_own_request_and_shows_them_first(client: FlaskClient) -> None:
    join(client, language="en", organisation="Gwynedd")
    own = confirm_link()
    stranger = client.application.test_client()
    join(stranger, language="en", name="Not Siân", phone="01632 960 666", organisation="Elsewhere")
    theirs = confirm_link()
    page = client.get(own).text
    for told in ("sian@gwynedd.gov.uk", "Siân Ŵyn", "01632 960002", "Gwynedd", "UnMentoring"):
        assert told in page
    assert "960666" not in page
    assert "01632 960666" in client.get(theirs).text
    assert post(client, own).status_code == 303
    assert (somebody().name, somebody().phone) == ("Siân Ŵyn", "+441632960002")
    assert (client.get(theirs).status_code, post(stranger, theirs).status_code) == (410, 410)
    assert somebody().phone == "+441632960002"


def test_who_signs_in_before_they_confirm_is_asked_again_with_what_they_told_here(client: FlaskClient) -> None:
    join(client)
    join(client.application.test_client(), name="Not Siân")
    post(client, "/sign-in", email="sian@gwynedd.gov.uk")
    assert "Siân Ŵyn" in client.get(confirm_link()).text
    assert db.session.scalar(select(func.count(Message.id))) == 3


def test_a_confirmation_ends_after_a_week_and_says_what_to_do(client: FlaskClient, clock: Any) -> None:
    join(client, language="en")
    clock.advance(days=7)
    page = client.get(confirm_link())
    assert (page.status_code, post(client, confirm_link()).status_code) == (410, 410)
    assert 'href="/join"' in page.text
    assert db.session.scalar(select(func.count(Person.id))) == 0


def test_confirming_twice_says_so_and_shows_the_way_in(client: FlaskClient) -> None:
    join(client)
    path = confirm_link()
    assert post(client, path).status_code == 303
    again = client.get(path)
    assert again.status_code == 410
    assert 'href="/sign-in"' in again.text
    assert post(client, path).status_code == 410


def test_a_key_for_another_purpose_confirms_nobody(client: FlaskClient) -> None:
    join(client)
    nonce = db.session.scalars(select(Request.nonce)).one()
    assert client.get(f"/confirm/{sign('unsubscribe', nonce)}").status_code == 404
    assert client.get(f"/confirm/{sign('confirm', nonce)}").status_code == 200


def test_a_forged_press_confirms_nobody(client: FlaskClient) -> None:
    join(client)
    assert client.post(confirm_link()).status_code == 422
    assert db.session.scalar(select(func.count(Person.id))) == 0


def test_three_mails_a_day_are_enough_for_a_stranger_and_the_next_answers_are_the_same(
    client: FlaskClient, clock: Any
) -> None:
    answers = {(answer.status_code, answer.location) for answer in (join(client) for _ in range(7))}
    assert answers == {(303, "/join/check-your-email")}
    assert db.session.scalar(select(func.count(Message.id))) == 3
    clock.advance(hours=23)
    join(client)
    assert db.session.scalar(select(func.count(Message.id))) == 3
    clock.advance(hours=2)
    join(client)
    assert db.session.scalar(select(func.count(Message.id))) == 4


def test_the_mail_to_a_stranger_holds_no_word_that_was_typed(client: FlaskClient) -> None:
    join(client, name="Buy gold", organisation="Gold Ltd", about="Gold here", video="https://gold.example/room")
    mail = content(db.session.scalars(select(Message)).one())
    letter = message_from_bytes(mail, policy=default)
    assert letter["To"] == "sian@gwynedd.gov.uk"
    texts = [part.get_content() for part in letter.walk() if part.get_content_maintype() == "text"]
    assert len(texts) == 2
    assert not any("gold" in (text + letter["Subject"]).lower() or "Buy" in text for text in texts)


@pytest.mark.thorough
def test_a_strangers_mail_waits_behind_invitations_and_a_members_code_does_not(client: FlaskClient, clock: Any) -> None:
    ada = person("Ada")
    queue(letter("goodbye", person_id=ada.id, reader=ada.nonce), clock())
    db.session.commit()
    join(client)
    post(client.application.test_client(), "/sign-in", email=ada.email)
    due = db.session.scalars(select(Message.kind).order_by(Message.due_at, Message.id)).all()
    assert due == ["sign-in", "goodbye", "confirm"]


@pytest.mark.thorough
def test_one_source_gets_so_many_mails_and_then_a_clear_page(client: FlaskClient, clock: Clock) -> None:
    statuses = [join(client, email="person@gwynedd.gov.uk").status_code]
    assert all(spend(door.FROM_ONE_SOURCE, "127.0.0.1", clock()) for _ in range(58))
    statuses += [join(client, email=f"person{number}@gwynedd.gov.uk").status_code for number in range(3)]
    assert statuses == [303, 303, 429, 429]
    page = join(client, language="en")
    assert (page.status_code, "Wait an hour" in page.text) == (429, True)
    assert join(client, language="en", agree=None).status_code == 422
    assert db.session.scalar(select(func.count(Message.id))) == 2


@pytest.mark.thorough
@pytest.mark.one_engine
@pytest.mark.parametrize(("proxies", "joined"), [(0, 3), (1, 4)])
def test_a_source_is_what_trusted_proxies_say_and_nobody_else(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, proxies: int, joined: int
) -> None:
    monkeypatch.setattr(door, "FROM_ONE_SOURCE", (Limit("mails a source asks for", 3, HOUR),))
    app = client.application
    before = app.extensions["settings"]
    app.extensions["settings"] = replace(before, trusted_proxies=proxies)
    forms = [SIAN | {"email": f"p{number}@gwynedd.gov.uk", "csrf_token": token(client)} for number in range(5)]
    # The first of these headers' addresses is what a stranger wrote.
    headers = [{"X-Forwarded-For": f"192.0.2.{number}, 2001:db8::{number:x}"} for number in range(4)]
    headers.append({"X-Forwarded-For": "2001:db8::ffff, 198.51.100.7"})
    try:
        answers = [client.post("/join", data=form, headers=said) for form, said in zip(forms, headers, strict=True)]
    finally:
        app.extensions["settings"] = before
    assert [answer.status_code for answer in answers].count(303) == joined


def test_no_address_stands_in_a_budget_and_old_ones_are_forgotten(client: FlaskClient, clock: Any) -> None:
    join(client)
    rows = db.session.scalars(select(Budget)).all()
    assert len(rows) == 7
    assert all(re.fullmatch(r"[0-9a-f]{64}", row.key) for row in rows)
    clock.advance(days=1, seconds=1)
    worker.tick(clock())
    assert db.session.scalar(select(func.count()).select_from(Budget)) == 0


def test_where_there_are_several_programmes_one_is_picked(client: FlaskClient) -> None:
    programme("Housing people")
    assert join(client, language="en").status_code == 422
    assert join(client, programme="housing-people").status_code == 303
    post(client, confirm_link())
    assert db.session.scalars(select(Membership)).one().programme.slug == "housing-people"


def test_a_page_of_a_programme_says_when_it_draws_and_who_is_in(client: FlaskClient) -> None:
    housing = programme("Housing people", about="For those who house.", weekday=3, nth=-1)
    member(person("Ada"), housing)
    member(person("Ben", organisation="Leeds"), housing)
    page = client.get("/programmes/housing-people").text
    assert "For those who house." in page
    assert "the last Thursday of each month at 9am" in page
    assert "Thursday 26 November, 9am" in page
    assert "2 people from 2 organisations take part today." in page
    assert client.get("/programmes/nowhere").status_code == 404


def test_before_there_is_a_programme_nobody_can_join(client: FlaskClient) -> None:
    db.session.query(type(programme("Other"))).delete()
    db.session.commit()
    assert "no programme to join yet" in client.get("/join").text
    assert join(client, language="en").status_code == 422
