"""Whatever people do, in whatever order: no letter to a follower tells what is not public, or what was told."""

import re
from collections import Counter
from datetime import timedelta
from random import Random

import pytest
from cast import kept
from conftest import Clock
from flask import Flask
from sqlalchemy import select, update
from test_bulletins import a_part, work

from unmentor.db import db, transaction
from unmentor.mail.models import Message
from unmentor.mail.queries import content
from unmentor.reflections.actions import look_again, publish, return_, share, take_back, take_down, undo
from unmentor.reflections.followers import actions
from unmentor.reflections.followers.models import Follower
from unmentor.reflections.forms import Draft
from unmentor.reflections.models import Reflection

pytestmark = pytest.mark.thorough

# What each writing says of itself: who wrote it, and for which time.
SAYS = re.compile(rb"Writing (\d+) of (\d+)")
FOLLOWED = (
    ("all@example.org", "", "at-once"), ("all@example.org", "", "weekly"),
    ("housing@example.org", "housing", "at-once"),
    ("both@example.org", "housing", "at-once"), ("both@example.org", "", "weekly"), ("week@example.org", "", "weekly"),
)  # fmt: skip


class Life:
    """Three who write, an organiser, five who follow, and a worker."""

    def __init__(self, clock: Clock, chance: Random) -> None:
        self.clock, self.chance, self.times = clock, chance, Counter[int]()
        self.parts = [a_part(name) for name in ("Ada", "Ben", "Cat")]
        self.told = set[tuple[str, int, str]]()

    def step(self) -> None:
        """Let somebody do something, then hold what must be so."""
        self.clock.advance(minutes=self.chance.choice((0, 1, 5, 10, 60, 60 * 24, 60 * 24 * 3)))
        with transaction():
            self.chance.choice((self.write, self.write, self.decide, self.decide, self.undo, self.unsay, self.follow))()
        if self.chance.random() < 0.6:
            work(self.clock)
        self.look()
        if self.chance.random() < 0.3:
            self.deliver()

    def write(self) -> None:
        """Share something, or change it."""
        who = self.chance.randrange(3)
        self.times[who] += 1
        words = f"Writing {self.times[who]} of {who}, in so many words."
        share(self.parts[who], Draft(words, ("housing",) if who else ("bins",), attribution="name"), self.clock())

    def decide(self) -> None:
        """Say yes or no to whatever waits."""
        for each in db.session.scalars(select(Reflection).where(Reflection.state == "pending")):
            if self.chance.random() < 0.8:
                publish(each, self.clock())
            else:
                return_(each, "Which rota?", self.clock())

    def undo(self) -> None:
        """Think again about a decision."""
        for each in db.session.scalars(select(Reflection).where(Reflection.decided_at.is_not(None))):
            undo(each, self.clock())

    def unsay(self) -> None:
        """Take something back, or off the site."""
        for each in db.session.scalars(select(Reflection).where(Reflection.state == "published")).all()[:1]:
            act = self.chance.choice((take_back, look_again, take_down))
            if act is take_back:
                take_back(each, self.clock())
            elif act is look_again:
                look_again(each)
            else:
                take_down(each, "Which rota?", self.clock())

    def follow(self) -> None:
        """Stop to follow, and begin anew."""
        email, topic, how_often = self.chance.choice(FOLLOWED)
        actions.stop(email, self.clock())
        since = self.clock() + timedelta(microseconds=1)
        db.session.add(Follower(email=email, topic=topic, how_often=how_often, since=since))
        self.told = {each for each in self.told if each[0] != email}

    def look(self) -> None:
        """Hold that what waits to leave tells only what is public, as it is, and nobody a second time."""
        db.session.rollback()
        public = {SAYS.search(each.text.encode()).groups() for each in self.reflections() if each.state == "published"}
        told = [(to, said) for to, said in self.letters("queued")]
        assert {said for _to, said in told} <= public
        again = Counter((to, who) for to, (_time, who) in told)
        assert [each for each, times in again.items() if times > 1] == []
        assert not self.told & {(to, who) for to, who in again}

    def deliver(self) -> None:
        """Let all that is queued leave."""
        self.told |= {(to, who) for to, (_time, who) in self.letters("queued")}
        db.session.execute(update(Message).where(Message.state == "queued").values(state="sent"))
        db.session.commit()

    def letters(self, state: str) -> list[tuple[str, tuple[bytes, ...]]]:
        """Return to whom letters go, and which writings are in each."""
        letters = select(Message).where(Message.kind == "follow-update", Message.state == state)
        found = [(each.recipient, content(each).partition(b"text/html")[0]) for each in db.session.scalars(letters)]
        return [(to, said) for to, mail in found for said in SAYS.findall(mail.partition(b"text/plain")[2])]

    def reflections(self) -> list[Reflection]:
        return list(db.session.scalars(select(Reflection)))


@pytest.mark.parametrize("seed", range(6))
def test_no_letter_tells_what_is_not_public_or_what_was_told(app: Flask, clock: Clock, seed: int) -> None:
    if db.engine.dialect.name != "sqlite":
        pytest.skip("one at a time, the order decides and not the database")
    clock.set(2026, 11, 26, 10)
    for email, topic, how_often in FOLLOWED:
        if (email, topic) not in {(each.email, each.topic) for each in db.session.scalars(select(Follower))}:
            kept(Follower(email=email, topic=topic, how_often=how_often, since=clock()))
    life = Life(clock, Random(seed))
    for _ in range(40):
        life.step()
    life.deliver()
    assert life.told, "somebody was told something"
