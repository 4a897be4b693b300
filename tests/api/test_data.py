"""The open data: what is in its tables, and the pages that lead to them."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from cast import conversation, person, programme, reflection
from flask import Flask
from flask.testing import FlaskClient
from tables import saved, sheet

from unmentor import page_cache
from unmentor.api import data
from unmentor.api.tables import TABLES
from unmentor.db import db
from unmentor.reflections.models import Reflection


def test_what_waits_is_in_no_table_and_no_cell_is_a_formula(client: FlaskClient) -> None:
    talk = conversation(programme(), person("Ada"), person("Ben"))
    reflection(talk.participations[0], "=1+1 is two, I learned.", topics="sums trust")
    reflection(talk.participations[1], "Not yet.", state="pending", published_at=None)
    row, *others = sheet(client, "reflections")
    assert others == []
    assert (row["text"], row["topics"], row["name"]) == ("'=1+1 is two, I learned.", "sums, trust", "Ada")
    db.session.query(Reflection).update({"state": "withdrawn"})
    db.session.commit()
    assert sheet(client, "reflections") == []


def test_every_table_is_empty_but_valid_before_anything_happened(client: FlaskClient, tmp_path: Path) -> None:
    from frictionless import validate  # slow to import

    assert validate(str(saved(client, tmp_path))).valid


@pytest.mark.parametrize("path", ["/impact", "/data"])
def test_a_page_tells_search_engines_of_the_data_and_people_where_it_is(client: FlaskClient, path: str) -> None:
    page = client.get(path).text
    known: Any = json.loads(re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)[0])
    assert (known["@type"], known["isAccessibleForFree"]) == ("Dataset", True)
    for file in known["distribution"]:
        assert client.get(file["contentUrl"].removeprefix("http://127.0.0.1:8000")).status_code == 200
    assert 'href="/api/docs"' in page


def test_the_page_says_what_every_column_means_in_both_languages(client: FlaskClient) -> None:
    for language, said in (("en", "What each column means"), ("cy", "Beth mae pob colofn yn ei olygu")):
        page = client.get("/data", headers={"Accept-Language": language}).text
        assert said in page
        assert all(f"<code>{each['name']}</code>" in page for table in TABLES.values() for each in table.fields)


def test_a_table_that_is_not_there_is_not_found(client: FlaskClient) -> None:
    assert client.get("/data/people.csv").status_code == 404


def test_whole_tables_have_a_budget_of_their_own(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [client.get(f"/data/rounds.csv?any={number}") for number in range(2)]
    assert answers[0].headers["RateLimit-Policy"] == f'"data";q={data.LIMIT.most};w=3600'
    assert [answer.headers["RateLimit"] for answer in answers] == ['"data";r=59;t=3600', '"data";r=58;t=3600']


def test_the_cache_does_not_grow_with_what_is_long(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_cache, "MOST_BYTES", 1)
    for number in range(5):
        client.get(f"/data/rounds.csv?any={number}")
    assert len(app.extensions["page_cache"].pages) <= 2
