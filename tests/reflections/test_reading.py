import re
from datetime import timedelta
from html import unescape
from itertools import product

import pytest
from cast import START, conversation, kept, person, post, programme, reflection, sign_in, statements
from flask import Flask
from flask.testing import FlaskClient

from unmentor import page_cache
from unmentor.db import db
from unmentor.programmes.models import Programme
from unmentor.reflections.models import Reflection, byline

# What a page brings itself: what it says of a reflection to machines, in which no tag can stand, and its own script.
OWN_SCRIPTS = re.compile(r'<script type="(application/ld\+json">[^<]*|module" src="/static/[^"]*">)</script>')


def some(many: int, ours: Programme | None = None, **given: str) -> list[Reflection]:
    """Return so many reflections of two people, each a minute younger than the one before."""
    ours = ours or programme()
    ada, ben = person("Ada Lovelace"), person("Ben Price")
    return [
        reflection(
            conversation(ours, ada, ben).participations[0],
            f"Thought number {number}.",
            published_at=START + timedelta(minutes=number),
            **given,
        )
        for number in range(1, many + 1)
    ]


def test_the_feed_has_the_newest_first_and_twenty_a_page(client: FlaskClient) -> None:
    some(21)
    first, second = client.get("/reflections").text, client.get("/reflections?page=2").text
    assert first.index("Thought number 21.") < first.index("Thought number 20.")
    assert "Thought number 1." not in first
    assert "Thought number 1." in second
    assert 'rel="next" href="/reflections?page=2"' in first
    assert 'rel="prev" href="/reflections?page=1"' in second


@pytest.mark.thorough
def test_a_page_that_is_not_there_is_not_found_and_shows_the_way_back(client: FlaskClient) -> None:
    some(20, topics="housing")
    for path, page in product(("/reflections", "/topics/housing"), ["0", "-1", "x", "", "1e3", "²", "9" * 30]):
        answer = client.get(path, query_string={"page": page})
        assert (path, page, answer.status_code) == (path, page, 404)
        assert 'href="/reflections"' in answer.text


def test_an_empty_feed_says_what_will_come(client: FlaskClient) -> None:
    assert "Nobody has shared anything yet" in client.get("/reflections").text


def test_words_are_found_whatever_their_case_accents_and_signs(client: FlaskClient) -> None:
    ada, ben = person(), person("Ben Price")
    talk = conversation(programme(), ada, ben)
    reflection(talk.participations[0], "Mae’r tŷ yn 100% YNNI gwyrdd_glas.")
    reflection(talk.participations[1], "Something else.")
    for words in ("ynni", "TŶ", "100%", "gwyrdd_glas", " tŷ  yn "):
        assert "gwyrdd_glas" in client.get("/reflections", query_string={"q": words}).text, words
    for words in ("100_00", "%els", "zebra", "§%"):
        page = client.get("/reflections", query_string={"q": words}).text
        assert "Nobody has written about that yet" in page, words


def test_a_search_goes_on_over_its_pages_and_stays_as_typed(client: FlaskClient) -> None:
    some(21, topics="data")
    page = client.get("/reflections", query_string={"q": '"<i>', "topic": "data"}).text
    assert 'value="&#34;&lt;i&gt;"' in page
    assert "q=number&amp;topic=data&amp;page=2" in client.get("/reflections?q=number&topic=data").text


def test_the_feed_can_be_narrowed_to_a_topic_or_a_programme(client: FlaskClient) -> None:
    some(1, programme("Wales"), topics="housing")
    cai = conversation(programme("England"), person("Cai"), person("Dai"), uid="2").participations[0]
    reflection(cai, "Something English.")
    assert "Something English." not in client.get("/reflections?topic=housing").text
    assert "Something English." not in client.get("/reflections?programme=wales").text
    assert "Something English." in client.get("/reflections?programme=england").text


def test_what_it_is_narrowed_to_goes_along_to_pages_and_feeds(client: FlaskClient) -> None:
    several = some(25, topics="housing")
    several[0].language = several[1].language = "cy"
    several[1].published_at = several[1].published_at.replace(year=2025)
    db.session.commit()
    year = several[0].published_at.year
    asked = f"topic=housing&amp;programme=unmentoring&amp;year={year}&amp;language=en"
    page = client.get(f"/reflections?{unescape(asked)}").text
    assert f'<link rel="next" href="/reflections?{asked}&amp;page=2">' in page
    assert "<details open>" in page
    assert re.search(r"23 reflections about “housing”\s+in “UnMentoring”\s+from 2026 in English", page)
    for form, length in (("atom", "<entry>"), ("rss", "<item>"), ("json", '"url"')):
        assert f'href="/reflections.{form}?{asked}"' in page
        followed = client.get(f"/reflections.{form}?language=cy&year=2025").text
        assert followed.count(length) == 1, form
        assert f"http://127.0.0.1:8000/reflections.{form}?year=2025&" in followed
        assert "UnMentoring: 2025, Cymraeg" in followed
    assert "open" not in client.get("/reflections?q=number").text.split("<details")[2].split(">")[0]


def test_past_the_last_page_is_the_last_page(client: FlaskClient) -> None:
    some(21, topics="housing")
    for path in ("/reflections", "/topics/housing"):
        past = client.get(f"{path}?page=9")
        assert (past.status_code, past.location) == (302, f"{path}?page=2")
        assert client.get(past.location).status_code == 200
    narrowed = client.get("/reflections?q=nobody&topic=housing&page=2").location
    assert narrowed == "/reflections?q=nobody&topic=housing&page=1"
    assert "Nobody has written about that yet" in client.get(narrowed).text


def test_a_topic_that_nothing_public_is_about_is_not_found_and_leads_on(client: FlaskClient) -> None:
    page = client.get("/topics/nothing")
    assert page.status_code == 404
    assert '<a class="button" href="/reflections">Read what people learned</a>' in page.text


def test_a_search_for_nothing_shows_everything(client: FlaskClient) -> None:
    some(2)
    for asked in ("q=", "q=+", "q=&topic=&year=&language="):
        page = client.get(f"/reflections?{asked}")
        assert page.status_code == 200
        assert page.text.count("<article") == 2, asked


def test_what_is_not_known_is_said_kindly(client: FlaskClient) -> None:
    some(1, topics="housing")
    page = client.get("/reflections?topic=nothing&year=MMXXVI&language=de&programme=none").text
    assert "goes by the name of “nothing, none, MMXXVI and de”" in page
    assert "0 reflections" in page


def test_nobody_chooses_from_a_list_of_one(client: FlaskClient) -> None:
    some(2)
    assert "<select" not in client.get("/reflections").text
    some_year = client.get("/reflections?year=2026").text
    assert '<option value="2026" selected>' in some_year


def test_a_permalink_describes_itself_and_leads_on(client: FlaskClient) -> None:
    older, newer = some(2, topics="housing repairs", link="https://example.org/post")
    page = client.get(f"/reflections/{newer.slug}").text
    assert f'<link rel="canonical" href="http://127.0.0.1:8000/reflections/{newer.slug}">' in page
    assert '<meta name="description" content="Thought number 2.">' in page
    assert '<meta property="og:title" content="Thought number 2.">' in page
    assert '<a href="https://example.org/post" rel="nofollow ugc noopener">' in page
    assert older.text in page


def test_a_permalink_that_never_was_is_not_found(client: FlaskClient) -> None:
    assert client.get("/reflections/nothing").status_code == 404
    assert client.get("/topics/nothing").status_code == 404


@pytest.mark.parametrize("state", ["pending", "returned"])
def test_what_is_not_public_is_not_found(client: FlaskClient, state: str) -> None:
    waiting = some(1, state=state, topics="housing")[0]
    waiting.published_at = None
    assert client.get(f"/reflections/{waiting.slug}").status_code == 404
    assert client.get("/topics/housing").status_code == 404
    assert "housing" not in client.get("/reflections").text


@pytest.mark.one_engine
@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script> & more", '"><img src=x onerror=alert(1)>', "=HYPERLINK(1) {{ 7 * 7 }} %(name)s"],
)
def test_hostile_words_are_only_words(client: FlaskClient, text: str) -> None:
    talk = conversation(programme(), person("<b>Eve</b>", organisation="<i>x"), person("Ben Price"))
    reflection(talk.participations[0], text, slug="hostile", topics="<u>")
    for path in ("/", "/reflections", "/reflections/hostile", "/topics/u"):
        page = OWN_SCRIPTS.sub("", client.get(path).text)
        assert not any(tag in page for tag in ("<script", "<img", "<b>", "<i>", "<u>")), path
    assert "49" not in client.get("/reflections/hostile").text


def test_paragraphs_stay_apart(client: FlaskClient) -> None:
    some(1)[0].text = "One.\n\nTwo 🎉."
    db.session.commit()
    assert "<p>One.</p><p>Two 🎉.</p>" in client.get("/reflections/thought-number-1").text


def test_a_byline_forgets_who_has_left(client: FlaskClient) -> None:
    known = some(1)[0]
    assert "Ada Lovelace, Devon" in client.get("/reflections").text
    sign_in(client, known.person)
    assert post(client, "/me/leave").status_code == 303
    page = client.get("/reflections").text
    assert "Someone" in page
    assert "Devon" not in page


@pytest.mark.one_engine
@pytest.mark.parametrize(
    ("attribution", "line"),
    [("name", "Ada King, Devon"), ("first-name", "Ada, Devon"), ("organisation", "Someone at Devon"),
     ("anonymous", "Someone")],
)  # fmt: skip
def test_a_byline_says_what_its_writer_chose(app: Flask, attribution: str, line: str) -> None:
    ada = person("Ada King")
    assert byline(ada, attribution) == line


def test_a_long_word_has_a_headline_too(app: Flask) -> None:
    assert Reflection(text="x" * 200).headline == "x" * 80 + "…"
    assert Reflection(text="One two " * 30).headline.endswith("two…")


@pytest.mark.thorough
def test_more_reflections_ask_the_database_no_more_often(app: Flask, client: FlaskClient) -> None:
    def asked_for(path: str) -> int:
        with statements() as asked:
            client.get(path)
        return len(asked)

    paths = ("/reflections", "/topics/data", "/reflections.atom", "/")
    few = programme()
    some(2, few, topics="data open")
    for_few = [asked_for(path) for path in paths]
    ben = person("Cai")
    for number in range(15):
        talk = conversation(few, person(f"Dai {number}"), ben).participations[0]
        reflection(talk, f"Another {number}.", topics=f"data topic-{number}")
    assert [asked_for(path) for path in paths] == for_few
    assert 0 < min(for_few) <= max(for_few) <= 12


def test_a_visitor_who_has_the_page_is_not_sent_it_again(client: FlaskClient) -> None:
    some(1)
    for path in ("/", "/reflections", "/reflections/thought-number-1", "/reflections.json"):
        etag = client.get(path).headers["ETag"]
        again = client.get(path, headers={"If-None-Match": etag})
        assert (again.status_code, again.data) == (304, b""), path


def test_a_kept_page_is_forgotten_as_soon_as_anything_is_written(client: FlaskClient) -> None:
    written = some(1)[0]
    etag = client.get("/reflections").headers["ETag"]
    written.text = "Changed."
    db.session.commit()
    assert "Changed." in client.get("/reflections", headers={"If-None-Match": etag}).text


def test_a_kept_page_still_tells_the_time(client: FlaskClient, clock: object) -> None:
    some(1)
    assert "3 weeks ago" in client.get("/reflections").text
    clock.advance(days=40)
    assert "2 months ago" in client.get("/reflections").text


def test_languages_are_kept_apart(client: FlaskClient) -> None:
    some(1)
    english = client.get("/reflections", headers={"Accept-Language": "en"})
    welsh = client.get("/reflections", headers={"Accept-Language": "cy"})
    assert '<html lang="en">' in english.text
    assert '<html lang="cy">' in welsh.text
    assert {"Accept-Language", "Cookie"} <= set(welsh.headers["Vary"].split(", "))


def test_a_signed_in_person_gets_their_own_page_and_no_cache_keeps_it(client: FlaskClient) -> None:
    from cast import sign_in

    some(1)
    client.get("/reflections")
    sign_in(client, db.session.query(Reflection).one().person)
    page = client.get("/reflections")
    assert "Your page" in page.text
    assert page.headers["Cache-Control"] == "private, no-store"
    assert "ETag" not in page.headers
    client.delete_cookie("session")
    assert "Your page" not in client.get("/reflections").text


def test_the_cache_does_not_grow_without_end(app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_cache, "MOST_PAGES", 9)
    held = []
    for number in range(25):
        client.get(f"/privacy?{number}")
        held.append(len(app.extensions["page_cache"].pages))
    assert max(held) == 9


def test_a_topic_page_gathers_what_belongs_to_it(client: FlaskClient) -> None:
    some(2, topics="open-data")
    other = conversation(kept(programme("Other")), person("Cai"), person("Dai"), uid="2").participations[0]
    reflection(other, "Something else.", topics="housing")
    page = client.get("/topics/open-data").text
    assert "2 reflections" in page
    assert "Something else." not in page
    assert 'href="/topics/housing"' in page
