"""The page that says how to follow what people learned."""

import re

from cast import START, conversation, person, programme, reflection
from flask.testing import FlaskClient

from unmentor.db import transaction
from unmentor.reflections.actions import take_back


def feeds(client: FlaskClient) -> list[tuple[str, str]]:
    """Return address and path of each feed whose whole address is both the link and its words."""
    return re.findall(r'<a href="(http://[^/]+(/[^"]*))">\1</a>', client.get("/follow").text)


def test_every_feed_is_a_link_that_reads_as_its_address_and_answers(client: FlaskClient) -> None:
    part = conversation(programme(), person("Ada"), person("Ben")).participations[0]
    shared = reflection(part, "Thought housing.", "housing")
    paths = [path for _address, path in feeds(client)]
    everything = ["/reflections.atom", "/reflections.rss", "/reflections.json"]
    assert paths == [*everything, "/topics/housing.atom", "/topics/housing.rss", "/topics/housing.json"]
    assert [path for path in paths if client.get(path).status_code != 200] == []
    with transaction():
        take_back(shared, START)
    assert [path for _address, path in feeds(client)] == everything


def test_every_page_leads_to_it(client: FlaskClient) -> None:
    assert 'href="/follow"' in client.get("/about").text


def test_each_address_can_be_copied_where_scripts_run_and_says_which_it_is(client: FlaskClient) -> None:
    page = client.get("/follow").text
    for address, _path in feeds(client):
        assert f'<span data-copy="{address}" hidden>' in page
        assert f'Copy<span class="visually-hidden"> {address}</span></button>' in page
    assert "/static/copy.js" in page
