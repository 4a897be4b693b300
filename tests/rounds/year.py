"""A year of the service, moment by moment: four programmes, sixty people, and whatever befalls them.

Sixty are in the weekly rounds, and half of them in one programme more. To be lived in a minute it is told shortly, and
nothing that its end is asked of is left out: the worker looks when something may be due; people say how it went three
evenings a week; one letter of fifty is written, the others are only counted; and what is old is looked for once a week.
"""

import gc
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from itertools import count
from random import Random
from threading import Barrier
from zoneinfo import ZoneInfo

from cast import kept, member, organiser, person, programme
from conftest import Clock
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm.attributes import flag_modified

from unmentor import worker
from unmentor.conversations.actions import answer
from unmentor.conversations.models import Conversation, Participation
from unmentor.conversations.move import CannotMove, move, offers
from unmentor.conversations.queries import participations
from unmentor.db import db, transaction
from unmentor.mail.message import Composed, Letter, compose
from unmentor.mail.models import UNSETTLED, Message
from unmentor.people.models import Exclusion, Person
from unmentor.privacy.leave import leave
from unmentor.programmes.actions import pause, resume
from unmentor.programmes.models import Membership, Programme
from unmentor.programmes.schedule import change
from unmentor.programmes.turn import turn
from unmentor.rounds import steps
from unmentor.rounds.mend import withdraw
from unmentor.rounds.models import Round
from unmentor.rounds.queries import waiting_round
from unmentor.timetable.slots import SLOTS

LONDON = ZoneInfo("Europe/London")
# When a worker looks, by weekday: often enough that everybody is drawn, reminded and asked in time.
LOOKS = {0: (time(9),), 2: (time(9, 30),), 4: (time(17, 30),)}
FIRST_DAY, DAYS, AUTUMN = date(2026, 10, 19), 364, 98
CLOCKS_CHANGE = (date(2026, 10, 25), date(2027, 3, 28))
# When people say how it went: on Monday, Wednesday and Friday.
ANSWERED = (0, 2, 4)
# Fourteen of fifteen pause for so many weeks, and one for none: seven of ten come.
PAUSE = 0.32
A_DAY, TEN_DAYS = timedelta(days=1), timedelta(days=10)
PEOPLE = 60

# Who of any six people is in it, and how it draws.
PROGRAMMES = {
    "weekly": (
        {0, 1, 2, 3, 4, 5},
        {"weekday": 0, "draw_time": time(9), "odd": "sit-out", "lead_days": 2, "window_days": 5},
    ),
    "fortnightly": ({0}, {"weekday": 6, "draw_time": time(1, 30)}),
    "four-weekly": ({1}, {"weekday": 2, "draw_time": time(9, 30), "review": "wait"}),
    "monthly": ({2}, {"weekday": 1, "nth": 1, "draw_time": time(9)}),
}
# The schedule of the weekly rounds changes twice, at noon of a day on which that week has had its draw.
CHANGES = {
    date(2027, 7, 6): {"weekday": 2, "draw_time": time(9, 30)},
    date(2027, 8, 26): {"weekday": 0, "draw_time": time(9)},
}
# Since when the worker was away, and until when.
OUTAGES = (
    (datetime(2026, 12, 7, 8, 55, tzinfo=UTC), datetime(2026, 12, 7, 9, 5, tzinfo=UTC)),
    (datetime(2027, 2, 10, 8, tzinfo=UTC), datetime(2027, 2, 10, 11, tzinfo=UTC)),
    (datetime(2027, 5, 31, 7, 30, tzinfo=UTC), datetime(2027, 6, 2, 7, 30, tzinfo=UTC)),
)
# The organisers forget the four-weekly round that waits between these days, while the next comes due.
FORGOTTEN = (date(2027, 3, 10), date(2027, 4, 8))

Key = tuple[str, int, str, int]


class Year:
    """What happened, beside what the database says: who was paused when, and which letters left."""

    def __init__(self, app: Flask, clock: Clock, workers: int, days: int) -> None:
        self.app, self.clock, self.days, self.chance = app, clock, days, Random(2027)
        self.pool, self.workers = ThreadPoolExecutor(workers), workers
        self.told, self.overtaken = Counter[Key](), set[Key]()
        # By programme and person: since when, and until when.
        self.paused: dict[tuple[int, int], list[list[datetime | None]]] = {}
        # By Monday: how many are in the weekly programme.
        self.members: dict[date, int] = {}
        self.withdrawals = self.moves = self.joined = 0
        self.silent = set[int]()
        clock.moment = at(FIRST_DAY, time(7))
        self.programmes = [
            programme(every, every=every, starts_on=FIRST_DAY, created_at=clock(), **{"review": "send"} | rules).id
            for every, (_some, rules) in PROGRAMMES.items()
        ]
        for number in self.programmes:
            organiser(db.session.get_one(Programme, number), f"Olu {number}")
        people = [self._join() for _ in range(PEOPLE)]
        for one, other in zip(people[::9], people[4::9], strict=False):
            kept(Exclusion(person_id=one.id, email=other.email))
        db.session.commit()

    def live(self) -> None:
        """Live through the year, or as many days of it as there are."""
        for number in range(self.days):
            # What is there by now stays: the collector, which looks after every tick, need not go through it each time.
            gc.freeze()
            for moment, act in sorted(self._day(FIRST_DAY + number * A_DAY), key=lambda each: each[0]):
                self.clock.moment = moment
                act()
                if not is_out(moment):
                    self._post()
        self.pool.shutdown()
        gc.unfreeze()

    def _day(self, day: date) -> Iterator[tuple[datetime, Callable[[], None]]]:
        """Yield what happens on a day, and when. The worker looks by the minute; here when something may be due."""
        looks = {at(day, hour) for hour in LOOKS.get(day.weekday(), ())}
        looks |= {at(day, time(9))} if day.weekday() == 1 and day.day <= 7 else set()
        looks |= {at(day, time(1, 30))} if day.weekday() == 6 and (day - FIRST_DAY).days // 7 % 2 == 0 else set()
        # All that shows half past one in the night, and the first moment after it where nothing does.
        looks |= {utc(day, half * 30) for half in (1, 2, 3)} if day in CLOCKS_CHANGE else set()
        looks |= {until for _since, until in OUTAGES if until.date() == day}
        # Where nothing is drawn, one of the workers is enough.
        alone = day.weekday() == 4 or (day.weekday() == 2 and (day - FIRST_DAY).days // 7 % 4)
        yield from ((look, partial(self._work, 1 if alone else self.workers)) for look in looks if not is_out(look))
        if day.weekday() == 0:
            yield at(day, time(7)), self._come_and_go
        if day.weekday() < 5:
            yield at(day, time(17)), partial(self._evening, moves=day.weekday() in {1, 2})
        if day.weekday() == 1 and not FORGOTTEN[0] < day < FORGOTTEN[1]:
            yield at(day, time(12, 15)), self._say_yes
        if rules := CHANGES.get(day):
            yield at(day, time(12, 30)), lambda: self._change(rules)

    def _work(self, workers: int) -> None:
        """Let so many workers do their minute at once."""
        together = Barrier(workers)

        def tick(_worker: int) -> None:
            with self.app.app_context():
                together.wait()
                worker.tick(self.clock())

        list(self.pool.map(tick, range(workers)))

    def _post(self) -> None:
        """Deliver what is queued; count what left, and what a later letter took the place of before it could."""
        key = (Message.about, Message.person_id, Message.kind, Message.sequence)
        with self._by_hand():
            unsettled = db.session.execute(select(*key, Message.state).where(UNSETTLED)).all()
            for *found, state in unsettled:
                letter: Key = tuple(found)
                if state == "queued":
                    self.told[letter] += 1
                elif state == "expired":
                    self.overtaken.add(letter)
            if any(state == "queued" for *_, state in unsettled):
                sent = update(Message).where(Message.state == "queued")
                db.session.execute(sent.values(state="sent", sent_at=self.clock()))

    def _evening(self, moves: bool) -> None:
        """Let some withdraw, somebody move, and most say how it went; once in four weeks some leave, others come."""
        now = self.clock()
        ahead = select(Participation.id).join(Participation.conversation).join(Conversation.round)
        ahead = ahead.where(Conversation.state == "arranged", Conversation.starts_at > now, Round.state == "sent")
        ahead = ahead.where(Participation.withdrew_at.is_(None)).order_by(Participation.id)
        with self._by_hand():
            coming = db.session.scalars(ahead).all()
        for part in self.chance.sample(coming, min(len(coming), self.chance.choice((0, 0, 1)))):
            with self._by_hand():
                withdraw(db.session.get_one(Participation, part), "Ill", self.chance.getrandbits(30), now)
                self.withdrawals += 1
            coming = []
        for part in self.chance.sample(coming, min(len(coming), moves)):
            with suppress(CannotMove), self._by_hand():
                self._move(db.session.get_one(Participation, part))
        if now.weekday() in ANSWERED:
            self._answer()
        if (now.date() - FIRST_DAY).days % 28 == 10:
            self._churn()

    def _move(self, part: Participation) -> None:
        move(part, self.chance.choice(offers(part.conversation, self.clock())).starts_at, self.clock())
        self.moves += 1

    def _answer(self) -> None:
        now = self.clock()
        over = participations().where(Conversation.state != "cancelled", Participation.withdrew_at.is_(None))
        over = over.where(Conversation.starts_at.between(now - TEN_DAYS, now), Participation.answered_at.is_(None))
        with self._by_hand(), db.session.no_autoflush:
            for part in db.session.scalars(over.order_by(Participation.id)).all():
                if part.id not in self.silent and self.chance.random() < 0.1:
                    self.silent.add(part.id)
                if part.id not in self.silent and part.person_id % 15:
                    said = self.chance.choices(("yes", "no", "planned"), (20, 2, 1))[0]
                    answer(part, said, 3, True, now)

    def _churn(self) -> None:
        with self._by_hand():
            here = select(Membership.person_id).where(Membership.role == "participant").distinct()
            gone = self.chance.sample(sorted(db.session.scalars(here)), round(PEOPLE * 0.05))
        for number in gone:
            # What was still on its way to somebody who leaves would never leave.
            self._post()
            with self._by_hand():
                leave(db.session.get_one(Person, number), self.chance.getrandbits(30), self.clock())
        with self._by_hand():
            for _ in gone:
                self._join()

    def _join(self) -> Person:
        """Return somebody who joins, in the programmes that are theirs."""
        self.joined += 1
        number, now = self.joined, self.clock()
        someone = person(
            f"Person {number}", organisation=f"Council {number % 10}", language="cy" if number % 11 == 0 else "en",
            availability=self.chance.sample(SLOTS, 6 * (number % 4 % 3)), joined_at=now, confirmed_at=now,
        )  # fmt: skip
        for ours, (some, _rules) in zip(self.programmes, PROGRAMMES.values(), strict=True):
            if number % 6 in some:
                member(someone, db.session.get_one(Programme, ours), joined_at=now)
        return someone

    def _come_and_go(self) -> None:
        """Let a third pause, for some days or until they say so, and whoever paused before come back."""
        now = self.clock()
        with self._by_hand():
            members = db.session.scalars(select(Membership).where(Membership.role == "participant")).all()
            self.members[now.date()] = sum(each.programme_id == self.programmes[0] for each in members)
            for each in members:
                spans = self.paused.setdefault((each.programme_id, each.person_id), [])
                if spans and (spans[-1][1] is None or spans[-1][1] > now):
                    spans[-1][1] = now
                # Who never answers stays, until they are paused for it.
                if each.person_id % 15 and self.chance.random() < PAUSE:
                    until = self.chance.choice((None, now.date() + self.chance.randint(1, 9) * A_DAY))
                    pause(each, until)
                    spans.append([now, until and at(until, time())])
                elif each.state == "paused":
                    resume(each)
                # All in one statement, which it is where each changes the same.
                flag_modified(each, "state")
                flag_modified(each, "paused_until")

    def _say_yes(self) -> None:
        """Let the four-weekly round go that waits; it leaves two minutes later."""
        with self._by_hand():
            waiting = waiting_round(db.session.get_one(Programme, self.programmes[2]))
            if waiting is None:
                return
            steps.let_go(waiting)
        self.clock.advance(minutes=2)
        with self.app.app_context():
            worker.every_second(self.clock())

    def _change(self, rules: dict[str, object]) -> None:
        with self.app.app_context():
            weekly = db.session.get_one(Programme, self.programmes[0])
            with turn(weekly) as now:
                change(weekly, rules, now)

    @contextmanager
    def _by_hand(self) -> Iterator[None]:
        with self.app.app_context(), transaction():
            yield


def composer() -> Callable[[Letter, datetime], Composed]:
    """Return what writes one of fifty letters and only counts the others: what they say is tried elsewhere."""
    number = count()

    def composed(letter: Letter, now: datetime) -> Composed:
        if (nth := next(number)) % 50 == 0:
            return compose(letter, now)
        return Composed(letter.to[1], letter.kind, f"<{nth}@year>", b"")

    return composed


def at(day: date, hour: time) -> datetime:
    """Return when clocks in London show *hour* on a day, once and surely."""
    return datetime.combine(day, hour, LONDON).astimezone(UTC)


def utc(day: date, minutes: int) -> datetime:
    """Return so many minutes after midnight of a day in UTC."""
    return datetime.combine(day, time(), UTC) + timedelta(minutes=minutes)


def is_out(moment: datetime) -> bool:
    """Say whether the worker was away."""
    return any(since <= moment < until for since, until in OUTAGES)
