"""A year in which an organiser does nothing but say yes to one programme's rounds: at its end everything holds."""

import logging
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import combinations, pairwise

import pytest
from conftest import Clock
from flask import Flask
from sqlalchemy import select
from year import A_DAY, AUTUMN, DAYS, FIRST_DAY, LONDON, OUTAGES, PROGRAMMES, Year, at, composer

from unmentor import worker
from unmentor.conversations.models import Conversation, Participation
from unmentor.db import db
from unmentor.people.models import Person
from unmentor.programmes.models import Membership, Period, Programme
from unmentor.rounds.draw_inputs import replay
from unmentor.rounds.models import LeftOut, Mending, Round
from unmentor.timetable.holidays import bank_holidays

pytestmark = pytest.mark.thorough

EVER = datetime.min.replace(tzinfo=UTC)
SKIPPED = (date(2027, 3, 28), time(1, 30))
# The organisers had forgotten the round before.
WAITED_FOR = ("four-weekly", "2027-04-07T09:30")
# How many rounds each programme has in a year, and in an autumn.
ROUNDS = {
    DAYS: {"weekly": 51, "fortnightly": 26, "four-weekly": 12, "monthly": 12},
    AUTUMN: {"weekly": 14, "fortnightly": 7, "four-weekly": 4, "monthly": 3},
}
# https://www.gov.uk/bank-holidays, England and Wales.
HOLIDAYS = {
    date(2026, 12, 25), date(2026, 12, 28), date(2027, 1, 1), date(2027, 3, 26), date(2027, 3, 29),
    date(2027, 5, 3), date(2027, 5, 31), date(2027, 8, 30),
}  # fmt: skip


def test_after_a_year_everything_was_done_once_and_nobody_was_wronged(
    app: Flask, clock: Clock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    # On PostgreSQL two workers live through all of it, on SQLite one until late in January.
    several = db.engine.dialect.name == "postgresql"
    year = Year(app, clock, workers=2 if several else 1, days=DAYS if several else AUTUMN)
    monkeypatch.setattr("unmentor.worker.new_seed", lambda: year.chance.getrandbits(60))
    # The same year each time: its secrets, and the tickets by which people are named in draws.
    monkeypatch.setattr("unmentor.programmes.commitment.new_secret", lambda: year.chance.randbytes(32))
    monkeypatch.setattr("unmentor.rounds.draw_queries.tickets", numbered_tickets)
    monkeypatch.setattr("unmentor.mail.outbox.compose", composer())
    # What nobody needs any more is looked for once a week: it takes half of a minute in which nothing is due.
    monkeypatch.setattr(worker, "AN_HOUR", timedelta(days=6))
    with caplog.at_level(logging.ERROR):
        year.live()
    assert not [record.getMessage() for record in caplog.records]
    told = Facts(year)
    told.it_was_a_full_year()
    told.every_due_round_happened_once_or_asked_for_its_yes()
    told.nobody_was_paired_while_paused()
    told.nobody_was_in_two_places_at_once()
    told.nobody_talked_on_a_weekend_or_a_holiday()
    told.nobody_had_the_odd_turn_again_before_everybody_else()
    told.every_draw_verifies_and_repeats_only_what_it_had_to()
    told.everybody_heard_every_version_once()


def numbered_tickets(programme: Programme) -> dict[int, str]:
    """Return the tickets of a programme's people, the same in every run."""
    people = db.session.scalars(select(Membership.person_id).where(Membership.programme_id == programme.id))
    return {person: f"ticket {person}" for person in people}


class Facts:
    """What the database says at the end of a year, read by columns once."""

    def __init__(self, year: Year) -> None:
        self.year, self.days = year, year.days
        db.session.expire_all()
        self.rounds = list(db.session.scalars(select(Round).order_by(Round.programme_id, Round.number)))
        of = {each.id: each for each in self.rounds}
        talks = select(
            Conversation.id, Conversation.round_id, Conversation.state, Conversation.starts_at, Conversation.minutes,
            Conversation.mended, Conversation.arranged_at, Conversation.stamped_at, Conversation.sequence,
        )  # fmt: skip
        self.talks = {row.id: row for row in db.session.execute(talks)}
        self.round = {talk.id: of[talk.round_id] for talk in self.talks.values()}
        parts = select(
            Participation.conversation_id, Participation.person_id, Participation.withdrew_at, Participation.third
        )
        self.parts = list(db.session.execute(parts))
        self.people = defaultdict(list)
        for part in self.parts:
            self.people[part.conversation_id].append(part)
        self.in_round = defaultdict(list)
        for number, talk in self.talks.items():
            self.in_round[talk.round_id].append((talk, self.people[number]))
        self.left_out = defaultdict(set)
        for round_, who in db.session.execute(select(LeftOut.round_id, LeftOut.person_id)):
            self.left_out[round_].add(who)
        self.names = dict(zip(year.programmes, PROGRAMMES, strict=True))

    def it_was_a_full_year(self) -> None:
        """Hold that the year was what it should be, or all that follows would hold of nothing."""
        share = self.days / DAYS
        assert Counter(self.names[each.programme_id] for each in self.rounds) == ROUNDS[self.days]
        weekly = [each for each in self.rounds if self.names[each.programme_id] == "weekly"]
        came = sum(len(group) for each in weekly for group in each.groups) + sum(
            len(self.left_out[each.id]) for each in weekly
        )
        # Seven of ten came, of some 3,000 in a year who could: give or take 0.8%, and 1.6% in an autumn.
        could_come = [self.year.members[each.drawn_at.date() - each.drawn_at.weekday() * A_DAY] for each in weekly]
        assert 0.64 < came / sum(could_come) < 0.76
        assert 55 < sum(could_come) / len(weekly) < 65
        assert db.session.query(Person).filter(Person.left_at.is_not(None)).count() == {DAYS: 39, AUTUMN: 12}[self.days]
        assert self.year.withdrawals > 40 * share
        assert self.year.moves > 40 * share
        assert db.session.query(Mending).count() > 5 * share
        assert any(count for (_about, _who, kind, _version), count in self.year.told.items() if kind == "paused")

    def every_due_round_happened_once_or_asked_for_its_yes(self) -> None:
        periods = {(self.names[each.programme_id], each.slot): each for each in db.session.scalars(select(Period))}
        assert periods.keys() == due(self.days).keys()
        asked = Counter(about for about, _who, kind, _version in self.year.told if kind in {"round-ready", "heads-up"})
        for slot, moment in due(self.days).items():
            period, came = periods[slot], next((until for since, until in OUTAGES if since <= moment < until), moment)
            outcome = "late" if came - moment > A_DAY else "waiting" if slot == WAITED_FOR else "drawn"
            assert (period.outcome, period.claimed_at) == (outcome, came)
            assert asked[f"period:{period.id}"] == (outcome != "drawn" or slot[0] == "four-weekly")
        drawn = sorted(
            (period.programme_id, period.claimed_at) for period in periods.values() if period.outcome == "drawn"
        )
        assert len(drawn) == len(self.rounds)
        for each, (of, claimed) in zip(self.rounds, drawn, strict=True):
            assert each.programme_id == of
            if self.names[of] == "four-weekly":  # drawn again where somebody in it leaves before the yes
                assert claimed <= each.drawn_at < each.sent_at
            else:
                assert claimed == each.drawn_at == each.sent_at

    def nobody_was_paired_while_paused(self) -> None:
        for each in self.rounds:
            assert not self._paused(each, each.drawn_at, [who for group in each.groups for who in group])
        for talk in self.talks.values():
            here, round_ = [part.person_id for part in self.people[talk.id]], self.round[talk.id]
            assert not self._paused(round_, talk.arranged_at if talk.mended else round_.sent_at, here)

    def _paused(self, of: Round, when: datetime, people: list[int]) -> set[int]:
        """Return which of these had paused by then, and had not come back."""
        spans = {who: self.year.paused.get((of.programme_id, who), ()) for who in people}
        return {who for who in people if any(a <= when and (b is None or when < b) for a, b in spans[who])}

    def nobody_was_in_two_places_at_once(self) -> None:
        diaries = defaultdict(list)
        for part in self.parts:
            talk = self.talks[part.conversation_id]
            if talk.state != "cancelled" and part.withdrew_at is None:
                diaries[part.person_id].append((talk.starts_at, talk.starts_at + timedelta(minutes=talk.minutes)))
        for diary in diaries.values():
            assert all(one[1] <= other[0] for one, other in pairwise(sorted(diary)))

    def nobody_talked_on_a_weekend_or_a_holiday(self) -> None:
        assert {day for day in bank_holidays("england-and-wales") if 0 <= (day - FIRST_DAY).days < self.days} == {
            day for day in HOLIDAYS if (day - FIRST_DAY).days < self.days
        }
        days = {talk.starts_at.astimezone(LONDON).date() for talk in self.talks.values()}
        assert not days & HOLIDAYS
        assert {day.weekday() for day in days} == set(range(5))

    def nobody_had_the_odd_turn_again_before_everybody_else(self) -> None:
        """Hold it of those whom a draw left out or made third, but for whoever was promised to go first."""
        for number in self.year.programmes:
            rounds = [each for each in self.rounds if each.programme_id == number]
            for place, each in enumerate(rounds):
                turns = {who: before.drawn_at for before in rounds[:place] for who in self._odd(before, each.drawn_at)}
                drawn = {who for group in each.groups for who in group}
                people = {int(entrant["id"]) for entrant in each.inputs["people"]}
                odd = (people - drawn) | {group[2] for group in each.groups if len(group) == 3}
                others = people - odd - self._promised(number, each.drawn_at)
                for who in odd & turns.keys():
                    assert not {other for other in others if turns.get(other, EVER) < turns[who]}

    def _odd(self, of: Round, then: datetime) -> set[int]:
        """Return who had had the odd turn of a round by a later moment.

        A draw that waits is sent as another: who has paused has no turn, who lost their partner over it has one; and
        whoever is found somebody later has none, while that stands.
        """
        thirds, found = set[int](), set[int]()
        for talk, parts in self.in_round[of.id]:
            thirds |= {part.person_id for part in parts if part.third}
            if talk.arranged_at < then and not (talk.state == "cancelled" and talk.stamped_at < then):
                found |= {part.person_id for part in parts}
        return thirds | (self.left_out[of.id] - found)

    def _promised(self, programme: int, before: datetime) -> set[int]:
        """Return who had a conversation called off by others before, and has had none since."""
        off, on = dict[int, datetime](), dict[int, datetime]()
        for part in self.parts:
            talk, of = self.talks[part.conversation_id], self.round[part.conversation_id]
            if of.programme_id != programme or of.sent_at is None:
                continue
            began = talk.arranged_at if talk.mended else of.sent_at
            if began < before:
                on[part.person_id] = max(began, on.get(part.person_id, EVER))
            if talk.state == "cancelled" and talk.stamped_at < before and part.withdrew_at is None:
                off[part.person_id] = max(talk.stamped_at, off.get(part.person_id, EVER))
        return {who for who, when in off.items() if on[who] < when}

    def every_draw_verifies_and_repeats_only_what_it_had_to(self) -> None:
        for each in self.rounds:
            again = replay(each)
            assert again.proved
            assert again.again == pairs(each.groups) & self._met(each)
        assert all(replay(each).proved for each in db.session.scalars(select(Mending)))

    def _met(self, before: Round) -> set[frozenset[int]]:
        """Return who had met whom in the programme when a round was drawn, or had it before them."""
        met = set[frozenset[int]]()
        for talk in self.talks.values():
            of = self.round[talk.id]
            if of.programme_id != before.programme_id or of.sent_at is None or of.sent_at >= before.drawn_at:
                continue
            if talk.arranged_at < before.drawn_at and not (
                talk.state == "cancelled" and talk.stamped_at < before.drawn_at
            ):
                here = self.people[talk.id]
                met |= pairs([[p.person_id for p in here if not (p.withdrew_at and p.withdrew_at < before.drawn_at)]])
        return met

    def everybody_heard_every_version_once(self) -> None:
        assert set(self.year.told.values()) == {1}
        heard = defaultdict(dict)
        for about, who, kind, version in self.year.told.keys() | self.year.overtaken:
            if kind in {"invitation", "moved", "cancelled"}:
                assert version not in heard[about, who]
                heard[about, who][version] = kind
        for part in self.parts:
            talk, versions = (
                self.talks[part.conversation_id],
                heard[f"conversation:{part.conversation_id}", part.person_id],
            )
            kinds = [versions[version] for version in sorted(versions)]
            assert sorted(versions) == list(range(len(kinds)))
            if talk.state == "cancelled" or part.withdrew_at:
                assert kinds == ["invitation", *["moved"] * (len(kinds) - 2), "cancelled"]
            else:
                assert kinds == ["invitation", *["moved"] * talk.sequence]


def pairs(groups: Iterator[list[int]] | list[list[int]]) -> set[frozenset[int]]:
    """Return everybody who was together with somebody, two by two."""
    return {frozenset(pair) for group in groups for pair in combinations(group, 2)}


def due(days: int) -> dict[tuple[str, str], datetime]:
    """Return every draw of so many days and its moment, by programme and slot, as somebody with a calendar would."""
    draws = {}
    for day in (FIRST_DAY + number * A_DAY for number in range(days)):
        wednesdays = date(2027, 7, 12) <= day < date(2027, 8, 30)
        hours = {
            "weekly": (2, time(9, 30)) if wednesdays else (0, time(9)),
            "fortnightly": (6, time(1, 30)) if (day - date(2026, 10, 25)).days % 14 == 0 else None,
            "four-weekly": (2, time(9, 30)) if (day - date(2026, 10, 21)).days % 28 == 0 else None,
            "monthly": (1, time(9)) if day.day <= 7 else None,
        }
        for name, hour in hours.items():
            if hour and hour[0] == day.weekday():
                # Where the clocks skip half past one, the first moment after it.
                shown = time(2) if (day, hour[1]) == SKIPPED else hour[1]
                draws[name, f"{day}T{shown:%H:%M}"] = at(day, shown)
    return draws
