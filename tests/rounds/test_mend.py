from datetime import timedelta

import pytest
from cast import conversation, mailed, member, person, programme
from conftest import Clock
from flask import Flask
from sent import leave, membership, other, part_of, partners, sent

from unmentor.conversations.models import Conversation
from unmentor.db import db
from unmentor.people.models import Exclusion
from unmentor.programmes.actions import pause
from unmentor.rounds import draw_queries
from unmentor.rounds.actions import cancel_round, draw_round, send_round
from unmentor.rounds.draw_inputs import replay
from unmentor.rounds.mend import withdraw


def test_two_who_are_left_alone_meet_each_other(app: Flask, clock: Clock) -> None:
    sent(clock, "Ada", "Ben", "Cat", "Dan")
    one, two = other("Ada"), other(({"Ben", "Cat", "Dan"} - {other("Ada")}).pop())
    leave("Ada", clock)
    found = leave(other(two), clock)
    assert [{each.name for each in talk.people} for talk in found] == [{one, two}]
    assert found[0].mended
    assert f"somebody new: {one}" in mailed(f"{two.lower()}@example.gov.uk", "cancelled")
    assert one in mailed(f"{two.lower()}@example.gov.uk", "invitation")
    assert not membership(one).first_next


def test_who_was_left_out_steps_in(app: Flask, clock: Clock) -> None:
    round_ = sent(clock, "Ada", "Ben", "Cat", odd="sit-out")
    out = round_.left_out[0].person.name
    talking = part_of(({"Ada", "Ben", "Cat"} - {out}).pop())
    stays = talking.partners[0].name
    leave(talking.person.name, clock)
    assert partners(stays) == {out}


def test_whoever_was_left_out_long_ago_is_not_invited_anew(app: Flask, clock: Clock) -> None:
    round_ = sent(clock, "Ada", "Ben", "Cat", odd="sit-out")
    out, talk = round_.left_out[0].person, round_.conversations[0]
    clock.advance(days=60)
    send_round(draw_round(round_.programme, 8, clock()), clock())
    talk.starts_at = clock() + timedelta(days=5)
    db.session.commit()
    withdraw(talk.participations[0], "", 3, clock())
    assert [each for each in round_.conversations if each.mended] == []
    assert out.id not in {part.person_id for each in round_.conversations for part in each.participations}


def test_who_was_left_out_and_stepped_in_has_not_had_their_turn(app: Flask, clock: Clock) -> None:
    round_ = sent(clock, "Ada", "Ben", "Cat", odd="sit-out")
    out = round_.left_out[0].person
    turn = {each.id: each.last_out for each in draw_queries.entrants(round_.programme, clock().date())}
    assert turn[out.id] == 1
    leave(({"Ada", "Ben", "Cat"} - {out.name}).pop(), clock)
    turn = {each.id: each.last_out for each in draw_queries.entrants(round_.programme, clock().date())}
    assert turn[out.id] is None


def test_a_standby_steps_in_where_nobody_else_is_free(app: Flask, clock: Clock) -> None:
    sent(clock, "Ada", "Ben", "Cat", "Dan", odd="standby")
    for name in ("Sam", "Sue"):
        member(person(name), membership("Ada").programme, standby=True)
    stays = other("Ada")
    found = leave("Ada", clock)
    assert len(found) == 1
    assert {each.name for each in found[0].people} & {"Sam", "Sue"}
    assert stays in {each.name for each in found[0].people}


def test_standbys_are_not_asked_where_two_are_left_alone_anyway(app: Flask, clock: Clock) -> None:
    round_ = sent(clock, "Ada", "Ben", "Cat", "Dan")
    one = other("Ada")
    leave("Ada", clock)
    for name in ("Sam", "Sue"):
        member(person(name), round_.programme, standby=True)
    two = ({"Ben", "Cat", "Dan"} - {one}).pop()
    stays = other(two)
    leave(two, clock)
    assert partners(one) == {stays}


def test_nobody_meets_again_whom_they_met_before(app: Flask, clock: Clock) -> None:
    round_ = sent(clock, "Ada", "Ben", "Cat", odd="sit-out")
    met = {frozenset(each.name for each in talk.people) for talk in round_.conversations}
    clock.advance(days=40)
    again = draw_round(round_.programme, 5, clock())
    send_round(again, clock())
    db.session.commit()
    out, pair = again.left_out[0].person.name, [each.name for each in again.conversations[0].people]
    for name in pair:
        if frozenset({out, ({*pair} - {name}).pop()}) in met:
            assert leave(name, clock) == []
            return
    raise AssertionError("Nobody in this round has met who was left out")


@pytest.mark.one_engine
@pytest.mark.parametrize("why", ["exclusion", "organisation", "pause", "gone"])
def test_nobody_is_found_who_must_not_or_cannot(app: Flask, clock: Clock, why: str) -> None:
    round_ = sent(clock, "Ada", "Ben", "Cat", odd="sit-out")
    out = round_.left_out[0].person
    leaver = ({"Ada", "Ben", "Cat"} - {out.name}).pop()
    stays = part_of(leaver).partners[0]
    if why == "exclusion":
        db.session.add(Exclusion(person_id=out.id, email=stays.email))
    elif why == "organisation":
        round_.programme.same_organisation = "forbid"
    elif why == "pause":
        pause(membership(out.name), None)
    else:
        out.left_at, out.email = clock(), None
    assert leave(leaver, clock) == []


def test_who_withdrew_is_not_found_again_in_that_round(app: Flask, clock: Clock) -> None:
    sent(clock, "Ada", "Ben", "Cat", "Dan")
    first, second = "Ada", other("Ada")
    third = ({"Ben", "Cat", "Dan"} - {second}).pop()
    leave(first, clock)
    assert leave(third, clock)
    newest = part_of(second)
    assert leave(newest.person.name, clock) == []


def test_a_new_conversation_is_two_working_days_ahead_at_least(app: Flask, clock: Clock) -> None:
    sent(clock, "Ada", "Ben", "Cat", odd="sit-out")
    clock.set(2026, 11, 24, 17)
    talking = db.session.query(Conversation).one()
    talking.starts_at = clock() + timedelta(hours=2)
    found = leave(talking.people[0].name, clock)
    assert found[0].starts_at.date() >= (clock() + timedelta(days=2)).date()
    assert found[0].starts_at.date() <= (clock() + timedelta(days=20)).date()


@pytest.mark.thorough
def test_nobody_has_two_conversations_at_once(app: Flask, clock: Clock) -> None:
    round_ = sent(clock, "Ada", "Ben", "Cat", odd="sit-out")
    out, elsewhere = round_.left_out[0].person, programme("Elsewhere")
    for day in range(25):
        for hour, minute in ((10, 0), (15, 0)):
            start = clock().replace(hour=hour, minute=minute) + timedelta(days=day)
            conversation(elsewhere, out, person(f"P{day} {hour}"), starts_at=start)
    found = leave(({"Ada", "Ben", "Cat"} - {out.name}).pop(), clock)
    assert (found[0].starts_at.hour, found[0].starts_at.minute) == (12, 30)


@pytest.mark.thorough
def test_whoever_was_promised_to_go_first_is_not_left_out_next_time(app: Flask, clock: Clock) -> None:
    round_ = sent(clock, "Ada", "Ben", "Cat", "Dan", odd="sit-out")
    alone = other("Ada")
    leave("Ada", clock)
    member(person("Eve"), round_.programme)
    for seed in range(12):
        clock.advance(days=1)
        round_ = draw_round(round_.programme, seed, clock())
        assert alone not in [left.person.name for left in round_.left_out]
        cancel_round(round_, clock())
        db.session.commit()
    assert membership(alone).first_next
    send_round(draw_round(round_.programme, 1, clock()), clock())
    assert not membership(alone).first_next


def test_a_mended_round_can_still_be_drawn_again_from_what_was_kept(app: Flask, clock: Clock) -> None:
    round_ = sent(clock, "Ada", "Ben", "Cat", "Dan", "Eve", odd="sit-out")
    leave(part_of(({"Ada", "Ben"} - {round_.left_out[0].person.name}).pop()).person.name, clock)
    assert any(talk.mended for talk in round_.conversations)
    assert replay(round_).proved


def test_a_programme_of_its_own_is_not_mended_from_another(app: Flask, clock: Clock) -> None:
    sent(clock, "Ada", "Ben")
    elsewhere = programme("Elsewhere")
    member(person("Eve"), elsewhere, standby=True)
    assert leave("Ada", clock) == []
