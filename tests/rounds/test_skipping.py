"""Skip one draw, and no other."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from cast import conversation, member, organiser, person, post, programme, sign_in
from conftest import Clock
from flask import Flask
from flask.testing import FlaskClient

from unmentor.db import db
from unmentor.links import sign
from unmentor.programmes import actions
from unmentor.programmes.models import Membership, Period, Programme
from unmentor.programmes.schedule import change
from unmentor.programmes.turn import turn
from unmentor.rounds import steps
from unmentor.rounds.models import Round
from unmentor.rounds.queries import is_in
from unmentor.rounds.schedule import run_due
from unmentor.rounds.turns import members_in, turn_of

THURSDAY, DRAW, NEXT = (2026, 12, 3, 9), date(2026, 12, 7), date(2027, 1, 4)


@pytest.fixture
def ours(app: Flask, clock: Clock) -> Programme:
    """Return a programme that draws on 7 December, some days before; four people are in it."""
    clock.set(*THURSDAY)
    ours = programme("Walks", starts_on=date(2026, 12, 1), created_at=datetime(2026, 12, 1, tzinfo=UTC))
    for name in ("Ada", "Ben", "Cat", "Dan"):
        member(person(name), ours)
    return ours


@pytest.fixture
def ada(ours: Programme) -> Membership:
    return db.session.query(Membership).order_by(Membership.id).first()  # type: ignore[return-value]


@pytest.fixture
def page(ada: Membership) -> str:
    """Return the address in Ada's mail."""
    return f"/skip/{sign('skip', ada.nonce)}"


def skips(ada: Membership, **given: Any) -> None:
    actions.skip(ada, given.get("draw", DRAW))
    db.session.commit()


def drawn(ours: Programme, clock: Clock, *moment: int) -> Round:
    """Return the round that the schedule has drawn by a moment."""
    clock.set(*moment)
    run_due(ours, clock())
    return db.session.query(Round).filter_by(programme_id=ours.id).order_by(Round.number.desc()).first()  # type: ignore[return-value]


def test_opening_the_link_changes_nothing(client: FlaskClient, ada: Membership, page: str) -> None:
    shown = client.get(page).text
    assert "Monday 7 December, 9am" in shown
    assert "Skip this round" in shown
    assert ada.skips is None


def test_one_press_skips_and_one_undoes_it(client: FlaskClient, ada: Membership, page: str) -> None:
    assert post(client, page, draw="2026-12-07").status_code == 303
    assert ada.skips == DRAW
    shown = client.get(page).text
    assert (
        "draws without you on Monday 7 December, 9am. The round after includes you again: Monday 4 January 2027"
        in shown
    )
    assert post(client, f"{page}/undo", draw="2026-12-07").status_code == 303
    assert ada.skips is None


def test_a_press_without_its_token_changes_nothing(client: FlaskClient, ada: Membership, page: str) -> None:
    assert client.post(page, data={"draw": "2026-12-07"}).status_code == 422
    assert ada.skips is None


@pytest.mark.parametrize("what", ["", "/undo"])
def test_a_page_from_before_the_draw_changes_nothing_of_the_next(
    ours: Programme, client: FlaskClient, clock: Clock, ada: Membership, page: str, what: str
) -> None:
    drawn(ours, clock, 2026, 12, 7, 9)
    skips(ada, draw=NEXT if what else None)
    answer = post(client, page + what, draw="2026-12-07")
    assert answer.status_code == 422
    assert "That round has been drawn" in answer.text
    assert ada.skips == (NEXT if what else None)


def test_a_skipped_draw_leaves_out_and_the_next_takes_in(ours: Programme, clock: Clock, ada: Membership) -> None:
    skips(ada)
    first = drawn(ours, clock, 2026, 12, 7, 9)
    assert not is_in(ada.person, first)
    steps.send(first)
    assert is_in(ada.person, drawn(ours, clock, 2027, 1, 4, 9))


def test_a_draw_that_is_late_is_skipped_too(ours: Programme, clock: Clock, ada: Membership) -> None:
    skips(ada)
    assert not is_in(ada.person, drawn(ours, clock, 2026, 12, 8, 8))


def test_a_draw_that_is_made_again_days_later_is_still_skipped(ours: Programme, clock: Clock, ada: Membership) -> None:
    skips(ada)
    round_ = drawn(ours, clock, 2026, 12, 7, 9)
    clock.advance(days=5)
    assert not is_in(ada.person, steps.draw_again(round_, 7))


def test_a_draw_by_hand_before_the_skipped_one_includes_them(ours: Programme, clock: Clock, ada: Membership) -> None:
    skips(ada)
    assert is_in(ada.person, steps.draw(ours, 7))


def test_a_round_that_waits_keeps_whoever_skips_the_next(ours: Programme, clock: Clock, ada: Membership) -> None:
    waits = steps.draw(ours, 7)
    skips(ada)
    steps.send(waits)
    assert is_in(ada.person, waits)


def test_a_skipped_draw_that_is_moved_is_still_skipped(ours: Programme, clock: Clock, ada: Membership) -> None:
    skips(ada)
    with turn(ours) as now:
        change(ours, {"nth": 2}, now)
    assert ada.skips == date(2026, 12, 14)
    assert not is_in(ada.person, drawn(ours, clock, 2026, 12, 14, 9))


def test_a_draw_of_another_period_is_not_the_one_that_is_skipped(ours: Programme, ada: Membership) -> None:
    skips(ada)
    with turn(ours) as now:
        change(ours, {"weekday": 1}, now)  # the first Tuesday was the 1st
    assert len(members_in(ours, date(2027, 1, 5))) == 4


def test_a_rhythm_that_begins_anew_still_knows_what_was_skipped(ours: Programme, clock: Clock, ada: Membership) -> None:
    skips(ada)
    drawn(ours, clock, 2026, 12, 7, 9)
    with turn(ours) as now:
        change(ours, {"weekday": 2}, now)
    assert len(members_in(ours, date(2026, 12, 9))) == 3


def test_who_skips_while_a_draw_is_held_is_not_in_it(
    ours: Programme, clock: Clock, ada: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = steps.actions.look

    def skip_after(*given: Any) -> Any:
        ready = look(*given)
        monkeypatch.setattr(steps.actions, "look", look)
        db.session.rollback()
        skips(ada)
        return ready

    monkeypatch.setattr(steps.actions, "look", skip_after)
    assert not is_in(ada.person, drawn(ours, clock, 2026, 12, 7, 9))


def test_whoever_comes_back_skips_nothing_any_more(ada: Membership) -> None:
    skips(ada)
    actions.resume(ada)
    assert ada.skips is None


def test_undoing_an_unsubscription_leaves_a_skip_as_it_was(ada: Membership) -> None:
    skips(ada)
    actions.stop(ada)
    actions.undo_stop(ada)
    assert (ada.state, ada.skips) == ("active", DRAW)


@pytest.mark.parametrize("state", ["paused", "ended"])
def test_where_no_draw_includes_them_the_page_says_so(
    ours: Programme, client: FlaskClient, clock: Clock, ada: Membership, page: str, state: str
) -> None:
    if state == "paused":
        actions.pause(ada, None)
    else:
        ours.ended_at = clock()
    db.session.commit()
    assert '<form method="post" action="/skip' not in client.get(page).text
    if state == "ended":
        assert post(client, page, draw="2026-12-07").status_code == 422
        assert ada.skips is None


def test_whoever_has_left_opens_nothing(client: FlaskClient, clock: Clock, ada: Membership, page: str) -> None:
    ada.person.left_at = clock()
    db.session.commit()
    assert client.get(page).status_code == 410
    db.session.delete(ada)
    db.session.commit()
    assert client.get(page).status_code == 410


def test_a_participant_skips_and_comes_back_on_their_own_page(client: FlaskClient, ada: Membership, page: str) -> None:
    sign_in(client, ada.person)
    assert f'action="{page}"' in client.get("/me").text
    post(client, page, draw="2026-12-07")
    shown = client.get("/me").text
    assert "You skip the round that is drawn on Monday 7 December, 9am" in shown
    assert "<h3>Monday 4 January 2027, 9am</h3>" in shown
    post(client, f"{page}/undo", draw="2026-12-07")
    assert "Skip the next round" in client.get("/me").text


def test_organisers_see_who_skips(ours: Programme, client: FlaskClient, clock: Clock, ada: Membership) -> None:
    skips(ada)
    sign_in(client, organiser(ours))
    assert "skips it" in client.get(f"/organise/walks/people/{ada.person_id}").text
    assert "3 people found" in client.get("/organise/walks/people?show=next").text
    clock.set(2026, 12, 8, 10)
    db.session.add(Period(programme_id=ours.id, slot="2026-12-07T09:00", claimed_at=clock(), outcome="drawn"))
    db.session.commit()
    assert "4 people found" in client.get("/organise/walks/people?show=next").text


@pytest.mark.one_engine
@pytest.mark.parametrize("every", [1, 2, 3])
def test_who_skips_is_next_in_in_the_round_after_whatever_their_rhythm(
    ours: Programme, clock: Clock, ada: Membership, every: int
) -> None:
    ada.every = every
    skips(ada)
    assert turn_of(ada, clock()).at.date() == NEXT


def test_whoever_the_next_draw_leaves_out_anyway_has_nothing_to_skip(
    ours: Programme, client: FlaskClient, clock: Clock, ada: Membership, page: str
) -> None:
    conversation(ours, *(each.person for each in db.session.query(Membership).order_by(Membership.id).limit(2)))
    ada.every = 2
    db.session.commit()
    assert turn_of(ada, clock()).rests
    assert "The next draw is without you anyway" in client.get(page).text
    sign_in(client, ada.person)
    assert "Skip the next round" not in client.get("/me").text
