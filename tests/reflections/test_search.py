"""Search by word, on both databases; what leaves the site leaves the search with it."""

import random

import pytest
from cast import START, conversation, person, programme, reflection
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from unmentor.db import db, transaction
from unmentor.reflections import actions
from unmentor.reflections.forms import Draft
from unmentor.reflections.models import Reflection
from unmentor.reflections.queries import Asked, page_of
from unmentor.reflections.rights import let_go
from unmentor.reflections.search import marked

# What the query languages of both databases, HTML, SQL, URLs and terminals take for more than words.
HOSTILE = (
    '"', "'", '""', "''", '"housing', "housing'", "housing*", "*housing", "^housing", "housing:", "search:housing",
    "reflection_words:housing", "{search} : housing", "-housing", "NOT housing", "housing NOT", "OR", "AND", "NEAR",
    "NEAR(housing data, 2)", "(housing", "housing)", "housing & !data", "housing | data", "housing <-> data", ":*",
    "'housing':*", "\\", "housing\\", "%", "_", "'; DROP TABLE reflection; --", "<b>housing</b>", "\x00housing",
    "\u202ehousing", "\ud7ff", "𝔥𝔬𝔲𝔰𝔦𝔫𝔤", "🏠", "ﬀ", "x" * 5000, "a " * 2000, "हिन्दी", "²", "\t\n", "é" * 90,
    "\ufeff", "ß",
)  # fmt: skip


def found(words: str) -> list[str]:
    """Return the texts of what is found."""
    return sorted(each.text for each in page_of(Asked(words=words), 1).items)


def written(*texts: str, **given: str) -> list[Reflection]:
    """Return public reflections with these texts, each of somebody else."""
    people = [person(f"Writer {number}") for number in range(len(texts))]
    parts = conversation(programme(), *people).participations
    return [reflection(part, each, **given) for part, each in zip(parts, texts, strict=True)]


def test_whole_words_are_found_and_longer_ones_that_begin_with_a_long_one(app: Flask) -> None:
    written("Certain of it.", "Tai fforddiadwy.", "Mae’r tŷ yn oer.", "Of a type.", "Two neighbours.", "TAI Ô’R tai")
    assert found("tai") == ["TAI Ô’R tai", "Tai fforddiadwy."]
    assert found("ty") == found("TY\u0302") == found("tŷ") == ["Mae’r tŷ yn oer."]
    assert found("neighbour") == found("two neighbours") == ["Two neighbours."]
    assert found("neighbourly") == found("two type") == found("eighbours") == []


def test_topics_and_the_organisation_given_are_found_and_nobody_by_a_name(app: Flask) -> None:
    ada = person("Ada Lovelace", organisation="Cyngor Ynys Môn")
    part = conversation(programme(moderation="none"), ada, person("Ben Price")).participations[0]
    with transaction():
        actions.share(part, Draft("We talked.", ("flood defence",), attribution="name"), START)
    assert found("ynys mon") == found("flood") == found("talked flood mon") == ["We talked."]
    assert found("lovelace") == []
    with transaction():
        actions.share(part, Draft("We talked.", ("parks",), attribution="anonymous"), START)
    assert found("mon") == found("flood") == []
    assert found("parks") == ["We talked."]


def test_a_page_says_how_many_and_marks_the_words(client: FlaskClient) -> None:
    written("The <b>tŷ</b> is cold.", "A house.", "TY again.")
    page = client.get("/reflections?q=ty").text
    assert "2 reflections" in page
    assert "&lt;b&gt;<mark>tŷ</mark>&lt;/b&gt;" in page
    assert "<mark>TY</mark> again." in page
    assert "<mark>" not in client.get("/reflections").text


def test_hostile_questions_are_words_and_nothing_else(client: FlaskClient) -> None:
    assert len(HOSTILE) >= 40
    written("Housing and data.", "x" * 2000, "é" * 2000, "ß ﬀ हिन्दी ²")
    for words in HOSTILE:
        answer = client.get("/reflections", query_string={"q": words})
        # A NUL is refused in every address.
        assert answer.status_code == (400 if "\0" in words else 200), words
        assert "fts5" not in answer.text.lower(), words
        assert "<b>" not in answer.text, words
    assert found("NOT housing") == found("OR") == found("housing | parks") == []
    assert found('"housing" -data') == ["Housing and data."]


def test_marks_never_let_html_through() -> None:
    for words in HOSTILE:
        for told in HOSTILE:
            assert str(marked(told, words)).replace("<mark>", "").replace("</mark>", "").count("<") == 0


@pytest.mark.parametrize("seed", range(4))
def test_nothing_is_found_that_is_not_public_whatever_was_done(app: Flask, seed: int) -> None:
    chance, ours = random.Random(seed), programme(moderation="all")
    parts = conversation(ours, *(person(f"Writer {number}") for number in range(4))).participations
    db.session.commit()
    for step in range(25):
        part = chance.choice(parts)
        with transaction():
            written = actions.reflection_of(part)
            deeds = [lambda p=part, s=step: actions.share(p, Draft(f"words n{s}", ("common",)), START)]
            if written:
                deeds += [
                    lambda w=written: actions.publish(w, START),
                    lambda w=written: actions.publish(w, START),
                    lambda w=written: actions.return_(w, "No", START),
                    lambda w=written: actions.take_down(w, "No", START),
                    lambda w=written: actions.look_again(w),
                    lambda w=written: actions.undo(w, START),
                    lambda w=written: actions.take_back(w, START),
                    lambda p=part: let_go(p.person),
                ]
            chance.choice(deeds)()
        everything = db.session.query(Reflection).all()
        public = sorted(each.text for each in everything if each.state == "published")
        assert found("words") == found("common") == public
        assert all(found(each.text) == [each.text] for each in everything if each.state == "published")
    if db.engine.dialect.name == "sqlite":
        # Also what is not shown: the index is exactly of what stands in the table.
        db.session.execute(text("INSERT INTO reflection_words(reflection_words, rank) VALUES ('integrity-check', 1)"))
