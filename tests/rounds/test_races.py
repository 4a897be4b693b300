"""People do things at the same time, over the web: somebody is faster, the others read a clear page, all adds up."""

import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import combinations

import pytest
from cast import member, organiser, person, post, programme, sign_in
from conftest import Clock, wipe
from flask import Flask, Request
from races import at_once, meanwhile
from werkzeug.test import TestResponse

from unmentor.audit.models import AuditEvent
from unmentor.conversations.calendar_entry import key
from unmentor.conversations.models import Conversation, Participation
from unmentor.db import db
from unmentor.mail.models import Message
from unmentor.people.models import KeptApart, Person
from unmentor.programmes.models import Membership, Programme
from unmentor.programmes.turn import lock_diaries
from unmentor.rounds import steps
from unmentor.rounds.actions import draw_round, send_round
from unmentor.rounds.models import Change, Round
from unmentor.rounds.steps import send_due
from unmentor.rounds.telling import tell_some
from unmentor.rounds.turns import members_in

pytestmark = pytest.mark.thorough

# How often each race is run: RACES=50 to be surer.
TIMES = int(os.environ.get("RACES", "1"))
# How many press one button. SQLite lets one at a time write: who comes eighth waits as the twentieth would.
MANY = {"sqlite": 8, "postgresql": 20}
NAMES = ("Ada", "Ben", "Cat", "Dan", "Eve", "Fay", "Gil", "Hal", "Ida", "Jan")
# Done, or a page that says why not.
CLEAR = {303, 410, 422}
# Why not, in a sentence.
TOO_LATE = re.compile(r'role="alert".*?<li>(?:<a[^>]*>)?[A-Z][^<]{15,}', re.DOTALL)

Press = Callable[[], TestResponse]


class Town:
    """Ten people, in two programmes with the same days to talk on."""

    def __init__(self, app: Flask, clock: Clock) -> None:
        self.app, self.clock, self.many = app, clock, MANY[db.engine.dialect.name]
        self.here, self.there = programme("Here"), programme("There")
        self.people = [person(name) for name in NAMES]
        for each in self.people:
            member(each, self.here)
            member(each, self.there)
        self.olu = organiser(self.here)
        member(self.olu, self.there, role="organiser", state="paused")

    def drawn(self, ours: Programme | None = None) -> Round:
        """Return a round that waits."""
        round_ = draw_round(ours or self.here, 7, self.clock())
        db.session.commit()
        return round_

    def sent(self) -> Round:
        """Return a round that was sent."""
        round_ = self.drawn()
        send_round(round_, self.clock())
        db.session.commit()
        return round_

    def let_go(self, round_: Round) -> None:
        """Let two minutes pass after somebody has let a round go."""
        steps.let_go(round_)
        self.clock.advance(minutes=2)

    def worker_sends(self) -> TestResponse:
        """Send what is due, as a worker does every second."""
        send_due()
        return TestResponse([], "303", {}, Request({}))

    def organises(self, what: str, ours: Programme | None = None, **fields: str) -> Press:
        """Return the organiser's press of a button in the console."""
        return self._press(self.olu, f"/organise/{(ours or self.here).slug}/{what}", **fields)

    def crowd(self, what: str, **fields: str) -> list[Press]:
        """Return as many presses of a button in the console as race for it, each from a browser of its own."""
        return [self.organises(what, **fields) for _ in range(self.many)]

    def swaps(self) -> Press:
        """Return the organiser's press that swaps two in a round that waits."""
        ada, ben = (talk.participations[0].person for talk in self.drawn().conversations[:2])
        return self.organises("rounds/1/swap", a=str(ada.id), b=str(ben.id))

    def leaves(self, someone: Person) -> Press:
        """Return somebody's press of "leave"."""
        return self._press(someone, "/me/leave")

    def asks_for(self, someone: Person, what: str, **fields: str) -> Press:
        """Return somebody's press of a button on their own page."""
        return self._press(someone, f"/me/{what}", programme=self.here.slug, **fields)

    def membership(self, someone: Person) -> Membership:
        """Return how somebody takes part here."""
        return db.session.query(Membership).filter_by(person=someone, programme=self.here).one()

    def withdraws(self, part: Participation) -> Press:
        """Return somebody's press of "I can't make it"."""
        return self._press(part.person, f"/c/{key(part)}/withdraw", reason="")

    def moves(self, part: Participation, start: str) -> Press:
        """Return somebody's choice of another time."""
        return self._press(part.person, f"/c/{key(part)}/move", start=start)

    def at_once(self, *presses: Press) -> Counter[int]:
        """Press all at the same moment; return how often each status came back."""
        self.answers = at_once(self.app, *presses)
        while tell_some():
            pass
        self.check()
        return Counter(answer.status_code for answer in self.answers)

    def check(self) -> None:
        """Hold what always holds."""
        db.session.rollback()
        assert {answer.status_code for answer in self.answers} <= CLEAR
        assert all(TOO_LATE.search(answer.text) for answer in self.answers if answer.status_code == 422)
        talks = db.session.query(Conversation).join(Conversation.round).filter(Round.state != "drawn").all()
        stand = [talk for talk in talks if talk.state == "arranged"]
        self._nobody_is_in_two_places()
        assert all(each.left_at is None for talk in stand for each in talk.people)
        assert all(len(talk.people) >= 2 for talk in stand)
        stands = {(f"conversation:{talk.id}", each.id) for talk in stand for each in talk.people}
        assert self._told("invitation") >= stands
        left = {each.id for each in self.people if each.left_at}
        told = {(about, who) for about, who in self._told("invitation") - stands if who not in left}
        assert told <= self._told("cancelled")

    def _nobody_is_in_two_places(self) -> None:
        talks = db.session.query(Conversation).filter_by(state="arranged").all()
        for one, other in combinations(talks, 2):
            if {*one.people} & {*other.people}:
                assert one.ends_at <= other.starts_at or other.ends_at <= one.starts_at

    def _told(self, kind: str) -> set[tuple[str, int]]:
        return {tuple(row) for row in db.session.query(Message.about, Message.person_id).filter_by(kind=kind)}

    def _press(self, someone: Person, path: str, **fields: str) -> Press:
        browser = self.app.test_client()
        sign_in(browser, someone)
        return lambda: post(browser, path, **fields)


@pytest.fixture(params=range(TIMES))
def town(app: Flask, clock: Clock) -> Iterator[Town]:
    """Return a town of its own for each time that a race is run."""
    yield Town(app, clock)
    wipe()


def test_of_many_who_send_one_has_and_as_many_workers_send_it_once(town: Town) -> None:
    town.drawn()
    assert town.at_once(*town.crowd("rounds/1/send")) == {303: 1, 422: town.many - 1}
    assert all("Round 1 leaves at 12:02pm" in each.text for each in town.answers if each.status_code == 422)
    town.clock.advance(minutes=2)
    assert town.at_once(*[town.worker_sends] * town.many) == {303: town.many}
    assert db.session.query(Message).filter_by(kind="invitation").count() == len(NAMES)
    assert db.session.query(AuditEvent).filter_by(deed="round-sent").count() == 1


def test_of_many_who_stop_one_has_and_nothing_leaves(town: Town) -> None:
    town.let_go(town.drawn())
    answers = town.at_once(*town.crowd("rounds/1/stop"), town.worker_sends)
    sent = db.session.query(Message).filter_by(kind="invitation").count()
    assert answers[422] == (town.many if sent else town.many - 1)
    assert sent in {0, len(NAMES)}


@pytest.mark.parametrize("what", ["swap", "leave-out", "redraw"])
def test_of_many_who_agree_to_one_change_one_makes_it(town: Town, what: str) -> None:
    round_ = town.drawn()
    ada, ben = (talk.participations[0].person for talk in round_.conversations[:2])
    fields = {"a": str(ada.id), "b": str(ben.id)}
    page = town.app.test_client()
    sign_in(page, town.olu)
    path = f"/organise/here/rounds/1{'' if what == 'redraw' else f'/{what}'}"
    fields["seen"] = re.search(r'name="seen" value="(\w+)"', page.get(path, query_string=fields).text)[1]
    before = round_.id, round_.seed
    answers = town.at_once(*town.crowd(f"rounds/1/{what}", **fields))
    assert answers == {303: 1, 422: town.many - 1}
    assert db.session.query(Change).count() == (what != "redraw")
    now = db.session.query(Round).one()
    assert ((now.id, now.seed) == before) == (what != "redraw")


def test_of_many_who_swap_unseen_one_has(town: Town) -> None:
    assert town.at_once(*[town.swaps()] * town.many) == {303: 1, 422: town.many - 1}


def test_of_many_who_draw_all_look_at_one_round(town: Town) -> None:
    assert town.at_once(*town.crowd("draw")) == {303: town.many}
    assert db.session.query(Round).count() == 1


def test_of_many_who_take_somebody_out_one_has_and_one_partner_is_told(town: Town) -> None:
    first, *_ = town.sent().conversations
    leaves, stays = first.people
    answers = town.at_once(*town.crowd(f"people/{leaves.id}/remove"))
    assert answers == {303: 1, 410: town.many - 1}
    assert all("They are not in Here" in each.text for each in town.answers if each.status_code == 410)
    assert db.session.query(AuditEvent).filter_by(deed="person-removed").count() == 1
    assert db.session.query(Message).filter_by(kind="cancelled", person_id=stays.id).count() <= 1
    assert not db.session.query(Membership).filter_by(programme=town.here, person_id=leaves.id).count()


def test_of_many_who_hold_all_email_or_let_it_go_one_does(town: Town) -> None:
    member(town.olu, programme("UnMentoring"), role="organiser")
    town.sent()
    before = db.session.query(Message).filter_by(state="queued").count()
    for what, deed, state in (("hold", "email-held", "held"), ("release", "email-released", "queued")):
        assert town.at_once(*town.crowd(f"mail/{what}")) == {303: 1, 422: town.many - 1}
        assert all("somebody was faster" in each.text for each in town.answers if each.status_code == 422)
        assert db.session.query(AuditEvent).filter_by(deed=deed).count() == 1
        assert db.session.query(Message).filter_by(state=state).count() == before > 0


@pytest.mark.parametrize("migrated_app", ["postgresql"], indirect=True)
@pytest.mark.parametrize("what", ["draw", "swap", "send", "move", "withdraw", "apart"])
def test_whoever_arranges_something_waits_for_the_diaries_of_those_it_is_for(town: Town, what: str) -> None:
    ids, act = [each.id for each in town.people], arranging(town, what)
    db.session.commit()
    lock_diaries(ids)
    answer = meanwhile(town.app, act)
    assert not answer.done()
    db.session.commit()
    assert answer.result(30).status_code == 303


def arranging(town: Town, what: str) -> Press:
    """Return a press, or what a worker does, that arranges something, with all that it needs there."""
    if what == "draw":
        return town.organises("draw")
    if what == "swap":
        return town.swaps()
    if what == "send":
        town.let_go(town.drawn())
        return town.worker_sends
    part, other = town.sent().conversations[0].participations
    if what == "move":
        return town.moves(part, f"{town.clock() + timedelta(days=12):%Y-%m-%d}T16:00")
    if what == "withdraw":
        return town.withdraws(part)
    return town.organises(f"people/{part.person_id}/apart", email=str(other.person.email))


@pytest.mark.parametrize("what", ["redraw", "cancel", "stop"])
def test_sending_against(town: Town, what: str) -> None:
    town.let_go(town.drawn())
    town.at_once(town.worker_sends, town.organises(f"rounds/1/{what}"), town.worker_sends)


def test_sending_against_leaving(town: Town) -> None:
    town.let_go(town.drawn())
    town.at_once(town.worker_sends, *map(town.leaves, town.people[:3]))


def test_redrawing_against_leaving(town: Town) -> None:
    town.drawn()
    town.at_once(town.organises("rounds/1/redraw"), *map(town.leaves, town.people[:3]))


def test_leaving_against_withdrawing(town: Town) -> None:
    first, second, *_ = town.sent().conversations
    leaving = [town.leaves(talk.people[0]) for talk in (first, second)]
    withdrawing = [town.withdraws(part) for talk in (first, second) for part in talk.participations]
    town.at_once(*leaving, *withdrawing)


def test_ten_who_leave(town: Town) -> None:
    town.sent()
    town.drawn(town.there)
    assert town.at_once(*map(town.leaves, town.people)) == {303: 10}
    assert not db.session.query(Conversation).filter_by(state="arranged").count()


def test_cancelling_against_withdrawing_and_moving(town: Town) -> None:
    first, second, *_ = town.sent().conversations
    start = f"{town.clock() + timedelta(days=12):%Y-%m-%d}T16:00"
    town.at_once(
        town.organises("rounds/1/cancel"),
        town.withdraws(first.participations[0]),
        town.moves(second.participations[0], start),
    )


def test_two_programmes_that_draw(town: Town) -> None:
    assert town.at_once(town.organises("draw"), town.organises("draw", town.there)) == {303: 2}
    for round_ in db.session.query(Round).all():
        town.let_go(round_)
    town.at_once(town.worker_sends, town.worker_sends)


def test_drawing_against_moving(town: Town) -> None:
    day = f"{town.clock() + timedelta(days=4):%Y-%m-%d}"
    moving = [
        town.moves(talk.participations[0], f"{day}T{time}")
        for talk, time in zip(town.sent().conversations, ("10:00", "10:00", "12:30", "12:30", "15:00"), strict=True)
    ]
    for each in town.people:
        each.availability = ["wed-am", "wed-mid", "wed-pm"]
    town.there.window_days = 2
    db.session.commit()
    town.at_once(*moving, town.organises("draw", town.there))
    assert db.session.query(Membership).count() > 0


def test_keeping_two_apart_against_withdrawing_moving_and_keeping_apart(town: Town) -> None:
    first, second, *_ = town.sent().conversations
    one, other = first.people
    start = f"{town.clock() + timedelta(days=12):%Y-%m-%d}T16:00"
    town.at_once(
        town.organises(f"people/{one.id}/apart", email=str(other.email)),
        town.organises(f"people/{other.id}/apart", email=str(one.email)),
        town.withdraws(first.participations[0]),
        town.withdraws(second.participations[1]),
        town.moves(first.participations[1], start),
    )
    assert db.session.get_one(Conversation, first.id).state == "cancelled"
    assert db.session.query(KeptApart).count() == 1


def test_who_slows_down_or_asks_for_this_one_too_while_a_round_leaves_is_in_it_or_not(town: Town) -> None:
    town.sent()
    ada, ben = town.people[:2]
    for slow in (ada, ben):
        town.membership(slow).every = 2
    town.let_go(town.drawn())
    faster = town.membership(town.people[2])
    too = [town.asks_for(ada, "this-one-too") for _browser in range(2)]
    slower = [town.asks_for(faster.person, "rhythm", every="2") for _browser in range(2)]
    assert town.at_once(town.worker_sends, *too, *slower, town.worker_sends) == {303: 6}
    assert (faster.every, town.membership(ada).this_one_too) == (2, 1)
    round_ = db.session.query(Round).filter_by(programme=town.here, number=2).one()
    assert not {ada.id, ben.id} & {part.person_id for talk in round_.conversations for part in talk.participations}
    assert ada in [each.person for each in members_in(town.here, town.here.today(town.clock()))]
