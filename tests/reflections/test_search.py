"""Search by word, on both databases; what leaves the site leaves the search with it."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from cast import START, conversation, person, programme, reflection
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from unmentor.db import db, transaction
from unmentor.reflections import actions
from unmentor.reflections.finding import Asked, page_of
from unmentor.reflections.forms import Draft
from unmentor.reflections.models import Reflection
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


def is_postgresql() -> bool:
    """Say whether the database is PostgreSQL."""
    return db.engine.dialect.name == "postgresql"


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


def test_newest_first_is_by_when_it_became_public_and_pages_meet_without_a_gap(app: Flask) -> None:
    several = written(*(f"Words {number}." for number in range(45)))
    for number, each in enumerate(several):
        # Shuffled, and two at each moment.
        each.published_at = START + timedelta(minutes=(number * 7 % 45) // 2)
    db.session.commit()
    in_order = sorted(several, key=lambda each: each.published_at, reverse=True)
    pages = [page_of(Asked("words"), number) for number in (1, 2, 3)]
    read = [each for page in pages for each in page.items]
    assert [each.published_at for each in read] == [each.published_at for each in in_order]
    assert {each.id for each in read} == {each.id for each in several}
    assert [each.id for page in (1, 2, 3) for each in page_of(Asked(), page).items] == [each.id for each in read]
    assert {(page.total, page.pages, page.more) for page in pages} == {(45, 3, False)}


@pytest.mark.parametrize("newest", [0, 3, 30, 100])
def test_every_page_is_what_looking_through_all_finds(app: Flask, monkeypatch: pytest.MonkeyPatch, newest: int) -> None:
    monkeypatch.setattr("unmentor.reflections.search.NEWEST", newest)
    monkeypatch.setattr("unmentor.reflections.finding.MOST_FOUND", 25)
    chance, at = random.Random(newest), {"old": (0, 30), "late": (30, 60), "always": (0, 60), "seldom": (40, 42)}
    several = written(*(" ".join([f"n{n}", *(word for word, (a, b) in at.items() if a <= n < b)]) for n in range(60)))
    for number, each in enumerate(several):
        # Some at the same moment, and from one year to the next.
        each.published_at = datetime(2025, 12, 20, tzinfo=UTC) + timedelta(hours=number * 9 // 18 * 18)
        each.language = chance.choice(("cy", "en"))
    db.session.commit()
    newest_first = sorted(several, key=lambda each: (each.published_at, each.id), reverse=True)
    for words in ("", "old", "late", "always", "seldom", "old always", "old late", "never"):
        for year in ("", "2025", "2026", "2027"):
            for language in ("", "cy"):
                there = [
                    each.id for each in newest_first
                    if set(words.split()) <= set(each.text.split())
                    and year in ("", str(each.published_at.year)) and language in ("", each.language)
                ]  # fmt: skip
                shown = there[:25] if words else there
                asked = Asked(words, year=year, language=language)
                pages = [page_of(asked, number) for number in range(1, 5)]
                assert [each.id for page in pages for each in page.items] == shown, asked
                assert {(page.total, page.more) for page in pages} == {(len(shown), len(there) > len(shown))}, asked


def test_what_is_common_is_counted_no_further_than_it_is_shown(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("unmentor.reflections.finding.MOST_FOUND", 20)
    written(*(f"Words {number}." for number in range(22)))
    few, many, everything = page_of(Asked("21"), 1), page_of(Asked("words"), 1), page_of(Asked(), 1)
    assert [(each.total, each.pages, each.more) for each in (few, many)] == [(1, 1, False), (20, 1, True)]
    assert (everything.total, everything.pages, everything.more) == (22, 2, False)


def test_kinds_are_found_by_alone_and_together_and_never_as_words(app: Flask) -> None:
    old, welsh, other = written("One tŷ here.", "Two tai yma.", "Three here.")
    old.published_at, welsh.language = datetime(2025, 12, 31, 23, 59, tzinfo=UTC), "cy"
    old.topics = welsh.topics = actions.topics(["Plain English", "Parks"])
    db.session.commit()
    this = str(other.published_at.year)
    asked = {
        Asked(topic="plain-english"): [old, welsh], Asked(topic="plain"): [], Asked(topic="park"): [],
        Asked(topic="english"): [],
        Asked(year="2025"): [old], Asked(year=this): [welsh, other], Asked(year="2024"): [],
        Asked(language="cy"): [welsh], Asked(language="en"): [old, other], Asked(language="de"): [],
        Asked(programme="unmentoring"): [old, welsh, other], Asked(programme="no-such"): [],
        Asked("here", language="en", year=this): [other], Asked("here", topic="plain-english"): [old],
        Asked("plain english", year=this): [welsh], Asked("tplain"): [], Asked("p1"): [], Asked("len"): [],
        Asked("plai engl"): [old, welsh], Asked("englishh"): [],
    }  # fmt: skip
    for each, there in asked.items():
        assert {one.id for one in page_of(each, 1).items} == {one.id for one in there}, each
        assert page_of(each, 1).total == len(there), each


def test_hostile_kinds_are_nothing_that_is_known(app: Flask) -> None:
    written("Housing and data.")
    for words in (*HOSTILE, "0", "20266", "-2026", "२०२६", "9999", "1e3", "plain'|'english", '" OR "housing'):
        for name in ("topic", "programme", "year", "language"):
            if "\0" not in words and "\ud7ff" not in words:
                assert page_of(Asked("housing", **{name: words}), 1).total == 0, (name, words)


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
    # Also what is not shown: nothing is in the index that is not public.
    indexed, number = ("reflection_words", "id") if is_postgresql() else ("reflection_words_place", "reflection_id")
    public_ones = db.session.scalars(text("SELECT id FROM reflection WHERE state = 'published'")).all()
    assert sorted(db.session.scalars(text(f"SELECT {number} FROM {indexed}"))) == sorted(public_ones)
    if not is_postgresql():
        assert db.session.scalar(text("SELECT count(*) FROM reflection_words")) == len(public_ones)
        db.session.execute(text("INSERT INTO reflection_words(reflection_words) VALUES ('integrity-check')"))
