"""Everything public as JSON: what is there, in which pages, how often, and what goes wrong."""

import json
from typing import Any

import pytest
from cast import conversation, kept, member, person, programme, reflection, sign_in, statements
from conftest import Clock
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import escape

from unmentor.api.asking import LIMIT
from unmentor.budgets import Budget
from unmentor.conversations.models import Participation
from unmentor.db import db
from unmentor.programmes.commitment import commit
from unmentor.programmes.models import Programme
from unmentor.reflections.actions import take_back
from unmentor.rounds.actions import draw_round, send_round

ROUNDS = "/api/v1/programmes/unmentoring/rounds"
FIGURES = ("people", "pairs", "left_out", "proved", "swaps", "put_aside", "secret", "digest", "seed")


@pytest.fixture
def ours(app: Flask, clock: Clock) -> Programme:
    """Return a programme of five people that has committed to its first draw."""
    ours: Programme = programme()
    commit(ours, clock())
    for name in ("Ada", "Ben", "Cat", "Dan", "Eve"):
        member(person(name, organisation=f"{name} Council"), ours)
    db.session.commit()
    return ours


def some(many: int) -> None:
    """Let so many be public, with topics of their own."""
    ours, ada, ben = programme(), person("Ada Lovelace"), person("Ben Price")
    for number in range(many):
        reflection(conversation(ours, ada, ben).participations[0], f"Thought {number}.", topics=f"topic-{number}")
    db.session.commit()


def told(client: FlaskClient, path: str) -> Any:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json


def test_a_reflection_is_told_as_its_page_shows_it_and_as_its_writer_chose(client: FlaskClient) -> None:
    talk = conversation(programme(), person("Ada Lovelace", organisation="Leeds"), person("Ben Price"))
    reflection(talk.participations[0], "Housing is a right.", topics="housing", attribution="organisation")
    one = told(client, "/api/v1/reflections")["items"][0]
    assert (one["text"], one["name"], one["organisation"]) == ("Housing is a right.", "", "Leeds")
    assert one["byline"] == "Someone at Leeds"
    assert [topic["slug"] for topic in one["topics"]] == ["housing"]
    assert "Ada" not in json.dumps(one)
    assert told(client, f"/api/v1/reflections/{one['slug']}") == one
    assert client.get(one["url"].removeprefix("http://127.0.0.1:8000")).status_code == 200
    assert told(client, "/api/v1/topics")["items"][0]["reflections"] == 1


def test_reflections_are_found_as_in_the_feed(client: FlaskClient) -> None:
    some(3)
    for asked, many in (("q=thought", 3), ("topic=topic-1", 1), ("programme=unmentoring", 3), ("programme=x", 0),
        ("year=2026", 3), ("year=2025", 0), ("language=cy", 0), ("language=en&topic=topic-2", 1)):  # fmt: skip
        assert told(client, f"/api/v1/reflections?{asked}")["total"] == many, asked


def test_what_waits_or_was_taken_back_is_told_nowhere(client: FlaskClient, clock: Clock) -> None:
    talk = conversation(programme(), person("Ada Lovelace"), person("Ben Price"))
    public = kept(reflection(talk.participations[0], "Once public.", topics="gone"))
    kept(reflection(talk.participations[1], "Not yet public.", topics="waits", state="pending", published_at=None))
    address = told(client, "/api/v1/reflections")["items"][0]["slug"]
    take_back(public, clock())
    db.session.commit()
    gone = client.get(f"/api/v1/reflections/{address}")
    assert (gone.status_code, gone.content_type) == (410, "application/problem+json")
    assert told(client, "/api/v1/reflections")["items"] == told(client, "/api/v1/topics")["items"] == []


def test_a_round_tells_what_its_page_does_and_no_more_before_it_is_sent(
    ours: Programme, client: FlaskClient, clock: Clock
) -> None:
    round_ = draw_round(ours, None, clock())
    db.session.commit()
    drawn = told(client, f"{ROUNDS}/1")
    assert (drawn["state"], {drawn[name] for name in FIGURES}) == ("drawn", {None})
    send_round(round_, clock())
    db.session.commit()
    sent = told(client, ROUNDS)["items"][0]
    page = client.get("/programmes/unmentoring/rounds/1").text
    assert (sent["people"], sent["pairs"], sent["threes"], sent["left_out"]) == (5, 1, 1, 0)
    assert all(sent[name] in page for name in ("secret", "digest", "seed", "commitment"))
    assert told(client, f"{ROUNDS}/1") == sent


def test_a_page_of_rounds_asks_as_much_as_one_round(ours: Programme, client: FlaskClient, clock: Clock) -> None:
    costs = []
    for _draw in range(3):
        send_round(draw_round(ours, None, clock()), clock())
        db.session.commit()
        clock.advance(days=30)
        with statements() as asked:
            told(client, ROUNDS)
        costs.append(len(asked))
    assert costs[0] == costs[2]


def test_a_list_says_how_many_there_are_and_leads_to_its_other_pages(client: FlaskClient) -> None:
    some(41)
    answer = client.get("/api/v1/reflections?page=2&q=thought")
    body = told(client, "/api/v1/reflections?page=2&q=thought")
    assert (body["page"], body["pages"], body["total"], len(body["items"])) == (2, 3, 41, 20)
    at = "<http://127.0.0.1:8000/api/v1/reflections?q=thought&page={}>"
    ways = [("first", 1), ("prev", 1), ("next", 3), ("last", 3)]
    assert answer.headers["Link"] == ", ".join(f'{at.format(page)}; rel="{rel}"' for rel, page in ways)
    assert client.get("/api/v1/reflections?page=4").status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/nothing", 404), ("GET", "/api", 404), ("POST", "/api/v1/topics", 405),
        ("GET", "/api/v1/reflections?page=0", 422), ("GET", "/api/v1/reflections?page=1_0", 422),
        ("GET", f"/api/v1/reflections?q={'a' * 101}", 422), ("GET", "/api/v1/topics?page=%00", 400),
        ("GET", "/api/v1//topics", 404),
    ],
)  # fmt: skip
def test_what_goes_wrong_is_a_problem_that_programs_read(
    client: FlaskClient, method: str, path: str, status: int
) -> None:
    answer = client.open(path, method=method)
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert answer.headers.get("Access-Control-Allow-Origin") == "*" or "v1" not in path
    problem = json.loads(answer.text)
    assert problem["status"] == status
    assert problem["detail"]
    assert ("errors" in problem) == (status == 422)


def test_only_the_api_speaks_in_problems(client: FlaskClient) -> None:
    assert client.get("/nothing").content_type == "text/html; charset=utf-8"


def test_a_stranger_is_told_what_is_left_and_then_to_wait(app: Flask, client: FlaskClient, clock: Clock) -> None:
    assert client.get("/api/v1/topics").headers["RateLimit"] == '"api";r=599;t=3600'
    db.session.query(Budget).update({"used": LIMIT.most - 1})
    assert client.get("/api/v1/topics?any=other").headers["RateLimit"] == '"api";r=0;t=3600'
    clock.advance(minutes=20)
    refused = client.get("/api/v1/impact")
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "2400")
    assert refused.headers["RateLimit-Policy"] == '"api";q=600;w=3600'
    other = app.test_client().get("/api/v1/impact", environ_overrides={"REMOTE_ADDR": "192.0.2.7"})
    assert other.status_code == 200
    clock.advance(minutes=41)
    assert client.get("/api/v1/impact").status_code == 200


def test_what_is_kept_ready_costs_nothing_and_says_nothing_of_who_asked_first(app: Flask, client: FlaskClient) -> None:
    first, again = client.get("/api/v1/topics"), app.test_client().get("/api/v1/topics")
    assert "RateLimit" in first.headers
    assert "RateLimit" not in again.headers
    assert again.headers["Access-Control-Allow-Origin"] == "*"
    assert again.data == first.data


@pytest.mark.parametrize("signed_in", [False, True])
def test_what_has_not_changed_is_not_sent_again(client: FlaskClient, signed_in: bool) -> None:
    some(1)
    if signed_in:
        sign_in(client, kept(person("Cat")))
    etag = client.get("/api/v1/reflections").headers["ETag"]
    assert client.get("/api/v1/reflections", headers={"If-None-Match": etag}).status_code == 304
    part = db.session.query(Participation).order_by(Participation.id.desc()).first()
    reflection(part, "Something new.")
    assert client.get("/api/v1/reflections", headers={"If-None-Match": etag}).status_code == 200


def test_the_page_about_it_explains_every_address_and_every_part_in_both_languages(client: FlaskClient) -> None:
    spec = told(client, "/api/v1/openapi.json")
    page = client.get("/api/docs").text
    assert spec["openapi"].startswith("3.1")
    for path, at in spec["paths"].items():
        assert path in page
        assert escape(at["get"]["summary"]) in page
    for name, schema in spec["components"]["schemas"].items():
        assert f'id="{name}"' in page
        for part, what in schema["properties"].items():
            assert f"<code>{part}</code>" in page
            assert escape(what["description"]) in page, part
    welsh = client.get("/api/v1/openapi.json", headers={"Accept-Language": "cy"}).json
    assert welsh["info"]["description"] != spec["info"]["description"]


def test_the_figures_are_those_of_the_page(client: FlaskClient) -> None:
    assert told(client, "/api/v1/impact") == told(client, "/impact.json")
