from datetime import UTC, datetime, timedelta

import pytest
from cast import conversation, kept, mailed, member, path_in, person, post, programme
from conftest import Clock
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from unmentor.conversations import due, due_queries
from unmentor.conversations.actions import answer
from unmentor.conversations.due import ask_how_it_was, give_up_asking, remind
from unmentor.conversations.models import Conversation
from unmentor.conversations.move import move
from unmentor.db import db
from unmentor.mail.models import Message, Stopped
from unmentor.programmes.actions import pause
from unmentor.programmes.models import Membership, Programme
from unmentor.worker import tick

TUESDAY = datetime(2026, 12, 1, 14, tzinfo=UTC)


@pytest.fixture
def ours(app: Flask) -> Programme:
    return programme()


@pytest.fixture
def talk(ours: Programme) -> Conversation:
    return conversation(ours, person("Ada"), person("Ben"), starts_at=TUESDAY)


def mails(kind: str) -> int:
    return int(db.session.query(Message).filter_by(kind=kind).count())


def reminded(*moment: int) -> int:
    return remind(datetime(*moment, tzinfo=UTC))  # type: ignore[misc,arg-type]  # - year, month, day, …


def test_a_reminder_comes_at_nine_on_the_working_day_before(ours: Programme, talk: Conversation) -> None:
    assert reminded(2026, 11, 30, 8, 59) == 0
    assert reminded(2026, 11, 30, 9) == 1
    assert mails("reminder") == 2
    assert "Tuesday 1 December at 2pm" in mailed("ada@example.gov.uk", "reminder")


@pytest.mark.one_engine
@pytest.mark.parametrize(
    ("talks_at", "early", "in_time"),
    [
        ((2026, 12, 7, 14), (2026, 12, 4, 8, 59), (2026, 12, 4, 9)),  # over a weekend
        ((2026, 12, 29, 14), (2026, 12, 24, 8, 59), (2026, 12, 24, 9)),  # over Christmas
        ((2026, 12, 2, 7, 30), (2026, 12, 1, 7, 29), (2026, 12, 1, 7, 30)),  # before nine
        ((2027, 3, 30, 9), (2027, 3, 25, 8, 59), (2027, 3, 25, 9)),  # over Easter and the change of clocks
    ],
)
def test_the_working_day_before_is_told_from_the_day_before(
    ours: Programme, talk: Conversation, talks_at: tuple[int, ...], early: tuple[int, ...], in_time: tuple[int, ...]
) -> None:
    talk.starts_at = datetime(*talks_at, tzinfo=UTC)  # type: ignore[misc,arg-type]  # - year, month, day, …
    assert reminded(*early) == 0
    assert reminded(*in_time) == 1


def test_everybody_is_reminded_once(ours: Programme, talk: Conversation) -> None:
    assert reminded(2026, 11, 30, 9) == 1
    assert reminded(2026, 11, 30, 9, 1) == 0


def test_a_reminder_that_the_service_missed_comes_late_but_never_after_the_start(
    ours: Programme, talk: Conversation
) -> None:
    assert reminded(2026, 12, 1, 14) == 0
    assert reminded(2026, 12, 1, 11) == 1
    assert db.session.query(Message).first().expires_at == TUESDAY


def test_a_time_that_was_given_less_than_a_day_before_needs_no_reminder(ours: Programme, talk: Conversation) -> None:
    talk.stamped_at = TUESDAY - timedelta(hours=23)
    assert reminded(2026, 12, 1, 10) == 0


def test_who_heard_after_the_reminder_was_due_is_not_told_twice(ours: Programme, talk: Conversation) -> None:
    talk.stamped_at = datetime(2026, 11, 30, 9, 30, tzinfo=UTC)
    assert reminded(2026, 11, 30, 10) == 0


def test_after_a_move_the_new_time_has_its_own_reminder(ours: Programme, talk: Conversation) -> None:
    reminded(2026, 11, 30, 9)
    move(talk.participations[0], TUESDAY + timedelta(days=7), datetime(2026, 11, 30, 12, tzinfo=UTC))
    assert reminded(2026, 11, 30, 13) == 0
    assert reminded(2026, 12, 7, 9) == 1
    assert mails("reminder") == 4


def test_nobody_is_reminded_of_what_is_off_or_was_never_sent(ours: Programme, talk: Conversation) -> None:
    talk.round.state = "drawn"
    assert reminded(2026, 11, 30, 9) == 0
    talk.round.state, talk.state = "sent", "cancelled"
    assert reminded(2026, 11, 30, 9) == 0


def test_the_question_is_repeated_once_after_three_days(talk: Conversation, clock: Clock) -> None:
    asked = []
    for day in range(12):
        clock.moment = talk.ends_at + timedelta(days=day)
        asked.append(ask_how_it_was(clock()))
    assert asked == [2, 0, 0, 2] + [0] * 8
    assert mails("how-was-it") == 4


def test_who_answers_is_not_asked_again(talk: Conversation, clock: Clock) -> None:
    clock.moment = talk.ends_at
    ask_how_it_was(clock())
    answer(talk.participations[0], "yes", 4, True, clock())
    clock.advance(days=3)
    assert ask_how_it_was(clock()) == 1
    assert talk.participations[1].asks == 2


def silent_for(ours: Programme, times: int, clock: Clock) -> Membership:
    """Return the membership of Ada, who has not answered so many times."""
    ada = person("Ada")
    membership = member(ada, ours)
    for number in range(times):
        ask_three_times(conversation(ours, ada, person(f"Ben {number}"), starts_at=clock()), clock)
    db.session.commit()
    return membership


def ask_three_times(talk: Conversation, clock: Clock, arrives: str = "sent") -> None:
    """Ask, ask again and give up, three days apart, while our mail arrives or does not."""
    for day in (1, 4, 7):
        clock.moment = talk.starts_at + timedelta(days=day)
        ask_how_it_was(clock())
        give_up_asking(clock())
        queued = update(Message).where(Message.state == "queued", Message.kind == "how-was-it")
        db.session.execute(queued.values(state=arrives, sent_at=clock() if arrives == "sent" else None))


def test_two_silences_are_only_counted(ours: Programme, clock: Clock) -> None:
    membership = silent_for(ours, 2, clock)
    assert (membership.silences, membership.state, mails("paused")) == (2, "active", 0)


def test_after_three_silences_in_a_row_somebody_is_paused_kindly(ours: Programme, clock: Clock) -> None:
    membership = silent_for(ours, 3, clock)
    assert (membership.silences, membership.state, membership.paused_until) == (3, "paused", None)
    text = mailed("ada@example.gov.uk", "paused")
    assert "We have not heard how your last three went, so we have paused you." in text
    assert "Nothing is wrong." in text


def test_a_pause_that_is_over_does_not_keep_a_ghost_in_the_draw(ours: Programme, clock: Clock) -> None:
    membership = silent_for(ours, 2, clock)
    pause(membership, until=clock().date())
    ask_three_times(conversation(ours, membership.person, person("Cat"), starts_at=clock()), clock)
    assert (membership.silences, membership.state, membership.paused_until) == (3, "paused", None)


def test_one_press_and_they_are_back(ours: Programme, client: FlaskClient, clock: Clock) -> None:
    membership = silent_for(ours, 3, clock)
    page = path_in(mailed("ada@example.gov.uk", "paused"), "/c/back")
    assert "Come back" in client.get(page).text
    assert membership.state == "paused"
    assert "You are back" in post(client, page).text
    db.session.refresh(membership)
    assert (membership.state, membership.silences) == ("active", 0)
    assert client.get("/c/back/made-up").status_code == 404


def test_an_answer_ends_a_row_of_silences(ours: Programme, clock: Clock) -> None:
    membership = silent_for(ours, 2, clock)
    talk = conversation(ours, membership.person, person("Cat"), starts_at=clock())
    answer(talk.participations[0], "no", None, None, clock())
    assert membership.silences == 0


@pytest.mark.parametrize("state", ["failed", "expired", "held", "queued"])
def test_silence_after_a_question_that_did_not_arrive_is_not_theirs(ours: Programme, clock: Clock, state: str) -> None:
    membership = member(person("Ada"), ours)
    ask_three_times(conversation(ours, membership.person, person("Ben"), starts_at=clock()), clock, arrives=state)
    assert membership.silences == 0


def test_silence_of_who_asked_not_to_be_asked_is_not_counted(ours: Programme, clock: Clock) -> None:
    membership = member(person("Ada"), ours)
    kept(Stopped(person_id=membership.person_id, kind="how-was-it"))
    ask_three_times(conversation(ours, membership.person, person("Ben"), starts_at=clock()), clock)
    assert membership.silences == 0


def test_no_silence_is_counted_twice(ours: Programme, clock: Clock) -> None:
    membership = silent_for(ours, 1, clock)
    clock.advance(days=3)
    assert give_up_asking(clock()) == 0
    assert membership.silences == 1


def test_work_is_done_in_batches_until_nothing_is_left(
    ours: Programme, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(due, "BATCH", 3)
    for number in range(4):
        conversation(ours, person(f"A {number}"), person(f"B {number}"), starts_at=TUESDAY)
    ours.created_at = TUESDAY
    db.session.commit()
    clock.moment = TUESDAY + timedelta(hours=1)
    tick(clock())
    assert mails("how-was-it") == 8


def test_who_called_off_a_moment_ago_is_not_reminded(
    ours: Programme, talk: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    due_then = due_queries.to_be_reminded(TUESDAY - timedelta(days=2), TUESDAY + timedelta(days=1))
    talk.state = "cancelled"
    db.session.commit()
    monkeypatch.setattr(due_queries, "to_be_reminded", lambda *_: due_then)
    assert len(due_then) == 1
    assert reminded(2026, 11, 30, 9) == 0
