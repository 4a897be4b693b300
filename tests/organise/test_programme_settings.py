"""Settings are typed, looked at, then saved; two organisers at once lose nothing."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date, time
from html import unescape
from threading import Barrier
from typing import Any

import pytest
from cast import member, organiser, person, post, programme, sign_in
from conftest import Clock
from flask import Flask
from flask.testing import FlaskClient

from unmentor.audit.models import AuditEvent
from unmentor.db import db
from unmentor.organise.settings_sections import SECTIONS
from unmentor.programmes.models import Programme
from unmentor.programmes.rules import RULES
from unmentor.rounds.models import Round
from unmentor.rounds.schedule import run_due

SETTINGS = "/organise/unmentoring/settings"


@pytest.fixture
def ours(app: Flask, clock: Clock) -> Programme:
    """Return a programme of two that draws on Mondays at nine."""
    ours = programme(every="weekly", starts_on=date(2026, 12, 1), review="send")
    for name in ("Ada", "Ben"):
        member(person(name), ours)
    clock.set(2026, 12, 7, 8)
    return ours


@pytest.fixture
def olu(ours: Programme, client: FlaskClient) -> FlaskClient:
    """Return the browser of its organiser."""
    sign_in(client, organiser(ours))
    return client


def fields(page: str) -> dict[str, str]:
    """Return what a browser would send of the last form on a page."""
    form = page[page.rindex('<form method="post"') :]
    found = dict[str, str]()
    for tag in re.findall(r"<input[^>]*>", form):
        known = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if known.get("type") != "radio" or "checked" in tag:
            found[known["name"]] = unescape(known.get("value", ""))
    for name, options in re.findall(r'<select[^>]*name="(\w+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        found[name] = re.search(r'<option selected value="([^"]*)"', options)[1]
    for name, text in re.findall(r'<textarea[^>]*name="(\w+)"[^>]*>(.*?)</textarea>', form, re.DOTALL):
        found[name] = unescape(text).removeprefix("\r\n")
    return found


def look(client: FlaskClient, opened: dict[str, str], **typed: str) -> Any:
    """Type something on the page as it was opened, and go on to what changes."""
    return post(client, SETTINGS, **{k: v for k, v in (opened | typed).items() if k != "csrf_token"})


def save(client: FlaskClient, looked: str) -> Any:
    """Save what a page shows."""
    return look(client, fields(looked))


def test_every_rule_but_the_time_zone_is_on_the_page(olu: FlaskClient) -> None:
    assert set(RULES) - set(fields(olu.get(SETTINGS).text)) == {"time_zone"}


def unfolded(page: str) -> list[str]:
    """Return the ids of the sections of a page that are open."""
    return re.findall(r'<details class="card" id="(\w+)" open>', page)


def test_each_rule_is_in_one_section_which_opens_where_asked(olu: FlaskClient) -> None:
    rules = [name for section in SECTIONS for name in section.rules]
    assert sorted(rules) == sorted(set(RULES) - {"time_zone"})
    assert unfolded(olu.get(SETTINGS).text) == []
    assert unfolded(olu.get(SETTINGS, query_string={"open": "talks"}).text) == ["talks"]
    assert unfolded(olu.get(SETTINGS, query_string={"open": "all"}).text) == [section.key for section in SECTIONS]


def test_a_section_says_what_it_holds_and_opens_on_what_is_wrong_or_not_saved_yet(
    olu: FlaskClient, ours: Programme
) -> None:
    page = unescape(olu.get(SETTINGS).text)
    for says in ("It draws every Monday at 9am. Every round is sent by itself.", "Anybody may join, whatever their",
                 "The first conversations are 3 days after the draw, and all within 14 days."):  # fmt: skip
        assert says in page
    opened = fields(page)
    assert unfolded(look(olu, opened, minutes="5", about="Half an hour.").text) == ["what", "talks"]
    again = look(olu, fields(look(olu, opened, odd="sit-out").text), edit="yes")
    assert unfolded(again.text) == ["pairs"]


def test_settings_are_looked_at_before_they_are_saved(olu: FlaskClient, ours: Programme) -> None:
    opened = fields(olu.get(SETTINGS).text)
    looked = look(
        olu, opened, every="monthly", nth="-1", weekday="2", lead_days="3", window_days="5", nation="scotland",
        notice="3", word="Bring a question & <b>tea</b>.",
    )  # fmt: skip
    assert looked.status_code == 200
    page = unescape(looked.text)
    for said in (
        "Rounds are drawn the last Wednesday of each month at 9am. So far it was every Monday at 9am.",
        "The next draw is on Wednesday 30 December, 9am, and not on Monday 7 December, 9am.",
        "People hear 3 days before each draw that they are in it.",
        "Nobody is asked to talk on a bank holiday of Scotland.",
        "The invitations of the next round carry your words. They go with that round only.",
        "Saturday 2 January 2027 to Wednesday 6 January 2027",
        "2nd January, Monday 4 January 2027",
    ):
        assert said in page
    assert looked.text.count("<time") == 6
    db.session.refresh(ours)
    assert (ours.every, ours.word) == ("weekly", "")
    saved = save(olu, looked.text)
    assert saved.status_code == 303
    assert "Saved. The next draw is on Wednesday 30 December, 9am." in olu.get(SETTINGS).text
    db.session.refresh(ours)
    assert (ours.every, ours.nation, ours.word) == ("monthly", "scotland", "Bring a question & <b>tea</b>.")
    event = db.session.query(AuditEvent).one()
    assert (event.deed, event.by_id is not None, event.programme_id) == ("programme-changed", True, ours.id)
    assert "every=monthly" in event.facts["rules"]


def test_whoever_changes_their_mind_finds_everything_still_typed(olu: FlaskClient, ours: Programme) -> None:
    looked = look(olu, fields(olu.get(SETTINGS).text), about="Half an hour.", draw_time="14:15")
    again = look(olu, fields(looked.text), edit="yes")
    kept = fields(again.text)
    assert (again.status_code, kept["about"], kept["draw_time"], kept["seen"]) == (200, "Half an hour.", "14:15", "")
    assert "What changes" in look(olu, kept).text
    db.session.refresh(ours)
    assert ours.about == ""


def test_what_cannot_be_says_what_can_and_keeps_the_rest(olu: FlaskClient, ours: Programme) -> None:
    wrong = {"draw_time": "25:00", "minutes": "5", "name": "!", "notice": "7", "domains": "here", "every": "never"}
    page = look(olu, fields(olu.get(SETTINGS).text), about="Half an hour.", **wrong)
    assert page.status_code == 422
    for name in set(wrong) - {"every", "notice"}:
        assert f'href="#{name}"' in page.text
    assert 'href="#every-0"' in page.text
    assert re.search(r'<a href="#minutes">Minutes of a conversation: [^<]+</a>', page.text), "a long page says of which"
    assert fields(page.text)["about"] == "Half an hour."
    del wrong["every"]
    page = look(olu, fields(olu.get(SETTINGS).text), notice="7")
    assert (page.status_code, "Notice can be 6 days at the most in this rhythm" in page.text) == (422, True)


def test_whoever_changes_nothing_is_told_so_and_nothing_is_logged(olu: FlaskClient) -> None:
    assert look(olu, fields(olu.get(SETTINGS).text)).status_code == 303
    assert "You have changed nothing." in olu.get(SETTINGS).text
    assert db.session.query(AuditEvent).count() == 0


def test_a_draw_that_happened_since_the_look_is_looked_at_once_more(
    olu: FlaskClient, ours: Programme, clock: Clock
) -> None:
    looked = look(olu, fields(olu.get(SETTINGS).text), draw_time="09:30")
    assert "The next draw is on Monday 7 December, 9:30am" in looked.text
    clock.set(2026, 12, 7, 9)
    run_due(ours, clock())
    again = save(olu, looked.text)
    assert again.status_code == 200
    assert "Something has happened since you looked." in again.text
    assert "The next draw is on Monday 14 December, 9:30am, and not on Monday 14 December, 9am." in again.text
    assert save(olu, again.text).status_code == 303
    clock.set(2026, 12, 7, 9, 30)
    assert run_due(ours, clock()) is None
    assert db.session.query(Round).count() == 1


def test_what_somebody_else_saved_meanwhile_is_seen_and_neither_is_lost(
    olu: FlaskClient, ours: Programme, app: Flask
) -> None:
    looked = look(olu, fields(olu.get(SETTINGS).text), about="Mine.", minutes="40")
    ours.about, ours.draw_time = "Theirs.", time(11)
    db.session.commit()
    page = save(olu, looked.text)
    assert page.status_code == 422
    text = unescape(page.text)
    assert "Somebody else wrote “Theirs.” here in the meantime. Yours is below: keep it, or write theirs" in text
    assert "Somebody else has changed this in the meantime. Theirs stands here now" in text
    kept = fields(page.text)
    assert (kept["about"], kept["minutes"], kept["draw_time"]) == ("Mine.", "40", "11:00")
    assert save(olu, look(olu, kept).text).status_code == 303
    db.session.refresh(ours)
    assert (ours.about, ours.minutes, ours.draw_time) == ("Mine.", 40, time(11))


@pytest.mark.thorough
def test_of_many_who_save_at_once_one_has_it_and_the_others_see_what_changed(ours: Programme, app: Flask) -> None:
    pages = list[tuple[FlaskClient, str]]()
    for number in range(6):
        client = app.test_client()
        sign_in(client, organiser(ours, f"Organiser {number}"))
        pages.append((client, look(client, fields(client.get(SETTINGS).text), minutes=str(20 + number)).text))
    db.session.commit()
    start = Barrier(len(pages))

    def press(page: tuple[FlaskClient, str]) -> int:
        with app.app_context():
            start.wait()
            return int(save(*page).status_code)

    with ThreadPoolExecutor(len(pages)) as pool:
        assert sorted(pool.map(press, pages)) == [303, *[422] * 5]
    assert db.session.query(AuditEvent).count() == 1
