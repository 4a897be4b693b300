"""Let a community live through its past: people join, rounds are drawn, some pause, one leaves.

The draws are real, so what an organiser sees of them, proof and replay included, is real too.
Nothing is mailed: what would have been news months ago is not news today.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import delete

from unmentor.db import db
from unmentor.demo.outcomes import answer_all
from unmentor.demo.tables import Resident, residents
from unmentor.demo.telling import places, tell_all
from unmentor.links import NONCE_LENGTH
from unmentor.mail.models import Message
from unmentor.people.models import Person
from unmentor.privacy.leave import leave
from unmentor.programmes.actions import give_way, pause
from unmentor.programmes.commitment import commit
from unmentor.programmes.models import Membership, Programme
from unmentor.programmes.queries import cadence
from unmentor.rounds.actions import close_rounds, draw_round, mark_sent
from unmentor.rounds.queries import round_of
from unmentor.timetable.cadence import latest_draw

PEOPLE, ROUNDS = 40, 12
MOST_PEOPLE, MOST_ROUNDS = 10_000, 60
A_MONTH = timedelta(days=31)
A_WEEK = timedelta(days=7)

Residence = tuple[Resident, Membership]


class CannotFill(ValueError):  # noqa: N818 - it is named by what happened
    """There is no way to make such a community here; its one line says why."""


def fill(now: datetime, people: int = PEOPLE, rounds: int = ROUNDS) -> None:
    """Fill an empty database with a programme, people, past rounds and reflections. Raises CannotFill."""
    for _number in lived(now, people, rounds):
        pass


def lived(now: datetime, people: int = PEOPLE, rounds: int = ROUNDS) -> Iterator[int]:
    """Fill the database while somebody watches: yield the number of each round once it is drawn. Raises CannotFill."""
    _check(people, rounds)
    return _live(now, people, rounds)


def _live(now: datetime, people: int, rounds: int) -> Iterator[int]:
    programme = _founded(now, rounds)
    draws = _past_draws(programme, rounds, now)
    coming, here = residents(people), list[Residence]()
    for number, moment in enumerate(draws, 1):
        here += _welcome((each for each in coming if each.joins <= number), programme, moment, len(here))
        coming = [each for each in coming if each.joins > number]
        # The same community each time; the secret of the draw to come is as good as any.
        commit(programme, moment - A_WEEK, sha256(f"demo {number}".encode()).digest())
        mark_sent(draw_round(programme, None, moment), moment + timedelta(hours=1), telling=False)
        yield number
    past = [each for each in (round_of(programme, number) for number in range(1, rounds + 1)) if each]
    here += _welcome(coming, programme, now, len(here))
    told = places(past, {resident.name: membership.person for resident, membership in reversed(here)})
    answer_all(past, {part.id for _story, part in told}, now)
    for moment in (*draws, now):
        close_rounds(moment)
    tell_all(told, now)
    _settle(here, now)


def _check(people: int, rounds: int) -> None:
    if not 2 <= people <= MOST_PEOPLE:
        raise CannotFill(f"A demo community has 2 to {MOST_PEOPLE:,} people, not {people:,}.")
    if not 0 <= rounds <= MOST_ROUNDS:
        raise CannotFill(f"A demo community has 0 to {MOST_ROUNDS} rounds behind it, not {rounds:,}.")
    if not give_way():
        raise CannotFill("This database is in use already. The demo community needs an empty one.")


def _founded(now: datetime, rounds: int) -> Programme:
    programme = Programme(
        slug="unmentoring",
        name="UnMentoring",
        about="Half an hour with somebody you would never have met, for people in and around local government.",
        about_cy="Hanner awr gyda rhywun na fyddech chi byth wedi cwrdd â nhw, i bobl ym myd llywodraeth leol.",
        time_zone="Europe/London",
        # Whoever is from the same place may meet too: half of what the experiment compares.
        same_organisation="allow",
        starts_on=(now - A_MONTH * (rounds + 3)).date(),
        # Only now: the schedule has no draw to make up for.
        created_at=now,
        demo=True,
    )
    commit(programme, programme.created_at)
    db.session.add(programme)
    db.session.flush()
    return programme


def _past_draws(programme: Programme, count: int, now: datetime) -> list[datetime]:
    """Return the last *count* draws of the schedule whose conversations are all over, oldest first."""
    until = now - timedelta(days=programme.lead_days + programme.window_days + 1)
    draws: list[datetime] = []
    while len(draws) < count and (drawn := latest_draw(cadence(programme), until)):
        draws.append(drawn)
        until = drawn - timedelta(minutes=1)
    return draws[::-1]


def _welcome(coming: Iterable[Resident], programme: Programme, before: datetime, known: int) -> list[Residence]:
    """Return the memberships of those who join some days before a moment."""
    welcome = []
    for number, resident in enumerate(coming, known):
        joined = before - timedelta(days=1 + number % 17, hours=number % 7, minutes=number * 13 % 60)
        person = Person(
            name=resident.name,
            email=resident.address(),
            phone=resident.phone(number),
            video=resident.video,
            organisation=resident.organisation,
            about=resident.about,
            availability=resident.when.split(),
            language=resident.language,
            joined_at=joined,
            confirmed_at=joined + timedelta(minutes=3 + number % 50),
        )
        role = "organiser" if resident.organises else "participant"
        # Draws go by it, too; and it opens nothing that SECRET_KEY has not signed.
        nonce = sha256(f"demo {resident.address()}".encode()).hexdigest()[:NONCE_LENGTH]
        membership = Membership(nonce=nonce, person=person, programme=programme, role=role, joined_at=joined)
        welcome.append((resident, membership))
    db.session.add_all(membership for _resident, membership in welcome)
    db.session.flush()
    return welcome


def _settle(here: list[Residence], now: datetime) -> None:
    """Let some pause and one leave, and forget the mails that all of this would have sent."""
    for resident, membership in here:
        if resident.paused is not None:
            pause(membership, (now + timedelta(days=resident.paused)).date() if resident.paused else None)
        elif resident.leaves:
            leave(membership.person, seed=1, now=now - timedelta(days=6))
    db.session.execute(delete(Message))
