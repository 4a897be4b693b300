"""The database: one typed base, UTC moments, and the rules of a connection.

SQLite by default, PostgreSQL when one machine is not enough; the same models on both.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, cast

from flask import Flask, has_request_context, request
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session
from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    DateTime,
    Dialect,
    Engine,
    FromClause,
    Index,
    Insert,
    MetaData,
    TypeDecorator,
    event,
    inspect,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

KEPT = "kept"
READING = {"GET", "HEAD", "OPTIONS"}
_only_reads: ContextVar[bool] = ContextVar("only_reads", default=False)


class Moment(TypeDecorator[datetime]):
    """A moment: aware and in UTC in Python, whatever the database keeps."""

    impl = DateTime(timezone=True)
    cache_ok = True
    python_type = datetime

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Store in UTC; a naive datetime is a mistake and raises ValueError."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A moment needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Read back as UTC; SQLite has forgotten the zone by then."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """What every table shares: typed columns, UTC moments, named constraints."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: Moment, list[str]: JSON, dict[str, Any]: JSON}


# Whose heart beats: whoever does the minute's work, whoever sends mail, and whoever forgets what nobody needs.
TICK, SENDER, FORGETS = 1, 2, 3


class Heartbeat(Base):
    """When a worker last did its minute's work, and its sender last looked: how everybody else knows they are alive."""

    __tablename__ = "heartbeat"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class KeepingSession(Session):
    """A session that keeps its connection from one transaction to the next, in the block of ``one_connection``."""

    def get_bind(self, *given: Any, **more: Any) -> Engine | Connection:
        """Return what the next transaction is on, as every session says."""
        bind = super().get_bind(*given, **more)
        if KEPT not in self.info:
            return bind
        self.info[KEPT] = self.info[KEPT] or bind.engine.connect()
        return cast(Connection, self.info[KEPT])


db = SQLAlchemy(metadata=Base.metadata, session_options={"class_": KeepingSession})


def only(index: str, column: str, where: str) -> Index:
    """Return an index of the rows *where* a yes-or-no column says yes, as each database is asked for those."""
    # SQLAlchemy asks SQLite for "to_tell = 1", which has no use for an index of the rows "where to_tell".
    return Index(index, column, sqlite_where=text(f"{where} = 1"), postgresql_where=text(where))


def beat(now: datetime, who: int = TICK) -> None:
    """Note that a worker is alive; however many do so for the first time at once."""
    db.session.execute(heartbeat(db.session.get_bind().dialect.name, who, now))


def beat_after(pause: timedelta, now: datetime, who: int) -> bool:
    """Note that *who* is alive, if that was noted so long ago; say whether it was: of many at once, one hears yes."""
    noted = heartbeat(db.session.get_bind().dialect.name, who, now, Heartbeat.at <= now - pause)
    return db.session.scalar(noted.returning(Heartbeat.id)) is not None


def heartbeat(dialect: str, who: int, now: datetime, where: ColumnElement[bool] | None = None) -> Insert:
    """Return the statement that notes a sign of life on a database of *dialect*; of a known one only *where* it may."""
    new = (postgresql if dialect == "postgresql" else sqlite).insert(Heartbeat).values(id=who, at=now)
    noted: Insert = new.on_conflict_do_update(index_elements=["id"], set_={"at": now}, where=where)
    return noted


def last_beat(who: int = TICK) -> datetime | None:
    """Return when a worker last was alive."""
    return db.session.scalar(select(Heartbeat.at).where(Heartbeat.id == who))


def alias_of(table: type[Base]) -> FromClause:
    """Return another name of a table, for the life of the process; every thread means the same columns by it."""
    alias = table.__table__.alias()
    _made = alias.c  # when they are first looked at: by two threads at once two times, and a query of both is refused
    return alias


def insert_new(table: type[Base]) -> postgresql.Insert | sqlite.Insert:
    """Return an insert that leaves alone what is there already, whoever put it there."""
    if db.session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()


def id_of(row: Base) -> int:
    """Return the id of a row without reading it again, as looking at an attribute may."""
    return cast(tuple[int], inspect(row).identity)[0]


def from_database(error: BaseException | None) -> bool:
    """Say whether a database said this, or what it came from: its words may quote what somebody typed."""
    while error and not isinstance(error, SQLAlchemyError):
        error = error.__cause__ or error.__context__
    return error is not None


@contextmanager
def transaction() -> Iterator[None]:
    """Commit what the block did, or undo all of it. Views, commands and the worker open it; nothing deeper does."""
    try:
        yield
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise


@contextmanager
def reading() -> Iterator[None]:
    """Let the block read, however long it takes, and nobody wait for it; what was not committed before is undone."""
    db.session.rollback()
    before = _only_reads.set(True)
    try:
        yield
    finally:
        db.session.rollback()
        _only_reads.reset(before)


@contextmanager
def one_connection() -> Iterator[None]:
    """Give all transactions of the block one connection, looked at once whether it is still there.

    Where it is lost on the way, so is what the transaction did, and the next has another.
    """
    db.session.info[KEPT] = None
    try:
        yield
    finally:
        db.session.rollback()
        if kept := db.session.info.pop(KEPT):
            kept.close()


def connect(app: Flask) -> None:
    """Attach the database to *app*, with the rules that each engine needs."""
    db.init_app(app)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            _keep_sqlite_safe(db.engine)
        else:
            event.listen(db.engine, "connect", _set_up_postgresql)


def close_to_others(path: Path, mode: int) -> None:
    """Let nobody else on this machine look at what is ours; where it is somebody else's, they decide."""
    with suppress(PermissionError):
        path.chmod(mode)


def _set_up_postgresql(connection: Any, _record: object) -> None:
    # PostgreSQL guesses some of what we ask to be long, and compiles it for longer than it takes to answer.
    connection.execute("SET jit = off")
    connection.commit()
    # What is asked often is prepared, and psycopg lets go of all that with each transaction that is undone: all that
    # only read are. It does so lest a table is another by then; ours are what they are while we run.
    connection._prepared.clear = lambda: False
    # Of the 300 things that we ask it would keep 100, and plan the others anew; all take 9 MB more a connection.
    connection.prepared_max = 500


def _keep_sqlite_safe(engine: Engine) -> None:
    @event.listens_for(engine, "do_connect")
    def close_file(_dialect: object, _record: object, _args: object, _given: object) -> None:
        # Before SQLite makes it as open as the umask lets it; what it writes beside it is as closed as the file.
        file = Path(engine.url.database or "")
        if file.parent.is_dir() and not file.is_dir():
            file.touch(0o600)
            close_to_others(file, 0o600)

    @event.listens_for(engine, "connect")
    def set_rules(connection: Any, _record: object) -> None:
        # We begin transactions ourselves: the driver's deferred ones lose updates when two writers meet.
        connection.isolation_level = None
        # SQLite's own lower() knows ASCII only; who looks for "Tŷ" means "tŷ" as well.
        connection.create_function("lower", 1, lambda text: text and str(text).lower(), deterministic=True)
        for rule in ("journal_mode=WAL", "busy_timeout=15000", "foreign_keys=ON", "synchronous=FULL"):
            connection.execute(f"PRAGMA {rule}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A page that is only read must not wait for a writer; everything else may write, so it takes its turn first.
        only_reads = _only_reads.get() or (has_request_context() and request.method in READING)
        connection.exec_driver_sql("BEGIN" if only_reads else "BEGIN IMMEDIATE")
