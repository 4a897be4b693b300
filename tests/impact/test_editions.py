"""What everybody may know, once a month: equal to a count by hand, and never changed afterwards."""

import csv
import io
import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cast import new_person, organiser, programme, reflection
from conftest import Clock
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from unmentor.conversations.models import Conversation, Participation
from unmentor.db import db, transaction
from unmentor.impact.compared import may_be_added
from unmentor.impact.editions import Edition, latest, make_edition
from unmentor.impact.public import challenged, document
from unmentor.organise.actions import start_empty
from unmentor.people.models import Person
from unmentor.programmes.models import Programme
from unmentor.rounds.models import Round

NOVEMBER, DECEMBER = (datetime(2026, month, 1, tzinfo=UTC) for month in (11, 12))
DAY = timedelta(days=1)
Said = tuple[str, str, tuple[int | None, int | None]]
# Seventeen pairs, 34 people: 28 talked and 6 did not, which all of those said; 6 who talked said nothing. Of the 22 who
# said how much, 11 said 4 or 5: 6 of 12 with another organisation, 5 of 10 with the same.
PAIRS: list[Said] = [
    *[("another", "met", (4, 2))] * 6, *[("same", "met", (3, 5))] * 5, *[("another", "missed", (None, None))] * 3,
    *[("another", "met", (None, None))] * 3,
]  # fmt: skip
FEW: list[Said] = [("another", "met", (5, 1)), ("another", "met", (None, None))]


@pytest.fixture
def ours(app: Flask) -> Programme:
    return programme()


def a_round(ours: Programme, closed: datetime, pairs: list[Said] = PAIRS) -> list[Participation]:
    """Return the parts in a round that closed at a moment; whoever has the same place in another is the same person."""
    number = db.session.query(Round).filter_by(programme=ours).count() + 1
    homes = [home for where, *_rest in pairs for home in ("Devon", "Devon" if where == "same" else "Leeds")]
    known = {each.name: each for each in db.session.scalars(select(Person))}
    names = [(f"P{place} {home}", home) for place, home in enumerate(homes)]
    people = [known.get(name) or new_person(name, organisation=home) for name, home in names]
    drawn = Round(
        programme=ours, number=number, state="closed", drawn_at=closed - 21 * DAY, sent_at=closed - 20 * DAY,
        closed_at=closed, seed=number, algorithm="test", digest="", inputs={}, certificate={}, plan=None, proved=True,
        learned={"marks": {}, "met": {}},
    )  # fmt: skip
    parts = []
    for place, (_where, state, said) in enumerate(pairs):
        talk = Conversation(
            round=drawn, state=state, starts_at=closed - 15 * DAY, arranged_at=closed, minutes=30,
            room=f"{number} {place}", uid=f"{ours.slug} {number} {place}", stamped_at=closed,
        )  # fmt: skip
        for rating in said:
            silent = rating is None and state == "met"
            part = Participation(person=people[len(parts)], challenged=rating)
            part.answered_at = None if silent else closed
            talk.participations.append(part)
            parts.append(part)
        db.session.add(talk)
    db.session.commit()
    return parts


def edition_of(moment: datetime) -> dict[str, Any]:
    assert make_edition(moment + timedelta(hours=3))
    db.session.commit()
    return document()


def test_the_figures_are_what_a_count_by_hand_says(ours: Programme) -> None:
    parts = a_round(ours, NOVEMBER - 100 * DAY)
    for part in parts[:6]:
        reflection(part, f"Part {part.id}.")
    for number, part in enumerate(parts[:13]):
        part.came = "nothing" if number < 7 else "idea"
    told = edition_of(NOVEMBER)
    assert told["edition"] == "2026-11"
    (row,), (later,) = told["rounds"], told["later"]
    names = ("invited", "met", "answered", "rated", "challenged", "wrote")
    assert [row[name] for name in names] == [34, 28, 28, 22, 11, 6]
    assert [later[name] for name in ("invited", "told", "came")] == [34, 13, 6]
    assert {name: (share["said"], share["of"]) for name, share in told["total"].items()} == {
        "met": (28, 34), "answered": (28, 34), "challenged": (11, 22), "wrote": (6, 34), "came": (6, 13),
    }  # fmt: skip
    arms = told["compared"]["organisation"]["arms"]
    assert [(arms[arm]["said"], arms[arm]["of"]) for arm in ("another", "same")] == [(6, 12), (5, 10)]
    assert told["compared"]["organisation"]["difference"]["by"] == 0
    assert told["reach"] == {"rounds": 1, "people": 34, "organisations": 2}
    # Everybody's first: there is nothing to hold it against.
    assert "order" not in told["compared"]


def test_the_first_conversation_is_held_against_later_ones(ours: Programme) -> None:
    a_round(ours, NOVEMBER - 40 * DAY)
    a_round(ours, NOVEMBER - 20 * DAY)
    arms = edition_of(NOVEMBER)["compared"]["order"]["arms"]
    assert [(arms[arm]["said"], arms[arm]["of"]) for arm in ("first", "later")] == [(11, 22), (11, 22)]


def test_what_is_in_an_edition_never_changes(ours: Programme, client: FlaskClient, clock: Clock) -> None:
    parts = a_round(ours, NOVEMBER - 5 * DAY)
    told = edition_of(NOVEMBER)
    page = client.get("/impact").text
    for part in parts:
        part.challenged, part.answered_at = 5, NOVEMBER
    db.session.commit()
    assert not make_edition(NOVEMBER + 20 * DAY)
    assert client.get("/impact").text == page
    assert edition_of(DECEMBER)["rounds"] == told["rounds"]


def test_a_round_is_counted_in_the_month_after_it_is_over(ours: Programme) -> None:
    a_round(ours, NOVEMBER + timedelta(hours=1))
    assert edition_of(NOVEMBER)["rounds"] == []
    assert [row["first"] for row in edition_of(DECEMBER)["rounds"]] == [1]


def test_small_rounds_are_counted_together_with_the_next(ours: Programme) -> None:
    a_round(ours, NOVEMBER - 40 * DAY, FEW)
    assert edition_of(NOVEMBER)["rounds"] == []
    assert challenged() is None
    a_round(ours, NOVEMBER + 10 * DAY)
    (row,) = edition_of(DECEMBER)["rounds"]
    assert (row["first"], row["last"], row["invited"], row["challenged"], row["rated"]) == (1, 2, 38, 12, 24)


def test_what_is_too_few_in_a_row_is_in_the_total_with_more_like_it(ours: Programme) -> None:
    for number in range(3):
        parts = a_round(ours, NOVEMBER - (20 - number) * DAY)
        for part in parts[:2]:
            reflection(part, f"Part {part.id}.")
    told = edition_of(NOVEMBER)
    assert [row.get("wrote") for row in told["rounds"]] == [None] * 3
    assert (told["total"]["wrote"]["said"], told["total"]["wrote"]["of"]) == (6, 102)
    # One more waits until there are enough to be counted with.
    parts = a_round(ours, NOVEMBER + 5 * DAY)
    reflection(parts[0], "One more.")
    assert edition_of(DECEMBER)["total"]["wrote"] == told["total"]["wrote"]


def test_what_came_of_it_is_counted_once_we_have_asked_for_the_last_time(ours: Programme) -> None:
    for part in (parts := a_round(ours, NOVEMBER - 90 * DAY))[:12]:
        part.came = "idea" if part in parts[:6] else "nothing"
    assert edition_of(NOVEMBER)["later"] == []
    assert [row["came"] for row in edition_of(DECEMBER)["later"]] == [6]


@pytest.mark.parametrize(
    ("arms", "enough"),
    [
        ({"another": [9, 20], "same": [5, 10], "unknown": [0, 0]}, True),
        ({"another": [9, 20], "same": [5, 10], "unknown": [0, 8]}, True),
        ({"another": [9, 20], "same": [5, 9], "unknown": [0, 0]}, False),
        ({"another": [9, 20], "same": [0, 0], "unknown": [0, 0]}, False),
        # Taken from all, both would leave what one or two said.
        ({"another": [9, 20], "same": [5, 10], "unknown": [1, 8]}, False),
        ({"another": [9, 20], "same": [5, 10], "unknown": [6, 8]}, False),
    ],
)
def test_arms_are_added_where_none_nor_what_is_left_beside_them_is_small(
    arms: dict[str, list[int]], enough: bool
) -> None:
    assert may_be_added(arms) is enough


def test_two_kinds_of_conversations_grow_only_by_enough(ours: Programme) -> None:
    a_round(ours, NOVEMBER - 5 * DAY)
    before = edition_of(NOVEMBER)["compared"]
    # Enough for a row of its own, and too few with the same organisation.
    a_round(ours, NOVEMBER + 5 * DAY, [("another", "met", (4, 2))] * 6 + [("same", "met", (4, 2))])
    told = edition_of(DECEMBER)
    assert [row["challenged"] for row in told["rounds"]] == [11, 7]
    assert told["compared"]["organisation"] == before["organisation"]
    a_round(ours, DECEMBER + 5 * DAY, [("another", "met", (4, 2))] * 5 + [("same", "met", (4, 2))] * 5)
    arms = edition_of(datetime(2027, 1, 1, tzinfo=UTC))["compared"]["organisation"]["arms"]
    assert [(arms[arm]["said"], arms[arm]["of"]) for arm in ("another", "same")] == [(17, 34), (11, 22)]


def test_of_many_workers_one_makes_the_edition(ours: Programme, app: Flask) -> None:
    a_round(ours, NOVEMBER - 5 * DAY)

    def make(_worker: int) -> bool:
        with app.app_context(), transaction():
            return make_edition(NOVEMBER)

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(make, range(4))).count(True) == 1
    assert db.session.query(Edition).count() == 1


def test_page_table_and_json_say_the_same(ours: Programme, client: FlaskClient) -> None:
    assert "No figures yet." in client.get("/impact").text
    assert json.loads(client.get("/impact.json").text)["edition"] is None
    assert client.get("/impact.csv").text.count("\n") == 1
    # All but four answered, which nobody is to know.
    a_round(ours, NOVEMBER - 5 * DAY, PAIRS[:14] + PAIRS[-2:])
    told = edition_of(NOVEMBER)
    page = client.get("/impact").text
    assert "Edition of November 2026." in page
    assert "11 of 22" in page
    assert "31% to 69%" in page
    assert "answered" not in told["rounds"][0]
    assert (
        'data-label="Answered"><span aria-hidden="true">–</span><span class="visually-hidden">too few to show' in page
    )
    assert json.loads(client.get("/impact.json").text) == told
    (row,) = csv.DictReader(io.StringIO(client.get("/impact.csv").text))
    assert (row["programme"], row["challenged"], row["rated"], row["answered"]) == ("unmentoring", "11", "22", "")
    home = client.get("/").text
    assert "<b>50%</b><span>of 22 answers" in home
    assert "between 31% and 69%" in home


def test_a_community_that_is_gone_is_in_no_edition(ours: Programme, client: FlaskClient, clock: Clock) -> None:
    a_round(ours, NOVEMBER - 5 * DAY)
    edition_of(NOVEMBER)
    start_empty(ours, organiser(ours), "Europe/London", clock())
    assert latest() is None


def test_page_and_json_say_what_a_count_by_hand_says(ours: Programme, client: FlaskClient) -> None:
    for part in (parts := a_round(ours, NOVEMBER - 120 * DAY))[:13]:
        part.came = "nothing" if part in parts[:7] else "idea"
    for part in parts[:6]:
        reflection(part, f"Part {part.id}.", topics="bins")
    assert make_edition(NOVEMBER)
    db.session.commit()
    text, told = client.get("/impact").text, json.loads(client.get("/impact.json").text)
    page = _rows(text)
    assert "who opened an invitation: we do not track that" in text
    # Of each: by hand, its share in percent, and the ends of its interval by a table or a calculator of Wilson's.
    assert ["Talked", "28 of 34 of those invited", "66% to 92%"] in page
    assert ["Said how it went", "28 of 34 of those invited", "66% to 92%"] in page
    assert ["Were challenged", "11 of 22 of those who said how much", "31% to 69%"] in page
    assert ["Wrote what they learned, in public", "6 of 34 of those invited", "8% to 34%"] in page
    assert ["Something came of it", "6 of 13 of those who told us, 30 or 90 days later", "23% to 71%"] in page
    assert ["Another organisation", "6 of 12 of those who said how much", "25% to 75%"] in page
    assert ["The same organisation", "5 of 10 of those who said how much", "24% to 76%"] in page
    # 34 invited, 28 talked in 14 pairs, and all of them are from one of two places that are linked.
    assert ["Round 1", "34", "28", "28", "11 of 22", "6"] in page
    assert ["Round 1", "34", "6 of 13"] in page
    assert ["July 2026", "15", "30", "under 5", "under 5", "– too few to show"] in page
    assert told["network"] == [{"month": "2026-07", "pairs": 15, "people": 30, "largest": 0, "organisations": 0}]
    assert [round(told["total"]["came"][name], 3) for name in ("share", "low", "high")] == [0.462, 0.232, 0.709]
    assert told["compared"]["organisation"]["difference"] == {"by": 0.0, "low": -0.3606, "high": 0.3606}


def test_the_csv_says_row_by_row_what_a_count_by_hand_says(ours: Programme, client: FlaskClient) -> None:
    long_ago, lately = a_round(ours, NOVEMBER - 120 * DAY), a_round(ours, NOVEMBER - 5 * DAY, PAIRS[:14] + PAIRS[-2:])
    for part in long_ago[:13]:
        part.came = "nothing" if part in long_ago[:7] else "idea"
    for part in (*long_ago[:6], *lately[:3]):
        reflection(part, f"Part {part.id}.")
    assert make_edition(NOVEMBER)
    db.session.commit()
    named, *rows = csv.reader(io.StringIO(client.get("/impact.csv").text))
    assert named[:5] == ["programme", "first_round", "last_round", "drawn_from", "drawn_to"]
    assert named[5:] == ["invited", "met", "answered", "rated", "challenged", "wrote", "told", "came"]
    # Of the sixteen pairs of the second round 26 people talked; four did not answer and three wrote: too few to show.
    assert [" ".join(cell or "-" for cell in row) for row in rows] == [
        "unmentoring 1 1 2026-06-13 2026-06-13 34 28 28 22 11 6 - -",
        "unmentoring 2 2 2026-10-06 2026-10-06 32 26 - 22 11 - - -",
        "unmentoring 1 1 2026-06-13 2026-06-13 34 - - - - - 13 6",
    ]


def test_what_people_talk_about_is_counted_as_it_is_public(ours: Programme, client: FlaskClient) -> None:
    parts = a_round(ours, NOVEMBER - 5 * DAY)
    make_edition(NOVEMBER)
    one, other = (reflection(part, f"Part {part.id}.", topics="bins") for part in parts[:2])
    assert re.search(r'<a href="/topics/bins">bins \(2\)</a>', client.get("/impact").text)
    one.state = "withdrawn"
    db.session.commit()
    assert ">bins (1)</a>" in client.get("/impact").text
    other.state = "pending"
    db.session.commit()
    assert "bins" not in client.get("/impact").text


def _rows(page: str) -> list[list[str]]:
    """Return the cells of each row of the tables."""
    rows = re.findall(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', page, re.DOTALL)
    cells = [[name, *re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)] for name, row in rows]
    return [[" ".join(re.sub("<[^>]+>", " ", cell).split()) for cell in row] for row in cells]
