"""A page a person: what an organiser may see, and what they can do for them, once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from cast import (
    START,
    conversation,
    kept,
    mailed,
    member,
    organiser,
    path_in,
    person,
    post,
    programme,
    reflection,
    sign_in,
)
from conftest import Clock
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from unmentor.audit.models import AuditEvent
from unmentor.db import db, transaction
from unmentor.mail.models import Message, Suppressed
from unmentor.people.actions import avoid
from unmentor.people.models import Person, Request
from unmentor.privacy.removal import NotIn, remove
from unmentor.programmes.door import ask_to_confirm
from unmentor.programmes.models import Membership, Programme
from unmentor.rounds.actions import draw_round, send_round
from unmentor.rounds.turns import members_in

CONSOLE = "/organise/unmentoring"


@pytest.fixture
def ours(app: Flask) -> Programme:
    return programme()


@pytest.fixture
def olu(ours: Programme, client: FlaskClient) -> Person:
    """Return its organiser, signed in."""
    olu = organiser(ours)
    sign_in(client, olu)
    return olu


def page_of(someone: Person) -> str:
    return f"{CONSOLE}/people/{someone.id}"


def standing(ours: Programme, someone: Person) -> Membership | None:
    db.session.expire_all()
    return db.session.query(Membership).filter_by(programme=ours, person=someone).one_or_none()


def failed(someone: Person, ours: Programme, **given: str) -> None:
    known = {
        "about": "x",
        "person_id": someone.id,
        "programme_id": ours.id,
        "recipient": someone.email,
        "state": "failed",
    }
    when = {"queued_at": START, "due_at": START, "expires_at": START}
    kept(Message(**known, **when, **given, message_id=given["kind"]))


def deeds() -> list[tuple[str, int | None]]:
    told = select(AuditEvent.deed, AuditEvent.person_id).order_by(AuditEvent.id)
    return [(deed, about) for deed, about in db.session.execute(told)]


def test_an_organiser_sees_whom_somebody_met_and_what_did_not_arrive(
    ours: Programme, olu: Person, client: FlaskClient, clock: Clock
) -> None:
    ada, ben = person("Ada", about="Rivers"), person("Ben")
    member(ada, ours, silences=2)
    talk = conversation(ours, ada, ben, state="met", starts_at=START)
    failed(ada, ours, kind="invitation", subject="You meet Ben", trouble="552 mailbox full")
    kept(Suppressed(address=ada.email, since=START, trouble="550 no such mailbox"))
    text = " ".join(client.get(page_of(ada)).text.split())
    for seen in ("Rivers", "Devon", "ada@example.gov.uk", ">Ben</a>", "they talked", "1 of 1", "how the last",
                 "You meet Ben", "552 mailbox full", "550 no such", f"/rounds/{talk.round.number}"):  # fmt: skip
        assert seen in text


def test_what_somebody_told_us_alone_is_nowhere_in_the_console(
    ours: Programme, olu: Person, client: FlaskClient
) -> None:
    ada = person("Ada", phone="+441632960123", video="ada.secret.room", availability=["tue-pm"], language="cy")
    ben, cat = person("Ben"), person("Cat", email="avoided@leeds.example")
    member(ada, ours), member(ben, ours)
    avoid(ada, "avoided@leeds.example")
    talk = conversation(ours, ada, ben, state="met", starts_at=START)
    mine = talk.participations[0]
    mine.met, mine.challenged, mine.again, mine.answered_at = "yes", 5, False, START
    reflection(mine, text="What I have shown to nobody yet", state="pending")
    failed(ada, ours, kind="sign-in", subject="Sign in 123456", trouble="551")
    # Elsewhere she is somebody too, and that is nobody's business here.
    elsewhere = programme("Elsewhere")
    member(ada, elsewhere)
    conversation(elsewhere, ada, cat, state="met", starts_at=START, uid="elsewhere")
    pages = [
        client.get(page_of(ada)).text,
        client.get(f"{CONSOLE}/people").text,
        client.get(f"{page_of(ada)}/remove").text,
    ]
    pages.append(post(client, f"{CONSOLE}/people/export").text)
    for page in pages:
        for secret in ("960123", "960 123", "ada.secret.room", "tue-pm", "avoided@", "challeng", "shown to nobody",
                       "123456", "Elsewhere", ">Cat<", "Cymraeg</dd>"):  # fmt: skip
            assert secret not in page, secret


def test_pausing_and_coming_back_is_told_logged_and_done_once(
    ours: Programme, olu: Person, client: FlaskClient, clock: Clock
) -> None:
    ada = person("Ada")
    member(ada, ours)
    page = page_of(ada)
    assert post(client, f"{page}/pause", until="2026-11-01").status_code == 422
    assert [post(client, f"{page}/pause", until="2026-12-24").status_code for _ in range(2)] == [303, 422]
    told = mailed(ada.email, "heads-up")
    assert "An organiser has paused you until Thursday 24 December." in told
    assert members_in(ours, ours.today(clock())) == []
    assert [post(client, f"{page}/resume").status_code for _ in range(2)] == [303, 422]
    assert "An organiser has taken you back in." in mailed(ada.email, "heads-up")
    assert [each.person for each in members_in(ours, ours.today(clock()))] == [ada]
    assert deeds() == [("person-paused", ada.id), ("person-resumed", ada.id)]
    # The mail of the pause still leads back, however they are paused next.
    clock.advance(minutes=1)
    post(client, f"{page}/pause")
    post(client, path_in(told, "/c/back"))
    assert standing(ours, ada).state == "active"


@pytest.mark.parametrize("how", [{"invited": True}, {"before_stop": "active"}])
def test_nobody_is_taken_back_in_who_has_not_said_yes_themselves(
    ours: Programme, olu: Person, client: FlaskClient, how: dict[str, bool | str]
) -> None:
    ada = person("Ada")
    member(ada, ours, state="paused", **how)
    answer = post(client, f"{page_of(ada)}/resume")
    assert answer.status_code == 422
    assert "Only they can" in answer.text
    assert standing(ours, ada).state == "paused"


def test_organisers_are_made_and_unmade_but_the_last_stays(ours: Programme, olu: Person, client: FlaskClient) -> None:
    ada, new = person("Ada"), person("New", confirmed_at=None)
    member(ada, ours), member(new, ours)
    assert "Make somebody else an organiser first" in post(client, f"{page_of(olu)}/organiser/remove").text
    assert "Make somebody else an organiser first" in post(client, f"{page_of(olu)}/remove").text
    assert post(client, f"{page_of(new)}/organiser").status_code == 422
    assert post(client, f"{page_of(ada)}/organiser").status_code == 303
    assert "You organise UnMentoring now." in mailed(ada.email, "heads-up")
    assert post(client, f"{page_of(olu)}/organiser/remove").location == "/me"
    assert client.get(page_of(ada)).status_code == 403
    assert (standing(ours, ada).role, standing(ours, olu).role) == ("organiser", "participant")
    assert deeds() == [("organiser-added", ada.id), ("organiser-removed", olu.id)]


def test_who_is_taken_out_is_told_and_whoever_they_were_to_meet_gets_somebody_new(
    ours: Programme, olu: Person, client: FlaskClient, clock: Clock
) -> None:
    for name in ("Ada", "Ben", "Cat"):
        member(person(name), ours)
    ours.odd = "sit-out"
    with transaction():
        send_round(draw_round(ours, 7, clock()), clock())
    gone = db.session.query(Message).filter_by(kind="invitation").order_by(Message.id).first().person_id
    gone = db.session.get_one(Person, gone)
    elsewhere = member(gone, programme("Elsewhere"))
    assert "conversation that is still to come is cancelled" in client.get(f"{page_of(gone)}/remove").text
    assert post(client, f"{page_of(gone)}/remove").status_code == 303
    assert standing(ours, gone) is None
    assert db.session.get(Membership, elsewhere.id)
    assert "You are no longer in UnMentoring." in mailed(gone.email, "heads-up")
    one, other = db.session.query(Person).filter(Person.name.in_({"Ada", "Ben", "Cat"} - {gone.name}))
    assert other.name in mailed(one.email, "invitation")
    assert one.name in mailed(other.email, "invitation")
    assert deeds() == [("person-removed", gone.id)]
    again = post(client, f"{page_of(gone)}/remove")
    assert again.status_code == 410
    assert "See who is in it" in again.text


def test_who_never_confirmed_is_forgotten_with_the_question(
    ours: Programme, olu: Person, client: FlaskClient, clock: Clock
) -> None:
    new = person("New", confirmed_at=None)
    member(new, ours)
    with transaction():
        ask_to_confirm(new, ours, clock())
    confirm = path_in(mailed("new@example.gov.uk", "confirm"), "/confirm")
    assert (
        "we forget" in client.get(f"{page_of(new)}/remove").text
        or "forgotten" in client.get(f"{page_of(new)}/remove").text
    )
    post(client, f"{page_of(new)}/remove")
    db.session.refresh(new)
    assert (new.name, new.email) == ("", None)
    assert (
        db.session.query(Request).filter(Request.email == "new@example.gov.uk", Request.details.is_not(None)).count()
        == 0
    )
    assert client.get(confirm).status_code in {404, 410}


def test_who_has_not_confirmed_is_asked_again_a_few_times_at_most(
    ours: Programme, olu: Person, client: FlaskClient
) -> None:
    new = person("New", confirmed_at=None)
    member(new, ours)
    assert [post(client, f"{page_of(new)}/ask").status_code for _ in range(4)] == [303, 303, 303, 422]
    assert db.session.query(Message).filter_by(kind="confirm").count() == 3


def test_twenty_who_take_somebody_out_at_once_do_it_once(ours: Programme, app: Flask, clock: Clock) -> None:
    ada, ben = person("Ada"), person("Ben")
    member(ada, ours), member(ben, ours)
    conversation(ours, ada, ben, starts_at=clock() + timedelta(days=3))
    number, slug = ada.id, ours.id

    def press(_: int) -> bool:
        with app.app_context():
            try:
                with transaction():
                    remove(db.session.get_one(Person, number), db.session.get_one(Programme, slug), 7, clock())
            except NotIn:
                return False
            return True

    db.session.commit()
    with ThreadPoolExecutor(6) as threads:
        assert sum(threads.map(press, range(20))) == 1
    assert db.session.scalar(select(func.count(Message.id)).where(Message.kind == "heads-up")) == 1
    assert db.session.scalar(select(func.count(Message.id)).where(Message.recipient == ben.email)) == 1
