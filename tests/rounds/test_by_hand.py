"""Changing a round by hand: what each change makes of it, what refuses it, and that the draw is kept beside it."""

import pytest
from cast import member, organiser, person, programme
from conftest import Clock
from flask import Flask
from flask.testing import FlaskCliRunner

from unmentor.audit.models import AuditEvent
from unmentor.conversations.models import Conversation
from unmentor.db import db
from unmentor.mail.models import Message
from unmentor.people.actions import avoid
from unmentor.people.models import Person
from unmentor.programmes.actions import pause
from unmentor.programmes.models import Membership
from unmentor.rounds import by_hand, effect, steps
from unmentor.rounds.actions import draw_round, send_round
from unmentor.rounds.change import groups_after
from unmentor.rounds.draw_inputs import CannotReplay
from unmentor.rounds.leaving import let_go
from unmentor.rounds.left_out import why_out
from unmentor.rounds.models import Change, Round
from unmentor.rounds.refusals import Leaving, NotWaiting
from unmentor.rounds.seats import Refused, seats

NAMES = ("Ada", "Ben", "Cat", "Dan")


@pytest.fixture
def clock(clock: Clock) -> Clock:
    """Return a clock that shows a Monday morning."""
    clock.set(2026, 11, 23, 9)
    return clock


def drawn(clock: Clock, *names: str, **rules: str) -> Round:
    """Return a round that waits, of people each from an organisation of their own."""
    ours = programme(**rules)
    for name in names:
        member(person(name, organisation=f"{name} Council"), ours)
    round_ = draw_round(ours, 7, clock())
    db.session.commit()
    return round_


def groups(round_: Round) -> list[set[str]]:
    db.session.expire_all()
    return [{each.name for each in talk.people} for talk in round_.conversations]


def out(round_: Round) -> set[str]:
    return {left_out.person.name for left_out in round_.left_out}


def seat(name: str) -> int:
    return db.session.query(Person.id).filter_by(name=name).scalar()


def pairs(round_: Round) -> tuple[tuple[Person, Person], tuple[Person, Person]]:
    """Return the people of the first two conversations."""
    one, other, *_ = (tuple(talk.people) for talk in round_.conversations)
    return one, other


def test_two_change_places_and_the_draw_is_kept_beside_it(app: Flask, clock: Clock) -> None:
    round_ = drawn(clock, *NAMES)
    olu = organiser(round_.programme)
    as_drawn, uids = round_.groups, {talk.uid for talk in round_.conversations}
    (one, stays), (other, remains) = pairs(round_)
    steps.change(round_, by_hand.swap(one.id, other.id), olu.id)
    assert groups(round_) == [{other.name, stays.name}, {one.name, remains.name}]
    assert [sum(part.starts for part in talk.participations) for talk in round_.conversations] == [1, 1]
    assert uids.isdisjoint(talk.uid for talk in round_.conversations)
    assert round_.groups == as_drawn
    changed = db.session.query(Change).one()
    assert (changed.by_id, changed.at, {changed.one_id, changed.other_id}) == (olu.id, clock(), {one.id, other.id})
    assert [row.person_id for row in db.session.query(AuditEvent).filter_by(deed="person-swapped")] == [
        one.id,
        other.id,
    ]


def test_a_swap_puts_in_who_was_left_out(app: Flask, clock: Clock) -> None:
    round_ = drawn(clock, "Ada", "Ben", "Cat", odd="sit-out")
    was_out, (goes, stays) = round_.left_out[0].person, round_.conversations[0].people
    steps.change(round_, by_hand.swap(was_out.id, goes.id))
    assert (groups(round_), out(round_)) == ([{was_out.name, stays.name}], {goes.name})
    assert why_out(round_, goes.id) == "hand"


def test_who_is_left_alone_by_hand_joins_somebody_who_is_free(app: Flask, clock: Clock) -> None:
    round_ = drawn(clock, "Ada", "Ben", "Cat", odd="sit-out")
    was_out, (goes, stays) = round_.left_out[0].person, round_.conversations[0].people
    steps.change(round_, by_hand.leave_out(goes.id))
    assert (groups(round_), out(round_)) == ([{was_out.name, stays.name}], {goes.name})


def test_who_is_left_alone_by_hand_joins_a_pair_or_splits_a_three(app: Flask, clock: Clock) -> None:
    round_ = drawn(clock, *NAMES)
    (goes, alone), (one, other) = pairs(round_)
    steps.change(round_, by_hand.leave_out(goes.id))
    assert groups(round_) == [{alone.name, one.name, other.name}]
    assert [part.third for part in round_.conversations[0].participations] == [False, False, True]
    steps.change(round_, by_hand.take_in(goes.id))
    assert sorted(map(len, groups(round_))) == [2, 2]
    assert out(round_) == set()


def test_whoever_is_left_alone_is_left_out_where_no_threes_are_made(app: Flask, clock: Clock) -> None:
    round_ = drawn(clock, *NAMES, odd="sit-out")
    (goes, alone), (one, other) = pairs(round_)
    steps.change(round_, by_hand.leave_out(goes.id))
    assert (groups(round_), out(round_)) == ([{one.name, other.name}], {goes.name, alone.name})


def test_a_standby_steps_in_and_is_not_called_left_out_again(app: Flask, clock: Clock) -> None:
    round_ = drawn(clock, *NAMES, odd="standby")
    member(person("Eve", organisation="Eve Council"), round_.programme, standby=True)
    (goes, stays), _other = pairs(round_)
    steps.change(round_, by_hand.leave_out(goes.id))
    assert {"Eve", stays.name} in groups(round_)
    steps.change(round_, by_hand.swap(goes.id, seat("Eve")))
    assert {goes.name, stays.name} in groups(round_)
    assert out(round_) == set()


def refused(round_: Round, planner: by_hand.Planner) -> str:
    with pytest.raises(Refused) as refusal:
        steps.change(round_, planner)
    assert db.session.query(Change).count() == 0
    return str(refusal.value)


def test_whoever_wished_it_two_who_must_not_meet_only_cannot_be_paired(app: Flask, clock: Clock) -> None:
    round_ = drawn(clock, *NAMES)
    (one, stays), (other, _remains) = pairs(round_)
    avoid(other, stays.email)
    db.session.commit()
    said = f"{other.name} and {stays.name} cannot be paired."
    assert refused(round_, by_hand.swap(one.id, other.id)) == said


def test_nobody_is_put_with_somebody_they_avoid_where_the_round_chooses(app: Flask, clock: Clock) -> None:
    round_ = drawn(clock, "Ada", "Ben", "Cat", odd="sit-out")
    was_out, (goes, stays) = round_.left_out[0].person, round_.conversations[0].people
    avoid(stays, was_out.email)
    steps.change(round_, by_hand.leave_out(goes.id))
    assert (groups(round_), len(out(round_))) == ([], 3)


def test_colleagues_are_refused_where_the_programme_pairs_none(app: Flask, clock: Clock) -> None:
    round_ = drawn(clock, *NAMES, same_organisation="forbid")
    (one, stays), (other, _remains) = pairs(round_)
    other.organisation = stays.organisation
    db.session.commit()
    assert "colleagues" in refused(round_, by_hand.swap(one.id, other.id))


def test_who_takes_no_part_any_more_is_refused(app: Flask, clock: Clock) -> None:
    round_ = drawn(clock, *NAMES)
    (one, _stays), (other, _remains) = pairs(round_)
    pause(db.session.query(Membership).filter_by(person_id=other.id).one(), None)
    db.session.commit()
    assert refused(round_, by_hand.swap(one.id, other.id)) == f"{other.name} does not take part at the moment."


def test_what_makes_no_sense_is_refused_in_words(app: Flask, clock: Clock) -> None:
    round_ = drawn(clock, "Ada", "Ben", "Cat", "Dan", "Eve", odd="sit-out")
    nobody, ((one, stays), _other) = round_.left_out[0].person, pairs(round_)
    assert "Choose somebody else" in refused(round_, by_hand.swap(one.id, one.id))
    assert "talk to each other already" in refused(round_, by_hand.swap(one.id, stays.id))
    assert "has a conversation in it already" in refused(round_, by_hand.take_in(one.id))
    assert "has no conversation in it" in refused(round_, by_hand.leave_out(nobody.id))
    assert "There is nobody for" in refused(round_, by_hand.take_in(nobody.id))
    assert "does not take part" in refused(round_, by_hand.swap(one.id, person("Zoe").id))


def test_nothing_is_changed_of_what_is_about_to_leave_or_has_left(app: Flask, clock: Clock) -> None:
    round_ = drawn(clock, *NAMES)
    (one, _stays), (other, _remains) = pairs(round_)
    let_go(round_, clock())
    with pytest.raises(Leaving, match="leaves at 9:02am"):
        steps.change(round_, by_hand.swap(one.id, other.id))
    send_round(round_, clock())
    db.session.commit()
    with pytest.raises(NotWaiting, match="sent already"):
        steps.change(round_, by_hand.swap(one.id, other.id))


def test_the_effect_names_repeats_colleagues_and_turns(app: Flask, clock: Clock) -> None:
    first = drawn(clock, "Ada", "Ben", "Cat", odd="sit-out")
    send_round(first, clock())
    met, was_out = first.conversations[0].people, first.left_out[0].person
    second = draw_round(first.programme, 8, clock())
    (now_out,) = (left_out.person for left_out in second.left_out)
    other = next(each for each in met if each is not now_out)
    now_out.organisation = other.organisation
    db.session.commit()
    sat = seats(second, clock())
    plan = by_hand.swap(was_out.id, now_out.id)(sat)
    (talk,) = effect.new_conversations(sat, plan)
    assert "met in round 1" in talk.notes[0]
    assert talk.notes[1] == "same organisation"
    (turn,) = effect.turns(sat, plan)
    assert f"{was_out.name} is left out" in turn
    assert "in round 1; 2 other people have not been since." in turn
    steps.change(second, by_hand.swap(was_out.id, now_out.id))
    assert second.conversations[0].repeat


def test_who_was_promised_to_go_first_is_named(app: Flask, clock: Clock) -> None:
    round_ = drawn(clock, *NAMES)
    (goes, _alone), _other = pairs(round_)
    db.session.query(Membership).filter_by(person_id=goes.id).one().first_next = True
    db.session.commit()
    sat = seats(round_, clock())
    said = " ".join(effect.turns(sat, by_hand.leave_out(goes.id)(sat)))
    assert f"{goes.name} was promised to go first this time." in said


def test_a_changed_round_tells_everybody_what_stands_now(app: Flask, clock: Clock) -> None:
    round_ = drawn(clock, "Ada", "Ben", "Cat", odd="sit-out")
    was_out, (goes, stays) = round_.left_out[0].person, round_.conversations[0].people
    steps.change(round_, by_hand.swap(was_out.id, goes.id))
    send_round(round_, clock())
    told = {(mail.kind, mail.recipient) for mail in db.session.query(Message)}
    assert told == {("invitation", was_out.email), ("invitation", stays.email), ("unpaired", goes.email)}


def run(app: Flask, *args: str) -> tuple[int, str]:
    runner: FlaskCliRunner = app.test_cli_runner()
    result = runner.invoke(args=["round", *args])
    return result.exit_code, result.output


def test_verify_proves_the_draw_and_says_what_people_changed(app: Flask, clock: Clock) -> None:
    round_ = drawn(clock, *NAMES)
    (one, _stays), (other, _remains) = pairs(round_)
    olu = organiser(round_.programme)
    names = f"{one.name} and {other.name}"
    steps.change(round_, by_hand.swap(one.id, other.id), olu.id)
    code, said = run(app, "verify", "unmentoring", "1")
    assert code == 0
    assert "the same draw, and its proof holds" in said
    assert f"Changed by hand: Olu Organiser swapped {names}, Monday 23 November, 9am." in said
    db.session.query(Change).one().undone = [[one.id, other.id]]
    db.session.commit()
    with pytest.raises(CannotReplay):
        groups_after(db.session.query(Round).one())
    assert run(app, "verify", "unmentoring", "1")[0] == 1


def test_the_command_swaps_by_address_and_shows_what_that_does(app: Flask, clock: Clock) -> None:
    round_ = drawn(clock, *NAMES)
    (one, stays), (other, _remains) = pairs(round_)
    swap = ["swap", "unmentoring", "1", one.email, other.email.upper()]
    wanted = {other.name, stays.name}
    code, said = run(app, *swap, "--dry-run")
    assert (code, wanted in groups(round_)) == (0, False)
    assert "New: " in said
    assert run(app, *swap)[0] == 0
    assert wanted in groups(round_)
    assert "swapped" in run(app, "verify", "unmentoring", "1")[1]
    assert run(app, "swap", "unmentoring", "1", "nobody@example.org", one.email)[0] == 1
    assert db.session.query(Conversation).count() == 2
