"""The data package, of the demo community: valid, and no more than the pages say."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from frictionless import Package, validate
from tables import saved, sheet

from unmentor.db import transaction
from unmentor.impact.cells import SMALL
from unmentor.impact.editions import FUNNEL, make_edition
from unmentor.runtime import now


@pytest.fixture(scope="module")
def client_of(community: Flask) -> FlaskClient:
    """Return a stranger's browser in the demo community, of whose figures there is an edition."""
    with transaction():
        make_edition(now())
    return community.test_client()


def test_the_package_is_valid_and_its_tables_are_what_it_says(client_of: FlaskClient, tmp_path: Path) -> None:
    file = saved(client_of, tmp_path)
    report = validate(str(file))
    assert report.valid, report.flatten(["rowNumber", "fieldName", "type", "note"])
    names = {"rounds", "figures", "later", "network", "reflections"}
    assert {resource.name for resource in Package(str(file)).resources} == names
    rows = {name: len(sheet(client_of, name)) for name in names}
    assert min(rows[name] for name in ("rounds", "figures", "reflections")) > 2


def test_a_package_whose_table_is_not_what_it_says_is_refused(client_of: FlaskClient, tmp_path: Path) -> None:
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
