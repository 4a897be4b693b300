import json
from datetime import date, timedelta
from typing import Any

import pytest
from cast import START, conversation, kept, member, person, post, programme, reflection, sign_in
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from unmentor.conversations.mails import key
from unmentor.db import db
from unmentor.people.actions import erase, readdress
from unmentor.people.models import Exclusion, Person
from unmentor.programmes.models import Membership, Programme

NOW = START.replace(day=21, hour=12)


@pytest.fixture
def housing(app: Any) -> Programme:
    return programme("Housing people")


@pytest.fixture
def ada(client: FlaskClient, housing: Programme) -> Person:
    someone = person("Ada Lovelace", email="ada@devon.gov.uk")
    member(someone, housing)
    sign_in(client, someone)
    return someone


def membership() -> Membership:
    return db.session.scalars(select(Membership)).one()


def test_nobody_sees_these_pages_without_signing_in(app: Flask) -> None:
    stranger = app.test_client()
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/me")]
    assert len(rules) >= 8
    for rule in rules:
        path = rule.rule.replace("<int:number>", "1")
        for method in rule.methods & {"GET", "POST"}:
            answer = stranger.open(path, method=method)
            assert (answer.status_code, answer.location[:8]) == (303, "/sign-in"), (method, path)


def test_who_has_left_is_signed_out_everywhere(client: FlaskClient, ada: Person) -> None:
    assert client.get("/me").status_code == 200
    ada.left_at = NOW
    assert client.get("/me").status_code == 303


def test_the_page_shows_what_comes_next_and_when_the_next_draw_is(client: FlaskClient, ada: Person) -> None:
    conversation(membership().programme, ada, person("Cat Rees"), starts_at=NOW - timedelta(days=2))
    page = client.get("/me").text
    assert "Nothing is arranged. The next draw is Monday 7 December, 9am." in page
    talk = conversation(membership().programme, ada, person("Ben Price"), starts_at=NOW + timedelta(days=2))
    page = client.get("/me").text
    assert "You and Ben Price" in page
    assert "Monday 23 November, midday" in page
    assert f'href="/c/{key(talk.participations[0])}"' in page


def test_what_was_said_decides_what_the_history_asks_for(client: FlaskClient, ada: Person, housing: Programme) -> None:
    talks = [conversation(housing, ada, person(f"Partner {n}"), starts_at=START + timedelta(days=n)) for n in range(4)]
    parts = [talk.participations[0] for talk in talks]
    parts[1].met = parts[2].met = "yes"
    talks[3].state = "missed"
    reflection(parts[2], text="Ask twice")
    page = client.get("/me").text
    assert f'<a href="/c/{key(parts[0])}#how-was-it">Say how it went' in page
    assert f'<a href="/c/{key(parts[1])}/reflection">Write what you learned' in page
    assert '<a href="/reflections/ask-twice">Read what you wrote' in page
    assert "You did not meet" in page
    assert page.index("Partner 3") < page.index("Partner 0")


def test_a_partner_who_left_has_no_name_and_the_page_still_reads(client: FlaskClient, ada: Person) -> None:
    conversation(membership().programme, ada, person("", email=None, left_at=NOW), starts_at=START)
    assert ">Somebody who has left</a>" in client.get("/me").text


def test_one_press_pauses_and_one_press_comes_back(client: FlaskClient, ada: Person) -> None:
    assert post(client, "/me/pause", programme="housing-people").location == "/me"
    assert (membership().state, membership().paused_until) == ("paused", None)
    assert "You are paused." in client.get("/me").text
    assert post(client, "/me/resume", programme="housing-people").location == "/me"
    assert membership().state == "active"


def test_a_pause_has_an_end_and_is_over_by_itself(client: FlaskClient, ada: Person, clock: Any) -> None:
    assert post(client, "/me/pause", until="2026-12-24").status_code == 303
    assert membership().paused_until == date(2026, 12, 24)
    assert "You are paused until Thursday 24 December." in client.get("/me").text
    clock.set(2026, 12, 24)
    assert "You are in. We draw" in client.get("/me").text


@pytest.mark.one_engine
@pytest.mark.parametrize(
    ("until", "says"),
    [("2026-11-21", "Pick a day after today"), ("2020-01-01", "Pick a day after today"), ("2026-02-30", "Write a day"),
     ("soon", "Write a day")],
)  # fmt: skip
def test_a_pause_that_makes_no_sense_is_refused(client: FlaskClient, ada: Person, until: str, says: str) -> None:
    answer = post(client, "/me/pause", until=until)
    assert answer.status_code == 422
    assert says in answer.text
    assert 'href="#until"' in answer.text
    assert f'value="{until}"' in answer.text
    assert membership().state == "active"


def test_a_pause_may_be_for_one_programme_of_several(client: FlaskClient, ada: Person) -> None:
    member(ada, programme("Digital"))
    post(client, "/me/pause", programme="housing-people")
    assert dict(db.session.execute(select(Programme.slug, Membership.state).join(Membership.programme)).all()) == {
        "housing-people": "paused",
        "digital": "active",
    }
    post(client, "/me/pause")
    assert set(db.session.scalars(select(Membership.state))) == {"paused"}
    assert post(client, "/me/pause", programme="elsewhere").status_code == 404


def test_somebody_may_join_a_programme_more(client: FlaskClient, ada: Person) -> None:
    programme("Digital")
    assert "Join Digital" in client.get("/me").text
    assert [post(client, "/me/join", programme="digital").status_code for _ in range(2)] == [303, 303]
    assert "You are in Digital." in client.get("/me").text
    assert db.session.scalar(select(func.count(Membership.id))) == 2
    assert post(client, "/me/join", programme="elsewhere").status_code == 404


def test_details_are_shown_and_changed(client: FlaskClient, ada: Person) -> None:
    page = client.get("/me/profile").text
    assert 'value="Ada Lovelace"' in page
    assert 'value="01632 960002"' in page
    told = {"name": "Ada King", "phone": "", "video": "ada on Teams", "language": "cy", "availability": ["tue-mid"]}
    assert post(client, "/me/profile", **told).location == "/me"
    ada = db.session.scalars(select(Person)).one()
    assert (ada.name, ada.phone, ada.video, ada.language) == ("Ada King", "", "ada on Teams", "cy")
    assert (ada.availability, ada.email) == (["tue-mid"], "ada@devon.gov.uk")
    assert '<html lang="cy">' in client.get("/me").text


@pytest.mark.one_engine
@pytest.mark.parametrize(("field", "value"), [
    ("name", ""), ("name", "n" * 101), ("phone", "12"), ("phone", ""), ("video", "http://x.example"),
    ("organisation", "o" * 101), ("about", "a" * 501), ("availability", "sun-am"), ("language", "xx"),
])  # fmt: skip
def test_wrong_details_change_nothing(client: FlaskClient, ada: Person, field: str, value: str) -> None:
    told = {"name": "Somebody Else", "phone": "01632 960 003", "language": "en"} | {field: value}
    answer = post(client, "/me/profile", **told)
    assert answer.status_code == 422
    assert f'href="#{field}' in answer.text
    assert field == "name" or 'value="Somebody Else"' in answer.text
    assert db.session.scalars(select(Person.name)).one() == "Ada Lovelace"


def test_whom_not_to_meet_is_a_private_list(client: FlaskClient, ada: Person) -> None:
    ben = person("Ben Price")
    answers = [post(client, "/me/not-with", email=email) for email in (ben.email, "Nobody@Elsewhere.uk")]
    assert {(answer.status_code, answer.location, answer.data) for answer in answers} == {
        (303, "/me/not-with", answers[0].data)
    }
    page = client.get("/me/not-with").text
    assert "nobody@elsewhere.uk" in page
    assert "Ben Price" not in page
    other = client.application.test_client()
    sign_in(other, ben)
    for path in ("/me", "/me/not-with", "/me/data.json"):
        assert "ada@devon.gov.uk" not in other.get(path).text


def test_an_address_is_on_the_list_once_and_comes_off_it(client: FlaskClient, ada: Person) -> None:
    for _ in range(2):
        post(client, "/me/not-with", email="ben@elsewhere.uk")
    row = db.session.scalars(select(Exclusion)).one()
    assert post(client, f"/me/not-with/{row.id}/remove").status_code == 303
    assert db.session.scalar(select(func.count(Exclusion.id))) == 0


def test_somebody_they_have_met_is_picked_by_name_and_their_address_is_never_shown(
    client: FlaskClient, ada: Person, housing: Programme
) -> None:
    ben, cat = person("Ben Price"), person("Cat")
    conversation(housing, ada, ben, starts_at=START - timedelta(days=7))
    talk = conversation(housing, ben, ada, starts_at=START)
    conversation(housing, ada, cat, starts_at=START, state="cancelled")
    page = client.get("/me/not-with").text
    assert (page.count("Ben Price, Sunday 1 November"), "Cat" in page) == (1, False)
    assert post(client, "/me/not-with", met=str(talk.participations[0].id)).status_code == 303
    assert db.session.scalars(select(Exclusion.email)).all() == [ben.email]
    pages = [client.get(path).text for path in ("/me/not-with", "/me/data.json")]
    assert all("Ben Price" in page and ben.email not in page for page in pages)
    readdress(ben, "ben@elsewhere.uk")
    assert "Ben Price" in client.get("/me/not-with").text
    erase(ben, NOW)
    page = client.get("/me/not-with").text
    assert ("Ben Price" in page, "Somebody who has left" in page) == (False, True)


def test_whom_they_never_met_they_cannot_pick(client: FlaskClient, ada: Person, housing: Programme) -> None:
    talk = conversation(housing, person("Ben"), person("Cat"), starts_at=START)
    conversation(housing, ada, person("Dan"), starts_at=START)
    answer = post(client, "/me/not-with", met=str(talk.participations[0].id))
    assert (answer.status_code, "Choose one of the answers" in answer.text) == (422, True)
    assert db.session.scalar(select(func.count(Exclusion.id))) == 0


def test_ten_are_the_most_however_they_are_named(client: FlaskClient, ada: Person, housing: Programme) -> None:
    talk = conversation(housing, ada, person("Ben"), starts_at=START)
    for number in range(10):
        post(client, "/me/not-with", email=f"{number}@elsewhere.uk")
    answer = post(client, "/me/not-with", met=str(talk.participations[1].id))
    assert (answer.status_code, "Ten is the most" in answer.text) == (422, True)
    assert db.session.scalar(select(func.count(Exclusion.id))) == 10


def test_nobody_edits_the_list_of_somebody_else(client: FlaskClient, ada: Person) -> None:
    row = kept(Exclusion(person_id=person("Ben Price").id, email="ada@devon.gov.uk"))
    post(client, f"/me/not-with/{row.id}/remove")
    assert db.session.scalar(select(func.count(Exclusion.id))) == 1


@pytest.mark.one_engine
@pytest.mark.parametrize("email", ["", "ben", "ADA@devon.gov.uk", "b" * 300 + "@x.uk"])
def test_their_own_address_and_none_at_all_are_refused(client: FlaskClient, ada: Person, email: str) -> None:
    answer = post(client, "/me/not-with", email=email)
    assert answer.status_code == 422
    assert 'href="#email"' in answer.text
    assert f'value="{email}"' in answer.text
    assert db.session.scalar(select(func.count(Exclusion.id))) == 0


def test_they_may_read_everything_we_hold(client: FlaskClient, ada: Person, housing: Programme) -> None:
    talk = conversation(housing, ada, person("Siân Ŵyn"), starts_at=START)
    reflection(talk.participations[0], text="Leeks grow slowly")
    post(client, "/me/not-with", email="ben@elsewhere.uk")
    answer = client.get("/me/data.json")
    assert "Siân Ŵyn" in answer.text
    held = json.loads(answer.data)
    assert held["person"]["email"] == "ada@devon.gov.uk"
    assert held["programmes"][0]["programme"] == "Housing people"
    assert held["conversations"][0]["with"] == ["Siân Ŵyn"]
    assert held["reflections"][0]["text"] == "Leeks grow slowly"
    assert held["not_with"] == ["ben@elsewhere.uk"]


@pytest.mark.one_engine
@pytest.mark.parametrize("path", ["/me/pause", "/me/resume", "/me/join", "/me/not-with", "/me/leave", "/me/profile"])
def test_a_forged_press_changes_nothing_and_shows_the_page(client: FlaskClient, ada: Person, path: str) -> None:
    answer = client.post(path, data={"programme": "housing-people", "email": "ben@elsewhere.uk"})
    assert answer.status_code == 422
    assert "This page was open for a long time." in answer.text
    assert membership().state == "active"
    assert db.session.scalar(select(func.count(Exclusion.id))) == 0


@pytest.mark.one_engine
@pytest.mark.parametrize("path", ["/me", "/me/pause", "/me/not-with", "/me/leave", "/me/profile", "/me/data.json"])
def test_looking_changes_nothing(client: FlaskClient, ada: Person, path: str) -> None:
    before = everything()
    assert client.get(path).status_code == 200
    assert everything() == before


def everything() -> list[Any]:
    return [tuple(row) for table in db.metadata.sorted_tables for row in db.session.execute(select(table))]
