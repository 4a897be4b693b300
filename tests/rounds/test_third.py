"""A pair that said so welcomes a third, when nobody else is free."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from cast import conversation, kept, letter_to, mailed, member, person, post, programme
from conftest import Clock
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar

from unmentor.conversations.calendar_entry import key
from unmentor.conversations.models import Conversation, Participation
from unmentor.db import db
from unmentor.mail.models import Message
from unmentor.people.models import Exclusion, KeptApart, Person
from unmentor.programmes.actions import pause
from unmentor.programmes.models import Membership, Programme
from unmentor.rounds import draw_queries
from unmentor.rounds.actions import draw_round, send_round
from unmentor.rounds.figures import figures
from unmentor.rounds.mend import withdraw
from unmentor.rounds.models import Round
from unmentor.rounds.queries import people_in


@pytest.fixture
def of(app: Flask) -> Programme:
    return programme(odd="sit-out")


def sent(of: Programme, clock: Clock, *names: str) -> Round:
    """Return a sent round of these, each from a place of their own."""
    for name in names:
        member(person(name, organisation=f"{name}shire"), of)
    round_ = draw_round(of, 7, clock())
    send_round(round_, clock())
    db.session.commit()
    return round_


def welcoming(talk: Conversation) -> Conversation:
    """Let both of a pair welcome a third."""
    for part in talk.participations:
        part.welcomes = True
    db.session.commit()
    return talk


def leave(part: Participation, clock: Clock) -> None:
    withdraw(part, "", 3, clock())
    db.session.commit()


def names(talk: Conversation) -> set[str]:
    return {each.name for each in talk.people}


def membership(someone: Person) -> Membership:
    return db.session.query(Membership).filter_by(person_id=someone.id).one()


def told(kind: str, someone: Person) -> int:
    return db.session.query(Message).filter_by(kind=kind, person_id=someone.id).count()


def test_who_is_left_alone_joins_them_and_everybody_is_told_once(of: Programme, clock: Clock) -> None:
    round_ = sent(of, clock, "Ada", "Ben", "Cat", "Dan")
    pair, other = round_.conversations
    one, two = welcoming(pair).people
    gone, alone = other.participations
    starts_at = pair.starts_at
    leave(gone, clock)
    assert names(pair) == {one.name, two.name, alone.person.name}
    assert (pair.sequence, pair.starts_at, pair.state) == (1, starts_at, "arranged")
    assert [part.third for part in pair.participations] == [False, False, True]
    for each in (one, two):
        text = mailed(str(each.email), "moved")
        assert f"{alone.person.first_name} joins you. You talk as arranged." in text
        assert f"Nobody else was free for {alone.person.first_name}, and both of you welcome a third." in text
        assert (told("moved", each), told("invitation", each), told("cancelled", each)) == (1, 1, 0)
    assert (told("moved", alone.person), told("invitation", alone.person), told("cancelled", alone.person)) == (0, 2, 1)
    news = mailed(str(alone.person.email), "cancelled")
    assert f"You join {one.name} and {two.name} instead." in news
    assert not membership(alone.person).first_next


def test_every_calendar_has_all_three(of: Programme, clock: Clock) -> None:
    pair, other = sent(of, clock, "Ada", "Ben", "Cat", "Dan").conversations
    one, two = welcoming(pair).people
    gone, alone = other.participations
    leave(gone, clock)
    for someone, kind in ((one, "moved"), (two, "moved"), (alone.person, "invitation")):
        entry = next(p for p in letter_to(str(someone.email), kind).walk() if p.get_content_type() == "text/calendar")
        event = Calendar.from_ical(entry.get_payload(decode=True)).walk("VEVENT")[0]
        assert (event["UID"], event["SEQUENCE"]) == (pair.uid, 1)
        assert {str(each) for each in event["ATTENDEE"]} == {f"mailto:{each.email}" for each in pair.people}


def test_a_round_counts_as_it_was_drawn(of: Programme, clock: Clock) -> None:
    round_ = sent(of, clock, "Ada", "Ben", "Cat", "Dan", "Eve")
    before = (round_.people, people_in(round_), figures(round_))
    assert before[:2] == (5, 5)
    out = round_.left_out[0].person
    pair, other = round_.conversations
    welcoming(pair)
    # Two are free for each other, so that the next is alone.
    leave(other.participations[0], clock)
    mended = round_.conversations[-1]
    assert out in mended.people
    leave(next(part for part in mended.participations if part.person is out), clock)
    assert len(pair.people) == 3
    db.session.expire_all()
    assert (round_.people, people_in(round_), figures(round_)) == before


@pytest.mark.one_engine
@pytest.mark.parametrize(
    "why", ["one has not said so", "would rather not", "kept apart", "colleagues", "paused", "talks then", "too soon"]
)
def test_nobody_joins_where_they_may_not_or_cannot(of: Programme, clock: Clock, why: str) -> None:
    pair, other = sent(of, clock, "Ada", "Ben", "Cat", "Dan").conversations
    one, two = welcoming(pair).participations
    gone, alone = other.participations
    if why == "one has not said so":
        two.welcomes = False
    if why == "would rather not":
        db.session.add(Exclusion(person_id=one.person_id, email=alone.person.email))
    if why == "kept apart":
        low, high = sorted([str(two.person.email), str(alone.person.email)])
        kept(KeptApart(one=low, other=high, programme_id=of.id, since=clock()))
    if why == "colleagues":
        of.same_organisation, one.person.organisation = "forbid", alone.person.organisation.upper()
    if why == "paused":
        pause(membership(alone.person), None)
    if why == "talks then":
        conversation(programme("There"), alone.person, person("Zoe"), starts_at=pair.starts_at, uid="there@test")
    if why == "too soon":
        other.starts_at = pair.starts_at + timedelta(days=1)
        clock.moment = pair.starts_at.replace(hour=0)
    leave(gone, clock)
    assert len(pair.people) == 2
    assert membership(alone.person).first_next


def test_somebody_who_is_free_comes_before_a_pair(of: Programme, clock: Clock) -> None:
    round_ = sent(of, clock, "Ada", "Ben", "Cat", "Dan", "Eve")
    out = round_.left_out[0].person
    pair, other = round_.conversations
    welcoming(pair)
    gone, alone = other.participations
    leave(gone, clock)
    assert len(pair.people) == 2
    assert names(round_.conversations[-1]) == {alone.person.name, out.name}


def test_whom_they_never_met_comes_before_whom_they_have(of: Programme, clock: Clock) -> None:
    first, second, other = sent(of, clock, "Ada", "Ben", "Cat", "Dan", "Eve", "Fay").conversations
    gone, alone = other.participations
    met = conversation(of, first.people[0], alone.person, starts_at=clock(), uid="before@test")
    met.round.number, met.round.sent_at, met.state = 0, clock(), "met"
    for each in (first, second):
        welcoming(each)
    leave(gone, clock)
    assert (len(first.people), len(second.people)) == (2, 3)


def test_whom_they_have_met_is_better_than_nobody(of: Programme, clock: Clock) -> None:
    pair, other = sent(of, clock, "Ada", "Ben", "Cat", "Dan").conversations
    gone, alone = other.participations
    met = conversation(of, pair.people[0], alone.person, starts_at=clock(), uid="before@test")
    met.round.number, met.state = 0, "met"
    welcoming(pair)
    leave(gone, clock)
    assert len(pair.people) == 3


def test_a_pair_takes_one_and_no_more_and_being_third_was_a_turn(of: Programme, clock: Clock) -> None:
    round_ = sent(of, clock, "Ada", "Ben", "Cat", "Dan", "Eve", "Fay")
    pair, other, last = round_.conversations
    welcoming(pair)
    leave(other.participations[0], clock)
    third = pair.people[2]
    turn_of = {each.id: each.last_out for each in draw_queries.entrants(of, clock().date())}
    assert turn_of[third.id] == 1
    leave(last.participations[0], clock)
    assert len(pair.people) == 3
    assert membership(last.participations[1].person).first_next


def test_who_waits_already_joins_as_soon_as_both_have_said_so(of: Programme, client: FlaskClient, clock: Clock) -> None:
    pair, other = sent(of, clock, "Ada", "Ben", "Cat", "Dan").conversations
    gone, alone = other.participations
    leave(gone, clock)
    one, two = pair.participations
    page = client.get(f"/c/{key(one)}").text
    assert "Room for one more, should somebody have nobody to talk to?" in page
    assert "Would you welcome a third?" in client.get(f"/c/{key(one)}/third").text
    assert post(client, f"/c/{key(one)}/third", welcome="yes").location == f"/c/{key(one)}"
    assert f"You welcome a third. {two.person.first_name} has yet to say so too." in client.get(f"/c/{key(one)}").text
    assert f"{one.person.first_name} would welcome a third" in client.get(f"/c/{key(two)}").text
    assert len(pair.people) == 2
    post(client, f"/c/{key(two)}/third", welcome="yes")
    db.session.expire_all()
    assert names(pair) == {one.person.name, two.person.name, alone.person.name}
    assert (told("invitation", alone.person), told("moved", one.person), told("moved", two.person)) == (2, 1, 1)
    page = client.get(f"/c/{key(one)}").text
    assert alone.person.name in page
    assert "welcome a third" not in page


def test_who_said_yes_can_say_no_again(of: Programme, client: FlaskClient, clock: Clock) -> None:
    pair, other = sent(of, clock, "Ada", "Ben", "Cat", "Dan").conversations
    one, two = welcoming(pair).participations
    assert "Both of you welcome a third" in client.get(f"/c/{key(one)}").text
    assert "Just the two of you again?" in client.get(f"/c/{key(one)}/third").text
    post(client, f"/c/{key(one)}/third", welcome="no")
    db.session.expire_all()
    assert (one.welcomes, two.welcomes) == (False, True)
    leave(other.participations[0], clock)
    assert len(pair.people) == 2


def test_a_forged_or_a_late_word_changes_nothing(of: Programme, client: FlaskClient, clock: Clock) -> None:
    (pair,) = sent(of, clock, "Ada", "Ben").conversations
    one, two = pair.participations
    address = f"/c/{key(one)}/third"
    assert client.post(address, data={"welcome": "yes"}).status_code == 422
    leave(two, clock)
    assert post(client, address, welcome="yes").status_code == 410
    db.session.expire_all()
    assert not one.welcomes


@pytest.mark.thorough
def test_two_who_say_yes_and_two_who_withdraw_at_once_seat_one_and_tell_everybody_once(
    app: Flask, of: Programme, clock: Clock
) -> None:
    pair, other, last = sent(of, clock, "Ada", "Ben", "Cat", "Dan", "Eve", "Fay").conversations
    db.session.add(Exclusion(person_id=other.people[1].id, email=last.people[1].email))
    presses = [(f"/c/{key(part)}/third", {"welcome": "yes"}) for part in pair.participations]
    presses += [(f"/c/{key(talk.participations[0])}/withdraw", {"reason": ""}) for talk in (other, last)]
    db.session.commit()
    together, statuses = Barrier(len(presses)), Counter[int]()

    def press(given: tuple[str, dict[str, str]]) -> int:
        with app.app_context():
            browser = app.test_client()
            together.wait()
            return int(post(browser, given[0], **given[1]).status_code)

    with ThreadPoolExecutor(len(presses)) as threads:
        statuses.update(threads.map(press, presses))
    db.session.expire_all()
    assert statuses == {303: 4}
    assert len(pair.people) == 3
    assert [told("moved", each) for each in pair.people] == [1, 1, 0]
    assert pair.sequence == 1
