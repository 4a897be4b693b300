"""Things that happen at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Thread

from flask import Flask

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
