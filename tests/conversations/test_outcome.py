"""How it went: never before it began, asked again where it is still to come, and nothing comes back from the dead."""

import re
from datetime import timedelta

import pytest
from cast import conversation, mailed, member, person, post, programme, sign_in
from conftest import Clock
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from unmentor.conversations.actions import CannotAnswer, answer
from unmentor.conversations.calendar_entry import key
from unmentor.conversations.due import ask_how_it_was, give_up_asking
from unmentor.conversations.models import MET, Conversation
from unmentor.db import db
from unmentor.mail.models import Message
from unmentor.privacy.export import exported
from unmentor.privacy.leave import leave
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
    assert "It begins on Tuesday 1 December, 9am. Say how it went after that" in refused.text
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


@pytest.mark.one_engine
@pytest.mark.parametrize(("days", "asked_again"), [(59, 2), (60, 0)])
def test_nobody_is_asked_of_what_they_could_not_answer_any_more(
    talk: Conversation, clock: Clock, days: int, asked_again: int
) -> None:
    for part in talk.participations:
        part.asks, part.asked_at = 1, talk.ends_at
        answer(part, "planned", None, None, talk.ends_at)
    clock.moment = talk.starts_at + timedelta(days=days)
    assert ask_how_it_was(clock()) == asked_again


def test_who_has_a_time_and_has_left_since_is_not_asked_again(talk: Conversation, clock: Clock) -> None:
    clock.moment = talk.ends_at
    ask_how_it_was(clock())
    for part in talk.participations:
        answer(part, "planned", None, None, clock())
    leave(talk.participations[0].person, 1, clock())
    clock.advance(days=7)
    assert ask_how_it_was(clock()) == 1


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


def test_a_link_in_the_mail_chooses_an_answer_and_gives_none(
    talk: Conversation, client: FlaskClient, clock: Clock
) -> None:
    clock.moment = talk.ends_at
    ask_how_it_was(clock())
    ways = re.findall(r"/c/\S+\?met=(\w+)#how-was-it", mailed("ada@example.gov.uk", "how-was-it"))
    assert sorted(set(ways)) == ["no", "planned", "yes"]
    for met in ways:
        seen = client.get(page(talk), query_string={"met": met}).text
        assert [chosen(each) for each in radios(seen, "met")] == [each == met for each in MET]
    assert not any(chosen(each) for each in radios(client.get(page(talk) + "?met=maybe").text, "met"))
    assert talk.participations[0].met is None


@pytest.mark.one_engine
@pytest.mark.parametrize(("why", "first"), [("absent", True), ("could-not", False), ("forgot", False), ("", False)])
def test_who_was_let_down_goes_first_next_time_and_reads_so(
    talk: Conversation, client: FlaskClient, clock: Clock, why: str, first: bool
) -> None:
    mine = member(talk.people[0], talk.round.programme)
    clock.moment = talk.ends_at
    told = client.get(post(client, page(talk) + "/outcome", met="no", why_not=why).location).text
    assert (mine.first_next, "you go first in it" in told) == (first, first)
    assert "The next draw brings you somebody new" in told
    assert "Find another time" in told


def test_whom_the_other_turns_out_to_have_met_goes_first_no_more(
    talk: Conversation, client: FlaskClient, clock: Clock
) -> None:
    mine = member(talk.people[0], talk.round.programme)
    clock.moment = talk.ends_at
    post(client, page(talk) + "/outcome", met="no", why_not="absent")
    post(client, page(talk) + "/outcome", met="yes", why_not="absent")
    assert (mine.first_next, talk.participations[0].why_not) == (False, None)


def test_nothing_is_kept_of_what_did_not_happen_but_why(talk: Conversation, client: FlaskClient, clock: Clock) -> None:
    clock.moment = talk.ends_at
    post(client, page(talk) + "/outcome", met="no", why_not="forgot", challenged="5", thanks="Thank you!")
    part = talk.participations[0]
    assert (part.why_not, part.challenged, part.thanked_at) == ("forgot", None, None)
    assert db.session.scalar(select(func.count()).select_from(Message)) == 0
    assert post(client, page(talk) + "/outcome", met="no", why_not="bored").status_code == 422


def test_a_line_of_thanks_goes_to_the_other_once_and_is_kept_nowhere_else(
    talk: Conversation, client: FlaskClient, clock: Clock
) -> None:
    clock.moment = talk.ends_at
    line = "You made me think of <b>rivers</b>."
    post(client, page(talk) + "/outcome", met="yes", thanks=line)
    assert line in mailed("ben@example.gov.uk", "heads-up")
    assert "A line of thanks" not in client.get(page(talk)).text
    post(client, page(talk) + "/outcome", met="yes", thanks="Once more.")
    assert db.session.scalar(select(func.count()).where(Message.kind == "heads-up")) == 1
    assert post(client, page(talk) + "/outcome", met="yes", thanks="x" * 201).status_code == 422
    assert "rivers" not in str(exported(talk.people[0], clock()))


def radios(seen: str, name: str) -> list[str]:
    return re.findall(rf'<input[^>]* name="{name}"[^>]*>', seen)


def chosen(radio: str) -> bool:
    return "checked" in radio
