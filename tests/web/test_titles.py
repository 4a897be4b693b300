"""What a page is called, in a tab and where it is shared: its own name first, and ours once."""

import re

import pytest
from cast import conversation, person, programme, reflection
from flask import Flask
from flask.testing import FlaskClient

pytestmark = pytest.mark.parametrize("migrated_app", ["sqlite"], indirect=True)
CALLED = {
    "/": "Half an hour with someone you would never have met",
    "/about": "How it works",
    "/accessibility": "Accessibility statement",
    "/api/docs": "Use the data: the API",
    "/data": "Open data",
    "/follow": "Follow what people learned",
    "/impact": "What the experiment shows",
    "/join": "Join",
    "/privacy": "Privacy",
    "/programmes": "Programmes",
    "/programmes/unmentoring": "UnMentoring",
    "/programmes/unmentoring/rounds": "How the rounds of UnMentoring were drawn",
    "/programmes/unmentoring/rounds/1": "How round 1 was drawn",
    "/reflections": "What people learned",
    "/reflections/ask-first": "Ask first.",
    "/reflections/ask-first/report": "Report this",
    "/sign-in": "Sign in",
    "/topics": "Topics",
    "/topics/data": "data",
    "/nothing": "We cannot find that page",
}


def test_the_title_of_every_public_page_begins_with_its_own_name_and_ends_with_ours_once(client: FlaskClient) -> None:
    reflection(conversation(programme(), person("Ada"), person("Ben")).participations[0], "Ask first.", "data")
    called = {path: re.findall("<title>(.*?)</title>", client.get(path).text) for path in CALLED}
    for path, (title,) in called.items():
        assert title.startswith(CALLED[path]), (path, title)
        assert title.endswith("UnMentoring"), (path, title)
        assert "UnMentoring · UnMentoring" not in title, (path, title)
    assert len({title for (title,) in called.values()}) == len(CALLED)


def test_no_public_page_is_without_a_name_in_this_list(app: Flask, client: FlaskClient) -> None:
    reflection(conversation(programme(), person("Ada"), person("Ben")).participations[0], "Ask first.", "data")
    listed = re.findall(r"<loc>http://[^/]+(/[^<]*)</loc>", client.get("/sitemap.xml").text)
    assert set(listed) <= set(CALLED)
