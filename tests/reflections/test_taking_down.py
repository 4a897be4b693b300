"""What was looked at stays as it was looked at, and what should not be public can be taken down, kindly."""

from collections.abc import Callable

import pytest
from cast import START, conversation, mailed, organiser, path_in, person, post, programme, reflection, sign_in
from flask import Flask
from flask.testing import FlaskClient

from unmentor.conversations.calendar_entry import key
from unmentor.conversations.models import Participation
from unmentor.db import db
from unmentor.mail.models import Message
from unmentor.people.models import Person
from unmentor.programmes.models import Programme
from unmentor.reflections.actions import look_again, publish, share, take_down
from unmentor.reflections.forms import Draft
from unmentor.reflections.models import Reflection


@pytest.fixture
def ours(app: Flask) -> Programme:
    return programme()


@pytest.fixture
def sian(ours: Programme) -> Person:
    return person("Siân Ŵyn", organisation="Gwynedd")


def talked(ours: Programme, someone: Person) -> Participation:
    number = db.session.query(Participation).count()
    return conversation(ours, someone, person(f"Ben {number}")).participations[0]


def looked_at(part: Participation, text: str, attribution: str = "name") -> Reflection:
    """Return what somebody wrote, an organiser looked at, and is public."""
    written = share(part, Draft(text, attribution=attribution), START)
    publish(written, START)
    db.session.commit()
    return written


def test_a_changed_name_changes_no_byline(ours: Programme, sian: Person, client: FlaskClient) -> None:
    looked_at(talked(ours, sian), "Ask twice.")
    sian.name, sian.organisation = "Buy My Book", "example.com"
    page = client.get("/reflections/ask-twice").text
    assert "Siân Ŵyn, Gwynedd" in page
    assert "Buy My Book" not in page


def test_an_organiser_publishes_the_byline_that_they_saw(ours: Programme, sian: Person, client: FlaskClient) -> None:
    written = share(talked(ours, sian), Draft("Ask twice.", attribution="first-name"), START)
    sian.name = "Buy-My-Book"
    publish(written, START)
    assert "Siân, Gwynedd" in client.get("/reflections/ask-twice").text


@pytest.mark.one_engine
@pytest.mark.parametrize(
    ("name", "organisation", "attribution", "state"),
    [
        ("Siân Ŵyn", "Gwynedd", "name", "published"),
        ("Siân Ŵyn", "Gwynedd", "organisation", "published"),
        ("Buy My Book", "Gwynedd", "anonymous", "published"),
        ("Buy My Book", "Gwynedd", "name", "pending"),
        ("Siân Ŵyn", "example.com", "name", "pending"),
    ],
)
def test_trust_is_in_a_byline_that_was_looked_at(
    ours: Programme, sian: Person, name: str, organisation: str, attribution: str, state: str
) -> None:
    looked_at(talked(ours, sian), "Ask twice.")
    sian.name, sian.organisation = name, organisation
    assert share(talked(ours, sian), Draft("And again.", attribution=attribution), START).state == state


def test_an_organiser_takes_a_reflection_down_and_its_writer_hears_why(
    ours: Programme, sian: Person, client: FlaskClient
) -> None:
    looked_at(talked(ours, sian), "Marek is wrong.")
    sign_in(client, organiser(ours))
    console = client.get("/organise/unmentoring/reflections").text
    assert "Take it down" in console
    path = path_in(f"http://x{console.split('/take-down')[0].rpartition('href=')[2][1:]}/take-down", "/organise")
    assert "Leave it public" in client.get(path).text
    assert post(client, path, note="").status_code == 422
    assert post(client, path, note="It names somebody. Can you change that?").status_code == 303
    assert client.get("/reflections/marek-is-wrong").status_code == 410
    assert "Marek" not in client.get("/reflections").text
    letter = mailed("sian-wyn@example.gov.uk", "reflection-returned")
    assert "What you shared is off the public pages for now." in letter
    assert "It names somebody. Can you change that?" in letter
    assert "an organiser asks you to change it" in client.get(path_in(letter, "/c")).text
    assert post(client, path, note="Twice").status_code == 410


def test_its_own_page_leads_only_its_organisers_to_taking_it_down(
    ours: Programme, sian: Person, client: FlaskClient
) -> None:
    looked_at(talked(ours, sian), "Ask twice.")
    for someone, shown in ((sian, False), (organiser(programme("Elsewhere"), "Eve"), False), (organiser(ours), True)):
        sign_in(client, someone)
        assert ("Take it down" in client.get("/reflections/ask-twice").text) is shown


def test_only_an_organiser_of_its_programme_takes_a_reflection_down(
    ours: Programme, sian: Person, client: FlaskClient
) -> None:
    public = looked_at(talked(ours, sian), "Ask twice.")
    sign_in(client, organiser(programme("Elsewhere")))
    assert post(client, f"/organise/elsewhere/reflections/{public.id}/take-down", note="No").status_code == 410
    assert public.state == "published"


def test_who_was_asked_to_change_something_is_looked_at_before_the_next(ours: Programme, sian: Person) -> None:
    part = talked(ours, sian)
    looked_at(talked(ours, sian), "Ask twice.")
    public = looked_at(part, "Marek is wrong.")
    assert take_down(public, "It names somebody.", START) is True
    assert take_down(public, "It names somebody.", START) is False
    assert share(talked(ours, sian), Draft("And again.", attribution="name"), START).state == "pending"
    assert share(part, Draft("Somebody is wrong."), START).state == "pending"
    assert "wrong" not in public.slug
    assert publish(public, START)
    assert public.slug == "somebody-is-wrong"
    assert db.session.query(Message).filter_by(kind="reflection-returned").count() == 1


@pytest.mark.parametrize("gone", ["withdrawn", "taken down"])
def test_no_word_of_what_is_gone_stays_in_its_address(
    ours: Programme, sian: Person, client: FlaskClient, gone: str
) -> None:
    part = talked(ours, sian)
    public = looked_at(part, "Marek is wrong.")
    if gone == "withdrawn":
        post(client, f"/c/{key(part)}/reflection/withdraw")
    else:
        take_down(public, "It names somebody.", START)
    db.session.refresh(public)
    assert "marek" not in public.slug
    assert client.get("/reflections/marek-is-wrong").status_code == 410
    assert client.get("/reflections/marek-is-right").status_code == 404


@pytest.mark.parametrize("gone", [lambda words: take_down(words, "It names somebody.", START), look_again])
def test_the_same_first_words_may_be_gone_twice(
    ours: Programme, sian: Person, client: FlaskClient, gone: Callable[[Reflection], object]
) -> None:
    first, second = talked(ours, sian), talked(ours, sian)
    for part in (first, second):
        words = looked_at(part, "Ask twice.")
        assert client.get("/reflections/ask-twice").status_code == 200
        gone(words)
        db.session.commit()
        assert client.get("/reflections/ask-twice").status_code == 410
    for part in (first, second):
        assert post(client, f"/c/{key(part)}/reflection/withdraw").status_code == 303
    assert client.get("/reflections/ask-twice").status_code == 410


def test_the_same_words_may_be_shared_again_at_the_same_address(
    ours: Programme, sian: Person, client: FlaskClient
) -> None:
    part = talked(ours, sian)
    looked_at(part, "Ask twice.")
    post(client, f"/c/{key(part)}/reflection/withdraw")
    post(client, f"/c/{key(part)}/reflection", text="Ask twice, once more.", attribution="name")
    db.session.commit()
    other = reflection(talked(ours, sian), "Ask twice.")
    assert (other.slug, client.get("/reflections/ask-twice").status_code) == ("ask-twice", 200)
