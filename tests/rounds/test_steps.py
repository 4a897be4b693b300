"""However large a round is, others wait for a slice of it at most."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from cast import conversation, member, person, programme
from conftest import Clock
from flask import Flask
from sqlalchemy import event, func, select

from unmentor.conversations.models import Participation
from unmentor.db import db, transaction
from unmentor.mail.models import Message
from unmentor.people.models import Person
from unmentor.programmes.actions import pause
from unmentor.programmes.models import Membership, Programme
from unmentor.rounds import actions, queries, steps, telling
from unmentor.rounds.mend import withdraw
from unmentor.rounds.models import Round
from unmentor.rounds.telling import tell_some
from unmentor.worker import tick

NAMES = ("Ada", "Ben", "Cat", "Dan", "Eve", "Fay", "Gil", "Hal")


@pytest.fixture(autouse=True)
def slices_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "SLICE", 1)


@pytest.fixture
def ours(app: Flask) -> Programme:
    ours = programme()
    for name in NAMES:
        member(person(name), ours)
    return ours


@pytest.fixture
def sent(ours: Programme) -> Round:
    """Return a round of four conversations, of which only the first has been told."""
    round_ = steps.draw(ours, 7)
    assert steps.send(round_) == len(NAMES)
    return round_


def mails(kind: str) -> list[tuple[str, str]]:
    found = db.session.query(Message.about, Message.recipient).filter_by(kind=kind).order_by(Message.id)
    return [tuple(row) for row in found]


def tell_all() -> None:
    while tell_some():
        pass


@pytest.fixture
def commits(app: Flask) -> Iterator[list[int]]:
    """Return how many messages there were at each commit."""
    counts: list[int] = []

    def counted(session: Any) -> None:
        counts.append(session.scalar(select(func.count(Message.id))))

    event.listen(db.session, "before_commit", counted)
    yield counts
    event.remove(db.session, "before_commit", counted)


def test_no_transaction_queues_more_than_a_slice(sent: Round, commits: list[int]) -> None:
    tell_all()
    assert len(mails("invitation")) == len(NAMES)
    assert max(after - before for before, after in zip([2, *commits], commits, strict=False)) == 2


def test_others_write_while_a_round_is_drawn_and_its_mail_written(
    app: Flask, ours: Programme, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, calls = ours.id, []

    def rename() -> None:
        with app.app_context(), transaction():
            db.session.get(Programme, ada).about = f"After {len(calls)}"

    def others_first(act: Any) -> Any:
        def later(*given: Any) -> Any:
            calls.append(act)
            with ThreadPoolExecutor() as threads:
                threads.submit(rename).result(timeout=10)
            return act(*given)

        return later

    monkeypatch.setattr(actions, "draw_by", others_first(actions.draw_by))
    monkeypatch.setattr(telling, "written", others_first(telling.written))
    steps.send(steps.draw(ours, 7))
    assert len(calls) == 2


def test_a_round_whose_sender_died_is_told_by_the_next_tick_and_once(
    sent: Round, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*given: Any) -> None:
        raise SystemExit

    with monkeypatch.context() as broken:
        broken.setattr(telling, "keep", dies)
        with pytest.raises(SystemExit):
            tell_some()
    assert len(mails("invitation")) == 2
    for _ in range(2):
        tick(clock())
    assert sorted(who for _about, who in mails("invitation")) == [f"{name.lower()}@example.gov.uk" for name in NAMES]


def test_two_who_tell_the_same_slice_queue_it_once(sent: Round, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    slow, fast = telling.written, []

    def overtaken(*given: Any) -> Any:
        ready = slow(*given)
        if not fast:
            fast.append(1)
            tell_all()
        return ready

    monkeypatch.setattr(telling, "written", overtaken)
    tell_all()
    assert len(mails("invitation")) == len(NAMES)


def test_who_was_not_told_that_it_stands_is_not_told_that_it_is_off(sent: Round) -> None:
    told = mails("invitation")
    steps.cancel(sent)
    tell_all()
    assert mails("invitation") == told
    assert mails("cancelled") == told


def test_a_slice_that_is_cancelled_while_it_is_written_is_not_queued(
    sent: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, told, cancelled = telling.written, mails("invitation"), []

    def overtaken(*given: Any) -> Any:
        ready = slow(*given)
        if not cancelled:
            cancelled.append(1)
            steps.cancel(sent)
        return ready

    monkeypatch.setattr(telling, "written", overtaken)
    tell_all()
    assert mails("invitation") == told


def test_withdrawing_from_what_nobody_was_told_of_tells_both_in_order(sent: Round, clock: Clock) -> None:
    last = sent.conversations[-1]
    part, about = last.participations[0], f"conversation:{last.id}"
    withdraw(part, "", 3, clock())
    db.session.commit()
    tell_all()
    letters = db.session.query(Message.kind, Message.about, Message.person_id).order_by(Message.id).all()
    for each in last.participations:
        assert [kind for kind, of_it, who in letters if (of_it, who) == (about, each.person_id)] == [
            "invitation",
            "cancelled",
        ]


def test_who_was_left_out_and_steps_in_at_once_is_only_invited(ours: Programme, clock: Clock) -> None:
    ours.odd = "sit-out"
    member(person("Ida"), ours)
    round_ = steps.draw(ours, 7)
    steps.send(round_)
    out = round_.left_out[0].person
    withdraw(round_.conversations[0].participations[0], "", 3, clock())
    db.session.commit()
    tell_all()
    assert [who for _about, who in mails("unpaired")] == []
    assert out.email in [who for _about, who in mails("invitation")]


def test_who_joins_during_a_draw_waits_for_the_next(ours: Programme, monkeypatch: pytest.MonkeyPatch) -> None:
    draw, joined = actions.draw_by, []

    def slow(*given: Any) -> Any:
        if not joined:
            joined.append(member(person("New"), db.session.get(Programme, given_id)).person_id)
        return draw(*given)

    given_id = ours.id
    monkeypatch.setattr(actions, "draw_by", slow)
    assert steps.draw(ours, 7).people == len(NAMES)


def test_who_pauses_during_a_draw_is_not_in_it(app: Flask, ours: Programme, monkeypatch: pytest.MonkeyPatch) -> None:
    draw, paused = actions.draw_by, []

    def pauses() -> None:
        with app.app_context(), transaction():
            ada = db.session.query(Membership).join(Membership.person).filter(Person.name == "Ada").one()
            pause(ada, until=None)

    def slow(*given: Any) -> Any:
        if not paused:
            paused.append(1)
            with ThreadPoolExecutor() as threads:
                threads.submit(pauses).result(timeout=10)
        return draw(*given)

    monkeypatch.setattr(actions, "draw_by", slow)
    round_ = steps.draw(ours, 7)
    names = [part.person.name for part in db.session.query(Participation)]
    assert (round_.people, "Ada" in names) == (len(NAMES) - 1, False)


def test_of_two_workers_one_closes_a_round_and_the_other_goes_on(
    ours: Programme, sent: Round, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = conversation(programme("Elsewhere"), person("Ivy"), person("Joe")).round
    clock.advance(days=90)
    seen = list(queries.to_be_closed(clock()))
    assert seen == [sent, elsewhere]
    with transaction():
        actions.lock_and_refresh(sent, "sent")
        sent.state = "closed"
    monkeypatch.setattr(queries, "to_be_closed", lambda _now: seen)
    assert actions.close_rounds(clock()) == 1
    assert elsewhere.state == "closed"
