"""Whatever people do to the conversations of a round, in whatever order, some things always hold."""

from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import combinations
from random import Random

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import selectinload
from year import composer

from unmentor.conversations.actions import CannotAnswer, answer, replied
from unmentor.conversations.due import ask_how_it_was, give_up_asking, remind
from unmentor.conversations.models import Conversation, Participation
from unmentor.conversations.move import CannotMove, move
from unmentor.conversations.queries import upcoming
from unmentor.db import db
from unmentor.mail.models import Message
from unmentor.people.models import Exclusion, Person
from unmentor.programmes.models import Membership, Programme
from unmentor.rounds.actions import close_rounds, draw_round, mark_sent, send_round
from unmentor.rounds.mend import TooLate, withdraw
from unmentor.rounds.models import Round

pytestmark = pytest.mark.thorough

START = datetime(2026, 11, 2, 9, tzinfo=UTC)
PEOPLE = 8

# What people do, by how often they do it.
DEEDS = {"withdraw": 6, "move": 4, "reply": 2, "say": 1, "wait": 1}


class Life:
    """A community in its second round, and in another programme's first; and what has happened since."""

    def __init__(self, chance: Random) -> None:
        self.now, self.chance = START, chance
        count = chance.randint(4, PEOPLE)
        given = {
            "odd": chance.choice(("trio", "sit-out", "standby")),
            "same_organisation": chance.choice(("allow", "avoid", "forbid")),
        }
        self.programme, self.elsewhere = (
            Programme(
                slug=slug, name=slug, time_zone="Europe/London", starts_on=START.date(), created_at=START, **given
            )
            for slug in ("here", "elsewhere")
        )
        self.people = [
            Person(
                name=f"P{n}", email=f"p{n}@example.com", phone="1", organisation=f"O{n % 5}", joined_at=START,
                confirmed_at=START, availability=["tue-am", "wed-mid", "fri-pm"][: n % 4],
            )
            for n in range(count)
        ]  # fmt: skip
        db.session.add_all(
            Membership(person=each, programme=programme, joined_at=START, standby=place > 6)
            for place, each in enumerate(self.people)
            for programme in (self.programme, self.elsewhere)
        )
        db.session.flush()
        everybody = [each.id for each in self.people]
        self.apart = {frozenset(pair) for pair in combinations(everybody, 2) if chance.random() < 0.3}
        for one, other in map(sorted, self.apart):
            db.session.add(Exclusion(person_id=one, email=db.session.get(Person, other).email))
        db.session.flush()
        self.first = draw_round(self.programme, 1, self.now)
        mark_sent(self.first, self.now)
        self.now += timedelta(days=30)
        self.second, self.other = self._round(self.programme), self._round(self.elsewhere)
        self.sequences = {talk.id: talk.sequence for talk in self.second.conversations}

    def _round(self, programme: Programme) -> Round:
        round_ = draw_round(programme, 1, self.now)
        send_round(round_, self.now)
        return round_

    def go_on(self) -> None:
        """Let somebody do something who has anything before them, if anybody has."""
        what = self.chance.choices(list(DEEDS), list(DEEDS.values()))[0]
        anybody = (upcoming(each, self.now) for each in self.chance.sample(self.people, len(self.people)))
        if ahead := next(filter(None, anybody), None):
            with suppress(CannotAnswer, CannotMove, TooLate):
                getattr(self, what)(self.chance.choice(ahead))

    def withdraw(self, part: Participation) -> None:
        withdraw(part, "", 5, self.now)

    def move(self, part: Participation) -> None:
        start = self.now + timedelta(days=self.chance.randint(-1, 9))
        move(part, start.replace(hour=self.chance.choice((10, 15)), minute=0), self.now)

    def reply(self, part: Participation) -> None:
        talk, behind = part.conversation, self.chance.choice((0, -1))
        said = self.chance.choice(("accepted", "declined"))
        kept = replied(talk.uid, part.person.email or "", said, self.now, sequence=talk.sequence + behind)
        assert kept == (behind == 0)

    def say(self, part: Participation) -> None:
        answer(part, self.chance.choice(("yes", "no", "planned")), None, None, self.now)

    def wait(self, _part: Participation) -> None:
        self.now += timedelta(hours=self.chance.randint(1, 60))
        for act in (ask_how_it_was, give_up_asking, close_rounds, remind):
            act(self.now)

    def check(self) -> None:
        # Read whole, and not row by row.
        everybody = selectinload(Conversation.participations).joinedload(Participation.person)
        whole = select(Conversation).options(everybody).order_by(Conversation.id)
        self.talks = db.session.scalars(whole.execution_options(populate_existing=True)).all()
        self.nobody_has_two()
        self.sequences_only_grow()
        self.whoever_is_out_was_told()
        self.whoever_withdrew_is_left_in_peace()
        self.nobody_was_put_with_whom_they_must_not_meet()

    def of(self, round_: Round) -> list[Conversation]:
        return [talk for talk in self.talks if talk.round_id == round_.id]

    def nobody_has_two(self) -> None:
        for round_ in (self.second, self.other):
            talks = [talk for talk in self.of(round_) if talk.state != "cancelled"]
            assert max(Counter(part.person_id for talk in talks for part in talk.present).values(), default=1) == 1
        assert all(len(talk.present) >= 2 for talk in self.talks if talk.state != "cancelled")
        arranged = [talk for talk in self.talks if talk.state == "arranged"]
        for one, other in combinations(arranged, 2):
            if {*one.people} & {*other.people}:
                assert one.ends_at <= other.starts_at or other.ends_at <= one.starts_at

    def sequences_only_grow(self) -> None:
        for talk in self.talks:
            assert talk.sequence >= self.sequences.get(talk.id, 0)
            self.sequences[talk.id] = talk.sequence

    def whoever_is_out_was_told(self) -> None:
        told = Counter(db.session.query(Message.about, Message.person_id).filter(Message.kind == "cancelled"))
        invited = Counter(db.session.query(Message.about, Message.person_id).filter(Message.kind == "invitation"))
        parts = [part for each in (self.second, self.other) for talk in self.of(each) for part in talk.participations]
        out = [part for part in parts if part.withdrew_at or part.conversation.state == "cancelled"]
        assert told == Counter((f"conversation:{part.conversation_id}", part.person_id) for part in out)
        assert invited == Counter((f"conversation:{part.conversation_id}", part.person_id) for part in parts)

    def whoever_withdrew_is_left_in_peace(self) -> None:
        for round_ in (self.second, self.other):
            parts = [part for talk in self.of(round_) for part in talk.participations]
            for part in parts:
                later = [other for other in parts if other.person_id == part.person_id and other.id > part.id]
                assert not (part.withdrew_at and later)

    def nobody_was_put_with_whom_they_must_not_meet(self) -> None:
        before = {frozenset(pair) for talk in self.of(self.first) for pair in combinations(_ids(talk), 2)}
        for talk in self.of(self.second):
            pairs = {frozenset(pair) for pair in combinations(_ids(talk), 2)}
            assert not pairs & self.apart
            if talk.mended:
                assert not pairs & before
                places = [part.person.organisation for part in talk.participations]
                assert self.programme.same_organisation != "forbid" or len({*places}) == len(places)


def _ids(talk: Conversation) -> list[int]:
    return [part.person_id for part in talk.participations]


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_happens_to_a_round(app: Flask, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    monkeypatch.setattr("unmentor.mail.outbox.compose", composer())
    try:
        life = Life(Random(seed))
        life.check()
        for _ in range(14):
            life.go_on()
            life.check()
    finally:
        db.session.rollback()
