"""Some days before a draw: one short letter to everybody it will include, and to nobody else."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from cast import conversation, kept, letter_to, mailed, member, organiser, path_in, person, post, programme, sign_in
from conftest import Clock
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from unmentor.conversations.actions import answer
from unmentor.conversations.calendar_entry import key
from unmentor.conversations.due import ask_how_it_was, give_up_asking
from unmentor.conversations.models import Participation
from unmentor.db import db, transaction
from unmentor.mail.models import Message, Stopped, Suppressed
from unmentor.programmes.models import Membership, Programme
from unmentor.programmes.rules import written
from unmentor.programmes.schedule import change
from unmentor.programmes.turn import turn
from unmentor.rounds import ending, heads_up
from unmentor.rounds.heads_up import give_heads_up
from unmentor.rounds.schedule import run_due
from unmentor.rounds.turns import ask_for_the_next

# The first Monday of December, a month's draw; and a week before it.
DRAW, A_WEEK_BEFORE = datetime(2026, 12, 7, 9, tzinfo=UTC), (2026, 11, 30, 9)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def ours(app: Flask, clock: Clock) -> Programme:
    """Return a programme that draws on 7 December, a week before that; Ada and Ben are in it."""
    clock.set(*A_WEEK_BEFORE)
    ours = programme("Walks", starts_on=date(2026, 11, 3), created_at=datetime(2026, 11, 3, tzinfo=UTC))
    for name in ("Ada", "Ben"):
        member(person(name), ours)
    return ours


def given(ours: Programme) -> list[str]:
    """Return who has had a heads-up, once all are written that are due."""
    while give_heads_up(ours):
        pass
    db.session.rollback()
    rows = db.session.query(Message).filter(Message.kind == "heads-up").order_by(Message.id)
    return [each.recipient.partition("@")[0] for each in rows]


def changes(ours: Programme, **rules: object) -> None:
    with turn(ours) as now:
        change(ours, rules, now)


def talked(ours: Programme, ended: datetime, **told: Any) -> Participation:
    """Return Ada's part in a conversation with Ben that has ended."""
    people = [each.person for each in db.session.query(Membership).order_by(Membership.id).limit(2)]
    part = conversation(ours, *people, starts_at=ended - HOUR / 2).participations[0]
    for name, value in told.items():
        setattr(part, name, value)
    return kept(part)  # type: ignore[no-any-return]


def test_everybody_in_the_draw_hears_a_week_before_and_once(ours: Programme, clock: Clock) -> None:
    clock.advance(minutes=-1)
    assert given(ours) == []
    clock.advance(minutes=1)
    assert given(ours) == ["ada", "ben"]
    clock.advance(days=3)
    assert given(ours) == ["ada", "ben"]


def test_the_letter_says_when_and_what_to_do_about_it(ours: Programme) -> None:
    given(ours)
    text = mailed("ada@example.gov.uk", "heads-up")
    assert text.startswith("Walks draws on Monday 7 December, 9am, and you are in.")
    assert path_in(text, "/skip")
    assert "/me/pause?programme=walks\r\n" in text
    assert "how was it" not in text


def test_the_letter_can_be_stopped_with_one_click(ours: Programme, client: FlaskClient) -> None:
    given(ours)
    letter = letter_to("ada@example.gov.uk", "heads-up")
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert client.post(path_in(letter["List-Unsubscribe"].strip("<>"), "/unsubscribe")).status_code == 200
    assert [each.kind for each in db.session.query(Stopped)] == ["heads-up"]


def test_whoever_stopped_it_gets_none_and_is_asked_as_ever_how_it_was(ours: Programme, clock: Clock) -> None:
    part = talked(ours, clock() - DAY, asks=1, asked_at=clock() - DAY)
    kept(Stopped(person_id=part.person_id, kind="heads-up"))
    assert given(ours) == ["ben"]
    assert part.asks == 1


@pytest.mark.one_engine
@pytest.mark.parametrize(
    "why",
    [
        {"state": "paused"},
        {"state": "paused", "paused_until": date(2026, 12, 8)},
        {"skips": date(2026, 12, 7)},
        {"approved": False},
        {"invited": True},
        {"joined_at": datetime(2026, 11, 30, 9, 0, tzinfo=UTC)},  # they have just read when it is
    ],
)
def test_whom_the_draw_will_not_include_or_who_has_just_joined_hears_nothing(
    ours: Programme, why: dict[str, Any]
) -> None:
    member(person("Cat"), ours, **why)
    assert given(ours) == ["ada", "ben"]


def test_who_cannot_be_drawn_hears_nothing(ours: Programme) -> None:
    member(person("Cat", confirmed_at=None), ours)
    member(person("Dan", phone=""), ours)
    member(person("Eve"), ours)
    kept(Suppressed(address="eve@example.gov.uk", since=DRAW, trouble="550"))
    assert given(ours) == ["ada", "ben"]


def test_whoever_is_back_by_the_draw_hears_of_it(ours: Programme) -> None:
    member(person("Cat"), ours, state="paused", paused_until=date(2026, 12, 7))
    assert given(ours) == ["ada", "ben", "cat"]


@pytest.mark.one_engine
@pytest.mark.parametrize(
    ("rules", "first_day"),
    [
        ({"notice": 0}, None),
        ({"notice": 3}, 4),
        ({"every": "weekly"}, None),  # unless it is set
        ({"every": "weekly", "notice": 2}, 5),
        ({"every": "fortnightly", "starts_on": date(2026, 12, 7)}, 30),
    ],
)
def test_notice_is_a_week_but_for_weekly_rounds_and_can_be_set(
    ours: Programme, clock: Clock, rules: dict[str, Any], first_day: int | None
) -> None:
    ours.starts_on = date(2026, 12, 1)
    for name, value in rules.items():
        setattr(ours, name, value)
    db.session.commit()
    heard = []
    for day in (30, 1, 2, 3, 4, 5, 6):
        clock.set(2026, 11 if day == 30 else 12, day, 9)
        heard += [day] if given(ours) else []
    assert heard[:1] == ([] if first_day is None else [first_day])


def test_a_programme_that_has_ended_is_quiet(ours: Programme) -> None:
    ours.ended_at = DRAW - 10 * DAY
    db.session.commit()
    assert given(ours) == []


@pytest.mark.parametrize(("hours", "told"), [(12, ["ada", "ben"]), (11, [])])
def test_after_an_outage_it_comes_late_or_not_at_all(
    ours: Programme, clock: Clock, hours: int, told: list[str]
) -> None:
    clock.moment = DRAW - hours * HOUR
    assert given(ours) == told


def test_it_expires_once_the_draw_is_due(ours: Programme) -> None:
    given(ours)
    assert {each.expires_at for each in db.session.query(Message)} == {DRAW}


def test_every_round_has_its_own(ours: Programme, clock: Clock) -> None:
    given(ours)
    clock.moment = DRAW
    run_due(ours, clock())
    assert given(ours) == ["ada", "ben"]
    clock.set(2026, 12, 28, 9)  # a week before 4 January
    assert given(ours) == ["ada", "ben"] * 2


@pytest.mark.one_engine
@pytest.mark.parametrize("rules", [{"weekday": 2}, {"nth": 2}, {"weekday": 3, "every": "weekly", "notice": 5}])
def test_a_draw_that_is_moved_within_its_period_is_not_told_of_twice(
    ours: Programme, clock: Clock, rules: dict[str, Any]
) -> None:
    given(ours)
    clock.advance(hours=1)
    changes(ours, **rules)
    while run_due(ours, clock()) is None:
        assert given(ours) == ["ada", "ben"]
        clock.advance(hours=6)


def test_a_draw_that_is_moved_to_another_period_is_told_of_anew(ours: Programme, clock: Clock) -> None:
    given(ours)
    clock.set(2026, 12, 7, 8)
    changes(ours, nth=1, weekday=1)  # the first Tuesday was the 1st
    clock.set(2026, 12, 29, 9)
    assert given(ours) == ["ada", "ben"] * 2


def test_a_programme_that_ends_and_begins_again_tells_of_its_draw_once(ours: Programme, clock: Clock) -> None:
    given(ours)
    ending.end(ours)
    ending.reopen(ours)
    assert given(ours) == ["ada", "ben"]


def test_many_hear_slice_by_slice(ours: Programme, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heads_up, "SLICE", 2)
    for name in ("Cat", "Dan", "Eve"):
        member(person(name), ours)
    assert [give_heads_up(ours) for _each in range(4)] == [2, 2, 1, 0]


def test_two_workers_write_to_everybody_once(ours: Programme, app: Flask) -> None:
    together, number = Barrier(2), ours.id
    db.session.commit()

    def work(_number: int) -> int:
        with app.app_context():
            together.wait(10)
            mine = db.session.get(Programme, number)
            return sum(iter(lambda: give_heads_up(mine), 0))

    with ThreadPoolExecutor(2) as threads:
        assert sum(threads.map(work, range(2))) >= 2
    assert given(ours) == ["ada", "ben"]


def test_whoever_pauses_while_theirs_is_written_gets_none(ours: Programme, monkeypatch: pytest.MonkeyPatch) -> None:
    before = heads_up.written

    def pause_then_write(*given: Any) -> Any:
        ada = db.session.query(Membership).order_by(Membership.id).first()
        with transaction():
            ada.state = "paused"
        monkeypatch.setattr(heads_up, "written", before)
        return before(*given)

    monkeypatch.setattr(heads_up, "written", pause_then_write)
    assert given(ours) == ["ben"]


def test_it_asks_how_it_was_instead_of_a_second_mail(ours: Programme, clock: Clock) -> None:
    part = talked(ours, clock() - DAY)
    clock.advance(hours=-23)
    with transaction():
        ask_how_it_was(clock())
    clock.set(*A_WEEK_BEFORE)
    given(ours)
    text = mailed("ada@example.gov.uk", "heads-up")
    assert "how was it with Ben on Sunday 29 November" in text
    assert path_in(text, "/c") == f"/c/{key(part)}"
    for _day in range(10):
        clock.advance(days=1)
        with transaction():
            assert ask_how_it_was(clock()) == 0


def test_a_conversation_that_has_just_ended_is_asked_about_there_alone(ours: Programme, clock: Clock) -> None:
    part = talked(ours, clock())
    given(ours)
    with transaction():
        assert ask_how_it_was(clock()) == 0
    assert (part.asks, part.asked_at) == (1, clock())


def test_silence_after_it_counts_like_that_after_a_mail_of_its_own(ours: Programme, clock: Clock) -> None:
    talked(ours, clock() - DAY)
    with transaction():
        ask_how_it_was(clock() - DAY + HOUR)
    given(ours)
    for mail in db.session.query(Message):
        mail.state, mail.sent_at = "sent", clock()
    db.session.commit()
    clock.advance(days=4)
    with transaction():
        assert give_up_asking(clock()) == 2
    assert {each.silences for each in db.session.query(Membership)} == {1}


def test_silence_after_a_heads_up_that_did_not_leave_counts_for_nothing(ours: Programme, clock: Clock) -> None:
    talked(ours, clock() - DAY)
    with transaction():
        ask_how_it_was(clock() - DAY + HOUR)
    given(ours)
    for mail in db.session.query(Message):
        mail.state, mail.sent_at = ("sent", clock()) if mail.kind == "how-was-it" else ("failed", None)
    db.session.commit()
    clock.advance(days=4)
    with transaction():
        give_up_asking(clock())
    assert {each.silences for each in db.session.query(Membership)} == {0}


def test_whoever_was_asked_twice_is_asked_there_and_no_more_for_it(ours: Programme, clock: Clock) -> None:
    part = talked(ours, clock() - 12 * DAY, asks=3, asked_at=clock() - 8 * DAY)
    given(ours)
    assert "how was it with Ben" in mailed("ada@example.gov.uk", "heads-up")
    assert (part.asks, part.asked_at) == (3, clock() - 8 * DAY)


@pytest.mark.one_engine
@pytest.mark.parametrize(
    "why", ["answered", "planned", "stopped", "withdrawn", "called off", "elsewhere", "ahead", "untold", "long ago"]
)
def test_nothing_is_asked_where_nothing_is_open(ours: Programme, clock: Clock, why: str) -> None:
    here = programme("Other", starts_on=date(2027, 12, 1)) if why == "elsewhere" else ours
    part = talked(here, clock() - (70 if why == "long ago" else -1 if why == "ahead" else 1) * DAY, asks=1)
    part.asked_at = clock() - HOUR
    if why in {"answered", "planned"}:
        answer(part, "yes" if why == "answered" else "planned", None, None, clock())
    elif why == "stopped":
        db.session.add(Stopped(person_id=part.person_id, kind="how-was-it"))
    elif why == "withdrawn":
        part.withdrew_at = clock() - 2 * DAY
    elif why == "called off":
        part.conversation.state = "cancelled"
    elif why == "untold":
        told = {"kind": "invitation", "recipient": "a@b", "subject": "", "message_id": "", "state": "failed"}
        moments = {"queued_at": clock(), "due_at": clock(), "expires_at": clock()}
        db.session.add(
            Message(about=f"conversation:{part.conversation_id}", person_id=part.person_id, **told, **moments)
        )
    db.session.commit()
    given(ours)
    assert "how was it with" not in mailed("ada@example.gov.uk", "heads-up")
    assert part.asks == 1


def test_the_last_conversation_is_asked_about_and_none_before_it(ours: Programme, clock: Clock) -> None:
    talked(ours, clock() - 20 * DAY)
    answer(talked(ours, clock() - DAY), "yes", 3, True, clock())
    db.session.commit()
    given(ours)
    assert "how was it with" not in mailed("ada@example.gov.uk", "heads-up")


def test_whoever_answers_while_theirs_is_written_is_not_asked(
    ours: Programme, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    part, before = talked(ours, clock() - DAY, asks=1, asked_at=clock() - HOUR), heads_up.written

    def answer_then_write(*given: Any) -> Any:
        written = before(*given)
        monkeypatch.setattr(heads_up, "written", before)
        db.session.rollback()
        with transaction():
            answer(db.session.get(Participation, number), "no", None, None, clock())
        return written

    number = part.id
    monkeypatch.setattr(heads_up, "written", answer_then_write)
    assert sorted(given(ours)) == ["ada", "ben"]
    assert "how was it with" not in mailed("ada@example.gov.uk", "heads-up")
    assert db.session.get(Participation, number).asks == 1


def test_who_only_stands_by_reads_that(ours: Programme) -> None:
    ours.odd = "standby"
    member(person("Cat"), ours, standby=True)
    given(ours)
    assert "and you stand by" in mailed("cat@example.gov.uk", "heads-up")
    assert "and you are in" in mailed("ada@example.gov.uk", "heads-up")


def test_it_speaks_the_language_of_its_reader(ours: Programme) -> None:
    member(person("Cat", language="cy"), ours)
    given(ours)
    assert mailed("cat@example.gov.uk", "heads-up").startswith("Dydd Llun 7 Rhagfyr, 9am: bydd Walks")


def test_the_question_leads_to_the_answer(ours: Programme, clock: Clock, client: FlaskClient) -> None:
    part = talked(ours, clock() - DAY)
    given(ours)
    page = path_in(mailed("ada@example.gov.uk", "heads-up"), "/c")
    assert post(client, f"{page}/outcome", met="no").status_code == 303
    assert db.session.get(Participation, part.id).met == "no"


def test_whoever_takes_part_less_often_hears_before_their_own_rounds(ours: Programme, clock: Clock) -> None:
    talked(ours, clock() - 12 * DAY, answered_at=clock())
    ada = db.session.query(Membership).order_by(Membership.id).first()
    ada.every = 2
    db.session.commit()
    assert given(ours) == ["ben"]
    ask_for_the_next(ada)
    db.session.commit()
    assert given(ours) == ["ben", "ada"]


def test_organisers_read_when_it_goes_and_how_many_have_had_it(
    ours: Programme, clock: Clock, client: FlaskClient
) -> None:
    talked(ours, clock() - 12 * DAY)
    sign_in(client, organiser(ours))
    clock.advance(minutes=-1)
    assert "Everybody in it gets a short heads-up on Monday 30 November, 9am." in client.get("/organise/walks").text
    clock.advance(minutes=1)
    given(ours)
    assert "2 people have had a short heads-up about it." in client.get("/organise/walks").text
    ours.notice = 0
    db.session.execute(update(Membership).values(heads_up_for=None))
    assert "heads-up" not in client.get("/organise/walks").text


def test_organisers_see_before_they_save_when_it_would_go(ours: Programme, client: FlaskClient) -> None:
    sign_in(client, organiser(ours))
    shown = post(client, "/organise/walks/settings", **written(ours) | {"notice": "5"}).text
    assert '<td data-label="Heads-up">Wednesday 2 December</td>' in shown
    shown = post(client, "/organise/walks/settings", **written(ours) | {"notice": "0"}).text
    assert '<td data-label="Heads-up">–</td>' in shown


def test_nobody_is_asked_by_mail_while_a_heads_up_asks_them(
    ours: Programme, app: Flask, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    if db.engine.dialect.name == "sqlite":
        pytest.skip("SQLite lets one write at a time")
    part, before = talked(ours, clock() - 4 * DAY, asks=1, asked_at=clock() - 4 * DAY), heads_up.keep

    def another_worker() -> int:
        with app.app_context(), transaction():
            return ask_how_it_was(clock())

    def keep(*given: Any) -> Any:
        with ThreadPoolExecutor(1) as thread:
            asked.append(thread.submit(another_worker).result())
        return before(*given)

    asked: list[int] = []
    monkeypatch.setattr(heads_up, "keep", keep)
    given(ours)
    assert asked == [0]
    assert part.asks == 2
