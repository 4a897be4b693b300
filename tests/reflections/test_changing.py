"""Whoever wrote something can change it and take it back; what changes of public words is read before it is public."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from cast import conversation, organiser, person, post, programme, reflection, sign_in
from conftest import Clock
from flask import Flask
from flask.testing import FlaskClient

from unmentor.conversations.calendar_entry import key
from unmentor.conversations.models import Participation
from unmentor.db import db, transaction
from unmentor.mail.models import Message
from unmentor.privacy.retention import forget
from unmentor.reflections.actions import ChangedMeanwhile, publish, share, take_down, undo
from unmentor.reflections.changes import both
from unmentor.reflections.forms import Draft
from unmentor.reflections.models import Reflection
from unmentor.reflections.rights import exported, let_go
from unmentor.runtime import now

WORDS, BETTER = "I will answer the phone myself.", "I will answer the phone myself, on Mondays."
PAGES = ("/", "/reflections", "/reflections.atom", "/reflections.rss", "/reflections.json", "/topics/phones.atom")
HERS = Draft(WORDS, ("phones",), attribution="name")


def part(moderation: str = "all", **rules: Any) -> Participation:
    sian = person("Siân Ŵyn", organisation="Gwynedd")
    return conversation(programme(moderation=moderation, **rules), sian, person("Ben Price")).participations[0]


def public(mine: Participation, clock: Clock) -> Reflection:
    """Return what somebody wrote an hour ago, and is public."""
    written = share(mine, HERS, clock())
    publish(written, clock())
    db.session.commit()
    clock.advance(hours=1)
    return written


def path(mine: Participation) -> str:
    return f"/c/{key(mine)}/reflection"


def changed(client: FlaskClient, mine: Participation, **given: str) -> Any:
    """Change words as a browser does: from the form, with what is hidden in it."""
    page = client.get(path(mine) + "?change=yes").text
    over = re.search(r'name="over" type="hidden" value="([^"]*)"', page)[1]
    return post(client, path(mine), **{"text": BETTER, "topics": "phones", "attribution": "name", "over": over} | given)


def test_public_words_that_change_leave_every_page_and_feed_until_they_are_read(
    client: FlaskClient, clock: Clock
) -> None:
    mine = part()
    hers = public(mine, clock)
    address = f"/reflections/{hers.slug}"
    assert all(WORDS in client.get(page).text for page in PAGES)
    assert "leaves the public pages at once" in client.get(path(mine) + "?change=yes").text
    assert "An organiser reads it first" in client.get(changed(client, mine).location).text
    assert all("answer the phone" not in client.get(page).text for page in PAGES)
    assert client.get(address).status_code == 410
    assert publish(hers, clock())
    db.session.commit()
    page = client.get(f"/reflections/{hers.slug}").text
    assert BETTER in page
    assert "changed" in page
    assert f"<updated>{clock().isoformat()}</updated>" in client.get("/reflections.atom").text


def test_what_is_changed_says_so_to_who_decides_and_is_forgotten_afterwards(client: FlaskClient, clock: Clock) -> None:
    mine = part()
    hers = public(mine, clock)
    changed(client, mine, topics="phones, rotas", attribution="anonymous")
    sign_in(client, organiser(hers.programme))
    page = client.get("/organise/unmentoring/reflections").text
    assert "its writer changed it" in page
    assert "phone <del>myself.</del><ins>myself, on Mondays.</ins>" in page
    assert "<del>Siân Ŵyn, Gwynedd</del><ins>Someone</ins>" in page
    assert "<ins> and rotas</ins>" in page or "<ins>phones and rotas</ins>" in page
    # Changed once more, it is still held against what was public.
    changed(client, mine, text=BETTER + " And Fridays.")
    assert "<del>myself.</del>" in client.get("/organise/unmentoring/reflections").text
    db.session.refresh(hers)
    publish(hers, clock())
    forget(clock())
    db.session.refresh(hers)
    assert hers.was
    assert undo(hers, clock())
    assert (hers.state, hers.was["text"]) == ("pending", WORDS)
    publish(hers, clock())
    forget(clock() + timedelta(minutes=11))
    db.session.refresh(hers)
    assert hers.was is None


@pytest.mark.parametrize(("others", "state"), [(0, "pending"), (1, "published")])
def test_where_the_first_is_read_a_change_is_read_unless_something_else_vouches(
    clock: Clock, client: FlaskClient, others: int, state: str
) -> None:
    mine = part("first")
    for _each in range(others):
        reflection(
            conversation(mine.conversation.round.programme, mine.person, person("Cai")).participations[0], "Mine."
        )
    hers = public(mine, clock)
    since = hers.published_at
    changed(client, mine)
    db.session.refresh(hers)
    assert (hers.state, hers.text, hers.published_at) == (state, BETTER, since)
    assert bool(hers.was) is (state == "pending")


def test_a_name_that_nobody_has_read_vouches_for_nothing_else(clock: Clock, client: FlaskClient) -> None:
    mine = part("first")
    public(mine, clock)
    ours = mine.conversation.round.programme
    share(
        conversation(ours, mine.person, person("Cai")).participations[0], Draft("And again.", attribution="name"), now()
    )
    mine.person.name = "Buy My Book"
    changed(client, mine)
    third = conversation(ours, mine.person, person("Dai")).participations[0]
    assert share(third, Draft("Buy it now.", attribution="name"), now()).state == "pending"


@pytest.mark.parametrize("moderation", ["none", "first"])
def test_what_was_taken_off_the_site_is_read_each_time_it_is_changed(app: Flask, clock: Clock, moderation: str) -> None:
    mine = part(moderation)
    reflection(conversation(mine.conversation.round.programme, mine.person, person("Cai")).participations[0], "Mine.")
    hers = public(mine, clock)
    take_down(hers, "It names somebody.", clock())
    for text in ("Once more.", "And once more."):
        assert share(mine, Draft(text, attribution="name"), clock()).state == "pending"


def test_a_button_selected_twice_changes_nothing(client: FlaskClient, clock: Clock) -> None:
    mine = part("first")
    hers = public(mine, clock)
    answer = post(client, path(mine), text=WORDS, topics="phones", attribution="name", over="")
    assert answer.status_code == 303
    db.session.refresh(hers)
    assert hers.state == "published"


def test_an_old_window_asks_before_it_replaces_what_is_newer(client: FlaskClient, clock: Clock) -> None:
    mine = part("none")
    hers = public(mine, clock)
    old = hers.version
    changed(client, mine)
    answer = changed(client, mine, text="From an old window.", over=old)
    assert answer.status_code == 422
    assert "You changed this in another window." in answer.text
    assert "From an old window." in answer.text
    db.session.refresh(hers)
    assert hers.text == BETTER
    # And once they know, they may.
    again = re.search(r'name="over" type="hidden" value="([^"]*)"', answer.text)[1]
    assert changed(client, mine, text="From an old window.", over=again).status_code == 303


def test_of_two_windows_the_second_is_told(clock: Clock, client: FlaskClient) -> None:
    mine = part("none")
    share(mine, HERS, clock(), "")
    with pytest.raises(ChangedMeanwhile):
        share(mine, Draft(BETTER), clock(), "")


def test_an_organiser_makes_public_what_they_read_and_not_what_it_became(clock: Clock, client: FlaskClient) -> None:
    mine = part()
    hers = share(mine, HERS, clock())
    read = hers.written_at
    clock.advance(seconds=1)
    share(mine, Draft("Buy my book."), clock())
    assert not publish(hers, clock(), read)
    assert hers.state == "pending"


def test_whoever_changes_words_while_an_organiser_makes_them_public_makes_nothing_public_unread(
    app: Flask, clock: Clock
) -> None:
    mine = part()
    hers = share(mine, HERS, clock())
    number, part_id = hers.id, mine.id
    for turn in range(4):
        read, start, changed_to = hers.written_at, Barrier(2), Draft(f"Buy my book {turn}.")
        words = hers.text
        db.session.commit()

        def act(
            who: int, read: datetime = read, start: Barrier = start, draft: Draft = changed_to, at: int = turn
        ) -> None:
            with app.app_context():
                start.wait(30)
                with transaction():
                    if who:
                        publish(db.session.get_one(Reflection, number), clock(), read)
                    else:
                        later = clock() + timedelta(seconds=at + 1)
                        share(db.session.get_one(Participation, part_id), draft, later)

        with ThreadPoolExecutor(2) as threads:
            list(threads.map(act, range(2)))
        db.session.refresh(hers)
        assert hers.state == "pending", (turn, hers.text, words)


def test_nobody_is_told_that_words_are_public_which_have_changed_meanwhile(client: FlaskClient, clock: Clock) -> None:
    mine = part()
    hers = share(mine, HERS, clock())
    publish(hers, clock())
    clock.advance(minutes=1)
    share(mine, Draft(BETTER), clock())
    assert db.session.query(Message).count() == 0
    assert not undo(hers, clock())


def test_nobody_is_told_that_words_are_public_which_an_organiser_took_down_at_once(app: Flask, clock: Clock) -> None:
    hers = share(part(), HERS, clock())
    publish(hers, clock())
    clock.advance(minutes=1)
    take_down(hers, "It names somebody.", clock())
    assert [each.kind for each in db.session.query(Message)] == ["reflection-returned"]


def test_its_own_page_leads_its_writer_and_nobody_else_to_changing_it(client: FlaskClient, clock: Clock) -> None:
    mine = part()
    hers = public(mine, clock)
    page = f"/reflections/{hers.slug}"
    assert "Change it or take it back" not in client.get(page).text
    sign_in(client, mine.conversation.participations[1].person)
    assert "Change it or take it back" not in client.get(page).text
    sign_in(client, mine.person)
    assert "Change it or take it back" in client.get(page).text
    assert "You can change it or take it back" in client.get(path(mine)).text


def test_what_somebody_changed_is_theirs_to_read_and_leaves_with_them(clock: Clock, client: FlaskClient) -> None:
    mine = part()
    hers = public(mine, clock)
    changed(client, mine)
    db.session.refresh(hers)
    assert exported(mine.person)["reflections"][0]["was"]["text"] == WORDS
    let_go(mine.person)
    assert (hers.was, hers.signed_name) == (None, "")


def test_what_went_and_what_came_read_as_one_text() -> None:
    assert str(both("a <b>\nc", "a d\nc")) == "a <del>&lt;b&gt;</del><ins>d</ins><br>c"
