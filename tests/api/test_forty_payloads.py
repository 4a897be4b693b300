"""Forty things typed to do harm, as words, topics, names and organisations: harmless wherever they go."""

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree as ET

import pytest
from cast import conversation, person, programme
from conftest import Clock, wipe
from flask import Flask
from flask.testing import FlaskClient
from tables import saved, sheet

from unmentor.conversations.calendar_entry import key
from unmentor.conversations.models import Participation
from unmentor.db import db, transaction
from unmentor.forms import clean_line, clean_text
from unmentor.reflections.actions import share
from unmentor.reflections.forms import LONGEST, LONGEST_TOPIC, MOST_TOPICS, Draft, topic_names, topic_slug
from unmentor.sheets import FORMULA

PAYLOADS = (
    # Markup, and the ends of what it may stand in.
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    '"><script>alert(1)</script>',
    "' onmouseover='alert(1)",
    "</textarea><iframe src=//evil.example>",
    "<!-- --!><b>",
    "<![CDATA[x",
    "]]>",
    "]]><script>alert(1)</script>",
    "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>&e;",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "</title><script>alert(1)</script>",
    "<base href=//evil.example>",
    "<meta http-equiv=refresh content=0;url=//evil.example>",
    "javascript:alert(1)",
    "[x](javascript:alert(1))",
    "{{ 7*7 }}{% raw %}",
    "%(name)s %s {0.__class__}",
    # Formulas.
    "=cmd|'/C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "＝1+1",
    '=HYPERLINK("http://evil.example";"x")',
    '"=1+1',
    ";=1+1",
    # What turns, hides or breaks text, and what looks like a header.
    "\u202egnp.exe\u202c",
    "a\u2066b\u2069",
    "zero\u200bwidth\ufeff",
    "NUL\0here",
    "bell\x07 and \x1b[31m",
    "lone \ud800 surrogate",
    "a\u2028b\u2029c",
    "x\r\nSet-Cookie: evil=1\r\n\r\n<html>",
    "Z" + "\u0301" * 500,
    "w" * 3000,
)
NEVER = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u202a-\u202e\u2060-\u2069\u2028\u2029\ufeff\ud800-\udfff]")
STRANGE, LEADING = {"img", "iframe", "base", "object", "embed", "style"}, {"href", "src", "action", "formaction"}
ENOUGH = " is what we learned"


class Harm(HTMLParser):
    """Reads HTML as a browser does, and keeps what it should not find and the text that it shows."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found, self.text = list[str](), ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        data, ours = given.get("type") == "application/ld+json", given.get("src", "").startswith("/static/")
        wrong = [name for name in given if name.startswith("on") or name == "http-equiv"]
        wrong += [name for name in LEADING & set(given) if re.match(r"\s*(javascript|data):", given[name])]
        odd = tag in STRANGE or (tag == "script" and not (data or ours))
        self.found += [f"<{tag}>"] * odd + [f"<{tag} {name}>" for name in wrong]

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def written(migrated_app: Flask) -> Iterator[list[str]]:
    """Let forty people share forty payloads, cleaned as the forms that they type them into do; yield their words."""
    clock = migrated_app.extensions["clock"] = Clock()
    with migrated_app.app_context():
        words = [clean_text(payload + ENOUGH)[:LONGEST] for payload in PAYLOADS]
        ours = programme("UnMentoring", moderation="none", about=clean_text(" ".join(PAYLOADS[:12]))[:500])
        for number, (payload, text) in enumerate(zip(PAYLOADS, words, strict=True)):
            name = clean_line(payload)[:100]
            writer = person(name, email=f"p{number}@example.org", organisation=name)
            part = conversation(ours, writer, person("Ben", email=f"b{number}@example.org")).participations[0]
            topics = [
                each[:LONGEST_TOPIC] for each in topic_names(clean_line(payload)) if topic_slug(each[:LONGEST_TOPIC])
            ]
            with transaction():
                share(part, Draft(text, tuple(topics[:MOST_TOPICS]), attribution="name"), clock())
        yield words
        wipe()


@pytest.fixture(scope="module")
def stranger(migrated_app: Flask, written: list[str]) -> FlaskClient:
    """Return the browser of somebody who reads all that."""
    return migrated_app.test_client()


def read(client: FlaskClient, path: str) -> str:
    """Return what an address says, once it was found to hold nothing that hides, and no header of somebody's making."""
    answer = client.get(path)
    assert answer.status_code == 200, path
    assert not NEVER.search(answer.text), path
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "evil=" not in str(answer.headers.getlist("Set-Cookie"))
    return answer.text


def squeezed(text: str) -> str:
    """Return *text* without any white space, which is different in pages."""
    return "".join(text.split())


def pages_of_items(client: FlaskClient, path: str) -> list[dict[str, str]]:
    first = json.loads(read(client, path))
    more = [json.loads(read(client, f"{path}?page={page}")) for page in range(2, first["pages"] + 1)]
    return [item for page in (first, *more) for item in page["items"]]


def test_there_are_forty(written: list[str]) -> None:
    assert len(set(PAYLOADS)) == len(written) == 40


def test_shown_as_markup_they_would_be_found() -> None:
    assert sum(bool(Harm(payload + ">").found) for payload in PAYLOADS) >= 9


def test_pages_show_them_as_text(stranger: FlaskClient, written: list[str]) -> None:
    slugs = [item["slug"] for item in pages_of_items(stranger, "/api/v1/reflections")]
    topics = [item["slug"] for item in pages_of_items(stranger, "/api/v1/topics")]
    paths = [f"/reflections/{slug}" for slug in slugs] + [f"/topics/{slug}" for slug in topics[:3]]
    ours = ["", "/unmentoring", "/unmentoring/rounds"]
    paths += [
        "/",
        "/reflections",
        "/reflections?page=2",
        "/topics",
        "/follow",
        *(f"/programmes{each}" for each in ours),
    ]
    shown = ""
    for path in [*paths, "/impact", "/data", "/api/docs"]:
        page = read(stranger, path)
        harm = Harm(page)
        assert harm.found == [], path
        for data in re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL):
            assert json.loads(data)
            assert "<" not in data
        shown += harm.text
    assert [words for words in written if squeezed(words) not in squeezed(shown)] == []


@pytest.mark.parametrize("feed", ["atom", "rss"])
def test_feeds_are_whole_and_their_words_are_text(stranger: FlaskClient, written: list[str], feed: str) -> None:
    raw = read(stranger, f"/reflections.{feed}")
    assert "<!DOCTYPE" not in raw
    root = ET.fromstring(raw)
    entries = root.findall("{*}entry") or root.findall("channel/item")
    assert len(entries) == 30
    # Atom's words are elements, which a browser that opens the file would obey; those of RSS are HTML in a text.
    file, said = Harm(""), set[str]()
    for each in root.iter():
        file.handle_starttag(each.tag.rpartition("}")[2], list(each.attrib.items()))
    for each in (found for entry in entries for found in entry.iter()):
        if each.tag.endswith(("content", "encoded", "description")) and "".join(each.itertext()).strip():
            words = Harm("" if len(each) else each.text or "")
            file.found += words.found
            said.add(squeezed(words.text or "".join(each.itertext())))
    assert file.found == []
    assert len(said) >= 29  # two are the same once they are clean
    assert said <= {squeezed(words) for words in written}


def test_json_feed_holds_harmless_html(stranger: FlaskClient) -> None:
    items = json.loads(read(stranger, "/reflections.json"))["items"]
    assert [Harm(item["content_html"]).found for item in items] == [[]] * 30


def test_the_api_tells_the_words_and_nothing_else(stranger: FlaskClient, written: list[str]) -> None:
    assert stranger.get("/api/v1/reflections").content_type == "application/json"
    told = pages_of_items(stranger, "/api/v1/reflections")
    assert sorted(item["text"] for item in told) == sorted(written)
    assert {item["name"] for item in told} == {clean_line(payload)[:100] for payload in PAYLOADS}


def test_tables_hold_no_formula_and_every_word(stranger: FlaskClient, written: list[str], tmp_path: Path) -> None:
    rows = sheet(stranger, "reflections")
    assert not [cell for row in rows for cell in row.values() if cell.startswith(FORMULA)]
    assert not NEVER.search(stranger.get("/data/reflections.csv").text)
    assert sorted(row["text"].removeprefix("'") for row in rows) == sorted(text.removeprefix("'") for text in written)
    from frictionless import validate  # slow to import

    assert validate(str(saved(stranger, tmp_path))).valid


def test_the_sitemap_is_whole(stranger: FlaskClient) -> None:
    assert len(ET.fromstring(read(stranger, "/sitemap.xml"))) > 40


@pytest.mark.parametrize("raw", ["%00", "%ED%A0%80", "%FF%FE", "%0D%0ASet-Cookie:%20evil=1"])
def test_what_no_browser_sends_breaks_nothing(stranger: FlaskClient, raw: str) -> None:
    starts = ("/api/v1/reflections?q=", "/api/v1/programmes/", "/data/", "/reflections?q=")
    for path in (start + raw for start in starts):
        answer = stranger.get(path)
        assert answer.status_code < 500, path
        assert "evil=" not in str(answer.headers.getlist("Set-Cookie")), path
    form = f"text={raw}{quote(ENOUGH)}&topics={raw}&attribution=name"
    part = db.session.query(Participation).first()
    typed = "application/x-www-form-urlencoded"
    sent = stranger.post(f"/c/{key(part)}/reflection", data=form.encode(), content_type=typed)
    assert sent.status_code in {303, 400, 403, 422}
