"""The minute: everything that is due is done, whatever else fails."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from cast import conversation, kept, member, person, programme, statements
from conftest import Clock
from flask import Flask
from races import at_once
from sqlalchemy import func, select, text

from unmentor import worker
from unmentor.audit.models import AuditEvent
from unmentor.conversations.models import Conversation
from unmentor.db import FORGETS, beat_after, db, last_beat, transaction
from unmentor.impact.editions import Edition
from unmentor.mail.models import Message, Suppressed
from unmentor.people.door import knock
from unmentor.people.models import Person
from unmentor.privacy.models import Erasure
from unmentor.programmes.models import Membership, Programme
from unmentor.rounds.models import LeftOut, Round
from unmentor.runtime import now, settings

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def mails(kind: str, to: str = "%") -> int:
    return db.session.scalar(select(func.count()).where(Message.kind == kind, Message.recipient.like(f"{to}%"))) or 0


# What each duty leaves behind in the world below.
DONE: dict[str, Callable[[], object]] = {
    "unanswered": lambda: mails("sign-in", "asks"),
    "commit_where_none": lambda: db.session.scalar(
        select(Programme.commitment).where(Programme.slug == "committed-to-nothing")
    ),
    "send_due": lambda: db.session.scalar(select(Round.sent_at).where(Round.programme.has(slug="let-go"))),
    "run_due": lambda: db.session.scalar(select(Round.id).where(Round.programme.has(slug="due"))),
    "give_heads_up": lambda: mails("heads-up", "ahead"),
    "welcome": lambda: mails("invitation", "newcomer"),
    "remind": lambda: mails("reminder", "tomorrow"),
    "tell_some": lambda: mails("invitation", "untold"),
    "tell_members": lambda: mails("heads-up", "ended"),
    "withdraw_unreachable": lambda: state_of("unreachable") == "cancelled",
    "call_off_unsent": lambda: state_of("unsent") == "cancelled",
    "ask_how_it_was": lambda: mails("how-was-it", "talked"),
    "ask_what_came": lambda: mails("what-came-of-it", "long-ago"),
    "give_up_asking": lambda: db.session.scalar(select(Membership.silences).join(Person).where(named("silent"))),
    "close_rounds": lambda: db.session.scalar(select(Round.closed_at).where(Round.programme.has(slug="over"))),
    "make_edition": lambda: db.session.get(Edition, "2026-12"),
    "forget": lambda: (
        not db.session.scalar(select(Person.id).where(Person.email == "unconfirmed@example.gov.uk"))
        and not db.session.scalar(select(AuditEvent.id).where(AuditEvent.deed == "old"))
    ),
    "forget_idle": lambda: mails("heads-up", "idle"),
    "keep_list": lambda: settings().erased.exists(),
    "forget_old_mail": lambda: not db.session.scalar(select(Message.message_id).where(Message.about == "old")),
    "beat": lambda: last_beat() == now(),
}
# What the minute uses besides: a duty that answers all sorts of requests, what other rooms have to do, and helpers.
BESIDES = {"answer_requests", "features", "new_seed", "beat_after", "_try", "_all"}
# What is asked once for all programmes, and the duty towards each that it finds.
LOOKS = {"to_draw": "run_due", "to_hear": "give_heads_up", "to_welcome": "welcome"}


@pytest.fixture
def world(app: Flask, clock: Clock) -> Clock:
    """Return the clock of a world in which every duty is due."""
    clock.set(2026, 12, 7, 10)
    moment = clock()
    settings().erased.unlink(missing_ok=True)
    for name in ("one", "other"):
        member(person(name), due_or("due"))
    person("asks")
    with transaction():
        knock("asks@example.gov.uk", "a browser", "a source", moment)
    programme("Committed to nothing", commitment=None, starts_on=moment.date() + 300 * DAY)
    let_go = talk("let-go", moment + 10 * DAY).round
    let_go.state, let_go.sent_at, let_go.send_at = "drawn", None, moment
    ahead = {"every": "weekly", "notice": 6, "starts_on": moment.date() + 6 * DAY, "weekday": 6}
    member(person("ahead"), programme("Ahead", **ahead))
    alone = talk("alone", moment + 10 * DAY, state="cancelled").round
    alone.drawn_at = moment
    alone.conversations[0].participations[0].withdrew_at = moment
    member(person("newcomer"), alone.programme, first_next=True)
    talk("tomorrow", moment + DAY + HOUR)
    told(talk("untold", moment + 10 * DAY, to_tell=True), state=None)
    member(person("ended"), programme("Ended", ended_at=moment), to_tell=True)
    told(talk("unreachable", moment + 10 * DAY), state="failed")
    kept(Suppressed(address="unreachable@example.gov.uk", since=moment, trouble="550"))
    told(talk("unsent", moment - HOUR), state="expired")
    talk("talked", moment - HOUR)
    talk("long-ago", moment - 31 * DAY, state="met")
    silent = talk("silent", moment - 8 * DAY)
    for part in silent.participations:
        part.asks, part.asked_at = 2, moment - 4 * DAY
    for time in (0, 1):
        told(
            silent, state="sent", kind="how-was-it", sequence=time, queued_at=moment - 7 * DAY, sent_at=moment - 5 * DAY
        )
    talk("over", moment - 20 * DAY)
    person("unconfirmed", confirmed_at=None, joined_at=moment - 40 * DAY)
    person("idle", confirmed_at=moment - 1000 * DAY, joined_at=moment - 1000 * DAY)
    kept(AuditEvent(at=moment - 731 * DAY, deed="old", facts={}))
    kept(Erasure(mark="h" * 64, at=moment))
    kept(message("old", "old", state="sent", sent_at=moment - 100 * DAY))
    db.session.expire_all()
    return clock


def due_or(name: str) -> Programme:
    """Return a programme that drew an hour ago, where it is the one called "due"; others rest until next year."""
    found = db.session.scalar(select(Programme).where(Programme.slug == name))
    return found or programme(name, **({} if name == "due" else {"starts_on": now().date() + 300 * DAY}))


def talk(name: str, starts_at: object, **given: object) -> Conversation:
    """Return a conversation of somebody of this name, in a programme of this name."""
    of, people = due_or(name), [person(name), person(f"with {name}")]
    for each in people:
        member(each, of)
    return conversation(of, *people, starts_at=starts_at, uid=f"{name}@test", **given)


def message(name: str, about: str, **given: object) -> Message:
    known = {
        "about": about, "kind": "invitation", "recipient": f"{name}@example.gov.uk", "subject": "A mail",
        "message_id": "<a@b>", "queued_at": now() - 9 * DAY, "due_at": now(), "expires_at": now() + DAY,
    }  # fmt: skip
    return Message(**known | given)


def told(of: Conversation, state: str | None, **given: object) -> None:
    """Note what became of the mails about a conversation."""
    for part in of.participations if state else ():
        about = f"conversation:{of.id}"
        row = message(part.person.name.replace(" ", "-"), about, state=state, person_id=part.person_id, **given)
        kept(row)


def named(name: str) -> object:
    return Person.name == name


def state_of(name: str) -> str | None:
    return db.session.scalar(select(Conversation.state).where(Conversation.round.has(Round.programme.has(slug=name))))


def undone() -> list[str]:
    db.session.rollback()
    db.session.expire_all()
    return [duty for duty, done in DONE.items() if not done()]


def test_each_duty_of_the_minute_is_here() -> None:
    used = {name: getattr(worker, name, None) for name in worker._do_all.__code__.co_names}
    ours = {name for name, it in used.items() if getattr(it, "__module__", "").startswith("unmentor.")}
    assert ours - BESIDES == {*DONE, *LOOKS} - {"unanswered"}


def test_nothing_is_done_before_the_minute(world: Clock) -> None:
    assert undone() == list(DONE)


def test_the_minute_does_everything_that_is_due(world: Clock) -> None:
    worker.tick(world())
    assert undone() == []


@pytest.mark.one_engine
@pytest.mark.parametrize("failing", [*DONE, *LOOKS])
def test_a_duty_that_fails_stops_no_other(
    app: Flask, clock: Clock, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    done, ours = [], programme()

    def act(duty: str, *_given: object) -> list[Programme]:
        db.session.execute(text("SELECT 1" if duty != failing else "SELECT what FROM nowhere"))
        done.append(duty)
        return [ours] if duty in LOOKS else []

    for duty in (*DONE, *LOOKS):
        monkeypatch.setattr(worker, duty, partial(act, duty))
    worker.tick(clock())
    assert sorted(done) == sorted({*DONE, *LOOKS} - {failing, LOOKS.get(failing)})


def test_where_nothing_is_due_as_much_is_asked_for_one_programme_as_for_ten(app: Flask, clock: Clock) -> None:
    clock.set(2026, 12, 1, 12)
    assert asked_when_idle(programmes=1, clock=clock) == asked_when_idle(programmes=9, clock=clock) < 30


def asked_when_idle(programmes: int, clock: Clock) -> int:
    """Return how much a minute asks once more *programmes* are days from a draw, and all that was due is done."""
    for _ in range(programmes):
        ours = programme(f"Programme {clock.moment:%H:%M}", notice=7)
        people = [person(f"{name} {clock.moment:%H:%M}") for name in ("Ada", "Ben", "Cat", "Newcomer")]
        for each in people:
            member(each, ours, first_next=each is people[3])
        talk = conversation(ours, *people[:2], starts_at=clock() + 10 * DAY, uid=f"{ours.id}@test")
        kept(LeftOut(round_id=talk.round_id, person_id=people[2].id))
        clock.advance(minutes=1)
    worker.tick(clock())
    clock.advance(minutes=1)
    with statements(of=lambda: True) as asked:
        worker.tick(clock())
    return sum(each[:5] != "BEGIN" for each in asked)


def test_what_is_old_is_looked_for_once_an_hour_whoever_looks(world: Clock) -> None:
    worker.tick(world())
    kept(AuditEvent(at=world() - 731 * DAY, deed="old", facts={}))
    world.advance(minutes=59)
    worker.tick(world())
    assert not DONE["forget"]()
    world.advance(minutes=1)
    worker.tick(world())
    assert DONE["forget"]()


def test_of_six_workers_one_looks_for_what_is_old(app: Flask, clock: Clock) -> None:
    def looks() -> bool:
        with transaction():
            return beat_after(HOUR, clock(), FORGETS)

    for _hour in range(2):
        assert sorted(at_once(app, *[looks] * 6)) == [False] * 5 + [True]
        clock.advance(hours=1)
