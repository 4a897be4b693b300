"""The log as organisers read it, search it and take it with them."""

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from cast import kept, member, organiser, person, post, programme, sign_in, statements
from conftest import Clock
from flask import Flask
from flask.testing import FlaskClient

from unmentor.audit.models import AuditEvent
from unmentor.db import db, transaction
from unmentor.people.models import Person
from unmentor.privacy.erasure import erase
from unmentor.privacy.export import exported
from unmentor.programmes.models import Programme
from unmentor.runtime import now

LOG = "/organise/unmentoring/log"


@pytest.fixture
def ours(app: Flask) -> Programme:
    return programme()


@pytest.fixture
def olu(ours: Programme, client: FlaskClient) -> Person:
    olu = organiser(ours)
    sign_in(client, olu)
    return olu


@pytest.fixture
def ada(ours: Programme) -> Person:
    return member(person("Ada Lovelace"), ours).person


def line(ours: Programme | None, deed: str = "person-approved", **given: Any) -> AuditEvent:
    return kept(AuditEvent(**{"at": now(), "deed": deed, "programme_id": ours and ours.id, "facts": {}} | given))


def lines(client: FlaskClient, **query: str) -> list[str]:
    """Return what the page says was done, line by line."""
    page = client.get(LOG, query_string=query).text
    return [part.partition("</th>")[0] for part in page.split('<th scope="row">')[1:]]


def test_it_says_who_did_what_to_whom_and_when(
    ours: Programme, olu: Person, ada: Person, client: FlaskClient, clock: Clock
) -> None:
    clock.set(2026, 12, 1, 14, 30)
    line(ours, by_id=olu.id, person_id=ada.id)
    line(ours, "round-drawn", round_number=3)
    line(ours, "people-imported", facts={"people": 40})
    assert lines(client) == ["Imported 40 people", "Drew round 3", "Let Ada Lovelace in"]
    page = client.get(LOG).text
    assert ">Olu Organiser</td>" in page
    assert ">the command line</td>" in page
    assert "Tuesday 1 December, 2:30pm" in page


def test_it_is_of_one_programme_and_of_what_was_done_to_all(ours: Programme, olu: Person, client: FlaskClient) -> None:
    line(programme("Elsewhere"), "round-sent", round_number=7)
    line(None, "email-held")
    assert lines(client) == ["Held all email"]


def test_who_was_erased_is_somebody_who_has_left(
    ours: Programme, olu: Person, ada: Person, client: FlaskClient
) -> None:
    line(ours, by_id=ada.id, person_id=ada.id)
    with transaction():
        erase(ada, now())
    assert lines(client) == ["Let somebody who has left in"]
    assert ">somebody who has left</td>" in client.get(LOG).text


def test_it_is_searched_by_name_deed_and_days(
    ours: Programme, olu: Person, ada: Person, client: FlaskClient, clock: Clock
) -> None:
    for month in (10, 11):
        clock.set(2026, month, 1, 0, 30)
        line(ours, by_id=olu.id, person_id=ada.id)
        line(ours, "round-drawn", by_id=olu.id, round_number=month)
    clock.set(2026, 11, 21, 12)
    assert lines(client, name="LOVE") == ["Let Ada Lovelace in"] * 2
    assert len(lines(client, name="olu")) == 4
    assert lines(client, deed="round-drawn") == ["Drew round 11", "Drew round 10"]
    # Half past midnight in summer is still yesterday in UTC: days are those of the programme.
    assert lines(client, deed="round-drawn", since="2026-10-02") == ["Drew round 11"]
    assert lines(client, deed="round-drawn", until="01/10/2026") == ["Drew round 10"]
    assert lines(client, name="nobody of that name") == []
    refused = client.get(LOG, query_string={"since": "yesterday"})
    assert 'href="#since"' in refused.text


def test_fifty_lines_are_a_page_in_a_few_questions(ours: Programme, olu: Person, client: FlaskClient) -> None:
    people = [person(f"Person {number}") for number in range(5)]
    db.session.add_all(
        AuditEvent(at=now(), deed="person-approved", programme_id=ours.id, person_id=people[number % 5].id, facts={})
        for number in range(120)
    )
    db.session.commit()
    with statements() as asked:
        assert len(lines(client)) == 50
    assert len(asked) <= 15
    assert len(lines(client, page="3")) == 20
    assert lines(client, page="9") == lines(client, page="3"), "the last page, and no all clear"
    assert "page=2" in client.get(LOG, query_string={"name": "person"}).text


def test_it_is_exported_as_searched_with_no_formula_and_that_is_logged_too(
    ours: Programme, olu: Person, client: FlaskClient
) -> None:
    mallory = member(person('=HYPERLINK("https://evil.example")'), ours).person
    line(ours, by_id=olu.id, person_id=mallory.id)
    line(ours, "round-drawn", round_number=3)
    answer = post(client, f"{LOG}/export?deed=person-approved")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="unmentoring-log.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [(row["when"], row["who"], row["whom"]) for row in rows] == [
        ("2026-11-21T12:00:00Z", "Olu Organiser", '\'=HYPERLINK("https://evil.example")')
    ]
    assert lines(client)[0] == "Exported the log"


def test_the_command_line_shows_it_too(app: Flask, ours: Programme, olu: Person, ada: Person) -> None:
    line(ours, by_id=olu.id, person_id=ada.id)
    line(programme("Elsewhere"), "round-sent", round_number=7)

    def flask(*words: str) -> str:
        db.session.commit()
        return app.test_cli_runner().invoke(args=["log", *words]).output

    assert flask().splitlines()[1].split("  ")[0] == "2026-11-21T12:00Z"
    assert "Olu Organiser" in flask()
    assert "round 7" not in flask("--programme", "unmentoring")
    told = json.loads(flask("--json"))
    assert told[1] == {
        "at": "2026-11-21T12:00:00+00:00", "programme": "unmentoring", "by": "Olu Organiser", "deed": "person-approved",
        "says": "Let Ada Lovelace in", "person": "Ada Lovelace", "round_number": None,
    }  # fmt: skip


def test_what_is_about_somebody_is_in_their_own_export(ours: Programme, olu: Person, ada: Person) -> None:
    line(ours, by_id=olu.id, person_id=ada.id)
    line(ours, "round-drawn", by_id=olu.id, round_number=1)
    at = now().isoformat(timespec="seconds")
    assert exported(ada, now())["log"] == [{"at": at, "deed": "Let … in", "by_you": False}]
    assert [each["by_you"] for each in exported(olu, now())["log"]] == [True, True]


def test_the_log_is_kept_for_two_years_to_the_day(ours: Programme) -> None:
    from unmentor.privacy.retention import forget

    old, young = (line(ours, at=now() - timedelta(days=days)).id for days in (731, 729))
    with transaction():
        forget(now())
    assert (db.session.get(AuditEvent, old), db.session.get(AuditEvent, young).id) == (None, young)
