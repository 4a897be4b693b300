"""Mail that does not leave in time is our mistake: nobody waits, nobody is asked, nobody counts as silent."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from cast import conversation, mailed, member, organiser, person, post, programme, sign_in
from conftest import Clock
from flask import Flask
from races import meanwhile
from sqlalchemy import func, select, update

from unmentor.conversations.actions import invitations, replied
from unmentor.conversations.calendar_entry import key
from unmentor.conversations.due import ask_how_it_was, call_off_unsent, give_up_asking
from unmentor.conversations.models import Conversation, Participation
from unmentor.conversations.move import move
from unmentor.db import db, transaction
from unmentor.mail.models import Message
from unmentor.mail.outbox import queue_all
from unmentor.people.models import Person
from unmentor.programmes.models import Membership
from unmentor.worker import tick


@pytest.fixture
def ada(app: Flask) -> Person:
    return person("Ada")


@pytest.fixture
def talk(ada: Person, clock: Clock) -> Conversation:
    return invited(ada, person("Ben"), at=clock() + timedelta(days=3), now=clock())


def invited(*people: Person, at: datetime, now: datetime) -> Conversation:
    """Return a conversation whose invitations wait in the outbox."""
    of = programme()
    for each in people:
        member(each, of)
    of.created_at = now
    made = conversation(of, *people, starts_at=at)
    queue_all(invitations([made]), now)
    db.session.commit()
    return made


def leaves(*recipients: Person, kind: str = "invitation", state: str = "sent") -> None:
    """Let the mail of a kind to these people leave."""
    to = [each.email for each in recipients]
    db.session.execute(update(Message).where(Message.recipient.in_(to), Message.kind == kind).values(state=state))
    db.session.commit()


def mails(kind: str) -> int:
    return db.session.scalar(select(func.count()).where(Message.kind == kind)) or 0


@pytest.mark.thorough
@pytest.mark.one_engine
@pytest.mark.parametrize("state", ["queued", "held", "expired", "failed"])
def test_who_was_never_invited_is_told_that_it_is_off_and_never_asked(
    ada: Person, talk: Conversation, clock: Clock, state: str
) -> None:
    leaves(*talk.people, state=state)
    # A reminder, the conversation, and all that would be asked about it.
    for moment in (clock() + timedelta(days=days) for days in (0, 2, 3, 4, 7, 10, 13)):
        clock.moment = moment
        tick(moment)
    assert (talk.state, mails("cancelled"), mails("how-was-it")) == ("cancelled", 2, 0)
    text = mailed("ada@example.gov.uk", "cancelled")
    assert "Our email did not reach everybody in time." in text
    assert "you go first in the next draw" in text
    assert [(each.silences, each.first_next) for each in db.session.query(Membership)] == [(0, True)] * 2


def test_where_one_of_two_was_told_neither_is_left_waiting(ada: Person, talk: Conversation, clock: Clock) -> None:
    leaves(ada)
    clock.moment = talk.starts_at
    tick(clock())
    assert (talk.state, mails("cancelled")) == ("cancelled", 2)


def test_who_was_never_told_is_not_asked_even_where_nothing_was_called_off(
    ada: Person, talk: Conversation, clock: Clock
) -> None:
    leaves(ada)
    clock.moment = talk.ends_at
    assert ask_how_it_was(clock()) == 1
    clock.advance(days=3)
    assert ask_how_it_was(clock()) == 1
    clock.advance(days=3)
    assert give_up_asking(clock()) in {0, 1}
    assert [part.asks for part in talk.participations][1] == 0


def test_the_apology_outlasts_the_conversation(talk: Conversation, clock: Clock) -> None:
    clock.moment = talk.starts_at
    call_off_unsent(clock())
    apologies = db.session.query(Message).filter_by(kind="cancelled")
    assert {each.expires_at for each in apologies} == {talk.starts_at + timedelta(days=3)}


def test_nothing_is_called_off_before_it_begins(talk: Conversation, clock: Clock) -> None:
    clock.moment = talk.starts_at - timedelta(minutes=1)
    assert call_off_unsent(clock()) == 0


@pytest.mark.one_engine
@pytest.mark.parametrize("state", ["sent", "uncertain", "sending"])
def test_who_was_invited_talks_and_is_asked(talk: Conversation, clock: Clock, state: str) -> None:
    leaves(*talk.people, state=state)
    clock.moment = talk.starts_at
    assert call_off_unsent(clock()) == 0
    clock.moment = talk.ends_at
    tick(clock())
    assert (talk.state, mails("how-was-it")) == ("arranged", 2)


def test_who_was_not_told_of_the_new_time_does_not_wait_at_it(ada: Person, talk: Conversation, clock: Clock) -> None:
    leaves(*talk.people)
    earlier = talk.starts_at - timedelta(days=1)
    move(talk.participations[0], earlier, clock())
    db.session.commit()
    clock.moment = earlier
    assert call_off_unsent(clock()) == 1
    assert talk.state == "cancelled"


def test_whoever_moved_it_knows_when_it_is(ada: Person, talk: Conversation, clock: Clock) -> None:
    leaves(*talk.people)
    move(talk.participations[0], talk.starts_at + timedelta(days=1), clock())
    leaves(talk.people[1], kind="moved")
    clock.moment = talk.starts_at
    assert call_off_unsent(clock()) == 0


def test_two_of_three_who_were_told_talk_without_the_third(ada: Person, clock: Clock) -> None:
    three = invited(ada, person("Ben"), person("Cem"), at=clock() + timedelta(days=3), now=clock())
    leaves(*three.people[:2])
    clock.moment = three.starts_at
    tick(clock())
    assert (three.state, [each.name for each in three.people]) == ("arranged", ["Ada", "Ben"])
    assert (mails("cancelled"), "our mistake" in mailed("cem@example.gov.uk", "cancelled")) == (1, True)
    clock.moment = three.ends_at
    tick(clock())
    assert mails("how-was-it") == 2


def test_two_workers_apologise_once(app: Flask, talk: Conversation, clock: Clock) -> None:
    clock.moment, number = talk.starts_at, talk.id

    def work(_: int) -> int:
        with app.app_context(), transaction():
            return call_off_unsent(clock())

    db.session.commit()
    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(work, range(4))) == 1
    db.session.expire_all()
    assert (mails("cancelled"), db.session.get(Conversation, number).sequence) == (2, 1)
    assert db.session.scalars(select(Participation.withdrew_at)).all() == [None, None]


@pytest.mark.parametrize(
    ("what", "said"), [("withdraw", 410), ("third", 410), ("outcome", 410), ("apart", 303), ("a calendar", False)]
)
def test_whoever_changes_it_while_a_worker_calls_it_off_comes_too_late_and_nobody_steps_in(
    app: Flask, talk: Conversation, clock: Clock, what: str, said: object
) -> None:
    ours, uid = talk.round.programme, talk.uid
    member(person("Cem"), ours, standby=True)
    leaves(*talk.people, state="failed")
    clock.moment = talk.starts_at
    one, other = talk.participations
    own, email, browser = f"/c/{key(one)}", str(other.person.email), app.test_client()
    apart = f"/organise/{ours.slug}/people/{one.person_id}/apart"
    sign_in(browser, organiser(ours))
    acts: dict[str, Callable[[], object]] = {
        "withdraw": lambda: post(browser, f"{own}/withdraw").status_code,
        "third": lambda: post(browser, f"{own}/third", welcome="yes").status_code,
        "outcome": lambda: post(browser, f"{own}/outcome", met="yes").status_code,
        "apart": lambda: post(browser, apart, email=email).status_code,
        "a calendar": lambda: replied(uid, email, "accepted", clock(), sequence=0),
    }
    db.session.commit()
    assert call_off_unsent(clock()) == 1
    answer = meanwhile(app, acts[what])
    db.session.commit()
    assert answer.result(30) == said
    assert mails("cancelled") == 2
    assert db.session.scalars(select(Conversation.state)).all() == ["cancelled"]
