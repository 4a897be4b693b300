"""The demo community as programs read it: the data package is valid, and any question has an answer that is specified.

``API_QUESTIONS=10000 pytest -s`` of this file asks so many on each database, and says what was answered.
"""

import os
from collections import Counter
from dataclasses import replace
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from tables import saved, sheet

from unmentor.api.asking import LIMIT
from unmentor.db import db, transaction
from unmentor.impact.cells import SMALL
from unmentor.impact.editions import FUNNEL, make_edition
from unmentor.programmes.models import Programme
from unmentor.reflections.models import Reflection, Topic
from unmentor.rounds.models import Round
from unmentor.runtime import now

QUESTIONS = int(os.environ.get("API_QUESTIONS", "100"))
UNHURRIED: dict[str, Any] = {"database": None, "deadline": None, "suppress_health_check": list(HealthCheck)}
# Where a question may lead: most would else be about what is not there.
KNOWN = {"slug": (Programme.slug, Reflection.slug), "topic": (Topic.slug,), "programme": (Programme.slug,)}
KNOWN |= {"number": (Round.number,)}


@pytest.fixture(scope="module")
def client_of(community: Flask) -> FlaskClient:
    """Return a stranger's browser in the demo community, of whose figures there is an edition."""
    with transaction():
        make_edition(now())
    return community.test_client()


# A validator takes seconds, and reads the same from either database.
@pytest.mark.parametrize("migrated_app", ["sqlite"], indirect=True)
def test_the_package_is_valid_and_its_tables_are_what_it_says(client_of: FlaskClient, tmp_path: Path) -> None:
    from frictionless import Package, validate  # slow to import

    file = saved(client_of, tmp_path)
    report = validate(str(file))
    assert report.valid, report.flatten(["rowNumber", "fieldName", "type", "note"])
    names = {"rounds", "figures", "later", "network", "reflections"}
    assert {resource.name for resource in Package(str(file)).resources} == names
    rows = {name: len(sheet(client_of, name)) for name in names}
    assert min(rows[name] for name in ("rounds", "figures", "reflections")) > 2


@pytest.mark.parametrize("migrated_app", ["sqlite"], indirect=True)
def test_a_package_whose_table_is_not_what_it_says_is_refused(client_of: FlaskClient, tmp_path: Path) -> None:
    from frictionless import validate

    file = saved(client_of, tmp_path)
    rounds = tmp_path / "rounds.csv"
    rounds.write_text(rounds.read_text().replace("true", "perhaps", 1))
    assert not validate(str(file)).valid


def test_the_tables_are_those_of_the_pages_and_suppress_what_they_do(client_of: FlaskClient) -> None:
    whole = client_of.get("/impact.json").json
    figures = sheet(client_of, "figures")
    assert len(figures) == len(whole["rounds"])
    for row, shown in zip(figures, whole["rounds"], strict=True):
        counts = {name: int(row[name]) for name in FUNNEL if row[name]}
        assert counts == {name: shown[name] for name in counts}
        assert not set(counts).symmetric_difference(
            set(shown) & {"invited", "met", "answered", "rated", "challenged", "wrote"}
        )
        assert min(counts.values()) >= SMALL
    assert [row["pairs"] for row in sheet(client_of, "network")] == [str(each["pairs"]) for each in whole["network"]]
    assert len(sheet(client_of, "reflections")) == client_of.get("/api/v1/reflections").json["total"]
    rounds = client_of.get("/api/v1/programmes/unmentoring/rounds").json["items"]
    assert [row["seed"] for row in sheet(client_of, "rounds")] == [each["seed"] or "" for each in reversed(rounds)]


@pytest.mark.thorough
def test_no_question_breaks_it_or_has_an_answer_that_is_not_specified(
    community: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    import schemathesis  # slow to import, and not needed by other tests
    from schemathesis import APIOperation, Case, GenerationMode

    with transaction():
        make_edition(now())
    there: dict[str, list[Any]] = {"page": [1, 2], "q": ["housing", "data", "a"]}
    there |= {
        name: [text for column in of for text in db.session.scalars(db.select(column))] for name, of in KNOWN.items()
    }
    db.session.commit()
    # Each asks as often as one may, and a little more, from a place of their own.
    monkeypatch.setitem(community.extensions, "settings", replace(community.extensions["settings"], trusted_proxies=1))
    answers = Counter[int]()

    def try_some(mode: GenerationMode, operation: APIOperation, number: int) -> None:
        @seed(number)
        @settings(max_examples=max(8, QUESTIONS // 100), phases=[Phase.generate], **UNHURRIED)
        @given(operation.as_strategy(generation_mode=mode), st.data())
        def ask(case: Case, data: st.DataObject) -> None:
            for part in (case.path_parameters, case.query):
                for name in set(part or ()) & set(there):
                    if mode.is_positive and data.draw(st.booleans()):
                        part[name] = data.draw(st.sampled_from(there[name]))
            asker = answers.total() // (LIMIT.most + 5)
            # Whole: nothing unpacks an answer on its way to the check.
            response = case.call(headers={"X-Forwarded-For": f"10.0.0.{asker}", "Accept-Encoding": "identity"})
            answers[response.status_code] += 1
            case.validate_response(response)

        ask()

    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", community)
    operations = [found.ok() for found in schema.get_all_operations()]
    # Without a query there is no wrong one.
    kinds = [(mode, each) for mode in GenerationMode for each in operations if mode.is_positive or each.query]
    for number, (mode, operation) in enumerate(cycle(kinds)):
        if answers.total() >= QUESTIONS:
            break
        try_some(mode, operation, number)
    print(f"{answers.total()} questions on {db.engine.dialect.name}:", dict(sorted(answers.items())))  # noqa: T201 - it tells a person
    assert answers[200]
    assert answers[404]
