"""Sign in with the code of an email: once, in time, and with few guesses."""

from typing import Any

import pytest
from cast import person, post
from flask.testing import FlaskClient
from signing import ADA, asked, who

from unmentor.people.models import Person


@pytest.fixture
def ada(app: Any) -> Person:
    return person("Ada Lovelace", email=ADA)


def test_a_code_may_be_typed_with_spaces(client: FlaskClient, ada: Person) -> None:
    _link, code = asked(client)
    assert post(client, "/sign-in/code", email="ADA@example.gov.uk ", code=f"{code[:3]} {code[3:]}").status_code == 303


def test_a_code_works_once(client: FlaskClient, ada: Person) -> None:
    _link, code = asked(client)
    elsewhere = client.application.test_client()
    assert post(client, "/sign-in/code", email=ADA, code=code).status_code == 303
    assert post(elsewhere, "/sign-in/code", email=ADA, code=code).status_code == 422


def test_after_five_tries_even_the_right_code_is_refused_and_the_link_still_works(
    client: FlaskClient, ada: Person
) -> None:
    link, code = asked(client)
    wrong = f"{(int(code) + 1) % 10**6:06}"
    for _ in range(5):
        assert post(client, "/sign-in/code", email=ADA, code=wrong).status_code == 422
    answer = post(client, "/sign-in/code", email=ADA, code=code)
    assert (answer.status_code, who(client)) == (422, None)
    assert 'href="#code"' in answer.text
    assert post(client, link).status_code == 303


def wrong_code(browser: FlaskClient) -> int:
    status: int = post(browser, "/sign-in/code", email=ADA, code="none").status_code
    return status


def test_wrong_codes_in_other_browsers_lock_nobody_out(client: FlaskClient, ada: Person) -> None:
    _link, code = asked(client)
    for _ in range(12):
        assert wrong_code(client.application.test_client()) == 422
    assert post(client, "/sign-in/code", email=ADA, code=code).status_code == 303


def test_guesses_over_many_browsers_are_ten_an_hour_and_then_even_the_right_one_is_refused(
    client: FlaskClient, ada: Person
) -> None:
    _link, code = asked(client)
    elsewhere = client.application.test_client()
    for _ in range(10):
        wrong_code(client.application.test_client())
    assert post(elsewhere, "/sign-in/code", email=ADA, code=code).status_code == 422
    # Whoever asks there gets a code of their own.
    _link, fresh = asked(elsewhere)
    assert post(elsewhere, "/sign-in/code", email=ADA, code=fresh).status_code == 303


@pytest.mark.thorough
def test_one_source_guesses_so_many_codes_an_hour(client: FlaskClient, ada: Person) -> None:
    for number in range(30):
        post(client, "/sign-in/code", email=f"nobody{number}@elsewhere.uk", code="000000")
    _link, code = asked(client)
    assert post(client.application.test_client(), "/sign-in/code", email=ADA, code=code).status_code == 422
    assert post(client, "/sign-in/code", email=ADA, code=code).status_code == 303


@pytest.mark.one_engine
@pytest.mark.parametrize("code", ["", "12", "abcdef", "١٢٣٤٥٦"])
def test_a_code_that_is_none_is_refused_and_the_address_kept(client: FlaskClient, ada: Person, code: str) -> None:
    answer = post(client, "/sign-in/code", email=ADA, code=code)
    assert answer.status_code == 422
    assert 'href="#code"' in answer.text
    assert f'value="{ADA}"' in answer.text
