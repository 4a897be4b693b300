from datetime import UTC, datetime
from threading import Thread

import pytest
from cast import conversation, mailed, member, organiser, person, programme
from conftest import Clock
from flask import Flask

from unmentor.db import db, transaction
from unmentor.mail.models import Message
from unmentor.people.models import Exclusion
from unmentor.programmes.actions import pause
from unmentor.programmes.models import Membership, Programme
from unmentor.rounds import draw_queries, steps
from unmentor.rounds.actions import cancel_round, close_rounds, draw_again, draw_round, look, send_round
from unmentor.rounds.draw_inputs import CannotReplay, replay
from unmentor.rounds.models import Round
from unmentor.rounds.queries import latest_sent
from unmentor.rounds.refusals import NotWaiting, TooFewPeople
from unmentor.rounds.summary import summary


def community(*names: str, **rules: str) -> Programme:
    ours = programme(**rules)
    for name in names:
        member(person(name), ours)
    return ours


def names(round_: Round) -> set[frozenset[str]]:
    return {frozenset(each.name for each in talk.people) for talk in round_.conversations}


def mails(kind: str) -> list[str]:
    return sorted(message.recipient for message in db.session.query(Message).filter_by(kind=kind))


def test_a_round_pairs_everybody_who_takes_part(app: Flask, clock: Clock) -> None:
    ours = community("Ada", "Ben", "Cat", "Dan")
    round_ = draw_round(ours, 7, clock())
    assert round_.number == 1
    assert round_.people == 4
    assert len(round_.conversations) == 2


def test_one_of_each_conversation_starts(app: Flask, clock: Clock) -> None:
    round_ = draw_round(community("Ada", "Ben", "Cat", "Dan", "Eve"), 7, clock())
    assert [[part.starts for part in talk.participations].count(True) for talk in round_.conversations] == [1, 1]


def test_nobody_meets_again_while_somebody_new_is_there(app: Flask, clock: Clock) -> None:
    ours = community("Ada", "Ben", "Cat", "Dan")
    met = []
    for _ in range(3):
        round_ = draw_round(ours, 7, clock())
        send_round(round_, clock())
        met += names(round_)
        clock.advance(days=30)
    assert len(set(met)) == 6


@pytest.mark.one_engine
@pytest.mark.parametrize("left", ["paused", "unconfirmed", "gone", "without a way to talk"])
def test_who_does_not_take_part_is_not_drawn(app: Flask, clock: Clock, left: str) -> None:
    ours = community("Ada", "Ben")
    cat = person("Cat", **({"confirmed_at": None} if left == "unconfirmed" else {}))
    membership = member(cat, ours)
    if left == "paused":
        pause(membership, until=None)
    if left == "gone":
        cat.left_at = clock()
    if left == "without a way to talk":
        cat.phone = ""
    assert names(draw_round(ours, 7, clock())) == {frozenset({"Ada", "Ben"})}


def test_a_pause_ends_by_itself(app: Flask, clock: Clock) -> None:
    ours = community("Ada")
    pause(member(person("Ben"), ours), until=clock().date())
    assert names(draw_round(ours, 7, clock())) == {frozenset({"Ada", "Ben"})}


def test_a_private_wish_to_stay_apart_holds_from_either_side(app: Flask, clock: Clock) -> None:
    ours = community("Ada", "Ben", "Cat", "Dan")
    by_name = {
        membership.person.name: membership.person
        for membership in db.session.query(Membership).filter_by(programme=ours)
    }
    for name in ("Ben", "Cat"):
        db.session.add(Exclusion(person_id=by_name["Ada"].id, email=by_name[name].email))
    db.session.commit()
    assert names(draw_round(ours, 3, clock())) == {frozenset({"Ada", "Dan"}), frozenset({"Ben", "Cat"})}


def test_one_person_alone_is_no_round(app: Flask, clock: Clock) -> None:
    with pytest.raises(TooFewPeople, match="at least two people"):
        draw_round(community("Ada"), 7, clock())


def test_drawing_while_a_round_waits_returns_that_round(app: Flask, clock: Clock) -> None:
    ours = community("Ada", "Ben")
    first = draw_round(ours, 7, clock())
    db.session.commit()
    assert draw_round(ours, 8, clock()).id == first.id


def test_two_who_draw_at_once_get_one_round(app: Flask, clock: Clock) -> None:
    ours = community("Ada", "Ben", "Cat", "Dan")
    slug, drawn = ours.slug, []
    db.session.commit()  # else this thread would hold the pen

    def press() -> None:
        with app.app_context(), transaction():
            found = db.session.query(Programme).filter_by(slug=slug).one()
            drawn.append(draw_round(found, len(drawn), clock()).number)

    pressing = [Thread(target=press) for _ in range(4)]
    for thread in pressing:
        thread.start()
    for thread in pressing:
        thread.join()
    assert drawn == [1, 1, 1, 1]
    assert db.session.query(Round).count() == 1


def test_sending_queues_an_invitation_for_everybody(app: Flask, clock: Clock) -> None:
    round_ = draw_round(community("Ada", "Ben", "Cat"), 7, clock())
    assert send_round(round_, clock()) == 3
    assert mails("invitation") == ["ada@example.gov.uk", "ben@example.gov.uk", "cat@example.gov.uk"]


def test_who_is_left_out_gets_a_kind_word(app: Flask, clock: Clock) -> None:
    round_ = draw_round(community("Ada", "Ben", "Cat", odd="sit-out"), 7, clock())
    send_round(round_, clock())
    assert len(mails("unpaired")) == 1
    assert len(mails("invitation")) == 2


def test_the_same_person_is_not_left_out_again_before_everybody_was(app: Flask, clock: Clock) -> None:
    ours = community("Ada", "Ben", "Cat", "Dan", "Eve", odd="sit-out")
    out = set()
    for seed in range(5):
        round_ = draw_round(ours, seed, clock())
        send_round(round_, clock())
        out |= {left.person_id for left in round_.left_out}
        db.session.commit()
        clock.advance(days=30)
    assert len(out) == 5


def test_a_round_is_sent_once(app: Flask, clock: Clock) -> None:
    round_ = draw_round(community("Ada", "Ben"), 7, clock())
    send_round(round_, clock())
    with pytest.raises(NotWaiting, match="was sent already"):
        send_round(round_, clock())


def test_drawing_again_keeps_the_number(app: Flask, clock: Clock) -> None:
    first = draw_round(community("Ada", "Ben", "Cat", "Dan"), 7, clock())
    assert draw_again(first, 8, clock()).number == 1
    assert db.session.query(Round).count() == 1


def test_cancelling_a_drawn_round_tells_nobody(app: Flask, clock: Clock) -> None:
    round_ = draw_round(community("Ada", "Ben"), 7, clock())
    cancel_round(round_, clock())
    assert round_.state == "cancelled"
    assert mails("cancelled") == []


def test_cancelling_a_sent_round_tells_everybody_and_frees_the_pairs(app: Flask, clock: Clock) -> None:
    ours = community("Ada", "Ben")
    round_ = draw_round(ours, 7, clock())
    send_round(round_, clock())
    clock.advance(hours=1)
    steps.cancel(round_)
    assert mails("cancelled") == ["ada@example.gov.uk", "ben@example.gov.uk"]
    assert draw_queries.history(ours) == []


def test_why_a_round_is_off_is_said_in_its_readers_language(app: Flask, clock: Clock) -> None:
    ours = community("Ada")
    member(person("Siân", language="cy"), ours)
    round_ = draw_round(ours, 7, clock())
    send_round(round_, clock())
    clock.advance(hours=1)
    steps.cancel(round_)
    assert "The whole round was cancelled." in mailed("ada@example.gov.uk", "cancelled")
    assert "Cafodd y rownd gyfan ei chanslo." in mailed("sian@example.gov.uk", "cancelled")


def test_conversations_fall_on_working_days_after_the_lead_time(app: Flask, clock: Clock) -> None:
    ours = community("Ada", "Ben", "Cat", "Dan")
    clock.set(2026, 12, 21, 9)
    for talk in draw_round(ours, 7, clock()).conversations:
        local = talk.starts_at.astimezone(ours.zone)
        assert local.weekday() < 5
        assert (local.month, local.day) not in {(12, 25), (12, 28), (1, 1)}
        assert (talk.starts_at - clock()).days >= 2


def test_nobody_is_drawn_into_an_hour_that_another_programme_has_taken(app: Flask, clock: Clock) -> None:
    ours, elsewhere = community("Ada", "Ben", window_days=1), programme("Elsewhere")
    ada = next(
        each.person for each in db.session.query(Membership).filter_by(programme=ours) if each.person.name == "Ada"
    )
    clock.set(2026, 11, 20, 9)  # so that they talk on Monday 23 November
    morning = datetime(2026, 11, 23, 8, 45, tzinfo=UTC)
    conversation(elsewhere, ada, person("Eve"), starts_at=morning, minutes=240)
    db.session.commit()
    for seed in range(6):
        talk = draw_round(ours, seed, clock()).conversations[0]
        assert talk.starts_at == datetime(2026, 11, 23, 15, tzinfo=UTC)
        db.session.rollback()


def test_a_round_closes_when_its_conversations_are_long_over(app: Flask, clock: Clock) -> None:
    talk = conversation(community("Ada", "Ben"), person("Eve"), person("Fay"))
    clock.moment = talk.starts_at
    assert close_rounds(clock()) == 0
    clock.advance(days=20)
    assert close_rounds(clock()) == 1
    assert talk.state == "missed"


def test_looking_changes_nothing(app: Flask, clock: Clock) -> None:
    assert len(look(community("Ada", "Ben"), 7, clock()).result.groups) == 1
    assert db.session.query(Round).count() == 0


def test_a_round_can_be_drawn_again_from_what_was_kept(app: Flask, clock: Clock) -> None:
    ours = community("Ada", "Ben", "Cat", "Dan", "Eve", "Fay")
    for seed in range(3):
        send_round(draw_round(ours, seed, clock()), clock())
        clock.advance(days=30)
    for membership in db.session.query(Membership).filter_by(programme=ours):
        membership.person.organisation = "Elsewhere"
        membership.person.availability = ["mon-am"]
    db.session.commit()
    assert all(replay(round_).proved for round_ in db.session.query(Round))


@pytest.mark.parametrize("what", ["groups", "learned"])
def test_a_round_whose_record_was_changed_is_told_from_the_real_one(app: Flask, clock: Clock, what: str) -> None:
    ours = community("Ada", "Ben", "Cat", "Dan")
    for seed in range(2):
        send_round(draw_round(ours, seed, clock()), clock())
        clock.advance(days=30)
    first, second = db.session.query(Round).order_by(Round.number)
    setattr(second, what, getattr(first, what))
    with pytest.raises(CannotReplay):
        replay(second)


def test_a_round_with_another_proof_than_its_draw_had_is_told_from_the_real_one(app: Flask, clock: Clock) -> None:
    round_ = draw_round(community("Ada", "Ben", "Cat", "Dan"), 7, clock())
    assert round_.certificate == {"proof": "clean"}
    round_.certificate = {"proof": "clean", "prices": []}
    with pytest.raises(CannotReplay):
        replay(round_)


def test_a_round_drawn_in_an_older_way_is_refused_with_a_clear_word(app: Flask, clock: Clock) -> None:
    ours = community("Ada", "Ben")
    send_round(draw_round(ours, 7, clock()), clock())
    round_ = db.session.query(Round).one()
    round_.algorithm, round_.inputs = "unmentor-1", {"people": "kept otherwise then"}
    with pytest.raises(CannotReplay, match=r"unmentor-1.*unmentor-2"):
        replay(round_)


def test_organisers_are_not_drawn_until_they_say_so(app: Flask, clock: Clock) -> None:
    ours = community("Ada", "Ben")
    organiser(ours)
    assert draw_round(ours, 7, clock()).people == 2


def test_organisers_hear_what_came_of_a_round(app: Flask, clock: Clock) -> None:
    ours = community("Ada")
    olu = organiser(ours)
    round_ = conversation(ours, person("Eve"), person("Fay"), state="met").round
    for state in ("met", "arranged", "cancelled"):
        talk = conversation(ours, person(f"A {state}"), person(f"B {state}"), state=state)
        talk.round.state, talk.round = "closed", round_
    round_.conversations[0].participations[0].challenged = 5
    round_.conversations[0].participations[1].challenged = 2
    db.session.commit()
    clock.moment = round_.conversations[0].ends_at
    clock.advance(days=15)
    close_rounds(clock())
    text = mailed(olu.email, "round-report")
    assert "2 of 3 conversations happened; one was cancelled." in text
    assert "1 of 2 people who told us were challenged" in text


def test_what_a_draw_achieved_is_said_in_words(app: Flask, clock: Clock) -> None:
    assert summary(draw_round(community("Ada", "Ben", "Cat"), 7, clock())) == (
        "3 people, one three. Nobody has met before."
    )


def test_a_draw_looks_ahead_from_the_last_round_of_its_own_programme(app: Flask) -> None:
    for each in (programme(), programme("Another")):
        people = [person(who, email=f"{who}@{each.slug}.example") for who in ("Ada", "Ben")]
        conversation(each, *people, uid=each.slug)
        last = latest_sent(each)
        assert last
        assert last.programme is each
