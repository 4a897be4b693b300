import re
from typing import Any

import pytest
from cast import mailed, path_in, person, post, programme, token
from flask.testing import FlaskClient
from signing import ADA, asked, who
from sqlalchemy import event, func, select

from unmentor.db import db, transaction
from unmentor.mail.models import Message, Suppressed
from unmentor.people.models import Person, SignIn
from unmentor.people.signing_in import printed
from unmentor.runtime import now


@pytest.fixture
def ada(app: Any) -> Person:
    return person("Ada Lovelace", email=ADA)


def letters() -> int:
    return db.session.scalar(select(func.count(Message.id)))


def test_the_link_shows_a_button_and_pressing_it_signs_in_once(client: FlaskClient, ada: Person) -> None:
    link, _code = asked(client)
    page = client.get(link)
    assert (page.status_code, who(client)) == (200, None)
    assert db.session.scalars(select(SignIn.used_at)).one() is None
    assert "Welcome back, Ada" in page.text
    assert post(client, link).location == "/me"
    assert who(client) == ada.session_nonce
    assert post(client, link).status_code == 410


def test_a_link_in_another_browser_explains_itself_and_signs_nobody_in(client: FlaskClient, ada: Person) -> None:
    link, code = asked(client)
    elsewhere = client.application.test_client()
    page = elsewhere.get(link)
    assert "belongs to another browser" in page.text
    assert ADA not in page.text
    assert post(elsewhere, link).status_code == 403
    assert who(elsewhere) is None
    assert post(elsewhere, "/sign-in/code", email=ADA, code=code).location == "/me"
    assert who(elsewhere) == ada.session_nonce
    assert post(client, link).status_code == 410


def test_strangers_who_ask_cannot_use_up_the_mails_of_a_browser_that_was_in_before(
    client: FlaskClient, ada: Person
) -> None:
    link, _code = asked(client)
    post(client, link)
    post(client, "/sign-out")
    for _ in range(6):
        post(client.application.test_client(), "/sign-in", email=ADA)
    before = letters()
    link, _code = asked(client)
    assert letters() == before + 1
    assert post(client, link).status_code == 303


def test_after_fifteen_minutes_neither_link_nor_code_opens(client: FlaskClient, ada: Person, clock: Any) -> None:
    link, code = asked(client)
    clock.advance(minutes=15)
    assert client.get(link).status_code == 410
    assert post(client, link).status_code == 410
    assert post(client, "/sign-in/code", email=ADA, code=code).status_code == 422


def test_an_older_mail_ends_when_the_same_browser_asks_for_a_newer(client: FlaskClient, ada: Person) -> None:
    older, first = asked(client)
    newer, _code = asked(client)
    assert post(client, "/sign-in/code", email=ADA, code=first).status_code == 422
    assert (client.get(older).status_code, post(client, older).status_code) == (410, 410)
    assert post(client, newer).status_code == 303


def test_a_stranger_who_asks_ends_nobody_elses_mail(client: FlaskClient, ada: Person) -> None:
    link, _code = asked(client)
    asked(client.application.test_client())
    assert post(client, link).status_code == 303


def test_an_unknown_address_gets_the_same_answer(client: FlaskClient, ada: Person) -> None:
    elsewhere = client.application.test_client()
    known, unknown = post(client, "/sign-in", email=ADA), post(elsewhere, "/sign-in", email="ada@elsewhere.uk")
    assert (known.status_code, known.location, known.data) == (unknown.status_code, unknown.location, unknown.data)
    pages = [main(client.get(known.location).text), main(elsewhere.get(unknown.location).text)]
    assert pages[0].replace(ADA, "ada@elsewhere.uk") == pages[1]
    assert letters() == 1
    wrong = [
        post(c, "/sign-in/code", email=e, code="000000") for c, e in ((client, ADA), (elsewhere, "ada@elsewhere.uk"))
    ]
    assert [answer.status_code for answer in wrong] == [422, 422]
    assert main(wrong[0].text).replace(ADA, "ada@elsewhere.uk") == main(wrong[1].text)


@pytest.mark.parametrize("path", ["/sign-in", "/join"])
def test_the_database_is_asked_the_same_for_a_known_and_an_unknown_address(app: Any, ada: Person, path: str) -> None:
    programme()
    asked: list[list[str]] = []
    for email in (ADA, "ada@elsewhere.uk"):
        statements: list[str] = []
        client = FlaskClient(app, app.response_class)  # nobody answers what it asks
        fields = {"email": email, "name": "Ada", "phone": "01632 960 002", "agree": "yes", "csrf_token": token(client)}

        def note(*told: Any, kept: list[str] = statements) -> None:
            kept.append(told[2])

        event.listen(db.engine, "before_cursor_execute", note)
        with app.app_context():
            assert client.post(path, data=fields).status_code == 303
        event.remove(db.engine, "before_cursor_execute", note)
        asked.append(statements)
    assert asked[0] == asked[1]
    assert not any("FROM person" in statement for statement in asked[0])
    assert letters() == 0


def main(page: str) -> str:
    page = re.sub(r'name="csrf_token" value="[^"]+"', "", page)
    return re.search(r"<main.*</main>", page, re.DOTALL)[0]


def test_who_has_not_confirmed_is_asked_to_confirm(client: FlaskClient, app: Any) -> None:
    person("Ada", email=ADA, confirmed_at=None)
    post(client, "/sign-in", email=ADA)
    link = path_in(mailed(ADA, "confirm"), "/confirm")
    assert "01632 960002" in client.get(link).text
    assert post(client, link).status_code == 303


def test_five_mails_an_hour_are_enough(client: FlaskClient, ada: Person) -> None:
    assert {post(client, "/sign-in", email=ADA).status_code for _ in range(6)} == {303}
    assert letters() == 5


def test_whoever_was_on_the_way_to_a_page_arrives_there(client: FlaskClient, ada: Person) -> None:
    guarded = client.get("/me/pause?programme=unmentoring")
    assert guarded.location == "/sign-in?next=/me/pause?programme%3Dunmentoring"
    assert 'value="/me/pause?programme=unmentoring"' in client.get(guarded.location).text
    link, _code = asked(client, next="/me/pause?programme=unmentoring")
    assert post(client, link).location == "/me/pause?programme=unmentoring"


@pytest.mark.parametrize("wanted", ["//elsewhere.example", "https://elsewhere.example", "/\\elsewhere.example"])
def test_nobody_is_sent_to_another_site(client: FlaskClient, ada: Person, wanted: str) -> None:
    link, _code = asked(client, next=wanted)
    assert post(client, link).location == "/me"
    assert client.get("/sign-in", query_string={"next": wanted}).location == "/me"


@pytest.mark.one_engine
@pytest.mark.parametrize(("path", "fields"), [
    ("/sign-in", {"email": ""}), ("/sign-in", {"email": "ada"}), ("/sign-in", {"email": "a" * 300 + "@b.uk"}),
    ("/sign-in/code", {"email": "ada", "code": "123456"}),
])  # fmt: skip
def test_a_wrong_address_is_said_and_kept(client: FlaskClient, path: str, fields: dict[str, str]) -> None:
    answer = post(client, path, **fields)
    assert answer.status_code == 422
    assert 'href="#email"' in answer.text
    assert f'value="{fields["email"]}"' in answer.text


def test_a_printed_link_signs_in_once_in_any_browser_for_a_day(client: FlaskClient, ada: Person, clock: Any) -> None:
    with transaction():
        first, second = (printed(ada, now()).removeprefix("http://127.0.0.1:8000") for _ in range(2))
    clock.advance(hours=23)
    assert client.get(first).status_code == 200
    assert post(client, first).status_code == 303
    assert post(client, first).status_code == 410
    clock.advance(hours=2)
    assert post(client, second).status_code == 410


def test_no_secret_is_in_the_database(client: FlaskClient, ada: Person) -> None:
    link, code = asked(client)
    row = db.session.scalars(select(SignIn)).one()
    with client.session_transaction() as session:
        secrets = {link.rpartition("/")[2], code, session["browser"]}
    assert secrets.isdisjoint({row.token_hash, row.code_hash, row.browser_hash})
    assert {len(row.token_hash), len(row.code_hash), len(row.browser_hash)} == {64}


def test_a_mailbox_that_works_again_is_written_to_again(client: FlaskClient, ada: Person) -> None:
    db.session.add(Suppressed(address=ADA, since=now(), trouble="550 no such user"))
    db.session.commit()
    link, _code = asked(client)
    assert db.session.scalar(select(func.count()).select_from(Suppressed)) == 1
    post(client, link)
    assert db.session.scalar(select(func.count()).select_from(Suppressed)) == 0


@pytest.mark.parametrize("path", ["/confirm/x.y", "/sign-in/x"])
def test_a_link_that_is_not_ours_is_not_found(client: FlaskClient, ada: Person, path: str) -> None:
    assert (client.get(path).status_code, post(client, path).status_code) == (404, 404)
