"""From one reflection to those beside it, and on to somebody else by email."""

import re
from datetime import timedelta
from urllib.parse import parse_qs

from cast import START, conversation, person, programme, reflection
from flask.testing import FlaskClient
from markupsafe import Markup

from unmentor.db import transaction
from unmentor.reflections.actions import take_back


def test_each_leads_to_the_newer_and_the_older_that_are_public(client: FlaskClient) -> None:
    parts = conversation(programme(), *map(person, ("Ada", "Ben", "Cai", "Dai"))).participations
    # The second and third became public at one moment.
    minutes = (0, 1, 1, 2)
    every = [
        reflection(part, f"Thought {n}", slug=f"t{n}", published_at=START + timedelta(minutes=minutes[n]))
        for n, part in enumerate(parts)
    ]

    def beside(slug: str) -> list[tuple[str, str]]:
        return re.findall(r'href="/reflections/(\w+)" rel="(\w+)"', client.get(f"/reflections/{slug}").text)

    assert [beside(f"t{n}") for n in range(4)] == [
        [("t1", "prev")],
        [("t2", "prev"), ("t0", "next")],
        [("t3", "prev"), ("t1", "next")],
        [("t2", "next")],
    ]
    with transaction():
        take_back(every[1], START)
    assert (beside("t0"), beside("t2")) == ([("t2", "prev")], [("t3", "prev"), ("t0", "next")])


def test_an_email_about_it_has_its_first_words_and_address(client: FlaskClient) -> None:
    part = conversation(programme(), person("Ada"), person("Ben")).participations[0]
    reflection(part, 'Tŷ & "ask"?cc=eve@example.com', slug="ty")
    address = re.search(r'href="mailto:\?([^"]+)"', client.get("/reflections/ty").text)[1]
    told = parse_qs(Markup(address).unescape())
    assert told.keys() == {"subject", "body"}
    assert told["subject"] == ['Tŷ & "ask"?cc=eve@example.com']
    assert told["body"][0].endswith("/reflections/ty")
