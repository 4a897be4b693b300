"""Whatever a stranger sends is bounded before anything looks at it."""

import unicodedata
from collections.abc import Callable

import pytest
from cast import conversation, person, post, programme
from flask import Flask
from flask.testing import FlaskClient

from unmentor import forms
from unmentor.conversations.mails import key
from unmentor.reflections import forms as reflections

# NFC sorts a run of marks by their class, and these two classes are in the wrong order: the slowest text there is.
MARKS = "\u0300" * 80_000 + "\u0316" * 80_000


class Watched:
    """unicodedata, counting what is put in order."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.longest, self.run = 0, 0
        monkeypatch.setattr(forms.unicodedata, "normalize", self.normalize)

    def normalize(self, form: str, text: str) -> str:
        run = 0
        for char in text:
            run = run + 1 if unicodedata.combining(char) else 0
            self.run = max(self.run, run)
        self.longest = max(self.longest, len(text))
        return text


@pytest.mark.parametrize("clean", [forms.clean_line, forms.clean_text])
def test_no_text_makes_cleaning_slow(monkeypatch: pytest.MonkeyPatch, clean: Callable[[str], str]) -> None:
    seen = Watched(monkeypatch)
    clean(MARKS)
    clean(f"e{MARKS}" * 3)
    clean("e\u0301" * 80_000)
    assert seen.run <= 30
    assert 0 < seen.longest <= forms.MOST_TYPED


@pytest.mark.parametrize("text", ["e" + "\u0301" * 3, "Tŷ", "ệ", "நிலை", "🏴󠁧󠁢󠁷󠁬󠁳󠁿", "क्षत्रिय"])
def test_marks_that_languages_stack_are_kept(text: str) -> None:
    assert forms._composed(unicodedata.normalize("NFD", text)) == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize("path", ["/sign-in", "/join"])
def test_a_stranger_cannot_keep_a_page_busy(client: FlaskClient, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    programme()
    seen = Watched(monkeypatch)
    client.post(path, data={"email": MARKS[79_000:91_000], "name": "e" + MARKS[79_000:91_000]})
    client.get("/reflections", query_string={"q": MARKS[70_000:90_000]})
    assert 0 < seen.run <= 30


def test_a_form_that_is_too_long_is_not_read(client: FlaskClient) -> None:
    programme()
    for content_type in ("application/x-www-form-urlencoded", "multipart/form-data", "application/json"):
        page = client.post("/sign-in", data=b"x" * 65_537, content_type=content_type)
        assert page.status_code == 413, content_type
        assert "That was too much for one form" in page.text


def test_a_form_of_too_many_parts_is_not_read(client: FlaskClient) -> None:
    parts = {f"part-{number}": "x" for number in range(101)}
    page = client.post("/sign-in", data=parts, content_type="multipart/form-data")
    assert page.status_code == 413


def test_a_thousand_topics_are_refused_before_each_is_looked_at(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk = conversation(programme(), person(), person("Ben Price"))
    looked = []
    monkeypatch.setattr(reflections, "slugify", lambda name, **_: looked.append(name) or name)
    words = {"text": "Ask what they would miss.", "topics": ",".join(f"t{number}" for number in range(1000))}
    page = post(client, f"/c/{key(talk.participations[0])}/reflection", attribution="name", **words)
    assert page.status_code == 422
    assert len(looked) < 400


def test_a_field_that_is_too_long_is_looked_at_no_further(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    from unmentor.people import address

    def never(_text: str) -> str:
        raise AssertionError("looked at")

    monkeypatch.setattr(address, "standard", never)
    programme()
    assert "Shorten this to 254" in post(app.test_client(), "/sign-in", email="x" * 9_000 + "@example.gov.uk").text
