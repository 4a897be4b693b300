from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from cast import kept, mailed, member, organiser, person, programme, sign_in
from conftest import Clock
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from unmentor.conversations.models import Participation
from unmentor.db import db, transaction
from unmentor.mail.models import Message, Suppressed
from unmentor.people.models import Person
from unmentor.programmes.models import Programme
from unmentor.rounds.actions import draw_round, send_round
from unmentor.rounds.mend import withdraw_unreachable
from unmentor.rounds.models import Round
from unmentor.worker import tick


def community(*names: str, **rules: Any) -> Programme:
    ours: Programme = programme(**rules)
    for name in names:
        member(person(name), ours)
    return ours


def refuses(someone: Person, clock: Clock) -> None:
    """Let a mail server have refused somebody's address for good, in other letters than they wrote it."""
    kept(Suppressed(address=someone.email.lower(), since=clock(), trouble="550 5.1.1 no such user"))


def sent(clock: Clock, *names: str, **rules: Any) -> Round:
    round_ = draw_round(community(*names, **rules), 7, clock())
    send_round(round_, clock())
    db.session.execute(update(Message).values(state="sent", sent_at=clock()))
    db.session.commit()
    return round_


def bounces(someone: Person, clock: Clock) -> None:
    """Let somebody's invitation come back for good."""
    db.session.execute(update(Message).where(Message.person_id == someone.id).values(state="failed"))
    refuses(someone, clock)


def all_withdrawn(clock: Clock) -> int:
    count = 0
    while withdraw_unreachable(3, clock()):
        count += 1
        assert count < 9
    db.session.commit()
    return count


def test_whom_no_mail_reaches_is_not_drawn(app: Flask, clock: Clock) -> None:
    ours = community("Ada", "Ben")
    cat = person("Cat", email="Cat@example.gov.uk")
    member(cat, ours)
    refuses(cat, clock)
    round_ = draw_round(ours, 7, clock())
    assert {part.person.name for talk in round_.conversations for part in talk.participations} == {"Ada", "Ben"}


def test_the_console_says_why_and_leads_to_what_mends_it(app: Flask, client: FlaskClient, clock: Clock) -> None:
    ours = community("Ada", "Ben")
    refuses(db.session.query(Person).filter_by(name="Ada").one(), clock)
    db.session.query(Person).filter_by(name="Ben").one().phone = ""
    sign_in(client, organiser(ours))
    page = client.get("/organise/unmentoring/people").text
    assert "email refused" in page
    assert "no way to talk" in page
    ada = db.session.query(Person).filter_by(name="Ada").one()
    theirs = f"/organise/unmentoring/people/{ada.id}"
    assert f'href="{theirs}"' in page
    helped = client.get(theirs).text
    assert "Our email does not reach them" in helped
    assert "Write there again" in helped


def test_a_bounced_invitation_finds_somebody_new_for_the_other(app: Flask, clock: Clock) -> None:
    round_ = sent(clock, "Ada", "Ben", "Cat", odd="sit-out")
    out, (gone, stays) = round_.left_out[0].person, round_.conversations[0].people
    bounces(gone, clock)
    assert all_withdrawn(clock) == 1
    assert [{each.name for each in talk.people} for talk in round_.conversations[1:]] == [{out.name, stays.name}]
    text = mailed(stays.email, "cancelled")
    assert f"Our email does not reach {gone.first_name}." in text
    assert f"somebody new: {out.name}" in text
    assert db.session.query(Message).filter_by(person_id=gone.id, kind="cancelled").count() == 0


def test_the_minute_does_it(app: Flask, clock: Clock) -> None:
    round_ = sent(clock, "Ada", "Ben")
    bounces(round_.conversations[0].people[0], clock)
    tick(clock())
    db.session.expire_all()
    assert round_.conversations[0].state == "cancelled"


def test_when_nobody_of_two_can_be_reached_it_is_off(app: Flask, clock: Clock) -> None:
    round_ = sent(clock, "Ada", "Ben")
    for someone in round_.conversations[0].people:
        bounces(someone, clock)
    assert all_withdrawn(clock) == 1
    assert round_.conversations[0].state == "cancelled"


@pytest.mark.parametrize("why", ["delivered", "accepted", "only delayed"])
def test_who_knows_of_it_or_may_yet_stays(app: Flask, clock: Clock, why: str) -> None:
    round_ = sent(clock, "Ada", "Ben")
    part = round_.conversations[0].participations[0]
    if why == "only delayed":
        db.session.execute(update(Message).where(Message.person_id == part.person_id).values(state="queued"))
    else:
        refuses(part.person, clock)  # after the invitation had arrived
    if why == "accepted":
        db.session.execute(update(Message).where(Message.person_id == part.person_id).values(state="failed"))
        part.partstat = "accepted"
    assert all_withdrawn(clock) == 0


def test_two_workers_at_once_withdraw_somebody_once(app: Flask, clock: Clock) -> None:
    round_ = sent(clock, "Ada", "Ben")
    gone, stays = round_.conversations[0].people
    bounces(gone, clock)
    recipient = stays.email
    db.session.commit()

    def work(_: int) -> None:
        with app.app_context(), transaction():
            withdraw_unreachable(3, clock())

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(work, range(4)))
    assert db.session.query(Message).filter_by(recipient=recipient, kind="cancelled").count() == 1
    assert db.session.query(Participation).filter(Participation.withdrew_at.is_not(None)).count() == 1
