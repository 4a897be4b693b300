"""The page of a round: look, read an invitation, change by hand, send and stop, and see how it goes."""

import re
from datetime import timedelta

import pytest
from cast import member, organiser, person, post, programme, sign_in, statements
from conftest import Clock
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert, update

from unmentor.audit.models import AuditEvent
from unmentor.conversations.calendar_entry import key
from unmentor.conversations.models import Conversation, Participation
from unmentor.db import db
from unmentor.links import new_nonce, signed
from unmentor.mail.models import Message
from unmentor.people.actions import avoid
from unmentor.people.models import Person
from unmentor.programmes.models import Membership, Programme
from unmentor.rounds.actions import draw_round, send_round
from unmentor.rounds.mend import withdraw
from unmentor.rounds.models import Change, Round

PAGE = "/organise/unmentoring/rounds/1"


@pytest.fixture
def round_(app: Flask, client: FlaskClient, clock: Clock) -> Round:
    """Return a round of four that waits, whose organiser is signed in."""
    clock.set(2026, 11, 23, 9)
    ours = programme()
    for name in ("Ada", "Ben", "Cat", "Dan"):
        member(person(name, organisation=f"{name} Council"), ours)
    drawn = draw_round(ours, 7, clock())
    sign_in(client, organiser(ours))
    return drawn


def words(client: FlaskClient, path: str = PAGE) -> str:
    """Return what a page says."""
    text = re.sub(r"<[^>]+>", " ", client.get(path).text)
    return " ".join(text.replace("&#39;", "'").split())


def press(client: FlaskClient, path: str, button: str) -> str:
    """Press a button of a page with all that its form says, and return what the next page says."""
    form = next(form for form in re.findall(r"(?s)<form.*?</form>", client.get(path).text) if f">{button}" in form)
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))
    fields.pop("csrf_token")
    answer = post(client, re.search('action="([^"]+)"', form)[1], **fields)
    return words(client, answer.location) if answer.status_code == 303 else answer.text


def invitations() -> int:
    return db.session.query(Message).filter_by(kind="invitation").count()


def test_what_was_sent_leaves_after_two_minutes_and_says_how_far_it_is(
    round_: Round, client: FlaskClient, clock: Clock
) -> None:
    assert "Round 1 leaves at 9:02am" in press(client, PAGE, "Send 4 invitations")
    clock.advance(seconds=119)
    assert "Nothing has left yet" in words(client)
    clock.advance(seconds=1)
    client.get(PAGE)
    assert invitations() == 4
    assert "0 of 4 invitations have left." in words(client)
    db.session.execute(
        update(Message).where(Message.id == db.session.query(Message.id).first()[0]).values(state="sent")
    )
    assert "1 of 4 invitations have left." in words(client)
    db.session.execute(update(Message).values(state="sent"))
    assert "All 4 invitations have left." in words(client)
    assert [line.deed for line in db.session.query(AuditEvent)] == ["round-sent"]


def test_what_was_stopped_never_leaves(round_: Round, client: FlaskClient, clock: Clock) -> None:
    press(client, PAGE, "Send")
    clock.advance(minutes=1)
    assert "Stopped. Nothing has left." in press(client, PAGE, "Stop")
    clock.advance(minutes=5)
    client.get(PAGE)
    assert invitations() == 0
    assert "Send 4 invitations" in words(client)


def test_whoever_comes_late_reads_why(round_: Round, client: FlaskClient, clock: Clock) -> None:
    assert "Round 1 was stopped already. Nothing has left." in post(client, f"{PAGE}/stop").text
    press(client, PAGE, "Send")
    assert "Round 1 leaves at 9:02am. Stop it first to change anything." in post(client, f"{PAGE}/send").text
    assert "Stop it first" in post(client, f"{PAGE}/redraw").text
    clock.advance(minutes=2)
    client.get(PAGE)
    for what in ("send", "stop", "redraw"):
        answer = post(client, f"{PAGE}/{what}")
        assert (answer.status_code, "Round 1 was sent already." in answer.text) == (422, True)


def test_an_organiser_swaps_two_after_seeing_what_it_does(round_: Round, client: FlaskClient) -> None:
    one, other = (talk.people[0] for talk in round_.conversations)
    assert f"swap?a={one.id}" in client.get(PAGE).text
    assert f"swap?a={one.id}&amp;b={other.id}" in client.get(f"{PAGE}/swap?a={one.id}").text
    path = f"{PAGE}/swap?a={one.id}&b={other.id}"
    assert "The new conversations" in words(client, path)
    said = press(client, path, "Swap")
    assert f"{one.name} and {other.name} have changed places." in said
    assert f"Olu Organiser swapped {one.name} and {other.name}, Monday 23 November, 9am" in said
    assert "Provably" not in said


def test_who_agreed_to_another_change_looks_again(round_: Round, client: FlaskClient) -> None:
    one, other = (talk.people[0] for talk in round_.conversations)
    fields = {"a": one.id, "b": other.id}
    answer = post(client, f"{PAGE}/swap", seen="what was there before", **fields)
    assert (answer.status_code, "changed since you looked" in answer.text) == (422, True)
    assert "The new conversations" in answer.text
    assert post(client, f"{PAGE}/swap", **fields).status_code == 303
    answer = post(client, f"{PAGE}/swap", **fields)
    assert (answer.status_code, "done a moment ago" in answer.text) == (422, True)
    assert db.session.query(Change).count() == 1


def test_a_refused_change_says_why_and_gives_no_button(round_: Round, client: FlaskClient) -> None:
    (one, stays), (other, _remains) = (talk.people for talk in round_.conversations)
    avoid(stays, other.email)
    path = f"{PAGE}/swap?a={one.id}&b={other.id}"
    said = words(client, path)
    assert f"{other.name} and {stays.name} cannot be paired." in said
    assert "seen" not in client.get(path).text
    assert post(client, f"{PAGE}/swap", a=one.id, b=other.id).status_code == 422


def test_somebody_is_left_out_and_taken_in_again(round_: Round, client: FlaskClient) -> None:
    ada = db.session.query(Person).filter_by(name="Ada").one()
    assert "is left out, hears so when the round is sent" in words(client, f"{PAGE}/leave-out?a={ada.id}")
    assert "Ada is left out." in press(client, f"{PAGE}/leave-out?a={ada.id}", "Leave Ada out")
    assert "left out by hand" in words(client)
    assert f"take-in?a={ada.id}" in client.get(f"{PAGE}/take-in").text
    assert "Ada is in." in press(client, f"{PAGE}/take-in?a={ada.id}", "Take Ada in")


def test_only_members_are_named(round_: Round, client: FlaskClient) -> None:
    stranger = member(person("Zoe"), programme("Elsewhere")).person
    for path in (f"take-in?a={stranger.id}", f"swap?a={stranger.id}", "swap?a=x", "swap?a=99999999999", "swap"):
        assert client.get(f"{PAGE}/{path}").status_code == 404


def test_an_invitation_is_read_as_its_reader_gets_it_and_its_keys_open_nothing(
    round_: Round, client: FlaskClient, clock: Clock
) -> None:
    part = round_.conversations[0].participations[0]
    path = f"{PAGE}/invitations/{part.person_id}"
    page, html = client.get(path), client.get(f"{path}/html")
    assert "sandbox>" in page.text
    assert html.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    for said in (page.text, html.text):
        assert part.partners[0].first_name in said
        assert key(part) not in said
        tokens = re.findall(r"/(?:c|unsubscribe)/([\w.-]+)", said)
        assert tokens
        assert not {part.nonce} & {signed("conversation", token) for token in tokens}
        assert part.person.nonce not in " ".join(signed("unsubscribe", token) or "" for token in tokens)
    assert db.session.query(Message).count() == 0
    assert client.get(f"{PAGE}/invitations/{person('Zoe').id}").status_code == 404


def test_after_it_was_sent_the_page_counts_what_became_of_it(round_: Round, client: FlaskClient, clock: Clock) -> None:
    send_round(round_, clock())
    one, other = round_.conversations
    one.participations[0].moves, one.starts_at = 1, clock() + timedelta(days=9)
    other.starts_at = clock() + timedelta(days=8)
    withdraw(other.participations[0], "", 3, clock())
    clock.advance(days=10)
    said = words(client)
    assert "0 They talked 1 Not known yet 1 Moved 1 Somebody withdrew 1 Cancelled" in said
    one.state = "met"
    assert "1 They talked 0 Not known yet" in words(client)
    assert "1 conversation ·" in words(client, f"{PAGE}?show=cancelled")
    assert "No conversation like that." in words(client, f"{PAGE}?show=missed")
    assert "1 conversation ·" in words(client, f"{PAGE}?q={one.people[0].name}")


def crowd(ours: Programme, round_: Round, conversations: int) -> None:
    """Put many more conversations into a round."""
    people = [
        {"name": f"Person {n}", "email": f"{new_nonce()}@crowd.example", "phone": "1", "joined_at": ours.created_at,
         "confirmed_at": ours.created_at, "language": "en", "told_organisation": f"Council {n % 7}"}
        for n in range(2 * conversations)
    ]  # fmt: skip
    ids = list(db.session.scalars(insert(Person).returning(Person.id, sort_by_parameter_order=True), people))
    joined = {"programme_id": ours.id, "joined_at": ours.created_at}
    db.session.execute(insert(Membership), [joined | {"person_id": each} for each in ids])
    talk = {"round_id": round_.id, "minutes": 30, "arranged_at": ours.created_at, "stamped_at": ours.created_at}
    talks = [
        talk | {"starts_at": ours.created_at + timedelta(days=40, minutes=n), "room": new_nonce(), "uid": new_nonce()}
        for n in range(conversations)
    ]
    new = list(db.session.scalars(insert(Conversation).returning(Conversation.id, sort_by_parameter_order=True), talks))
    parts = [{"conversation_id": new[n // 2], "person_id": each, "starts": n % 2 == 0} for n, each in enumerate(ids)]
    db.session.execute(insert(Participation), parts)
    db.session.commit()


@pytest.mark.thorough
@pytest.mark.parametrize("sent", [False, True])
def test_the_page_of_a_large_round_is_small_and_asks_no_more(
    round_: Round, client: FlaskClient, clock: Clock, sent: bool
) -> None:
    if sent:
        send_round(round_, clock())
    crowd(round_.programme, round_, 50)
    with statements() as few:
        client.get(PAGE)
    crowd(round_.programme, round_, 200)
    with statements() as many:
        page = client.get(PAGE).text
    assert len(many) == len(few)
    assert len(page) < 60_000
    assert page.count("<time") == 50
    assert "?page=6" in page


def test_an_invitation_that_is_read_before_it_leaves_shows_nobodys_number_or_link(
    round_: Round, client: FlaskClient
) -> None:
    part, (partner, *_more) = (
        round_.conversations[0].participations[0],
        round_.conversations[0].participations[0].partners,
    )
    path = f"{PAGE}/invitations/{part.person_id}/html"
    partner.phone, partner.video = "+441632960555", "https://meet.example/secret"
    assert "their-own-link.example" in client.get(path).text
    for told in ("secret on Teams", ""):
        db.session.get(type(partner), partner.id).video = told
        said = client.get(path).text
        assert "07700 900000" in said
        assert not {word for word in ("secret", "960555") if word in said}
