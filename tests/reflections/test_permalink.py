"""What stands at a permanent address besides the words: a picture, what machines read, and ways to pass it on."""

import io
import json
import re

import pytest
from cast import conversation, person, programme, reflection
from flask.testing import FlaskClient
from PIL import Image

from unmentor.db import transaction
from unmentor.reflections.actions import take_back, take_down
from unmentor.reflections.models import Reflection
from unmentor.reflections.permalink import posting
from unmentor.reflections.picture import COLUMN, FLOOR, HEIGHT, MARGIN, TOP, WIDTH, _has, picture

SITE = "http://127.0.0.1:8000"


def shared(text: str = "The tŷ is cold. Ask twice.", **given: str) -> Reflection:
    """Return something public."""
    ada = person("Ada Lovelace", organisation="Leeds City Council")
    return reflection(conversation(programme(), ada, person("Ben Price")).participations[0], text, **given)


def drawn(words: str, byline: str = "") -> Image.Image:
    """Return a picture in shades of grey."""
    image = Image.open(io.BytesIO(picture(words, byline)))
    assert (image.format, image.size) == ("PNG", (WIDTH, HEIGHT))
    return image.convert("L")


def written_on(image: Image.Image, *box: int, as_dark_as: int = 50) -> int:
    """Return how many points of a part of an image are as dark as words, which are darker than the shapes."""
    return sum(image.crop(box).histogram()[:as_dark_as])


def test_welsh_is_drawn_with_its_accents() -> None:
    assert all(map(_has, "ŵŷŴŶâêîôûẁẃẅỳÿéïö’“”–—…£€"))
    assert picture("tŷ dŵr", "") != picture("ty dwr", "")


@pytest.mark.parametrize(
    "words", ["Ask.", "W" * 500, "iiii " * 200, "See https://example.org/" + "a/" * 150, "‮gnirts", "a\nb", "ŵ" * 300]
)
def test_words_stay_within_the_picture_whatever_they_are(words: str) -> None:
    image = drawn(words, words)
    assert written_on(image, MARGIN, TOP, MARGIN + COLUMN, FLOOR + 30)
    # Nothing in the margins, nor between the words and whose they are, nor under the mark.
    for margin in ((0, 0, MARGIN - 6, HEIGHT), (0, 0, WIDTH, TOP - 6), (0, HEIGHT - 60, WIDTH, HEIGHT),
                   (WIDTH - MARGIN + 6, 0, WIDTH, HEIGHT), (MARGIN + COLUMN + 6, 0, WIDTH, 500)):  # fmt: skip
        assert not written_on(image, *margin), margin
    assert not written_on(image, MARGIN + COLUMN + 6, 500, MARGIN + COLUMN + 46, HEIGHT, as_dark_as=200)


@pytest.mark.parametrize("words", ["🏠🏠🏠", "房子很冷", "हिन्दी में लिखा", "\x00\x07", ""])
def test_words_without_letters_that_it_can_draw_leave_the_two_shapes(words: str) -> None:
    image = drawn(words)
    assert written_on(image, WIDTH // 2 - 300, 80, WIDTH // 2 + 300, 450, as_dark_as=80) > 10_000
    assert not written_on(image, 0, 0, WIDTH, 500)
    assert picture(words, "") == picture("", "")


def test_an_odd_character_does_not_take_the_words_around_it() -> None:
    assert picture("Ask 🏠 twice, always.", "") == picture("Ask twice, always.", "")


def test_it_is_small_enough_for_every_site() -> None:
    assert len(picture("Every word of this is different, or nearly. " * 9, "Siân Ŵyn, Cyngor Sir Ynys Môn")) < 60_000


def test_a_permalink_tells_machines_what_it_is(client: FlaskClient) -> None:
    there = shared(topics="data", link="https://example.org/post")
    page = client.get(f"/reflections/{there.slug}").text
    address = f"{SITE}/reflections/{there.slug}"
    for name, value in (("og:image", f"{address}.png"), ("og:image:width", WIDTH), ("og:image:height", HEIGHT),
                        ("og:url", address), ("og:locale", "en_GB"), ("article:tag", "data")):  # fmt: skip
        assert f'<meta property="{name}" content="{value}">' in page
    assert '<meta name="twitter:card" content="summary_large_image">' in page
    told = json.loads(re.search('<script type="application/ld.json">(.*?)</script>', page)[1])
    assert (told["@type"], told["articleBody"], told["inLanguage"]) == ("SocialMediaPosting", there.text, "en")
    assert told["author"]["name"] == "Ada Lovelace"
    assert told["author"]["affiliation"]["name"] == "Leeds City Council"
    assert (told["keywords"], told["sharedContent"]["url"]) == (["data"], "https://example.org/post")


def test_what_machines_are_told_breaks_out_of_nothing(client: FlaskClient) -> None:
    words = "</script><script>alert(1)</script><!-- \u2028 ]]> & “quoted” \"so\" 'so'"
    there = shared(words)
    page = client.get(f"/reflections/{there.slug}").text
    assert "<script>alert" not in page
    assert json.loads(re.search('<script type="application/ld.json">(.*?)</script>', page)[1])["articleBody"] == words


@pytest.mark.parametrize(
    ("attribution", "author"),
    [
        ("name", {"@type": "Person", "name": "Ada Lovelace"}),
        ("first-name", {"@type": "Person", "name": "Ada"}),
        ("organisation", {"@type": "Organization", "name": "Leeds City Council"}),
        ("anonymous", {"@type": "Person", "name": "Someone"}),
    ],
)
def test_machines_learn_no_more_of_whose_they_are_than_people(
    client: FlaskClient, attribution: str, author: dict[str, str]
) -> None:
    there = shared(attribution=attribution)
    with client.application.test_request_context():
        told = posting(there)["author"]
    assert {name: told[name] for name in author} == author
    assert ("affiliation" in told) == (attribution in {"name", "first-name"})


def test_the_picture_is_kept_and_goes_with_the_words(client: FlaskClient) -> None:
    there = shared()
    address = f"/reflections/{there.slug}.png"
    first = client.get(address)
    assert (first.status_code, first.mimetype) == (200, "image/png")
    assert first.data == picture(there.text, there.byline)
    again = client.get(f"{address}?v=2")
    assert (again.status_code, again.location) == (301, address)
    assert client.get(address, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    with transaction():
        take_down(there, "Please change it.", there.written_at)
    assert client.get(address, headers={"If-None-Match": first.headers["ETag"]}).status_code == 410
    assert client.get("/reflections/nothing.png").status_code == 404


def test_the_picture_is_gone_when_its_writer_takes_the_words_back(client: FlaskClient) -> None:
    there = shared()
    address = f"/reflections/{there.slug}.png"
    assert client.get(address).status_code == 200
    with transaction():
        take_back(there, there.written_at)
    assert client.get(address).status_code == 410


@pytest.mark.parametrize("state", ["pending", "returned"])
def test_what_was_never_public_has_no_picture(client: FlaskClient, state: str) -> None:
    there = shared(state=state, published_at=None)
    assert client.get(f"/reflections/{there.slug}.png").status_code == 404


def test_an_address_can_be_copied_where_scripts_run(client: FlaskClient) -> None:
    there = shared()
    page = client.get(f"/reflections/{there.slug}").text
    assert f'<span data-copy="{SITE}/reflections/{there.slug}" hidden><button' in page
    assert '<span role="status" data-done="Copied."' in page
    assert "/static/copy.js" in page
    assert "mailto:?subject=" in page
