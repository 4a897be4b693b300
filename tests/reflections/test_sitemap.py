"""The pages that lead to everything public, for people and for search engines."""

import re

from cast import START, conversation, person, programme, reflection
from flask.testing import FlaskClient

from unmentor.db import transaction
from unmentor.reflections.actions import look_again, take_back
from unmentor.reflections.models import Reflection


def listed(client: FlaskClient) -> list[str]:
    """Return the paths that the sitemap lists."""
    answer = client.get("/sitemap.xml")
    assert answer.content_type == "application/xml; charset=utf-8"
    return re.findall(r"<loc>http://[^/]+(/[^<]*)</loc>", answer.text)


def shared() -> list[Reflection]:
    """Return one about housing, and one about housing and data."""
    parts = conversation(programme(), person("Ada"), person("Ben")).participations
    return [
        reflection(part, f"Thought {topics}.", topics)
        for part, topics in zip(parts, ("housing", "housing data"), strict=True)
    ]


def test_topics_say_how_many_wrote_about_them_most_first(client: FlaskClient) -> None:
    assert "Nobody has named a topic yet" in client.get("/topics").text
    _one, both = shared()
    page = client.get("/topics").text
    assert re.findall(r"/topics/(\w+)\">\w+</a> \((\d+)\)", page) == [("housing", "2"), ("data", "1")]
    with transaction():
        take_back(both, START)
    assert re.findall(r"/topics/(\w+)\">\w+</a> \((\d+)\)", client.get("/topics").text) == [("housing", "1")]


def test_the_sitemap_lists_what_is_public_and_answers(client: FlaskClient) -> None:
    shared()
    paths = listed(client)
    assert {"/", "/reflections", "/topics", "/topics/data", "/programmes", "/programmes/unmentoring"} <= set(paths)
    assert [path for path in paths if client.get(path).status_code != 200] == []
    assert len([path for path in paths if path.startswith("/reflections/")]) == 2
    assert "Sitemap: http" in client.get("/robots.txt").text


def test_what_leaves_the_site_leaves_the_sitemap_at_once(client: FlaskClient) -> None:
    one, both = shared()
    assert listed(client)
    with transaction():
        take_back(one, START)
        look_again(both)
    assert [path for path in listed(client) if path.startswith(("/reflections/", "/topics/"))] == []


def test_every_programme_is_listed_and_which_have_ended(client: FlaskClient) -> None:
    programme("Wales")
    programme("England", ended_at=START)
    page = client.get("/programmes").text
    assert re.search(r'href="/programmes/wales">Wales</a></h2>\s*<p class="by">We draw', page)
    assert re.search(r'>England</a></h2>\s*<p class="by">It ended on', page)
