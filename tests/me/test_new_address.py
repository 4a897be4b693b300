"""Another address: confirmed where it is read, told where it was, and nobody meets whom they were not to meet."""

import re
from datetime import timedelta

import pytest
from cast import (
    conversation,
    kept,
    letter_to,
    mailed,
    member,
    organiser,
    path_in,
    person,
    post,
    programme,
    sign_in,
)
from conftest import Clock
from flask import Flask
from flask.testing import FlaskClient
from joining import confirm_link, join
from sqlalchemy import func, select

from unmentor.conversations.actions import replied
from unmentor.db import db, transaction
from unmentor.mail.message import Letter
from unmentor.mail.models import Message
from unmentor.mail.outbox import queue
from unmentor.mail.queries import content
from unmentor.people import actions as people
from unmentor.people import changing
from unmentor.people.models import EmailChange, Exclusion, KeptApart, Passkey, Person
from unmentor.privacy.export import exported
from unmentor.programmes.models import Programme
from unmentor.rounds.draw_queries import apart

OLD, NEW = "ada@devon.gov.uk", "ada@leeds.gov.uk"


@pytest.fixture
def ours(app: Flask) -> Programme:
    return programme()


@pytest.fixture
def ada(client: FlaskClient, ours: Programme) -> Person:
    someone = person("Ada", email=OLD)
    member(someone, ours)
    sign_in(client, someone)
    return someone


def asked(client: FlaskClient, email: str = NEW) -> str:
    """Ask for another address; return the path of the link that went there."""
    assert post(client, "/me/email", email=email).location == "/me/email"
    return path_in(mailed(email, "email-change"), "/email")


def changed(client: FlaskClient, email: str = NEW) -> str:
    """Change the address; return the path of the link that takes that back."""
    assert post(client, asked(client, email)).status_code == 303
    return path_in(mailed(OLD, "email-change"), "/email")


def addresses() -> set[str | None]:
    db.session.expire_all()
    return set(db.session.scalars(select(Person.email)))


def test_nothing_changes_until_the_new_address_says_so(client: FlaskClient, ada: Person) -> None:
    link = asked(client)
    assert "Check your email" in client.get("/me/email").text
    assert NEW in client.get(link).text
    assert addresses() == {OLD}
    assert post(client, link).location == "/me"
    assert addresses() == {NEW}
    assert "We write to ada@leeds.gov.uk from now on." in client.get("/me").text


def test_the_question_holds_no_word_about_who_asked(client: FlaskClient, ada: Person) -> None:
    asked(client)
    text = str(letter_to(NEW, "email-change"))
    assert not {"Ada", OLD} & set(re.findall(r"[\w@.]+", text))


def test_a_link_opens_once_and_for_a_day(client: FlaskClient, ada: Person, clock: Clock) -> None:
    first = asked(client)
    clock.advance(hours=24)
    assert (client.get(first).status_code, post(client, first).status_code) == (410, 410)
    sign_in(client, ada)
    link = asked(client)
    assert post(client, first).status_code == 410
    assert post(client, link).status_code == 303
    assert post(client, link).status_code == 410


def test_a_newer_question_ends_the_older_one(client: FlaskClient, ada: Person) -> None:
    older = asked(client)
    newer = asked(client, "ada@york.gov.uk")
    assert post(client, older).status_code == 410
    assert post(client, newer).status_code == 303
    assert addresses() == {"ada@york.gov.uk"}


def test_a_forged_press_changes_nothing(client: FlaskClient, ada: Person) -> None:
    link = asked(client)
    assert client.post(link).status_code == 422
    undo = changed(client)
    assert client.post(undo).status_code == 422
    assert addresses() == {NEW}


def test_a_key_of_one_purpose_is_none_of_the_other(client: FlaskClient, ada: Person) -> None:
    link = asked(client)
    assert post(client, f"{link}/undo").status_code == 404


def test_ones_own_address_is_refused(client: FlaskClient, ada: Person) -> None:
    answer = post(client, "/me/email", email=OLD.upper())
    assert answer.status_code == 422
    assert "This is your address already" in answer.text


def test_a_known_address_gets_the_same_page_and_a_kind_word(client: FlaskClient, ada: Person) -> None:
    ben, cat = person("Ben", email="ben@x.gov.uk"), "cat@x.gov.uk"
    pages, exports = [], []
    for email in (ben.email, cat):
        assert post(client, "/me/email", email=email).status_code == 303
        page = client.get("/me/email").text.replace(str(email), "…")
        pages.append(re.sub(r'csrf_token" value="[^"]*"', "", page))
        held = client.get("/me/data.json").get_data(as_text=True)
        exports.append(re.sub(r'"(exported|asked)_at": "[^"]*"', "", held).replace(str(email), "…"))
    assert pages[0] == pages[1]
    assert exports[0] == exports[1], "nor does what we hold on whoever asks"
    assert "here with this address already" in mailed("ben@x.gov.uk", "email-change")
    assert "/email/" not in mailed("ben@x.gov.uk", "email-change")


def test_everybody_else_who_is_signed_in_as_them_is_out(app: Flask, client: FlaskClient, ada: Person) -> None:
    other = app.test_client()
    sign_in(other, ada)
    changed(client)
    assert client.get("/me").status_code == 200
    assert other.get("/me").status_code == 303


def test_a_browser_that_is_not_theirs_stays_so(app: Flask, client: FlaskClient, ada: Person) -> None:
    link, phone = asked(client), app.test_client()
    answer = post(phone, link)
    assert "Your address is changed" in answer.text
    assert phone.get("/me").status_code == 303
    assert client.get("/me").status_code == 303
    assert addresses() == {NEW}


def test_a_code_that_the_old_address_has_opens_nothing(app: Flask, client: FlaskClient, ada: Person) -> None:
    other = app.test_client()
    post(other, "/sign-in", email=OLD)
    code = re.search(r"\b\d{6}\b", mailed(OLD, "sign-in"))[0]
    way_in = path_in(mailed(OLD, "sign-in"), "/sign-in")
    changed(client)
    assert post(other, "/sign-in/code", email=NEW, code=code).status_code == 422
    assert post(other, way_in).status_code == 410


def test_nobody_meets_whom_they_were_not_to_meet_and_no_list_tells_where_they_went(
    client: FlaskClient, ada: Person, ours: Programme, clock: Clock
) -> None:
    ben, cat = person("Ben"), person("Cat")
    for each in (ben, cat):
        member(each, ours)
    people.avoid(ben, OLD)
    people.keep_apart(ada, cat, ours.id, clock())
    before = apart()
    changed(client)
    assert apart() == before != {}
    assert [(each.email, each.typed) for each in db.session.scalars(select(Exclusion))] == [(NEW, OLD)]
    assert exported(ben, clock())["not_with"] == [OLD]
    assert db.session.scalars(select(KeptApart)).one().one == NEW


def test_a_list_still_counts_when_they_leave_and_come_back(client: FlaskClient, ada: Person, clock: Clock) -> None:
    ben = person("Ben")
    people.avoid(ben, OLD)
    changed(client)
    post(client, "/me/leave")
    row = db.session.scalars(select(Exclusion)).one()
    assert (row.has_left, OLD in row.typed, NEW in row.email) == (True, False, False)
    back = person("Ada", email=NEW, confirmed_at=None)
    people.confirm(back, clock())
    assert (row.email, row.has_left) == (NEW, True)


def test_what_is_ahead_comes_once_more_for_the_calendar_there(
    client: FlaskClient, ada: Person, ours: Programme, clock: Clock
) -> None:
    talk = conversation(ours, ada, person("Ben"), starts_at=clock() + timedelta(days=3))
    sequence, stamp = talk.sequence, talk.stamped_at
    changed(client)
    mail = letter_to(NEW, "email-change")
    entry = mail.get_body(("plain",)) and next(p for p in mail.walk() if p.get_content_type() == "text/calendar")
    written = entry.get_content().replace("\r\n ", "")
    assert "METHOD:REQUEST" in written
    assert f"mailto:{NEW}" in written
    assert f"mailto:{OLD}" not in written
    assert f"UID:{talk.uid}" in written
    assert f"DTSTAMP:{clock():%Y%m%dT%H%M%SZ}" in written
    db.session.expire_all()
    assert (talk.sequence, talk.stamped_at) == (sequence, stamp), "so what the others' calendars answer still counts"
    assert "You talk with Ben on Tuesday 24 November, midday." in mail["Subject"]
    assert db.session.scalar(select(func.count()).where(Message.recipient == "ben@example.gov.uk")) == 0


def test_the_calendar_there_answers_from_then_on_and_the_one_before_no_more(
    client: FlaskClient, ada: Person, ours: Programme, clock: Clock
) -> None:
    talk = conversation(ours, ada, person("Ben"), starts_at=clock() + timedelta(days=3))
    changed(client)
    said = [replied(talk.uid, each, "ACCEPTED", clock(), sequence=talk.sequence) for each in (OLD, NEW)]
    assert said == [False, True]


def test_letters_that_are_being_written_to_the_old_address_are_written_anew(
    client: FlaskClient, ada: Person, ours: Programme, clock: Clock
) -> None:
    talk = conversation(ours, ada, person("Ben"), starts_at=clock() + timedelta(days=3), to_tell=True)
    changed(client)
    db.session.expire_all()
    assert talk.sequence == 1
    assert "You talk with" not in letter_to(NEW, "email-change")["Subject"]


def waiting(someone: Person, state: str, clock: Clock) -> int:
    """Queue something for somebody; return its id."""
    letter = Letter(
        kind="goodbye", values={"count": 1}, about=f"person:{state}", to=(someone.name, someone.email or ""),
        person_id=someone.id, reader=someone.nonce,
    )  # fmt: skip
    message = queue(letter, clock())
    assert message
    message.state = state
    db.session.commit()
    return message.id


@pytest.mark.parametrize("state", ["queued", "held", "uncertain", "failed"])
def test_what_waits_for_the_old_address_goes_to_the_new_one(
    client: FlaskClient, ada: Person, clock: Clock, state: str
) -> None:
    number = waiting(ada, state, clock)
    before = content(db.session.get_one(Message, number))
    changed(client)
    db.session.expire_all()
    message = db.session.get_one(Message, number)
    assert (message.recipient, message.state) == (NEW, state)
    assert content(message) == before.replace(OLD.encode(), NEW.encode(), 1), "and nothing else of it is new"
    back = path_in(mailed(OLD, "email-change"), "/email")
    post(client, back)
    db.session.expire_all()
    assert (message.recipient, content(message)) == (OLD, before)


def test_what_has_left_and_what_lets_in_stays_with_the_old_address(
    client: FlaskClient, ada: Person, clock: Clock
) -> None:
    numbers = [waiting(ada, state, clock) for state in ("sent", "sending", "expired")]
    changed(client)
    to = select(Message.recipient).where(Message.id.in_(numbers))
    assert set(db.session.scalars(to)) == {OLD}
    assert db.session.scalar(select(func.count()).where(Message.recipient == OLD, Message.kind == "email-change")) == 1


def test_the_old_address_may_put_itself_back(app: Flask, client: FlaskClient, ada: Person) -> None:
    thief = client
    undo = changed(thief, "thief@bad.example")
    kept(Passkey(person_id=ada.id, name="x", credential="c", public_key=b"", uses=0, added_at=ada.joined_at))
    calendar = ada.calendar_nonce
    owner = app.test_client()
    assert OLD in owner.get(undo).text
    assert addresses() == {"thief@bad.example"}
    assert "Your address is back" in post(owner, undo).text
    assert addresses() == {OLD}
    assert thief.get("/me").status_code == 303
    assert db.session.scalar(select(func.count(Passkey.id))) == 0
    assert db.session.get(Person, ada.id).calendar_nonce != calendar
    assert "We write to your earlier address again." in mailed("thief@bad.example", "email-change")
    assert post(owner, undo).status_code == 410


def test_the_first_owner_wins_however_often_it_was_changed_since(
    app: Flask, client: FlaskClient, ada: Person, clock: Clock
) -> None:
    undo = changed(client, "thief@bad.example")
    post(client, asked(client, "thief@worse.example"))
    again = path_in(mailed("thief@bad.example", "email-change"), "/email")
    assert "undo" in again
    assert post(app.test_client(), again).status_code == 200, "who has the second takes back the second"
    assert addresses() == {"thief@bad.example"}
    assert post(app.test_client(), undo).status_code == 200
    assert addresses() == {OLD}


def test_an_address_is_put_back_within_a_week(client: FlaskClient, ada: Person, clock: Clock) -> None:
    undo = changed(client)
    clock.advance(days=7)
    assert post(client, undo).status_code == 410
    with transaction():
        changing.forget(clock())
    assert db.session.scalar(select(func.count(EmailChange.id))) == 0
    assert addresses() == {NEW}


def test_who_typed_the_address_of_a_thief_still_avoids_the_thief(app: Flask, client: FlaskClient, ada: Person) -> None:
    ben = person("Ben")
    people.avoid(ben, "thief@bad.example")
    people.avoid(ben, OLD)
    post(app.test_client(), changed(client, "thief@bad.example"))
    lists = db.session.execute(select(Exclusion.email, Exclusion.typed)).all()
    assert set(lists) == {("thief@bad.example", "thief@bad.example"), (OLD, OLD)}


def test_who_joined_with_it_meanwhile_keeps_it(client: FlaskClient, ada: Person) -> None:
    link = asked(client)
    person("Ada Two", email=NEW)
    answer = post(client, link)
    assert answer.status_code == 410
    assert "Somebody is here with this address already" in answer.text
    assert addresses() == {OLD, NEW}
    assert db.session.scalar(select(EmailChange.confirmed_at)) is None


def test_whom_an_organiser_put_on_a_list_there_is_asked_as_who_they_are(client: FlaskClient, ada: Person) -> None:
    other = programme("Other")
    stub = person("A. Lovelace", email=NEW, confirmed_at=None)
    member(stub, other)
    changed(client)
    assert db.session.get(Person, ada.id).email == NEW
    assert "Would you take part in Other too?" in letter_to(NEW, "heads-up")["Subject"]
    assert db.session.scalar(select(Person.left_at).where(Person.id == stub.id)) is not None


def test_an_address_that_a_programme_is_not_for_waits_for_a_yes(client: FlaskClient, ada: Person) -> None:
    devon = programme("Devon only", domains=["devon.gov.uk"])
    mine, _olu = member(ada, devon), organiser(devon)
    undo = changed(client)
    db.session.expire_all()
    assert mine.approved is False
    assert "An organiser of Devon only looks at your new address" in client.get("/me").text
    assert "Somebody waits for your yes" in letter_to("olu-organiser@example.gov.uk", "heads-up")["Subject"]
    post(client, undo)
    db.session.expire_all()
    assert mine.approved is True


def test_a_person_asks_for_five_addresses_an_hour(client: FlaskClient, ada: Person) -> None:
    for number in range(5):
        assert post(client, "/me/email", email=f"ada{number}@leeds.gov.uk").status_code == 303
    assert post(client, "/me/email", email="ada6@leeds.gov.uk").status_code == 429


def test_an_address_hears_of_it_three_times_a_day_at_most(client: FlaskClient, ada: Person) -> None:
    for _ in range(4):
        assert post(client, "/me/email", email=NEW).status_code == 303
    assert db.session.scalar(select(func.count()).where(Message.recipient == NEW)) == 3


def test_what_was_asked_goes_with_who_leaves(client: FlaskClient, ada: Person) -> None:
    asked(client)
    post(client, "/me/leave")
    assert db.session.scalar(select(func.count(EmailChange.id))) == 0
    assert db.session.scalar(select(func.count()).where(Message.recipient == NEW)) == 0


def test_a_link_to_join_with_the_new_address_says_that_they_are_in(
    app: Flask, client: FlaskClient, ada: Person
) -> None:
    other = app.test_client()
    join(other, email=NEW)
    confirm = confirm_link(NEW)
    changed(client)
    answer = client.get(confirm)
    assert (answer.status_code, "You are already in" in answer.text) == (410, True)
