"""Nothing is kept for longer than the privacy page says: each time is tried by moving the clock."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cast import conversation, kept, mailed, member, organiser, person, programme
from conftest import Clock
from flask import Flask
from sqlalchemy import event, func, select, update

from unmentor.db import db, transaction
from unmentor.mail.actions import KEPT, forget_old
from unmentor.mail.models import Body, Message, Stopped, Suppressed
from unmentor.mail.outbox import queue
from unmentor.people.mails import goodbye
from unmentor.people.models import Passkey, Person, SignIn
from unmentor.privacy.retention import IDLE, NOTICE, SIGN_INS, forget, forget_idle

pytestmark = pytest.mark.thorough

ADA = "ada@example.gov.uk"
DAY = timedelta(days=1)


@pytest.fixture
def ada(app: Flask) -> Person:
    someone = person("Ada")
    member(someone, programme())
    return someone


def minutes_pass(clock: Clock, by: timedelta = timedelta(0)) -> None:
    clock.advance(seconds=by.total_seconds())
    with transaction():
        forget(clock())
        forget_old(clock())
        while forget_idle(clock(), 7):
            pass


def mail_leaves() -> None:
    db.session.execute(update(Message).where(Message.state == "queued").values(state="sent"))
    db.session.commit()


def has_left(someone: Person) -> bool:
    db.session.expire_all()
    return db.session.get_one(Person, someone.id).left_at is not None


def warnings() -> int:
    return db.session.scalar(select(func.count()).where(Message.kind == "heads-up")) or 0


def test_somebody_who_is_never_seen_again_is_warned_and_then_erased(ada: Person, clock: Clock) -> None:
    clock.moment = ada.joined_at
    minutes_pass(clock, IDLE)
    assert warnings() == 0
    minutes_pass(clock, DAY)
    minutes_pass(clock)
    assert warnings() == 1
    assert "We have not seen you for two years." in mailed(ADA, "heads-up")
    mail_leaves()
    minutes_pass(clock, NOTICE - DAY)
    assert not has_left(ada)
    minutes_pass(clock, 2 * DAY)
    assert has_left(ada)
    assert "Thank you" in mailed(ADA, "goodbye")


def signs_in(ada: Person, clock: Clock) -> None:
    asked(ada, clock).used_at = clock()


def asked(ada: Person, clock: Clock) -> SignIn:
    """Return a sign-in that nobody has used yet."""
    made = {"token_hash": clock().isoformat(), "code_hash": "", "asked_at": clock(), "expires_at": clock()}
    sign_in: SignIn = kept(SignIn(person_id=ada.id, **made))
    return sign_in


def shows_a_passkey(ada: Person, clock: Clock) -> None:
    known = {"name": "My phone", "credential": "x", "public_key": b"x", "uses": 0}
    kept(Passkey(person_id=ada.id, added_at=clock(), used_at=clock(), **known))


def talks(ada: Person, clock: Clock) -> None:
    conversation(programme("Another"), ada, person("Ben", joined_at=clock()), starts_at=clock())


def organises(ada: Person, clock: Clock) -> None:
    member(ada, programme("Another"), role="organiser", joined_at=clock())


@pytest.mark.parametrize("stays", [signs_in, shows_a_passkey, talks, organises])
def test_one_sign_of_life_after_the_warning_is_enough_for_two_more_years(
    ada: Person, clock: Clock, stays: Callable[[Person, Clock], None]
) -> None:
    clock.moment = ada.joined_at
    minutes_pass(clock, IDLE + DAY)
    mail_leaves()
    stays(ada, clock)
    db.session.commit()
    minutes_pass(clock, 2 * NOTICE)
    minutes_pass(clock, IDLE - 2 * NOTICE)
    assert (has_left(ada), warnings()) == (False, 1)


def test_a_warning_that_never_left_is_sent_again_before_anybody_is_erased(ada: Person, clock: Clock) -> None:
    clock.moment = ada.joined_at
    minutes_pass(clock, IDLE + DAY)
    db.session.execute(update(Message).values(state="expired"))
    minutes_pass(clock, NOTICE + DAY)
    assert (has_left(ada), warnings()) == (False, 2)


def test_who_stopped_such_mail_is_erased_without_it(ada: Person, clock: Clock) -> None:
    kept(Stopped(person_id=ada.id, kind="heads-up"))
    clock.moment = ada.joined_at
    minutes_pass(clock, IDLE + DAY)
    assert (has_left(ada), warnings()) == (False, 0)
    minutes_pass(clock, NOTICE)
    assert has_left(ada)


def test_an_organiser_stays(ada: Person, clock: Clock) -> None:
    olu = organiser(programme("Another"))
    minutes_pass(clock, 2 * IDLE)
    assert not has_left(olu)


def test_old_sign_ins_go_but_for_the_last_that_let_somebody_in(ada: Person, clock: Clock) -> None:
    for _ in range(2):
        signs_in(ada, clock)
        clock.advance(days=1)
    asked(ada, clock)
    minutes_pass(clock, SIGN_INS - 2 * DAY)
    assert db.session.scalar(select(func.count(SignIn.id))) == 3
    minutes_pass(clock, 3 * DAY)
    assert [each.used_at is not None for each in db.session.scalars(select(SignIn))] == [True]


@pytest.mark.parametrize("state", ["sent", "failed", "expired"])
def test_the_words_of_mail_go_after_ninety_days_whether_it_left_or_not(ada: Person, clock: Clock, state: str) -> None:
    queue(goodbye(ada, 3, clock()), clock())
    sent_at = clock() if state == "sent" else None
    db.session.execute(update(Message).values(state=state, sent_at=sent_at, trouble="550 no such user ada"))
    db.session.commit()
    minutes_pass(clock, KEPT)
    assert db.session.scalar(select(func.count()).select_from(Body)) == 1
    minutes_pass(clock, DAY)
    assert db.session.scalar(select(func.count()).select_from(Body)) == 0
    kept_of_it = db.session.scalars(select(Message)).one()
    assert (kept_of_it.subject, kept_of_it.trouble, kept_of_it.message_id) == ("", "", "")


def test_no_minute_goes_through_all_the_mail_there_ever_was(ada: Person, clock: Clock) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL plans by how much there is")
    asked: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, values: object, *_: object) -> None:
        asked.append((statement, values))

    event.listen(db.engine, "before_cursor_execute", note)
    minutes_pass(clock)
    event.remove(db.engine, "before_cursor_execute", note)
    about_mail = [each for each in asked if "message" in each[0] and not each[0].startswith("BEGIN")]
    plans = [
        row[3]
        for statement, values in about_mail
        for row in db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
    ]
    assert sum("ix_message_worded" in plan for plan in plans) >= 2
    assert not [plan for plan in plans if plan.startswith("SCAN message")]


def test_an_address_of_nobody_that_refused_our_mail_is_forgotten_after_a_year(ada: Person, clock: Clock) -> None:
    for address in (ada.email, "stranger@example.org"):
        kept(Suppressed(address=address, since=clock(), trouble="550"))
    for days, known in ((364, 2), (365, 1)):
        with transaction():
            forget(clock() + timedelta(days=days))
        assert db.session.query(Suppressed).count() == known
    assert db.session.scalars(select(Suppressed.address)).one() == ada.email
