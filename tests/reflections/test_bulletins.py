"""Followers hear what became public: once, soon or on Monday, and never of what was taken back."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cast import conversation, kept, mailed, organiser, path_in, person, programme
from conftest import Clock
from flask import Flask
from flask.testing import FlaskClient
from races import at_once
from sqlalchemy import event, func, select, update

from unmentor import worker
from unmentor.conversations.models import Participation
from unmentor.db import db, transaction
from unmentor.mail.models import Message
from unmentor.privacy.leave import leave
from unmentor.programmes.models import Programme
from unmentor.reflections.actions import look_again, publish, share, take_back, take_down, undo
from unmentor.reflections.followers import telling
from unmentor.reflections.followers.mails import MOST
from unmentor.reflections.followers.models import Bulletin, Follower, InBulletin
from unmentor.reflections.followers.telling import gather, tell_some
from unmentor.reflections.forms import Draft
from unmentor.reflections.models import Reflection

ME, WORDS = "reader@example.org", "Her team rings people back before noon."
# What takes a reflection off the pages, or changes what they show.
UNSAID: dict[str, Callable[[Reflection, Clock], object]] = {
    "taken back": lambda of, clock: take_back(of, clock()),
    "taken down": lambda of, clock: take_down(of, "It names somebody.", clock()),
    "asked about": lambda of, clock: look_again(of),
    "changed": lambda of, clock: share(of.participation, Draft("Other words of hers."), clock()),
    "undone": lambda of, clock: undo(of, of.decided_at + timedelta(minutes=1)),
    "left": lambda of, clock: leave(of.person, 7, clock()),
}


@pytest.fixture(autouse=True)
def thursday(app: Flask, clock: Clock) -> None:
    clock.set(2026, 11, 26, 10)


@pytest.fixture
def part(app: Flask) -> Participation:
    return a_part()


def a_part(name: str = "Siân Ŵyn") -> Participation:
    """Return the part of somebody in a conversation, in a programme that reads first what is shared."""
    ours = db.session.scalar(select(Programme)) or programme(moderation="all")
    return conversation(ours, person(name), person(f"With {name}"), state="met").participations[0]


def follow(clock: Clock, email: str = ME, topic: str = "", how_often: str = "at-once", **given: Any) -> None:
    kept(Follower(email=email, topic=topic, how_often=how_often, since=clock(), **given))


def public(part: Participation, clock: Clock, words: str = WORDS, topics: tuple[str, ...] = ("housing",)) -> Reflection:
    """Return what an organiser said yes to ten minutes ago."""
    with transaction():
        written = share(part, Draft(words, topics, attribution="name"), clock())
        publish(written, clock())
    clock.advance(minutes=10)
    return written


def work(clock: Clock) -> None:
    """Do what is due of following, as a worker does every minute."""
    for duty in (gather, tell_some):
        while duty(clock()):
            pass
    db.session.expire_all()


def told(kind: str = "follow-update") -> list[str]:
    """Return to whom letters are queued, or left."""
    db.session.rollback()
    alive = Message.kind == kind, Message.state != "expired"
    return list(db.session.scalars(select(Message.recipient).where(*alive).order_by(Message.recipient)))


def leaves() -> None:
    db.session.execute(update(Message).values(state="sent"))
    db.session.commit()


def test_what_becomes_public_is_told_once_it_cannot_be_undone_any_more(part: Participation, clock: Clock) -> None:
    follow(clock)
    public(part, clock)
    clock.advance(seconds=-1)
    work(clock)
    assert told() == []
    clock.advance(seconds=1)
    work(clock)
    work(clock)
    assert told() == [ME]
    letter = mailed(ME, "follow-update")
    assert letter.index("Siân Ŵyn, Devon") < letter.index(WORDS) < letter.index("/reflections/her-team-rings")
    assert "You get this because you follow what people learned." in letter
    assert letter.count("Open it: ") == 1
    clock.advance(days=8)
    work(clock)
    assert told() == [ME]


def test_the_minute_of_the_worker_does_it(part: Participation, clock: Clock) -> None:
    follow(clock)
    public(part, clock)
    worker.tick(clock())
    assert told() == [ME]


def test_nothing_is_sent_where_nothing_is_new(part: Participation, clock: Clock) -> None:
    follow(clock, how_often="weekly")
    follow(clock, "at-once@example.org")
    for _ in range(15):
        clock.advance(days=1)
        work(clock)
    assert told() == []
    assert db.session.query(Bulletin).count() == 0


def test_what_was_public_before_somebody_followed_is_no_news(part: Participation, clock: Clock) -> None:
    public(part, clock)
    follow(clock)
    clock.advance(days=7)
    work(clock)
    assert told() == []


def test_at_once_is_once_an_hour_and_gathers_what_came_meanwhile(clock: Clock) -> None:
    follow(clock)
    for name in ("Ada", "Ben", "Cat"):
        public(a_part(name), clock, f"What {name} learned.")
        work(clock)
    assert told() == [ME]
    clock.advance(minutes=30)
    work(clock)
    assert told() == [ME, ME]
    letter = mailed(ME, "follow-update")
    assert letter.index("What Cat learned.") < letter.index("What Ben learned.")
    assert "What Ada learned." not in letter


@pytest.mark.parametrize(
    ("before", "monday"),
    [((2026, 11, 30, 8, 59, 59), (2026, 11, 30, 9)), ((2026, 6, 8, 7, 59, 59), (2026, 6, 8, 8))],
    ids=["winter", "summer"],
)
def test_weekly_is_monday_at_nine_in_local_time(
    part: Participation, clock: Clock, before: tuple[int, ...], monday: tuple[int, ...]
) -> None:
    clock.set(*monday)
    clock.advance(days=-3)
    follow(clock, how_often="weekly")
    public(part, clock)
    clock.set(*before)
    work(clock)
    assert told() == []
    clock.set(*monday)
    work(clock)
    assert told() == [ME]
    letter = mailed(ME, "follow-update")
    assert letter.startswith("What people learned this week")
    assert "You get this once a week because you follow what people learned." in letter


def test_a_week_that_was_missed_is_told_late_and_without_what_came_later(clock: Clock) -> None:
    follow(clock, how_often="weekly")
    public(a_part("Ada"), clock, "What Ada learned.")
    clock.set(2026, 12, 1, 15)
    public(a_part("Ben"), clock, "What Ben learned.")
    work(clock)
    assert ["What Ada learned." in mailed(ME, "follow-update"), told()] == [True, [ME]]
    assert "What Ben learned." not in mailed(ME, "follow-update")
    leaves()
    clock.set(2026, 12, 7, 9)
    work(clock)
    assert "What Ben learned." in mailed(ME, "follow-update")
    assert "What Ada learned." not in mailed(ME, "follow-update")


def test_a_topic_is_all_that_whoever_follows_it_hears_of(clock: Clock) -> None:
    follow(clock, topic="housing")
    follow(clock, "bins@example.org", topic="bins")
    public(a_part("Ada"), clock, "About housing.", ("housing", "plain English"))
    clock.advance(hours=1)
    public(a_part("Ben"), clock, "About nothing.", ())
    work(clock)
    assert told() == [ME]
    assert "About nothing." not in mailed(ME, "follow-update")
    assert "You get this because you follow housing." in mailed(ME, "follow-update")


def test_whoever_follows_everything_and_topics_gets_one_letter(part: Participation, clock: Clock) -> None:
    for topic in ("", "housing", "plain-english"):
        follow(clock, topic=topic)
    follow(clock, topic="bins", how_often="weekly")
    public(part, clock, topics=("housing", "plain English", "bins"))
    work(clock)
    assert told() == [ME]
    # What was told at once is not told again on Monday.
    clock.set(2026, 11, 30, 9)
    work(clock)
    assert told() == [ME]


@pytest.mark.parametrize("what", UNSAID)
def test_what_is_not_said_any_more_is_in_no_letter_that_leaves(part: Participation, clock: Clock, what: str) -> None:
    organiser(part.conversation.round.programme)
    follow(clock)
    hers = public(part, clock)
    other = public(a_part("Ada"), clock, "What Ada learned.")
    work(clock)
    assert WORDS in mailed(ME, "follow-update")
    with transaction():
        UNSAID[what](hers, clock)
    assert told() == [], "nothing leaves before it is written anew"
    work(clock)
    assert told() == [ME]
    letter = mailed(ME, "follow-update")
    assert "What Ada learned." in letter
    assert "Siân" not in letter
    assert (WORDS in letter) == (what == "left"), "who left stays as words of nobody"
    with transaction():
        take_back(other, clock())
        take_back(hers, clock())
    work(clock)
    assert told() == []


def test_a_letter_that_left_is_not_sent_again_without_what_was_taken_back(part: Participation, clock: Clock) -> None:
    follow(clock)
    follow(clock, "second@example.org")
    follow(clock, "third@example.org")
    hers = public(part, clock)
    public(a_part("Ada"), clock, "What Ada learned.")
    work(clock)
    for email, state in ((ME, "sent"), ("second@example.org", "uncertain")):
        db.session.execute(update(Message).where(Message.recipient == email).values(state=state))
    with transaction():
        take_back(hers, clock())
    work(clock)
    # Of what may have left nobody knows; so it does not leave again, and nothing else in its place.
    assert told() == [ME, "third@example.org"]
    assert WORDS in mailed(ME, "follow-update")
    assert WORDS not in mailed("third@example.org", "follow-update")
    assert db.session.query(Message).filter_by(recipient="second@example.org", state="expired").count() == 1


def test_what_is_public_again_is_told_to_whoever_was_not_told(part: Participation, clock: Clock) -> None:
    follow(clock)
    follow(clock, "weekly@example.org", how_often="weekly")
    hers = public(part, clock)
    work(clock)
    leaves()
    with transaction():
        look_again(hers)
    clock.advance(hours=2)
    with transaction():
        publish(hers, clock())
    clock.set(2026, 11, 30, 9)
    work(clock)
    assert told() == [ME, "weekly@example.org"]


def test_what_is_public_again_can_be_undone_again_first(part: Participation, clock: Clock) -> None:
    follow(clock)
    hers = public(part, clock)
    with transaction():
        look_again(hers)
    clock.advance(minutes=20)
    with transaction():
        publish(hers, clock())
    clock.advance(minutes=9)
    work(clock)
    assert told() == []
    clock.advance(minutes=1)
    work(clock)
    assert told() == [ME]


def test_a_long_week_is_told_in_a_letter_that_can_be_read(clock: Clock) -> None:
    follow(clock, how_often="weekly")
    for number in range(MOST + 2):
        public(a_part(f"Ada {number}"), clock, f"What number {number} learned. " + "And more. " * 60)
    clock.set(2026, 11, 30, 9)
    work(clock)
    letter = mailed(ME, "follow-update")
    assert letter.count("Read all of it: ") == MOST
    assert "And 2 more." in letter
    assert len(letter) < MOST * 600


def test_each_is_written_to_in_their_own_language(part: Participation, clock: Clock) -> None:
    follow(clock, language="cy")
    public(part, clock)
    work(clock)
    assert "Mae rhywun wedi rhannu’r hyn a ddysgon nhw" in mailed(ME, "follow-update")


def test_the_link_of_a_letter_stops_it(part: Participation, clock: Clock, client: FlaskClient) -> None:
    follow(clock)
    public(part, clock)
    work(clock)
    path = path_in(mailed(ME, "follow-update"), "/unsubscribe/follow")
    assert client.post(path, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert (told(), db.session.query(Follower).count()) == ([], 0)


def test_many_followers_are_told_slice_by_slice_with_the_same_few_questions(part: Participation, clock: Clock) -> None:
    for number in range(2 * telling.SLICE + 7):
        db.session.add(Follower(email=f"reader{number}@example.org", since=clock()))
    follow(clock, topic="housing", email="reader0@example.org")
    public(part, clock)
    gather(clock())
    asked: list[str] = []
    listen = lambda _c, _u, statement, *_rest: asked.append(statement)  # noqa: E731 - one line
    event.listen(db.engine, "before_cursor_execute", listen)
    slices = []
    while tell_some(clock()):
        slices.append((db.session.scalar(select(func.count()).where(Message.kind == "follow-update")), len(asked)))
        asked.clear()
    event.remove(db.engine, "before_cursor_execute", listen)
    queued = [mails for mails, _questions in slices]
    assert queued[-1] == 2 * telling.SLICE + 7
    assert queued[0] == telling.SLICE, "one slice a transaction"
    assert max(questions for _mails, questions in slices) < 30
    assert db.session.scalars(select(Bulletin.told_at)).all() == [clock()]


def test_a_minute_tells_half_of_what_leaves_in_it_and_the_next_goes_on(
    app: Flask, part: Participation, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "SLICE", 4)
    monkeypatch.setitem(app.extensions, "settings", replace(app.extensions["settings"], mail_per_minute=12))
    for number in range(8):
        follow(clock, f"reader{number}@example.org")
    public(part, clock)
    for letters in (6, 8):
        worker.tick(clock())
        assert len(told()) == letters
        clock.advance(minutes=1)


def test_a_follower_whose_letter_cannot_be_written_stops_no_other(part: Participation, clock: Clock) -> None:
    follow(clock, "no address at all")
    follow(clock)
    public(part, clock)
    work(clock)
    assert ME in told()
    assert db.session.query(Message).filter_by(state="failed").count() == 1


def test_workers_that_come_at_once_tell_nobody_twice(app: Flask, clock: Clock) -> None:
    emails = [f"reader{number}@example.org" for number in range(130)]
    for email in emails:
        db.session.add(Follower(email=email, since=clock()))
    public(a_part("Ada"), clock)

    def minute() -> None:
        while gather(clock()) or tell_some(clock()):
            pass

    at_once(app, *[minute] * 4)
    work(clock)
    assert told() == sorted(emails)
    assert db.session.query(Bulletin).count() == db.session.query(InBulletin).count() == 1


@pytest.mark.parametrize("what", ["taken back", "asked about"])
def test_what_is_taken_back_while_its_letters_are_written_is_in_none(app: Flask, clock: Clock, what: str) -> None:
    for number in range(60):
        db.session.add(Follower(email=f"reader{number}@example.org", since=clock()))
    for turn in range(3):
        hers = public(a_part(f"Ada {turn}"), clock, f"Turn {turn}. {WORDS}")
        number = hers.id
        clock.advance(hours=1)

        def unsay(number: int = number) -> None:
            with transaction():
                UNSAID[what](db.session.get_one(Reflection, number), clock)

        def minute() -> None:
            while gather(clock()) or tell_some(clock()):
                pass

        at_once(app, minute, unsay, minute)
        work(clock)
        assert told() == []
