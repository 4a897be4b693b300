import json
from datetime import timedelta
from email.utils import parsedate_to_datetime
from xml.etree import ElementTree as ET

import pytest
from cast import START, conversation, person, programme, reflection
from conftest import Clock
from flask.testing import FlaskClient

from unmentor.db import db
from unmentor.reflections.actions import take_back
from unmentor.reflections.models import Reflection

ATOM, XHTML = "{http://www.w3.org/2005/Atom}", "{http://www.w3.org/1999/xhtml}"
FEEDS = [f"{start}.{form}" for start in ("/reflections", "/topics/housing") for form in ("atom", "rss", "json")]


def learned(text: str = "Ask & listen.\n\nThen <act>.", **given: str) -> Reflection:
    talk = conversation(programme(), person("Siân Ŵyn", organisation="Gwynedd"), person("Ben Price"))
    reflection(talk.participations[1], "Older.", topics="housing", published_at=START - timedelta(days=1))
    return reflection(talk.participations[0], text, slug="ask", topics="housing repairs", **given)


def test_atom_has_all_that_rfc_4287_asks_for(client: FlaskClient) -> None:
    learned(link="https://example.org/post")
    answer = client.get("/reflections.atom")
    assert answer.content_type == "application/atom+xml; charset=utf-8"
    feed = ET.fromstring(answer.data)
    for name in ("id", "title", "updated"):
        assert feed.findtext(ATOM + name), name
    links = {each.get("rel"): each.get("href") for each in feed.findall(ATOM + "link")}
    assert links["self"] == "http://127.0.0.1:8000/reflections.atom"
    assert links["alternate"] == "http://127.0.0.1:8000/reflections"
    entry = feed.find(ATOM + "entry")
    assert entry.findtext(ATOM + "id") == "http://127.0.0.1:8000/reflections/ask"
    assert entry.findtext(ATOM + "updated") == "2026-11-01T09:00:00+00:00"
    assert entry.findtext(f"{ATOM}author/{ATOM}name") == "Siân Ŵyn, Gwynedd"
    content = entry.find(ATOM + "content")
    assert content.get("type") == "xhtml"
    assert [each.text for each in content.findall(f"{XHTML}div/{XHTML}p")][:2] == ["Ask & listen.", "Then <act>."]
    assert content.find(f".//{XHTML}a").get("href") == "https://example.org/post"
    assert [each.get("term") for each in entry.findall(ATOM + "category")] == ["housing", "repairs"]
    assert len(entry.findall(ATOM + "link")) == 1


def test_rss_has_all_that_readers_ask_for(client: FlaskClient) -> None:
    learned()
    answer = client.get("/reflections.rss")
    assert answer.content_type == "application/rss+xml; charset=utf-8"
    channel = ET.fromstring(answer.data).find("channel")
    for name in ("title", "link", "description"):
        assert channel.findtext(name), name
    assert channel.findtext("link") == "http://127.0.0.1:8000/reflections"
    item = channel.find("item")
    assert item.findtext("guid") == item.findtext("link") == "http://127.0.0.1:8000/reflections/ask"
    assert item.find("guid").get("isPermaLink") == "true"
    assert parsedate_to_datetime(item.findtext("pubDate")) == START
    assert item.findtext("{http://purl.org/dc/elements/1.1/}creator") == "Siân Ŵyn, Gwynedd"


def test_json_feed_has_all_that_version_1_1_asks_for(client: FlaskClient) -> None:
    learned(link="https://example.org/post")
    answer = client.get("/reflections.json")
    assert answer.content_type == "application/feed+json; charset=utf-8"
    feed = json.loads(answer.data)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["feed_url"] == "http://127.0.0.1:8000/reflections.json"
    item = feed["items"][0]
    assert item["id"] == item["url"] == "http://127.0.0.1:8000/reflections/ask"
    assert item["content_text"] == "Ask & listen.\n\nThen <act>."
    assert item["content_html"].startswith("<p>Ask &amp; listen.</p><p>Then &lt;act&gt;.</p>")
    assert (item["authors"], item["tags"]) == ([{"name": "Siân Ŵyn, Gwynedd"}], ["housing", "repairs"])
    assert item["external_url"] == "https://example.org/post"


@pytest.mark.parametrize("path", FEEDS[:2])
def test_a_feed_that_is_opened_in_a_browser_is_a_page(client: FlaskClient, path: str) -> None:
    learned()
    answer = client.get(path, headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert answer.content_type == "application/xml; charset=utf-8"
    assert "Accept" in answer.vary
    reader = client.get(path)
    assert reader.mimetype in {"application/atom+xml", "application/rss+xml"}
    assert reader.data == answer.data
    declared, styled, _rest = answer.text.split("\n", 2)
    assert declared.startswith("<?xml")
    assert styled == '<?xml-stylesheet type="text/css" href="/static/feed.css"?>'
    with client.get("/static/feed.css") as style:
        assert style.mimetype == "text/css"
        assert len(style.data) < 2_500
    root = ET.fromstring(answer.data)
    lines = [each for each in root.iter(f"{XHTML}p") if each.find(f"{XHTML}a") is not None]
    led_to = [each.find(f"{XHTML}a").get("href") for each in lines]
    assert led_to == [f"http://127.0.0.1:8000/reflections{end}" for end in ("", "/ask", "/older")]
    assert "feed reader" in lines[0].text
    assert lines[1].find(f"{XHTML}a").text == "Siân Ŵyn, Gwynedd"


@pytest.mark.one_engine
@pytest.mark.parametrize("path", FEEDS)
def test_a_reader_that_has_the_feed_is_not_sent_it_again_until_something_is_taken_back(
    client: FlaskClient, clock: Clock, path: str
) -> None:
    words = learned()
    answer = client.get(path)
    # A date would say "nothing newer" where something is gone.
    has = {"If-None-Match": answer.headers["ETag"], "If-Modified-Since": "Sat, 21 Nov 2026 12:00:00 GMT"}
    assert client.get(path, headers=has).status_code == 304
    take_back(words, clock())
    for header in has:
        again = client.get(path, headers={header: has[header]})
        assert again.status_code == 200
        assert "listen" not in again.text


@pytest.mark.one_engine
@pytest.mark.parametrize("path", FEEDS)
def test_a_feed_is_byte_for_byte_the_same_until_something_changes(
    client: FlaskClient, clock: object, path: str
) -> None:
    learned()
    before = client.get(path).data
    clock.advance(days=3)
    assert client.get(path).data == before


@pytest.mark.one_engine
@pytest.mark.parametrize("path", FEEDS)
@pytest.mark.parametrize(
    "hostile", ["\x00" * 0 + "Bell \x07 and form \x0c.", "No \ufffe such \uffff letter.", "]]>&nbsp;<x"]
)
def test_whatever_somebody_wrote_the_feed_stays_well_formed(client: FlaskClient, path: str, hostile: str) -> None:
    written = learned(hostile)
    written.person.name = f"Eve{hostile}"
    db.session.commit()
    data = client.get(path).data
    assert json.loads(data) if path.endswith("json") else ET.fromstring(data) is not None


@pytest.mark.parametrize("path", FEEDS[:3])
def test_an_empty_feed_is_still_a_feed(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert json.loads(answer.data) if path.endswith("json") else ET.fromstring(answer.data) is not None
    assert client.get(path).data == answer.data


def test_a_topic_has_feeds_of_its_own(client: FlaskClient) -> None:
    learned()
    assert "ask" in client.get("/topics/repairs.atom").text
    assert "Older." not in client.get("/topics/repairs.atom").text
    assert client.get("/topics/nothing.atom").status_code == 404


def test_a_feed_has_the_newest_thirty(client: FlaskClient) -> None:
    talks = [conversation(programme(), person("Ada"), person("Ben"))]
    talks += [conversation(talks[0].round.programme, *talks[0].people) for _ in range(31)]
    for number, talk in enumerate(talks):
        reflection(talk.participations[0], f"Number {number}.", published_at=START + timedelta(hours=number))
    items = json.loads(client.get("/reflections.json").data)["items"]
    assert [item["title"] for item in items] == [f"Number {number}." for number in range(31, 1, -1)]


def test_pages_tell_readers_programs_where_the_feeds_are(client: FlaskClient) -> None:
    learned()
    assert (
        'type="application/atom+xml" title="UnMentoring: what people learned" href="/reflections.atom"'
        in client.get("/").text
    )
    assert 'href="/topics/housing.json"' in client.get("/topics/housing").text
