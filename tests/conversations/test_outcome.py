"""How it went: never before it began, asked again where it is still to come, and nothing comes back from the dead."""

from datetime import timedelta

import pytest
from cast import conversation, person, post, programme, sign_in
from conftest import Clock
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from unmentor.conversations.actions import CannotAnswer, answer
from unmentor.conversations.calendar_entry import key
from unmentor.conversations.due import ask_how_it_was, give_up_asking
from unmentor.conversations.models import Conversation
from unmentor.db import db
from unmentor.mail.models import Message
from unmentor.rounds.actions import close_rounds


@pytest.fixture
def talk(app: Flask) -> Conversation:
    return conversation(programme(), person("Ada"), person("Ben"))


def page(talk: Conversation) -> str:
    return f"/c/{key(talk.participations[0])}"


def all_mail_leaves() -> None:
    db.session.execute(update(Message).values(state="sent"))
    db.session.commit()


def asked() -> int:
    return db.session.scalar(select(func.count()).where(Message.kind == "how-was-it")) or 0


@pytest.mark.parametrize("met", ["yes", "no", "planned"])
def test_nobody_says_how_it_went_before_it_began(
    talk: Conversation, client: FlaskClient, clock: Clock, met: str
) -> None:
    clock.moment = talk.starts_at - timedelta(minutes=1)
    assert "Talked already?" not in client.get(page(talk)).text
    refused = post(client, page(talk) + "/outcome", met=met)
    assert refused.status_code == 422
    assert "It begins on Tuesday 1 December, 9:00. Say how it went after that" in refused.text
    assert (talk.state, talk.participations[0].met) == ("arranged", None)
    clock.moment = talk.starts_at
    assert post(client, page(talk) + "/outcome", met=met).status_code == 303


def test_who_has_a_time_is_asked_for_it_and_asked_again_after_it(
    talk: Conversation, client: FlaskClient, clock: Clock
) -> None:
    clock.moment = talk.ends_at
    ask_how_it_was(clock())
    clock.advance(hours=2)
    assert post(client, page(talk) + "/outcome", met="planned").location == page(talk) + "/move"
    assert post(client, page(talk) + "/move", start="2026-12-08T10:00").status_code == 303
    all_mail_leaves()
    clock.set(2026, 12, 8, 10, 29)
    assert ask_how_it_was(clock()) == 0
    clock.advance(minutes=1)
    assert ask_how_it_was(clock()) == 2
    assert asked() == 4


def test_who_has_a_time_and_names_none_is_asked_again_a_week_later_and_is_never_silent(
    talk: Conversation, clock: Clock
) -> None:
    clock.moment = talk.ends_at
    ask_how_it_was(clock())
    answer(talk.participations[0], "planned", None, None, clock())
    answer(talk.participations[1], "planned", None, None, clock())
    came = []
    for _ in range(12):
        clock.advance(days=1)
        came.append(ask_how_it_was(clock()))
        assert give_up_asking(clock()) == 0
    assert came == [0] * 6 + [2] + [0] * 5


def test_every_question_is_a_letter_of_its_own(talk: Conversation, client: FlaskClient, clock: Clock) -> None:
    clock.moment = talk.ends_at
    for days in (0, 7, 7):
        clock.advance(days=days)
        ask_how_it_was(clock())
        for part in talk.participations:
            answer(part, "planned", None, None, clock())
    post(client, page(talk) + "/move", start="2026-12-17T10:00")
    all_mail_leaves()
    clock.set(2026, 12, 17, 11)
    ask_how_it_was(clock())
    assert asked() == 8


def test_who_planned_it_may_move_it_and_who_did_not_may_not(
    talk: Conversation, client: FlaskClient, clock: Clock
) -> None:
    clock.moment = talk.ends_at
    assert client.get(page(talk) + "/move").status_code == 410
    post(client, page(talk) + "/outcome", met="planned")
    assert client.get(page(talk) + "/move").status_code == 200


def test_nothing_revives_what_was_called_off(talk: Conversation, client: FlaskClient, clock: Clock) -> None:
    clock.moment = talk.ends_at
    talk.state = "cancelled"
    db.session.commit()
    assert post(client, page(talk) + "/outcome", met="yes").status_code == 410
    with pytest.raises(CannotAnswer):
        answer(talk.participations[0], "planned", None, None, clock())
    assert talk.state == "cancelled"


def test_who_withdrew_says_nothing_of_what_the_others_did(talk: Conversation, clock: Clock) -> None:
    clock.moment = talk.participations[0].withdrew_at = talk.ends_at
    with pytest.raises(CannotAnswer):
        answer(talk.participations[0], "yes", None, None, clock())


@pytest.mark.parametrize(("met", "state"), [("planned", "missed"), ("no", "missed"), ("yes", "met")])
def test_what_was_closed_is_never_arranged_again_and_a_late_yes_still_counts(
    talk: Conversation, client: FlaskClient, clock: Clock, met: str, state: str
) -> None:
    clock.moment = talk.ends_at + timedelta(days=15)
    close_rounds(clock())
    db.session.commit()
    assert (talk.round.state, talk.state) == ("closed", "missed")
    assert post(client, page(talk) + "/outcome", met=met).status_code == 303
    assert talk.state == state
    assert client.get(page(talk) + "/move").status_code == 410


def test_a_key_writes_for_sixty_days_and_then_wants_a_sign_in(
    talk: Conversation, client: FlaskClient, clock: Clock
) -> None:
    talk.participations[0].met = "yes"
    writing = (("/outcome", {"met": "yes"}), ("/reflection", {"text": "Ask what they would miss."}))
    clock.moment = talk.ends_at + timedelta(days=60) - timedelta(minutes=1)
    assert {post(client, page(talk) + path, **fields).status_code for path, fields in writing} == {303}
    clock.advance(minutes=1)
    for path, fields in (*writing, ("/reflection/withdraw", {})):
        refused = post(client, page(talk) + path, **fields)
        assert refused.status_code == 410
        assert "Sign in, and you still can." in refused.text
        assert f"/sign-in?next={page(talk)}" in refused.text
    shown = client.get(page(talk))
    assert (shown.status_code, "Save how it went" in shown.text) == (200, False)
    assert "Sign in to say how it went" in shown.text
    sign_in(client, talk.people[1])
    assert post(client, page(talk) + "/outcome", met="no").status_code == 410
    sign_in(client, talk.people[0])
    assert post(client, page(talk) + "/outcome", met="no").status_code == 303
    assert "Save how it went" in client.get(page(talk)).text
