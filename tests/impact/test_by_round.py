"""How it goes, round by round, as somebody would count it by hand."""

import re
from datetime import timedelta

import pytest
from cast import conversation, organiser, person, programme, reflection, sign_in, statements
from conftest import Clock
from flask import Flask
from flask.testing import FlaskClient

from unmentor.conversations.models import Conversation, Participation
from unmentor.db import db
from unmentor.impact.by_round import by_round
from unmentor.programmes.models import Programme
from unmentor.runtime import now

# What each of a round's people said: how it went, how much it challenged them, and what came of it.
SAID = [
    ("yes", 5, "idea"), ("yes", 4, "nothing"), ("yes", 3, "changed"), ("yes", None, None), ("yes", 1, "nothing"),
    ("yes", 4, "again"), (None, None, None), ("yes", 2, "together"), ("no", None, None), (None, None, None),
]  # fmt: skip
STATES = ("met", "met", "met", "met", "missed")


@pytest.fixture
def ours(app: Flask) -> Programme:
    return programme()


def a_round(ours: Programme) -> list[Participation]:
    """Return the parts of a round with five conversations, one of which did not happen, and one called off besides."""
    people = [person(f"P{number} {ours.name}") for number in range(12)]
    first = conversation(ours, *people[:2])
    talks = [first] + [
        Conversation(
            round=first.round, starts_at=first.starts_at, arranged_at=now(), minutes=30, room=str(pair),
            stamped_at=now(), uid=f"{pair}@{ours.slug}",
            participations=[Participation(person=each) for each in people[2 * pair : 2 * pair + 2]],
        )
        for pair in range(1, 6)
    ]  # fmt: skip
    db.session.add_all(talks)
    talks[5].state = "cancelled"
    parts = []
    for talk, state in zip(talks[:5], STATES, strict=True):
        talk.state = state
        parts += talk.participations
    for part, (met, challenged, came) in zip(parts, SAID, strict=True):
        part.met, part.challenged, part.came = met, challenged, came
        part.answered_at = now() if met else None
    db.session.commit()
    return parts


def test_every_step_from_the_invitation_on_is_what_a_count_by_hand_says(ours: Programme) -> None:
    parts = a_round(ours)
    reflection(parts[0], "Public.")
    reflection(parts[1], "Not yet.", state="pending")
    (figures,) = by_round(ours, 10)
    assert (figures.people, figures.people_met, figures.people_missed) == (10, 8, 2)
    assert (figures.answered, figures.rated, figures.challenged) == (8, 6, 3)
    assert (figures.told, figures.came, figures.wrote) == (6, 4, 1)


def test_organisers_read_them_with_what_each_is_a_share_of(ours: Programme, client: FlaskClient, clock: Clock) -> None:
    parts = a_round(ours)
    sign_in(client, organiser(ours))
    clock.moment = parts[0].conversation.ends_at + timedelta(days=60)
    page = client.get("/organise/unmentoring/rounds").text
    assert "who opened an invitation: we do not track that" in page
    cells = dict(re.findall(r'<td data-label="([^"]+)">([^<]+)</td>', page))
    assert (cells["Invited"], cells["Talked"], cells["Answered"]) == ("10", "8", "8")
    assert (cells["Challenged"], cells["Something came"], cells["Wrote"]) == ("3 of 6", "4 of 6", "0")
    parts[0].came = parts[1].came = None
    db.session.commit()
    assert '<td data-label="Something came">–</td>' in client.get("/organise/unmentoring/rounds").text


def test_many_rounds_ask_the_database_no_more_than_one(ours: Programme, client: FlaskClient) -> None:
    a_round(ours)
    sign_in(client, organiser(ours))
    client.get("/organise/unmentoring/rounds")
    with statements() as few:
        client.get("/organise/unmentoring/rounds")
    for name in ("Cai", "Dai", "Efa"):
        reflection(
            conversation(ours, person(name), person(f"{name} 2"), state="met").participations[0], f"{name} wrote."
        )
    with statements() as many:
        client.get("/organise/unmentoring/rounds")
    assert len(many) == len(few)
