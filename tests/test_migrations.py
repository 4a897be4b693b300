"""Migrations over a database that is full: nothing is lost, or nothing is changed."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from conftest import ENGINES, new_database
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import JSON, MetaData, Table, func, insert, inspect, select

from unmentor import demo
from unmentor.db import db, transaction
from unmentor.factory import create_app
from unmentor.programmes.models import Programme
from unmentor.rounds.actions import draw_round
from unmentor.rounds.models import Round
from unmentor.settings import Settings

pytestmark = pytest.mark.thorough

MIGRATIONS = Path(__file__).parent.parent / "migrations"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
CHANGES = {
    "add a column": 'batch.add_column(sa.Column("motto", sa.String(9), nullable=False, server_default="Talk"))',
    "alter a column": 'batch.alter_column("about", existing_type=sa.String(500), type_=sa.String(600), nullable=True)',
    "drop a column": 'batch.drop_column("about")',
    "rename a column": 'batch.alter_column("about", existing_type=sa.String(500), new_column_name="words")',
    "constrain": 'batch.create_check_constraint("short", "length(name) < 200")',
    "index": 'batch.create_index(f"ix_{table}_test", ["name", "about"])',
    "copy": "pass",
}
# Both are referred to by nearly all else, with ON DELETE CASCADE; a person's number is never given twice.
CHANGED = ("programme", "person")


@pytest.fixture(scope="session", params=ENGINES)
def filled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the address of a database with something in every table, to be copied."""
    folder = tmp_path_factory.mktemp("filled")
    server = request.getfixturevalue("postgresql") if request.param == "postgresql" else ""
    url = new_database(server) if server else f"sqlite:///{folder / 'full.sqlite'}"
    with migrating(url, folder):
        upgrade()
        with transaction():
            demo.fill(NOW, people=16, rounds=2)
        with transaction():
            for table in db.metadata.sorted_tables:
                if not db.session.scalar(select(func.count()).select_from(table)):
                    db.session.execute(insert(table).values(something(table)))
    return url


@pytest.fixture(scope="session")
def before(filled: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict[str, Any]]]:
    """Return every row of every table of that database, and so of each copy."""
    with migrating(filled, tmp_path_factory.mktemp("before")):
        return stored()


@pytest.fixture
def full(filled: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """Return an app on a database of its own with something in every table, inside an app context."""
    if filled.startswith("sqlite"):
        shutil.copy(filled.removeprefix("sqlite:///"), tmp_path / "full.sqlite")
        url = f"sqlite:///{tmp_path / 'full.sqlite'}"
    else:
        url = new_database(request.getfixturevalue("postgresql"), like=filled)
    with migrating(url, tmp_path) as app:
        yield app


@contextmanager
def migrating(url: str, folder: Path) -> Iterator[Flask]:
    """Yield an app on a database, inside an app context; nobody is connected to it afterwards."""
    given = {"DATABASE_URL": url, "SECRET_KEY": "only for these tests", "UNMENTOR_INSTANCE": str(folder)}
    app = create_app(Settings.from_environment(given))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def something(table: Table) -> dict[str, Any]:
    """Return a row for a table that the demo leaves empty."""
    values: dict[type, Any] = {datetime: NOW, date: NOW.date(), bytes: b"x", bool: False, int: 1, list: [], dict: {}}
    row = {}
    for column in table.columns:
        if column.foreign_keys:
            row[column.name] = db.session.scalar(select(next(iter(column.foreign_keys)).column).limit(1))
        elif isinstance(column.type, JSON):
            row[column.name] = {}
        elif not (column.primary_key and column.type.python_type is int):
            row[column.name] = values.get(column.type.python_type, "x")
    return row


def migration(folder: Path, body: str) -> str:
    """Return a folder of migrations with one more, that does *body*."""
    shutil.copytree(MIGRATIONS, folder / "migrations")
    script = "\n".join(
        [
            '"""A change."""',
            "import sqlalchemy as sa",
            "from alembic import op",
            f"revision, down_revision = 'test', {newest()!r}",
            "def upgrade():",
            "    always = 'always' if op.get_bind().dialect.name == 'sqlite' else 'auto'",
            *(f"    {line}" for line in body.splitlines()),
        ]
    )
    (folder / "migrations" / "versions" / "test.py").write_text(script)
    return str(folder / "migrations")


def newest() -> str:
    with db.engine.connect() as connection:
        return str(connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar())


def stored() -> dict[str, list[dict[str, Any]]]:
    """Return every row of every table, as the database itself describes them."""
    db.session.rollback()
    found = MetaData()
    with db.engine.connect() as connection:
        found.reflect(connection)
        return {
            name: [dict(row) for row in connection.execute(select(table).order_by(*table.primary_key)).mappings()]
            for name, table in found.tables.items()
            if name != "alembic_version"
        }


def counts() -> dict[str, int]:
    """Return how many rows each table has."""
    with db.engine.connect() as connection:
        names = inspect(connection).get_table_names()
        return {name: connection.execute(sa.text(f'SELECT count(*) FROM "{name}"')).scalar() for name in names}


def shape() -> dict[str, Any]:
    """Return what every table is made of."""
    seen = inspect(db.engine)
    return {
        name: [
            [str(column | {"type": str(column["type"])}) for column in seen.get_columns(name)],
            seen.get_pk_constraint(name),
            sorted(map(str, seen.get_foreign_keys(name))),
            sorted(map(str, seen.get_unique_constraints(name))),
            sorted(map(str, seen.get_check_constraints(name))),
            sorted(str({**each, "dialect_options": _plain(each)}) for each in seen.get_indexes(name)),
        ]
        for name in seen.get_table_names()
    }


def _plain(index: Any) -> dict[str, str]:
    return {name: str(value) for name, value in index.get("dialect_options", {}).items()}


def kept(before: dict[str, list[dict[str, Any]]], after: dict[str, list[dict[str, Any]]]) -> None:
    """Fail where a row is gone, or says something else in a column that is still there."""
    for name, rows in before.items():
        assert len(rows) == len(after[name]), name
        for old, new in zip(rows, after[name], strict=True):
            common = old.keys() & new.keys()
            assert {column: old[column] for column in common} == {column: new[column] for column in common}, name


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_any_kind_loses_nothing(
    before: dict[str, list[dict[str, Any]]], full: Flask, tmp_path: Path, change: str
) -> None:
    assert all(before.values()), "every table has something to lose"
    how = "recreate=always" if change == "copy" else ""
    body = f"for table in {CHANGED}:\n    with op.batch_alter_table(table, {how}) as batch:\n        {CHANGES[change]}"
    upgrade(migration(tmp_path, body))
    kept(before, stored())
    assert newest() == "test"


def test_a_copied_table_is_made_of_what_it_was(full: Flask, tmp_path: Path) -> None:
    before = shape()
    names = [table.name for table in db.metadata.sorted_tables]
    upgrade(migration(tmp_path, f"for table in {names}:\n    with op.batch_alter_table(table, recreate=always): pass"))
    assert shape() == before


@pytest.mark.parametrize("filled", ["sqlite"], indirect=True)
def test_a_copied_table_keeps_its_triggers(full: Flask, tmp_path: Path) -> None:
    triggers = sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name")
    before = db.session.execute(triggers).all()
    db.session.rollback()
    upgrade(migration(tmp_path, "with op.batch_alter_table('reflection', recreate=always): pass"))
    assert before
    assert db.session.execute(triggers).all() == before


def test_no_number_is_given_twice_after_a_copy(full: Flask, tmp_path: Path) -> None:
    with transaction():
        highest = db.session.scalar(insert(person_table()).values(newcomer()).returning(person_table().c.id))
        db.session.execute(person_table().delete().where(person_table().c.id == highest))
    upgrade(migration(tmp_path, "with op.batch_alter_table('person', recreate=always): pass"))
    with transaction():
        assert db.session.scalar(insert(person_table()).values(newcomer()).returning(person_table().c.id)) > highest


def person_table() -> Table:
    return db.metadata.tables["person"]


def newcomer() -> dict[str, Any]:
    return something(person_table()) | {"email": f"{uuid4()}@example.gov.uk"}


@pytest.mark.parametrize("filled", ["sqlite"], indirect=True)
def test_rows_that_would_refer_to_nothing_undo_the_migration(full: Flask, tmp_path: Path) -> None:
    before, made_of = stored(), shape()
    with pytest.raises(SystemExit):
        upgrade(
            migration(tmp_path, "op.add_column('person', sa.Column('x', sa.Text))\nop.execute('DELETE FROM round')")
        )
    assert (stored(), shape()) == (before, made_of)


def test_a_migration_that_breaks_half_way_changes_nothing(full: Flask, tmp_path: Path) -> None:
    before, made_of = stored(), shape()
    change = "with op.batch_alter_table('person') as batch:\n    batch.drop_column('about')\nraise OSError('a cut')"
    with pytest.raises(OSError, match="a cut"):
        upgrade(migration(tmp_path, change))
    assert (stored(), shape()) == (before, made_of)


def test_foreign_keys_hold_again_after_a_migration(full: Flask, tmp_path: Path) -> None:
    upgrade(migration(tmp_path, CHANGES["copy"]))
    with transaction(), pytest.raises(sa.exc.IntegrityError):
        db.session.execute(sa.text("UPDATE membership SET programme_id = 4711"))
    db.session.rollback()


def test_every_migration_runs_over_a_full_database_of_the_one_before(full: Flask) -> None:
    from alembic.script import ScriptDirectory

    names = [each.revision for each in ScriptDirectory(str(MIGRATIONS)).walk_revisions()][::-1]
    for name in reversed(names[:-1]):
        downgrade(revision=name)
    after = counts()
    for name in names[1:]:
        before = after
        upgrade(revision=name)
        after = counts()
        assert {table: count for table, count in before.items() if after.get(table, count) < count} == {}, name
    assert newest() == names[-1]


def test_there_is_a_first_programme_to_join(full: Flask) -> None:
    # The demo took its place, so begin again.
    with db.engine.begin() as connection:
        for table in reversed(db.metadata.sorted_tables):
            connection.execute(table.delete())
    downgrade(revision="0009")
    upgrade()
    first = db.session.scalars(select(Programme)).one()
    assert (first.slug, first.name, first.time_zone, first.demo) == (
        "unmentoring",
        "UnMentoring",
        "Europe/London",
        False,
    )
    db.session.rollback()
    upgrade()
    assert db.session.scalar(select(func.count(Programme.id))) == 1


def test_the_number_of_a_round_is_never_given_again(full: Flask) -> None:
    round_ = db.session.scalars(select(Round).order_by(Round.id.desc())).first()
    last, programme = round_.id, round_.programme
    db.session.delete(round_)
    db.session.flush()
    assert draw_round(programme, 1, NOW).id > last


def test_mail_that_is_there_finds_its_programme_and_loses_the_words_that_let_somebody_in(full: Flask) -> None:
    script = next((MIGRATIONS / "versions").glob("*_sealed_mail.py"))
    downgrade(revision=f"{int(script.name[:4]) - 1:04}")
    known = {
        what: db.session.execute(sa.text(f"SELECT max(id) FROM {what}")).scalar()
        for what in ("conversation", "participation", "round", "reflection")
    }
    programme = db.session.execute(sa.text("SELECT max(programme_id) FROM round")).scalar()
    db.session.rollback()
    messages = [(f"{what}:{number}", "invitation", "sent") for what, number in known.items()]
    messages += [(f"reflection:{known['reflection']}:20261121120000", "reflection-published", "sent")]
    messages += [
        ("person:1", "confirm", "sent"),
        ("sign-in:1", "sign-in", "failed"),
        ("sign-in:2", "sign-in", "queued"),
    ]
    with transaction():
        db.session.execute(sa.text("DELETE FROM message"))
        for number, (about, kind, state) in enumerate(messages, 1):
            put_away(number, about, kind, state)
    upgrade()
    found = {
        row.about: (row.programme_id, row.subject, row.content)
        for row in db.session.execute(
            sa.text("SELECT message.*, content FROM message LEFT JOIN body ON body.id = message.id")
        )
    }
    whole = {about: (programme, "A subject", b"From: Ada") for about, _kind, _state in messages[:5]}
    gone, waits = (None, "", None), (None, "", b"From: Ada")
    assert found == whole | {"person:1": gone, "sign-in:1": gone, "sign-in:2": waits}


def put_away(number: int, about: str, kind: str, state: str) -> None:
    """Store a message as it was stored before mail was sealed."""
    row = {
        "id": number, "about": about, "kind": kind, "sequence": 0, "recipient": "ada@example.com", "trouble": "",
        "subject": "A subject", "message_id": f"<{number}@example.com>", "state": state, "queued_at": NOW,
        "due_at": NOW, "pointless_at": NOW, "attempts": 0,
    }  # fmt: skip
    columns = [sa.column(name, sa.DateTime(timezone=True) if name.endswith("_at") else None) for name in row]
    db.session.execute(insert(sa.table("message", *columns)).values(row))
    body = sa.table("body", sa.column("id"), sa.column("content", sa.LargeBinary))
    db.session.execute(insert(body).values(id=number, content=b"From: Ada"))
