"""The half hour: questions that nobody had while others are left, a shape in plain times, and notes of one's own."""

import re
from datetime import timedelta
from itertools import pairwise
from random import Random

import pytest
from cast import conversation, person, post, programme, sign_in
from conftest import Clock
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from unmentor.conversations.calendar_entry import key
from unmentor.conversations.half_hour import steps
from unmentor.conversations.models import Conversation
from unmentor.conversations.prompts import DEPTHS, EACH, choose, prompts, with_these
from unmentor.db import db
from unmentor.privacy.leave import leave
from unmentor.privacy.retention import forget

DAY = timedelta(days=1)
SECRET = "Ben knows how to ask without asking."


@pytest.fixture
def talk(app: Flask) -> Conversation:
    return conversation(programme(), person("Ada"), person("Ben"))


def page(talk: Conversation, who: int = 0) -> str:
    return f"/c/{key(talk.participations[who])}"


def test_there_are_as_many_questions_of_each_depth_and_none_twice() -> None:
    assert [len(depth) for depth in DEPTHS] == [EACH] * 3
    assert len({str(each) for depth in DEPTHS for each in depth}) == 3 * EACH


@given(st.lists(st.sets(st.integers(0, 5), min_size=2, max_size=3), max_size=40))
def test_nobody_has_a_question_again_while_one_is_left_that_all_of_them_could_have(groups: list[set[int]]) -> None:
    seen: dict[int, list[set[int]]] = {who: [set() for _depth in DEPTHS] for who in range(6)}
    had = dict.fromkeys(seen, 0)
    for group in groups:
        chosen = choose(had[who] for who in group)
        for depth, place in enumerate(chosen):
            for who in group:
                if len(seen[who][depth]) == EACH:
                    seen[who][depth] = set()
            known = set.union(*(seen[who][depth] for who in group))
            assert place not in known or len(known) == EACH
            for who in group:
                seen[who][depth].add(place)
        for who in group:
            had[who] = with_these(had[who], chosen)


@pytest.mark.parametrize("seed", range(4))
def test_nobody_has_a_question_twice_in_eight_rounds_in_which_all_take_part(seed: int) -> None:
    chance, had, told = Random(seed), [0] * 40, [list[tuple[int, ...]]() for _person in range(40)]
    for _round in range(EACH):
        line = chance.sample(range(40), 40)
        for pair in zip(line[::2], line[1::2], strict=True):
            chosen = choose(had[who] for who in pair)
            for who in pair:
                had[who] = with_these(had[who], chosen)
                told[who].append(tuple(chosen))
    assert all(len(set(depth)) == EACH for each in told for depth in zip(*each, strict=True))


def test_whoever_is_alone_with_them_meets_all_questions_before_one_comes_again() -> None:
    had, told = 0, []
    for _time in range(EACH):
        chosen = choose([had])
        told.append(tuple(chosen))
        had = with_these(had, chosen)
    assert all(len(set(depth)) == EACH for depth in zip(*told, strict=True))


def test_an_old_conversation_has_the_same_three_each_time(app: Flask) -> None:
    old = Conversation(id=13, prompts=[])
    assert prompts(old) == prompts(old)
    assert len(prompts(old)) == 3


@pytest.mark.parametrize(
    ("minutes", "people", "ends"), [(30, 2, [5, 15, 25, 30]), (45, 2, [8, 22, 38, 45]), (30, 3, [5, 12, 18, 25, 30])]
)
def test_the_time_has_a_shape_and_who_starts_asks_first(app: Flask, minutes: int, people: int, ends: list[int]) -> None:
    talk = conversation(programme(), *(person(f"P{number}") for number in range(people)), minutes=minutes)
    found = steps(talk)
    assert [(each.ends_at - talk.starts_at) // timedelta(minutes=1) for each in found] == ends
    assert found[0].starts_at == talk.starts_at
    assert all(one.ends_at == other.starts_at for one, other in pairwise(found))
    thinkers = [each.thinks.name for each in found if each.thinks]
    assert len(set(thinkers)) == people
    assert thinkers[-1] == next(part.person.name for part in talk.participations if part.starts)


def test_the_shape_is_there_on_the_day_and_says_where_they_are_in_it(
    talk: Conversation, client: FlaskClient, clock: Clock
) -> None:
    clock.moment = talk.starts_at - DAY
    assert "if you like a shape" not in client.get(page(talk)).text
    clock.moment = talk.starts_at - timedelta(hours=1)
    seen = client.get(page(talk)).text
    assert "if you like a shape" in seen
    assert "aria-current" not in seen
    clock.moment = talk.starts_at + timedelta(minutes=7)
    now = client.get(page(talk)).text.partition('aria-current="step"')[2]
    assert "Ben thinks aloud" in now.partition("</dd>")[0]
    clock.moment = talk.ends_at
    assert "if you like a shape" not in client.get(page(talk)).text


def test_notes_are_on_the_page_of_who_wrote_them_and_begin_what_they_share(
    talk: Conversation, client: FlaskClient, clock: Clock
) -> None:
    clock.moment = talk.starts_at
    assert post(client, page(talk) + "/notes", notes=f"  {SECRET}\r\nAnd rivers. ").status_code == 303
    assert f"{SECRET}\nAnd rivers.</textarea>" in client.get(page(talk)).text
    clock.moment = talk.ends_at
    post(client, page(talk) + "/outcome", met="yes")
    assert SECRET in client.get(page(talk) + "/reflection").text
    post(client, page(talk) + "/notes", notes="")
    assert talk.participations[0].notes is None


def test_once_it_is_over_how_it_was_comes_first_and_no_notes_are_asked_of_what_did_not_happen(
    talk: Conversation, client: FlaskClient, clock: Clock
) -> None:
    clock.moment = talk.ends_at
    assert re.findall("How was it|Your notes", client.get(page(talk)).text) == ["How was it", "Your notes"]
    post(client, page(talk) + "/outcome", met="no")
    assert "Your notes" not in client.get(page(talk)).text
    post(client, page(talk) + "/notes", notes=SECRET)
    assert SECRET in client.get(page(talk)).text


def test_what_is_too_long_is_refused_and_not_lost(talk: Conversation, client: FlaskClient, clock: Clock) -> None:
    clock.moment = talk.starts_at
    refused = post(client, page(talk) + "/notes", notes="x" * 4_001)
    assert refused.status_code == 422
    assert "x" * 4_001 in refused.text
    assert talk.participations[0].notes is None


def test_notes_go_after_thirty_days_and_with_their_writer(
    talk: Conversation, client: FlaskClient, clock: Clock
) -> None:
    clock.moment = talk.ends_at
    for who in (0, 1):
        post(client, page(talk, who) + "/notes", notes=SECRET)
    leave(talk.people[1], 1, clock())
    assert [bool(part.notes) for part in talk.participations] == [True, False]
    clock.advance(days=30)
    forget(clock())
    db.session.commit()
    assert talk.participations[0].notes
    clock.advance(seconds=1)
    forget(clock())
    db.session.commit()
    assert talk.participations[0].notes is None


def test_an_old_key_writes_no_notes(talk: Conversation, client: FlaskClient, clock: Clock) -> None:
    clock.moment = talk.ends_at + 60 * DAY
    assert post(client, page(talk) + "/notes", notes=SECRET).status_code == 410
    sign_in(client, talk.people[0])
    assert post(client, page(talk) + "/notes", notes=SECRET).status_code == 303
