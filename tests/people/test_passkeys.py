"""Passkeys: a device's own key lets its owner in, and proves that it is still them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from dataclasses import replace
from typing import Any

import pytest
from authenticator import PRESENT, Change, Device
from cast import member, organiser, person, post, programme, sign_in
from conftest import Clock
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from webauthn.helpers import base64url_to_bytes

from unmentor.budgets import HOUR, Limit
from unmentor.db import db, transaction
from unmentor.people import passkeys as keys
from unmentor.people.models import Passkey, Person
from unmentor.privacy.erasure import erase
from unmentor.privacy.export import exported
from unmentor.rounds import steps
from unmentor.runtime import now

pytestmark = pytest.mark.thorough

ORIGIN = "http://localhost:8000"
PAGE, SIGN_IN = "/me/passkeys", "/sign-in/passkey"


@pytest.fixture(autouse=True)
def named(app: Flask) -> Iterator[None]:
    """Give the site a name, as passkeys need."""
    known = app.extensions["settings"]
    app.extensions["settings"] = replace(known, base_url=ORIGIN)
    yield
    app.extensions["settings"] = known


@pytest.fixture
def ada(app: Flask) -> Person:
    return person("Ada")


@pytest.fixture
def device(client: FlaskClient, ada: Person) -> Device:
    """Return a device with a passkey of Ada's, who has signed out of her browser since."""
    sign_in(client, ada)
    device = Device(ORIGIN)
    assert added(client, device).status_code == 303
    post(client, "/sign-out")
    return device


def added(client: FlaskClient, device: Device, name: str = "My phone") -> Any:
    options = post(client, f"{PAGE}/challenge").json
    return post(client, PAGE, name=name, passkey=device.make(options))


def challenge(client: FlaskClient) -> Any:
    return post(client, "/sign-in/challenge").json


def who(client: FlaskClient) -> str | None:
    with client.session_transaction() as session:
        return session.get("person")


def test_a_passkey_signs_its_owner_in_and_leads_to_where_they_were_going(
    client: FlaskClient, ada: Person, device: Device
) -> None:
    assert "Sign in with a passkey" in client.get("/sign-in").text
    answer = post(client, SIGN_IN, passkey=device.show(challenge(client)), next="/me/profile")
    assert (answer.status_code, answer.location) == (303, "/me/profile")
    assert who(client) == ada.session_nonce
    assert client.get(PAGE).status_code == 200, "that was a fresh proof"
    db.session.expire_all()
    assert db.session.scalars(select(Passkey)).one().used_at == now()


LIES: dict[str, Change] = {
    "another site": lambda device: setattr(device, "origin", "http://localhost:8001"),
    "another host": lambda device: setattr(device, "host", "elsewhere.example"),
    "nobody verified": lambda device: setattr(device, "flags", PRESENT),
    "another key": lambda device: setattr(device, "key", ec.generate_private_key(ec.SECP256R1())),
    "somebody else": lambda device: setattr(device, "handle", b"somebody else"),
    "another credential": lambda device: setattr(device, "credential", b"unknown"),
    "a copy that counts behind": lambda device: setattr(device, "uses", -1),
}


@pytest.mark.one_engine
@pytest.mark.parametrize("lie", LIES)
def test_what_is_not_so_lets_nobody_in(client: FlaskClient, device: Device, lie: str) -> None:
    assert post(client, SIGN_IN, passkey=device.show(challenge(client))).status_code == 303
    post(client, "/sign-out")
    LIES[lie](device)
    answer = post(client, SIGN_IN, passkey=device.show(challenge(client)))
    assert (answer.status_code, who(client)) == (422, None)
    assert "That passkey did not work" in answer.text


NONSENSE = (
    "", "x", "null", "[]", "{}", "[" * 7_000, "9" * 9_000, '{"id": 1}',
    '{"id":"x","rawId":"x","response":{},"type":"x"}',
)  # fmt: skip


@pytest.mark.thorough
def test_what_is_no_answer_at_all_is_refused_in_words(client: FlaskClient, ada: Person) -> None:
    sign_in(client, ada)
    for nonsense in NONSENSE:
        challenge(client)
        assert post(client, SIGN_IN, passkey=nonsense).status_code == 422, nonsense[:50]
        post(client, f"{PAGE}/challenge")
        assert post(client, PAGE, passkey=nonsense).status_code == 422, nonsense[:50]


def test_a_challenge_is_good_once_even_for_who_keeps_an_old_cookie(client: FlaskClient, device: Device) -> None:
    device.uses = -1  # of those that do not count, where the count tells nobody of a replay
    options = challenge(client)
    cookie = client.get_cookie("session").value
    answer = device.show(options)
    assert post(client, SIGN_IN, passkey=answer).status_code == 303
    thief = client.application.test_client()
    thief.set_cookie("session", cookie)
    assert (post(thief, SIGN_IN, passkey=answer).status_code, who(thief)) == (422, None)


def test_a_challenge_is_of_one_browser_and_of_five_minutes(client: FlaskClient, device: Device, clock: Clock) -> None:
    elsewhere = client.application.test_client()
    assert post(elsewhere, SIGN_IN, passkey=device.show(challenge(client))).status_code == 422
    late = challenge(client)
    clock.advance(minutes=5, seconds=1)
    assert post(client, SIGN_IN, passkey=device.show(late)).status_code == 422


@pytest.mark.parametrize("shown", ["one answer", "six copies of the key"])
def test_of_six_who_show_up_at_once_with_the_same_one_comes_in(
    app: Flask, client: FlaskClient, device: Device, shown: str
) -> None:
    asked = [challenge(client)] * 6 if shown == "one answer" else [challenge(client) for _ in range(6)]
    answers = [copy(device).show(options) for options in asked]
    challenges = [base64url_to_bytes(options["challenge"]) for options in asked]

    def come_in(which: int) -> bool:
        with app.app_context(), transaction():
            return keys.use(answers[which], challenges[which], f"source {which}", now()) is not None

    db.session.commit()
    with ThreadPoolExecutor(6) as threads:
        assert sum(threads.map(come_in, range(6))) == 1


def test_one_source_shows_so_many_an_hour(client: FlaskClient, device: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "OF_A_SOURCE", (Limit("passkeys that a source shows", 2, HOUR),))
    for _ in range(2):
        challenge(client)
        post(client, SIGN_IN, passkey="{}")
    assert post(client, SIGN_IN, passkey=device.show(challenge(client))).status_code == 422


def test_a_passkey_proves_that_it_is_still_them_and_loses_nothing_typed(client: FlaskClient, clock: Clock) -> None:
    ours = programme()
    olu, device = organiser(ours), Device(ORIGIN)
    for name in ("Ben", "Cat"):
        member(person(name), ours)
    sign_in(client, olu)
    added(client, device)
    steps.draw(ours, 7)
    clock.advance(minutes=16)
    send = "/organise/unmentoring/rounds/1/send"
    asked = post(client, send, words="What I typed")
    assert "Use a passkey" in asked.text
    assert "an email with a code" not in asked.text, "who has a passkey may want none"
    options = challenge(client)
    assert len(options["allowCredentials"]) == 1
    refused = post(client, send, words="What I typed", proof="passkey", passkey="{}")
    assert refused.status_code == 422
    assert 'name="words" value="What I typed"' in refused.text
    assert post(client, send, proof="passkey", passkey=device.show(challenge(client))).status_code == 303
    assert post(client, f"{send[:-4]}cancel").status_code == 303


def test_somebody_elses_passkey_proves_nothing(client: FlaskClient, device: Device, clock: Clock) -> None:
    ben = person("Ben")
    sign_in(client, ben)
    clock.advance(minutes=16)
    answer = post(client, "/prove", proof="passkey", passkey=device.show(challenge(client)))
    assert (answer.status_code, who(client)) == (422, ben.session_nonce)


def test_they_are_listed_by_name_and_removed(client: FlaskClient, ada: Person, device: Device) -> None:
    sign_in(client, ada)
    other = Device(ORIGIN)
    added(client, other, name="")
    page = client.get(PAGE).text
    assert ">My phone</th>" in page
    assert ">My passkey</th>" in page
    number = db.session.scalar(select(Passkey.id).where(Passkey.name == "My phone"))
    stranger = client.application.test_client()
    sign_in(stranger, person("Ben"))
    post(stranger, f"{PAGE}/{number}/remove")
    assert db.session.get(Passkey, number), "it is not theirs"
    post(client, f"{PAGE}/{number}/remove")
    post(client, "/sign-out")
    assert post(client, SIGN_IN, passkey=device.show(challenge(client))).status_code == 422
    assert post(client, SIGN_IN, passkey=other.show(challenge(client))).status_code == 303


def test_a_device_is_added_once_and_nobody_has_more_than_ten(client: FlaskClient, ada: Person, device: Device) -> None:
    sign_in(client, ada)
    assert added(client, device).status_code == 422
    for _ in range(9):
        assert added(client, Device(ORIGIN)).status_code == 303
    assert "10 passkeys are the most" in added(client, Device(ORIGIN)).text


def test_an_answer_that_nobody_was_verified_for_is_not_added(client: FlaskClient, ada: Person) -> None:
    sign_in(client, ada)
    device = Device(ORIGIN)
    device.flags = PRESENT
    assert added(client, device).status_code == 422


def test_erasure_takes_them_and_an_export_names_them(ada: Person, device: Device) -> None:
    at = now().isoformat(timespec="seconds")
    assert exported(ada, now())["passkeys"] == [{"name": "My phone", "added_at": at, "used_at": None}]
    with transaction():
        erase(ada, now())
    assert db.session.scalars(select(Passkey)).all() == []


def test_a_site_without_a_name_offers_none(app: Flask, client: FlaskClient, ada: Person) -> None:
    app.extensions["settings"] = replace(app.extensions["settings"], base_url="http://127.0.0.1:8000")
    assert not keys.are_offered()
    assert "passkey" not in client.get("/sign-in").text
    sign_in(client, ada)
    assert "only for a site with a name" in client.get(PAGE).text
