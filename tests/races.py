"""Things that happen at the same moment."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier, Thread
from time import sleep

from flask import Flask
from sqlalchemy import text

from unmentor.db import db, transaction

# Long enough for whoever need not wait to be done.
A_MOMENT = 0.5


def at_once(app: Flask, *acts: Callable[[], object]) -> list[object]:
    """Do all of it at the same moment, each in a thread of its own."""
    db.session.commit()
    start = Barrier(len(acts))

    def act(number: int) -> object:
        with app.app_context():
            start.wait(30)
            return acts[number]()

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(act, range(len(acts))))


def meanwhile(app: Flask, act: Callable[[], object]) -> Thread:
    """Begin something in a thread and a transaction of its own, and give it a moment."""

    def run() -> None:
        with app.app_context(), transaction():
            act()

    thread = Thread(target=run)
    thread.start()
    thread.join(A_MOMENT)
    return thread


@contextmanager
def begun(app: Flask, act: Callable[[], object]) -> Iterator[Future[object]]:
    """Begin something in a thread of its own, and go on once it is done or waits for a lock of PostgreSQL."""

    def run() -> object:
        with app.app_context():
            return act()

    with ThreadPoolExecutor(1) as elsewhere:
        answer = elsewhere.submit(run)
        while db.engine.dialect.name == "postgresql" and not answer.done() and not _somebody_waits():
            sleep(0.01)
        yield answer


def _somebody_waits() -> bool:
    return bool(db.session.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")))
