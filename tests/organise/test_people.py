"""The people of a programme: found, counted, and taken along."""

import csv
import io
from datetime import timedelta

import pytest
from cast import START, conversation, kept, member, organiser, person, post, programme, sign_in, statements
from conftest import Clock
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from unmentor.audit.models import AuditEvent
from unmentor.db import db
from unmentor.mail.models import Suppressed
from unmentor.organise.roster import PAGE
from unmentor.people.models import Exclusion, Person
from unmentor.programmes.models import Membership, Programme

PEOPLE = "/organise/unmentoring/people"


@pytest.fixture
def ours(app: Flask, client: FlaskClient) -> Programme:
    """Return a programme in which everybody stands differently; its organiser is signed in."""
    ours = programme()
    sign_in(client, organiser(ours))
    for name, how, given in (
        ("Ada Byron", {}, {"organisation": "Devon"}),
        ("Ben", {}, {"organisation": "devon"}),
        ("Cat", {"state": "paused"}, {}),
        ("Dan", {}, {"confirmed_at": None}),
        ("Eve", {"approved": False}, {}),
        ("Fay", {"silences": 2}, {"organisation": "Tŷ Gwyn"}),
        ("Gil", {}, {}),
        ("Hal", {}, {"phone": ""}),
        ("Ida", {"invited": True, "state": "paused"}, {"organisation": "Secret Council"}),
    ):
        member(person(name, **given), ours, **how)
    kept(Suppressed(address="gil@example.gov.uk", since=START, trouble="550 no such mailbox"))
    ada, ben = (db.session.query(Person).filter(Person.name.startswith(name)).one() for name in ("Ada", "Ben"))
    conversation(ours, ada, ben, state="met")
    member(person("Zoe Elsewhere"), programme("Elsewhere"))
    return ours


def names(client: FlaskClient, **asked: str) -> list[str]:
    """Return who is listed, in order."""
    page = client.get(PEOPLE, query_string=asked).text
    return [row.partition(">")[2].partition("<")[0] for row in page.split('<th scope="row"><a href="')[1:]]


def test_people_are_found_by_name_organisation_and_address(ours: Programme, client: FlaskClient) -> None:
    assert names(client, q="byron") == ["Ada Byron"]
    assert names(client, q="DEVON ben") == ["Ben"]
    assert names(client, q="tŷ") == ["Fay"]
    assert names(client, q="fay@example") == ["Fay"]
    assert names(client, q="zoe") == names(client, q="%") == []


@pytest.mark.parametrize(
    ("show", "who"),
    [("next", ["Ada Byron", "Ben", "Fay"]), ("paused", ["Cat", "Olu Organiser"]), ("waiting", ["Eve"]),
     ("asked", ["Dan", "ida@example.gov.uk"]), ("silent", ["Fay"]), ("unreached", ["Gil"]),
     ("organisers", ["Olu Organiser"]),
     ("never", ["Cat", "Dan", "Eve", "Fay", "Gil", "Hal", "ida@example.gov.uk", "Olu Organiser"])],
)  # fmt: skip
def test_each_of_the_lists_holds_whom_it_names_and_says_how_many(
    ours: Programme, client: FlaskClient, show: str, who: list[str]
) -> None:
    assert names(client, show=show) == who
    assert f'<option value="{show}" selected>' in (page := client.get(PEOPLE, query_string={"show": show}).text)
    assert f"({len(who)})</option>" in page.partition(f'<option value="{show}"')[2].partition("\n")[0]


def test_the_list_is_sorted_as_asked(ours: Programme, client: FlaskClient) -> None:
    db.session.query(Membership).filter(Membership.person.has(Person.name == "Hal")).one().joined_at += timedelta(1)
    assert names(client, order="newest")[0] == "Hal"
    assert names(client, order="organisation")[-1] == "Fay"
    assert names(client, order="; DROP TABLE person")[0] == "Ada Byron"


def test_who_has_not_said_yes_is_an_address_and_no_more(ours: Programme, client: FlaskClient) -> None:
    assert names(client, q="secret") == names(client, q="Ida council") == []
    page = client.get(PEOPLE).text + post(client, f"{PEOPLE}/export").text
    assert "ida@example.gov.uk" in page
    assert "Secret" not in page
    assert "Ida<" not in page


def test_a_page_of_a_big_programme_asks_no_more_and_weighs_little(ours: Programme, client: FlaskClient) -> None:
    def asked() -> int:
        with statements() as told:
            assert len(client.get(PEOPLE).data) < 60_000
        return len(told)

    few = asked()
    for number in range(2 * PAGE):
        someone = Person(
            name=f"Somebody with a long name {number}", email=f"somebody.with.a.long.name.{number}@example.gov.uk",
            organisation="A council with a long name", phone="1", joined_at=START, confirmed_at=START,
        )  # fmt: skip
        db.session.add(Membership(person=someone, programme=ours, joined_at=START))
    db.session.commit()
    assert asked() == few
    assert len(names(client)) == PAGE
    assert len(names(client, page="3")) == 10


def test_the_export_holds_whom_one_looked_at_no_formula_and_nothing_private(
    ours: Programme, client: FlaskClient, clock: Clock
) -> None:
    ben = db.session.query(Person).filter_by(name="Ben").one()
    ben.organisation, ben.phone, ben.video, ben.availability = "=HYPERLINK(1)", "+441632960777", "ben.teams", ["mon-am"]
    kept(Exclusion(person_id=ben.id, email="fay@example.gov.uk"))
    answer = post(client, f"{PEOPLE}/export", q="ben")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="unmentoring-people.csv"'
    [row] = csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff")))
    assert row == {
        "name": "Ben", "email": "ben@example.gov.uk", "organisation": "'=HYPERLINK(1)", "about": "",
        "role": "participant", "standing": "next", "paused_until": "", "takes_part": "every round",
        "joined": "2026-11-01", "conversations": "1", "met": "1",
    }  # fmt: skip
    logged = db.session.scalars(select(AuditEvent)).one()
    assert (logged.deed, logged.facts) == ("people-exported", {"people": 1})
    assert client.get(f"{PEOPLE}/export").status_code == 405
