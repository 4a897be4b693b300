from collections import Counter
from datetime import date, timedelta
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from cast import member, person, programme
from conftest import Clock
from flask import Flask

from unmentor.conversations.models import Conversation
from unmentor.db import db
from unmentor.organise import roster
from unmentor.organise.roster import Sought
from unmentor.programmes.actions import pause, resume, take_part, wait_for_a_turn
from unmentor.programmes.models import EACH, QUARTERLY, SECOND, Membership, Programme
from unmentor.programmes.queries import next_draw
from unmentor.rounds.actions import cancel_round, draw_round, send_round
from unmentor.rounds.dry_run import dry_run
from unmentor.rounds.mend import withdraw
from unmentor.rounds.models import Round
from unmentor.rounds.turns import A_QUARTER, ask_for_the_next, counted, members_in, turn_of

pytestmark = pytest.mark.thorough

NAMES = ("Ada", "Ben", "Cat", "Dan", "Eve", "Fay", "Gil", "Hal")


@pytest.fixture
def ours(app: Flask) -> Programme:
    return programme(every="weekly")


def joined(ours: Programme, *names: str, **given: Any) -> list[Membership]:
    return [member(person(name), ours, **given) for name in names]


def sent(ours: Programme, clock: Clock, seed: int = 7) -> Round:
    """Return a round drawn and sent now; a week later it is."""
    round_ = draw_round(ours, seed, clock())
    send_round(round_, clock())
    db.session.commit()
    clock.advance(days=7)
    return round_


def names_in(ours: Programme, clock: Clock) -> set[str]:
    return {each.person.name for each in members_in(ours, ours.today(clock()))}


def paired(round_: Round) -> set[int]:
    return {part.person_id for talk in round_.conversations if talk.state != "cancelled" for part in talk.present}


def test_who_takes_part_in_every_second_round_is_not_in_the_one_after(ours: Programme, clock: Clock) -> None:
    joined(ours, "Ada", "Ben", "Cat")
    joined(ours, "Dan", every=SECOND)
    seen = []
    for _round in range(5):
        seen.append("Dan" in names_in(ours, clock))
        sent(ours, clock)
    assert seen == [True, False, True, False, True]


def test_who_takes_part_once_a_quarter_rests_for_eleven_weekly_rounds(ours: Programme, clock: Clock) -> None:
    joined(ours, "Ada", "Ben", "Cat")
    joined(ours, "Dan", every=QUARTERLY)
    seen = []
    for _round in range(14):
        seen.append("Dan" in names_in(ours, clock))
        sent(ours, clock)
    assert [week for week, there in enumerate(seen) if there] == [0, 12]


def test_a_quarter_has_a_round_where_one_was_drawn_days_late(ours: Programme, clock: Clock) -> None:
    (dan, _ben) = joined(ours, "Dan", "Ben", every=QUARTERLY)
    ours.every = "monthly"
    clock.advance(days=5)
    sent(ours, clock)
    clock.advance(days=84 - 7 - 5)
    assert names_in(ours, clock) == {"Dan", "Ben"}
    clock.advance(days=-2)
    assert names_in(ours, clock) == set()
    assert turn_of(dan, clock()).rests is False


def test_whoever_was_left_out_has_not_had_their_turn(ours: Programme, clock: Clock) -> None:
    ours.odd = "sit-out"
    joined(ours, "Ada", "Ben", "Cat", every=SECOND)
    out = sent(ours, clock).left_out[0].person.name
    assert names_in(ours, clock) == {out}


@pytest.mark.parametrize("every", [SECOND, QUARTERLY])
def test_who_withdrew_and_whom_that_left_alone_have_not_had_theirs(ours: Programme, clock: Clock, every: int) -> None:
    joined(ours, "Ada", "Ben", every=every)
    round_ = sent(ours, clock)
    assert names_in(ours, clock) == set()
    clock.advance(days=-6)
    withdraw(round_.conversations[0].participations[0], "", 3, clock())
    clock.advance(days=6)
    assert names_in(ours, clock) == {"Ada", "Ben"}


def test_a_round_that_was_called_off_is_not_one_between(ours: Programme, clock: Clock) -> None:
    joined(ours, "Ada", "Ben", "Cat")
    joined(ours, "Dan", every=SECOND)
    sent(ours, clock)
    cancel_round(sent(ours, clock), clock())
    assert "Dan" not in names_in(ours, clock)
    sent(ours, clock)
    assert "Dan" in names_in(ours, clock)


def test_this_one_too_holds_for_one_turn_and_can_be_taken_back(ours: Programme, clock: Clock) -> None:
    joined(ours, "Ada", "Ben", "Cat")
    (dan,) = joined(ours, "Dan", every=QUARTERLY)
    sent(ours, clock)
    ask_for_the_next(dan)
    assert "Dan" in names_in(ours, clock)
    wait_for_a_turn(dan)
    assert "Dan" not in names_in(ours, clock)
    ask_for_the_next(dan)
    sent(ours, clock)
    assert "Dan" not in names_in(ours, clock)


def test_this_one_too_outlives_a_withdrawal_by_a_partner(ours: Programme, clock: Clock) -> None:
    (ada,) = joined(ours, "Ada")
    (dan,) = joined(ours, "Dan", every=QUARTERLY)
    sent(ours, clock)
    ask_for_the_next(dan)
    pause(ada, None)
    joined(ours, "Gil")
    (talk,) = sent(ours, clock).conversations
    clock.advance(days=-6)
    withdraw(next(part for part in talk.participations if part.person_id != dan.person_id), "", 3, clock())
    assert names_in(ours, clock) == {"Dan", "Gil"}


@pytest.mark.parametrize("offers", [True, False])
def test_whose_turn_it_is_not_steps_in_where_they_offered_to(ours: Programme, clock: Clock, offers: bool) -> None:
    (ada,) = joined(ours, "Ada")
    joined(ours, "Dan", every=SECOND, standby=offers)
    sent(ours, clock)
    joined(ours, "Ben")
    (talk,) = sent(ours, clock).conversations
    clock.advance(days=-6)
    found = withdraw(next(part for part in talk.participations if part.person_id == ada.person_id), "", 3, clock())
    # Ben never met Dan.
    assert [{each.name for each in new.people} for new in found] == [{"Ben", "Dan"}] * offers


def test_who_slows_down_before_a_round_is_sent_is_not_in_it(ours: Programme, clock: Clock) -> None:
    (ada, *_others) = joined(ours, "Ada", "Ben", "Cat", "Dan")
    sent(ours, clock)
    round_ = draw_round(ours, 8, clock())
    take_part(ada, SECOND)
    send_round(round_, clock())
    assert ada.person_id not in paired(round_)


def test_all_that_counts_who_is_in_counts_the_same(ours: Programme, clock: Clock) -> None:
    joined(ours, "Ada", "Ben", "Cat", "Eve")
    joined(ours, "Dan", "Fay", every=SECOND)
    sent(ours, clock)
    today = ours.today(clock())
    assert counted(ours, today)[0] == dry_run(ours, clock()).people == roster.totals(ours, today)["next"] == 4
    assert roster.totals(ours, today)["slower"] == 2


@pytest.mark.one_engine
@pytest.mark.parametrize("seed", range(4))
def test_no_sequence_of_draws_takes_anybody_more_often_than_they_chose(
    ours: Programme, clock: Clock, seed: int
) -> None:
    chance = Random(seed)
    ours.odd = chance.choice(["trio", "sit-out", "standby"])
    members = [
        member(
            person(name), ours, every=chance.choice([EACH, SECOND, SECOND, QUARTERLY]), standby=chance.random() < 0.3
        )
        for name in NAMES
    ]
    wishes, rounds = Counter[int](), []
    for _week in range(16):
        for each in members:
            if turn_of(each, clock()).rests and chance.random() < 0.1:
                ask_for_the_next(each)
                wishes[each.person_id] += 1
            if chance.random() < 0.1:
                pause(each, None) if each.state == "active" else resume(each)
        db.session.commit()
        _count(ours, members, rounds, ours.today(clock()))
        if counted(ours, ours.today(clock()))[0] > 1:
            rounds.append(_lived(ours, clock, chance))
        clock.advance(days=chance.choice([1, 7, 7, 7, 14, 28]))
    _hold(members, rounds, wishes)


def _lived(ours: Programme, clock: Clock, chance: Random) -> Round:
    """Return a round, sent, from which some withdrew, and that was perhaps called off."""
    round_ = draw_round(ours, chance.randrange(99), clock())
    send_round(round_, clock())
    db.session.commit()
    for talk in list(round_.conversations):
        if chance.random() < 0.3 and talk.state == "arranged":
            withdraw(talk.participations[0], "", chance.randrange(99), clock())
        elif chance.random() < 0.3:
            talk.state = "met"
    if chance.random() < 0.1:
        cancel_round(round_, clock())
    db.session.commit()
    db.session.expire_all()
    return round_


def _count(ours: Programme, members: list[Membership], rounds: list[Round], today: date) -> None:
    """Check that the lists of an organiser hold whom one finds who looks at every conversation of everybody."""
    never = {each.person_id for each in members}
    never -= {part.person_id for talk in _met(rounds) for part in talk.present}
    plain = {
        "next": [each.id for each in members if each.state == "active" and not _rests(each, rounds, today)],
        "never": [each.id for each in members if each.person_id in never],
        "paused": [each.id for each in members if each.state == "paused"],
    }
    for show, found in plain.items():
        page = roster.page_of(ours, Sought(show=show), today, 1)
        assert (sorted(page.items), page.total) == (sorted(found), len(found)), show
    totals = roster.totals(ours, today)
    assert (totals["next"], totals["paused"]) == (len(plain["next"]), len(plain["paused"]))


def _met(rounds: list[Round]) -> list[Conversation]:
    return [talk for round_ in rounds for talk in round_.conversations if talk.state == "met"]


def _rests(each: Membership, rounds: list[Round], today: date) -> bool:
    before = max((round_.number for round_ in rounds if round_.state != "cancelled"), default=0)
    too_soon = {
        EACH: [],
        SECOND: [round_ for round_ in rounds if round_.number >= before],
        QUARTERLY: [round_ for round_ in rounds if each.programme.today(round_.drawn_at) + A_QUARTER > today],
    }
    turns = [round_.number for round_ in too_soon[each.every] if each.person_id in paired(round_)]
    return any(each.this_one_too is None or each.this_one_too < number for number in turns)


def _hold(members: list[Membership], rounds: list[Round], wishes: Counter[int]) -> None:
    """Check who was in which round, by the rule as people read it: a wish, or stepping in, excuses a turn too soon."""
    took_place = [round_ for round_ in rounds if round_.state != "cancelled"]
    for each in members:
        turns = [place for place, round_ in enumerate(took_place) if each.person_id in paired(round_)]
        too_soon = sum(
            second - first == 1
            if each.every == SECOND
            else each.every == QUARTERLY and took_place[second].drawn_at - took_place[first].drawn_at < A_QUARTER
            for first, second in pairwise(turns)
        )
        drawn = [{who for group in round_.groups for who in group} for round_ in took_place]
        stepped_in = each.standby * sum(each.person_id not in drawn[place] for place in turns)
        assert too_soon <= wishes[each.person_id] + stepped_in, each.person.name


@pytest.mark.one_engine
@pytest.mark.parametrize("every", [SECOND, EACH, QUARTERLY])
@pytest.mark.parametrize("rhythm", ["weekly", "monthly"])
def test_a_draw_takes_somebody_when_their_page_says_so(ours: Programme, clock: Clock, every: int, rhythm: str) -> None:
    ours.every = rhythm
    joined(ours, "Ada", "Ben", "Cat")
    (dan,) = joined(ours, "Dan", every=every)
    clock.moment = next_draw(ours, clock()) + timedelta(minutes=1)
    for _round in range(6):
        draw_ = draw_round(ours, 7, clock())
        send_round(draw_, clock())
        turn = turn_of(dan, clock())
        clock.moment = next_draw(ours, clock()) + timedelta(minutes=1)
        assert ("Dan" in names_in(ours, clock)) == (not turn.rests) == (turn.at <= clock())
