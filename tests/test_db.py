from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from threading import Barrier
from typing import Any

import pytest
from cast import START, person
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import select, text
from sqlalchemy.exc import StatementError
from sqlalchemy.sql.selectable import AliasedReturnsRows

from unmentor.conversations.models import Conversation, Participation
from unmentor.db import alias_of, beat, db, reading, transaction
from unmentor.mail.actions import hold_all
from unmentor.people.models import Person
from unmentor.programmes.models import Membership
from unmentor.rounds.models import LeftOut


def test_a_moment_comes_back_in_utc_whatever_zone_it_was_told_in(app: Flask) -> None:
    ada = person(joined_at=datetime(2026, 12, 10, 12, 30, tzinfo=timezone(timedelta(hours=1))))
    db.session.expire_all()
    assert db.session.get(Person, ada.id).joined_at == datetime(2026, 12, 10, 11, 30, tzinfo=UTC)


def test_a_moment_without_a_zone_is_refused(app: Flask) -> None:
    with pytest.raises(StatementError, match="needs a time zone"):
        person(joined_at=datetime(2026, 12, 10, 12, 30))


def test_every_thread_means_the_same_columns_by_another_name_of_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    alias = alias_of(Person)
    # Two threads that look first at once would make them twice.
    monkeypatch.delattr(AliasedReturnsRows, "_populate_column_collection")
    assert alias.c.id is alias.c.id


def test_migrating_twice_changes_nothing(app: Flask) -> None:
    upgrade()


def test_whoever_only_reads_keeps_nobody_from_writing(app: Flask) -> None:
    ada = person().id

    def rename() -> str:
        with app.app_context(), transaction():
            db.session.get(Person, ada).name = "Ada King"
        return "done"

    with ThreadPoolExecutor() as threads, reading():
        assert db.session.get(Person, ada).name == "Ada Lovelace"
        assert threads.submit(rename).result(timeout=5) == "done"


def test_what_is_changed_while_reading_is_undone(app: Flask) -> None:
    ada = person()
    with reading():
        ada.name = "Somebody else"
    assert ada.name == "Ada Lovelace"


@pytest.mark.parametrize("act", [beat, hold_all])
def test_two_who_are_first_at_once_do_not_collide(app: Flask, act: Callable[[datetime], object]) -> None:
    together = Barrier(2, timeout=10)

    def first() -> None:
        with app.app_context(), transaction():
            if db.engine.dialect.name == "postgresql":
                db.session.execute(select(Person.id))  # both have begun, and neither sees the other's row
                together.wait()
            act(START)

    with ThreadPoolExecutor(2) as threads:
        for done in [threads.submit(first) for _ in range(2)]:
            done.result(timeout=20)


@pytest.mark.parametrize("which", [Conversation.to_tell, LeftOut.to_tell, Membership.to_tell, Participation.third])
def test_a_yes_or_no_that_is_asked_all_the_time_is_found_by_its_index(app: Flask, which: Any) -> None:
    if db.engine.dialect.name != "sqlite":
        return  # PostgreSQL understands both spellings, and decides by how many rows there are
    asked = select(which.class_).where(which).compile(db.engine, compile_kwargs={"literal_binds": True})
    plan = db.session.execute(text(f"EXPLAIN QUERY PLAN {asked}")).all()
    assert f"ix_{which.class_.__tablename__}_{which.key}" in str(plan)


def test_the_conversations_of_a_round_are_found_in_order_of_time(app: Flask) -> None:
    if db.engine.dialect.name != "sqlite":
        return  # PostgreSQL reads a table of no rows as a whole
    asked = "SELECT * FROM conversation WHERE round_id = 1 ORDER BY starts_at, id LIMIT 50"
    plan = str(db.session.execute(text(f"EXPLAIN QUERY PLAN {asked}")).all())
    assert "ix_conversation_round_id_starts_at" in plan
    assert "TEMP B-TREE" not in plan


def test_postgresql_compiles_nothing(app: Flask) -> None:
    if db.engine.dialect.name == "postgresql":
        assert db.session.scalar(text("SHOW jit")) == "off"
