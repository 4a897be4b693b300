"""Things that happen at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from flask import Flask

from unmentor.db import db


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
