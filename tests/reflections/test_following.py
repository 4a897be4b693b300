"""Anybody may follow by email: the owner of the address says yes first, and stops it with one click."""

import re
from datetime import timedelta
from typing import Any

import pytest
from cast import conversation, kept, letter_to, mailed, organiser, path_in, person, post, programme, reflection, sign_in
from conftest import Clock
from flask import Flask
from flask.testing import FlaskClient
from races import at_once, meanwhile
from sqlalchemy import func, select

from unmentor.budgets import DAY, Limit
from unmentor.db import db, transaction
from unmentor.links import sign
from unmentor.mail.actions import KEPT
from unmentor.mail.models import Message, Suppressed
from unmentor.privacy.erased import erase_again, keep_list
from unmentor.privacy.leave import leave
from unmentor.privacy.models import Erasure
from unmentor.privacy.retention import forget
from unmentor.reflections.followers import actions
from unmentor.reflections.followers.models import Bulletin, Follower, FollowRequest
from unmentor.reflections.followers.queries import count_followers
from unmentor.runtime import now, settings

ME = "reader@example.org"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def ask(client: FlaskClient, email: str = ME, topic: str = "", how_often: str = "at-once") -> Any:
    return post(client, "/follow", email=email, topic=topic, how_often=how_often)


def follow(client: FlaskClient, email: str = ME, **given: str) -> None:
    """Ask, and say yes in the mailbox."""
    ask(client, email, **given)
    assert post(client, path_in(mailed(email, "follow-confirm"), "/confirm")).status_code == 303


def followed() -> list[tuple[str, str, str]]:
    db.session.rollback()
    rows = db.session.execute(select(Follower.email, Follower.topic, Follower.how_often).order_by(Follower.id))
    return [tuple(row) for row in rows]


def letters(kind: str = "follow-confirm") -> int:
    return db.session.scalar(select(func.count()).where(Message.kind == kind)) or 0


def shared(topics: str = "housing", **given: Any) -> Any:
    part = conversation(programme(), person(), person("Ben")).participations[0]
    return reflection(part, "Thought housing.", topics, **given)


def stop_path(client: FlaskClient, email: str = ME) -> str:
    """Return the address that stops what *email* follows."""
    nonce = db.session.scalars(select(Follower.nonce).where(Follower.email == email)).first()
    return f"/unsubscribe/follow/{sign('stop following', nonce)}"


def test_nobody_follows_before_the_owner_of_the_address_says_so(client: FlaskClient) -> None:
    shared()
    page = client.get("/follow?topic=housing").text
    assert '<option selected value="housing">housing</option>' in page
    answer = ask(client, topic="housing", how_often="weekly")
    assert (answer.status_code, answer.location) == (303, "/follow")
    assert "Check your email." in client.get("/follow").text
    letter = mailed(ME, "follow-confirm")
    assert "share what they learned about housing" in letter
    path = path_in(letter, "/confirm")
    reader = client.application.test_client()
    page = reader.get(path).text
    assert followed() == []
    assert [ME in page, "housing" in page, "Once a week, on Monday morning" in page] == [True] * 3
    assert post(reader, path).location == "/reflections"
    assert "You follow along." in reader.get("/reflections").text
    assert followed() == [(ME, "housing", "weekly")]
    # Whoever selects it twice follows once.
    assert post(reader, path).status_code == 303
    assert len(followed()) == count_followers() == 1


@pytest.mark.one_engine
@pytest.mark.parametrize(
    "typed",
    [
        {"email": "nobody"},
        {"email": ""},
        {"topic": "no-such-topic"},
        {"how_often": "hourly"},
        {"email": f"{'x' * 251}@y.z"},
    ],
)
def test_what_cannot_be_followed_is_refused_beside_its_field(client: FlaskClient, typed: dict[str, str]) -> None:
    answer = post(client, "/follow", **{"email": ME, "topic": "", "how_often": "weekly"} | typed)
    assert answer.status_code == 422
    assert f'href="#{next(iter(typed)).replace("how_often", "how_often-0")}"' in answer.text
    assert db.session.query(FollowRequest).count() == 0


def test_the_page_says_the_same_of_an_address_that_follows_and_of_one_that_does_not(client: FlaskClient) -> None:
    follow(client)

    def said(email: str) -> tuple[int, str, str]:
        browser = client.application.test_client()
        answer = ask(browser, email)
        page = re.sub(r'(csrf_token" value=)"[^"]+"', r"\1", browser.get("/follow").text)
        return answer.status_code, answer.location, page

    assert said(ME) == said("somebody-else@example.org")
    assert letters() == 3, "and both get a letter"


def test_the_letter_holds_no_word_of_whoever_asked(client: FlaskClient) -> None:
    ask(client)
    letter = letter_to(ME, "follow-confirm")
    assert letter["List-Unsubscribe"] is None
    assert ME not in letter.get_body(("plain",)).get_content() + str(letter["Subject"])
    assert db.session.scalars(select(Message.subject).where(Message.kind == "follow-confirm")).all() == [""]


def test_a_stranger_can_cause_three_letters_a_day_to_an_address_and_one_at_a_time(client: FlaskClient) -> None:
    for _ in range(5):
        assert ask(client.application.test_client()).status_code == 303
    assert letters() == 3
    with transaction():
        for _ in range(2):
            actions.ask("twice@example.org", "", "weekly", "en", "a source", now())
    assert actions.answer(now()) == 2
    assert db.session.query(Message).filter_by(recipient="twice@example.org").count() == 1


def test_a_source_has_a_budget(client: FlaskClient) -> None:
    with transaction():
        for number in range(59):
            actions.ask(f"a{number}@example.org", "", "weekly", "en", "127.0.0.1", now())
    assert [ask(client).status_code, ask(client).status_code] == [303, 429]
    assert db.session.query(FollowRequest).count() == 60


def test_all_together_have_a_budget_too(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "FOLLOWS", (Limit("follows", 2, DAY),))
    asked = [ask(client, f"a{number}@example.org").status_code for number in range(3)]
    assert asked == [303, 303, 429]


def test_an_address_that_refused_our_mail_or_called_it_spam_is_not_asked(client: FlaskClient) -> None:
    kept(Suppressed(address=ME, since=now(), trouble="They marked our mail as spam."))
    assert ask(client).status_code == 303
    assert (letters(), db.session.query(Suppressed).count()) == (0, 1)


def test_a_follower_who_calls_it_spam_is_forgotten(client: FlaskClient, clock: Clock) -> None:
    follow(client)
    kept(Suppressed(address=ME, since=clock(), trouble="They marked our mail as spam."))
    with transaction():
        forget(clock())
    assert (followed(), db.session.query(Message).count()) == ([], 0)


def test_what_nobody_confirms_is_forgotten_after_a_week(client: FlaskClient, clock: Clock) -> None:
    ask(client)
    path = path_in(mailed(ME, "follow-confirm"), "/confirm")
    clock.advance(days=6, hours=23)
    with transaction():
        forget(clock())
    assert client.get(path).status_code == 200
    clock.advance(hours=1)
    assert client.get(path).status_code == post(client, path).status_code == 410
    with transaction():
        forget(clock())
    assert ME not in everything_stored()
    assert "This link has ended" in client.get(path).text


def everything_stored() -> str:
    """Return every value of every table, in one text."""
    db.session.rollback()
    tables = db.metadata.sorted_tables
    return " ".join(str(tuple(row)) for table in tables for row in db.session.execute(select(table)))


def test_another_pace_is_confirmed_too_and_is_no_second_row(client: FlaskClient, clock: Clock) -> None:
    follow(client)
    clock.advance(days=1)
    ask(client, how_often="weekly")
    assert followed() == [(ME, "", "at-once")]
    follow(client, how_often="weekly")
    assert followed() == [(ME, "", "weekly")]
    # What was told at once is not told again.
    assert db.session.scalars(select(Follower.since)).one() == clock()


def test_one_click_of_a_mail_program_stops_and_erases_at_once(client: FlaskClient, clock: Clock) -> None:
    shared()
    follow(client)
    follow(client, topic="housing", how_often="weekly")
    follow(client, "another@example.org")
    ask(client, topic="housing")
    kept(Message(about="bulletin:7", kind="follow-update", recipient=ME, subject="News", message_id="<a@b>",
                 queued_at=clock(), due_at=clock(), expires_at=clock()))  # fmt: skip
    path = stop_path(client)
    page = client.get(path).text
    assert "You follow everything that people share, and housing." in page
    assert len(followed()) == 3, "to look changes nothing"
    program = client.application.test_client()
    for _ in range(2):
        assert program.post(path, data=ONE_CLICK).status_code == 200
    assert ME not in everything_stored()
    assert followed() == [("another@example.org", "", "at-once")]
    assert "This link has done its work" in client.get(path).text


def test_a_link_that_was_not_used_yet_ends_when_its_address_stops(client: FlaskClient) -> None:
    follow(client)
    ask(client, how_often="weekly")
    late = path_in(mailed(ME, "follow-confirm"), "/confirm")
    client.post(stop_path(client), data=ONE_CLICK)
    assert post(client, late).status_code == 410
    assert followed() == []


def test_no_key_opens_what_another_is_for(client: FlaskClient) -> None:
    follow(client)
    nonce = db.session.scalars(select(Follower.nonce)).one()
    assert client.post(f"/unsubscribe/follow/{sign('follow', nonce)}").status_code == 404
    assert client.get(f"/confirm/follow/{sign('stop following', nonce)}").status_code == 404
    assert len(followed()) == 1


def test_whoever_leaves_follows_no_more_and_reads_before_what_they_follow(client: FlaskClient, clock: Clock) -> None:
    of = programme()
    ada = person("Ada", email=ME)
    follow(client)
    sign_in(client, ada)
    since = {"topic": None, "how_often": "at-once", "since": clock().isoformat()}
    assert client.get("/me/data.json").json["follows"] == [since]
    assert of.id
    with transaction():
        leave(ada, 7, clock())
    assert followed() == []


def test_a_backup_brings_nobody_back_who_stopped(client: FlaskClient, clock: Clock) -> None:
    follow(client)
    follow(client, "stays@example.org")
    nonce = db.session.scalars(select(Follower.nonce).where(Follower.email == ME)).one()
    client.post(stop_path(client), data=ONE_CLICK)
    settings().erased.unlink(missing_ok=True)
    keep_list(settings().erased, clock())
    db.session.query(Erasure).delete()
    kept(Follower(email=ME, nonce=nonce, since=clock()))
    with transaction():
        erase_again(settings().erased, 7, clock())
    assert followed() == [("stays@example.org", "", "at-once")]
    settings().erased.unlink()


def test_the_letters_of_a_bulletin_are_forgotten_after_ninety_days(app: Flask, clock: Clock) -> None:
    number = kept(Bulletin(slot="weekly", how_often="weekly", made_at=clock())).id
    kept(Message(about=f"bulletin:{number}", kind="follow-update", recipient=ME, subject="News", message_id="<a@b>",
                 queued_at=clock(), due_at=clock(), expires_at=clock(), state="sent", sent_at=clock()))  # fmt: skip
    for after, left in ((KEPT, 1), (KEPT + timedelta(seconds=1), 0)):
        with transaction():
            forget(clock() + after)
        assert db.session.query(Message).count() == db.session.query(Bulletin).count() == left


def test_organisers_see_how_many_follow_and_not_who(client: FlaskClient, clock: Clock) -> None:
    of = shared().programme
    sign_in(client, organiser(of))
    for email, topic in ((ME, ""), (ME, "housing"), ("another@example.org", "")):
        kept(Follower(email=email, topic=topic, since=clock()))
    page = client.get(f"/organise/{of.slug}/reflections").text
    assert "2 addresses follow what is public by email." in page
    assert ME not in page + client.get(f"/organise/{of.slug}/mail").text


def test_the_privacy_page_says_what_is_kept_of_who_follows(client: FlaskClient) -> None:
    page = client.get("/privacy").text
    assert "Your address, if you follow by email" in page
    assert "What you typed to join or to follow, until you confirm" in page


def test_twenty_who_ask_confirm_and_stop_at_once_leave_one_row_or_none(app: Flask, client: FlaskClient) -> None:
    follow(client, topic="", how_often="weekly")
    ask(client)
    links = [path_in(mailed(ME, "follow-confirm"), "/confirm")]
    request = db.session.scalars(select(FollowRequest.id).order_by(FollowRequest.id.desc())).first()

    def asks() -> None:
        with transaction():
            actions.ask(ME, "", "at-once", "en", "a source", now())

    def answers() -> None:
        with transaction():
            actions.answer(now())

    def confirms() -> None:
        with transaction():
            asked = db.session.get(FollowRequest, request)
            if asked:
                actions.confirm(asked, now())

    def stops() -> None:
        with transaction():
            actions.stop(ME, now())

    at_once(app, *[asks, answers, confirms] * 6, *[asks] * 2)
    assert followed() == [(ME, "", "at-once")]
    at_once(app, *[confirms, confirms, stops, stops, answers] * 4)
    # Whoever stops is the last: what was confirmed before is gone, and what was not can be confirmed no more.
    assert (followed(), db.session.query(FollowRequest).count(), letters(), letters("follow-update")) == ([], 0, 0, 0)
    assert client.get(links[0]).status_code == 410


def test_whoever_confirms_while_the_address_is_stopped_follows_nothing(app: Flask, client: FlaskClient) -> None:
    follow(client)
    ask(client, how_often="weekly")
    request = db.session.scalars(select(FollowRequest.id).order_by(FollowRequest.id.desc())).first()
    db.session.commit()
    actions.stop(ME, now())
    asked = FollowRequest(id=request, email=ME, topic="", how_often="weekly", language="en", asked_at=now())
    late = meanwhile(app, lambda: actions.confirm(asked, now()))
    db.session.commit()
    assert (late.result(30), followed()) == (False, [])
