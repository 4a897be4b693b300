"""Things that happen at the same moment."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from threading import Barrier
from time import sleep
from typing import TypeVar

from flask import Flask
from sqlalchemy import text

from unmentor.db import db, transaction

# Long enough for whoever need not wait to be done.
A_MOMENT = 0.5

Result = TypeVar("Result")


def at_once(app: Flask, *acts: Callable[[], Result]) -> list[Result]:
    """Do all of it at the same moment, each in a thread of its own."""
    db.session.commit()  # what this thread has read would keep all others from writing
    start = Barrier(len(acts))

    def act(number: int) -> Result:
        with app.app_context():
            start.wait(30)
            return acts[number]()

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(act, range(len(acts))))


def meanwhile(app: Flask, act: Callable[[], Result]) -> Future[Result]:
    """Begin something in a thread and a transaction of its own; go on once it is done, or waits for somebody."""

    def run() -> Result:
        with app.app_context(), transaction():
            return act()

    thread = ThreadPoolExecutor(1)
    begun = thread.submit(run)
    thread.shutdown(wait=False)
    if db.engine.dialect.name == "sqlite":  # which does not tell who waits
        wait([begun], A_MOMENT)
    else:
        while not begun.done() and not _somebody_waits():
            sleep(0.01)
    return begun


def _somebody_waits() -> bool:
    """Say whether somebody waits for a lock of PostgreSQL."""
    with db.engine.connect() as looking:
        return bool(looking.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")))
