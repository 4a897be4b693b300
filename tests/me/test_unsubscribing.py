from datetime import date, timedelta
from typing import Any

import pytest
from cast import START, conversation, kept, member, person, post, programme
from flask import Flask
from sqlalchemy import select

from unmentor.conversations import mails
from unmentor.conversations.move import move
from unmentor.db import db, transaction
from unmentor.links import sign
from unmentor.mail.models import Message, Stopped
from unmentor.mail.outbox import queue
from unmentor.people.models import Person
from unmentor.privacy.leave import leave
from unmentor.programmes.actions import pause
from unmentor.programmes.models import Membership

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def ada(app: Any) -> Person:
    someone = person("Ada")
    member(someone, programme())
    return someone


def path(someone: Person, kind: str = "how-was-it") -> str:
    return f"/unsubscribe/{sign('unsubscribe', f'{someone.nonce}:{kind}')}"


def stopped() -> list[str]:
    return list(db.session.scalars(select(Stopped.kind)))


def test_a_mail_program_stops_a_kind_without_cookie_or_token(app: Flask, ada: Person) -> None:
    for _ in range(2):
        assert app.test_client().post(path(ada), data=ONE_CLICK).status_code == 200
    assert stopped() == ["how-was-it"]


def test_a_person_sees_a_button_first_and_may_undo(app: Flask, ada: Person) -> None:
    client = app.test_client()
    page = client.get(path(ada))
    assert (page.status_code, stopped()) == (200, [])
    assert "mail that asks how a conversation went" in page.text
    assert "Undo" in post(client, path(ada)).text
    assert stopped() == ["how-was-it"]
    assert post(client, path(ada) + "/undo").location == path(ada)
    assert stopped() == []


def test_stopping_invitations_pauses_and_says_so(app: Flask, ada: Person) -> None:
    client, stop = app.test_client(), path(ada, "invitation")
    assert "this pauses you" in client.get(stop).text
    assert "You are paused" in client.post(stop, data=ONE_CLICK).text
    assert db.session.scalars(select(Membership.state)).one() == "paused"
    assert stopped() == []
    post(client, stop + "/undo")
    assert db.session.scalars(select(Membership.state)).one() == "active"


@pytest.mark.parametrize("kind", ["invitation", "moved", "cancelled"])
def test_without_these_kinds_nobody_takes_part_and_what_is_arranged_is_still_told(
    app: Flask, ada: Person, kind: str
) -> None:
    talk = conversation(db.session.scalars(select(Membership)).one().programme, ada, person("Ben"))
    app.test_client().post(path(ada, kind), data=ONE_CLICK)
    assert db.session.scalars(select(Membership.state)).one() == "paused"
    move(talk.participations[1], talk.starts_at + timedelta(days=1), START)
    queue(mails.cancelled(talk.participations[0], talk.participations, reason="Flood duty."), START)
    told = select(Message.kind).where(Message.person_id == ada.id).order_by(Message.id)
    assert db.session.scalars(told).all() == ["moved", "cancelled"]


def test_who_stopped_these_kinds_before_is_told_of_what_is_arranged(app: Flask, ada: Person) -> None:
    talk = conversation(db.session.scalars(select(Membership)).one().programme, ada, person("Ben"))
    kept(Stopped(person_id=ada.id, kind="moved"))
    move(talk.participations[1], talk.starts_at + timedelta(days=1), START)
    assert db.session.query(Message).filter_by(person_id=ada.id, kind="moved").count() == 1


def test_undoing_resumes_only_what_it_paused(app: Flask, ada: Person) -> None:
    resting = member(ada, programme("Resting"), state="paused")
    away = member(ada, programme("Away"), state="paused", paused_until=date(2026, 12, 24))
    client, stop = app.test_client(), path(ada, "cancelled")
    for _ in range(2):
        client.post(stop, data=ONE_CLICK)
    assert {(each.state, each.paused_until) for each in db.session.scalars(select(Membership))} == {("paused", None)}
    assert "Undone." in client.get(post(client, stop + "/undo").location).text
    db.session.expire_all()
    home = db.session.scalars(select(Membership).order_by(Membership.id)).first()
    assert [(each.state, each.paused_until) for each in (home, resting, away)] == [
        ("active", None), ("paused", None), ("paused", date(2026, 12, 24)),
    ]  # fmt: skip


def test_a_pause_of_their_own_is_not_undone_here(app: Flask, ada: Person) -> None:
    client, stop = app.test_client(), path(ada, "invitation")
    pause(db.session.scalars(select(Membership)).one(), None)
    assert "Undo" not in post(client, stop).text
    post(client, stop + "/undo")
    assert db.session.scalars(select(Membership.state)).one() == "paused"


def test_one_click_in_an_old_mail_answers_well_to_somebody_who_has_left(app: Flask, ada: Person) -> None:
    client = app.test_client()
    goodbye, reminder = path(ada, "goodbye"), path(ada, "reminder")
    with transaction():
        leave(ada, 7, START)
    for stop in (goodbye, reminder):
        answer = client.post(stop, data=ONE_CLICK)
        assert (answer.status_code, "write to you no more" in answer.text) == (200, True)
    assert [client.get(goodbye).status_code, client.get(reminder).status_code] == [200, 410]
    assert post(client, reminder + "/undo").status_code == 410
    assert stopped() == []


def test_an_undo_needs_a_person_at_the_page(app: Flask, ada: Person) -> None:
    client = app.test_client()
    client.post(path(ada), data=ONE_CLICK)
    assert client.post(path(ada) + "/undo").status_code == 422
    assert stopped() == ["how-was-it"]


@pytest.mark.parametrize("key", ["x.y", "MTpob3ctd2FzLWl0.forged"])
def test_a_key_that_is_not_ours_stops_nothing(app: Flask, ada: Person, key: str) -> None:
    client = app.test_client()
    assert [client.get(f"/unsubscribe/{key}").status_code, client.post(f"/unsubscribe/{key}").status_code] == [404, 404]


def test_a_key_of_another_purpose_stops_nothing(app: Flask, ada: Person) -> None:
    forged = f"/unsubscribe/{sign('confirm', f'{ada.nonce}:how-was-it')}"
    assert app.test_client().post(forged, data=ONE_CLICK).status_code == 404


def test_a_kind_without_words_of_its_own_is_stopped_all_the_same(app: Flask, ada: Person) -> None:
    assert "mail of this kind" in app.test_client().get(path(ada, "new-kind")).text
    app.test_client().post(path(ada, "new-kind"), data=ONE_CLICK)
    assert stopped() == ["new-kind"]
