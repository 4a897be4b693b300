"""Everything on one machine: pages, schedule, sender and, without a mail server, the catcher."""

import socket
import sys
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from flask_migrate import upgrade
from gunicorn.app.base import BaseApplication

from unmentor import demo, runtime, worker
from unmentor.db import db, transaction
from unmentor.mail.catcher import server as catcher
from unmentor.people import signing_in
from unmentor.programmes.actions import create_first, make_organiser
from unmentor.programmes.queries import all_programmes, untouched
from unmentor.runtime import settings

HOST = "127.0.0.1"
THREADS = 8
ORGANISER = "organiser@unmentoring.example"


def run(app: Flask) -> None:
    """Bring the database up to date, say where everything is, and serve until stopped."""
    with app.app_context():
        port = urlsplit(settings().base_url).port or 8000
        _refuse_a_taken(port)
        upgrade()
        _say(f"\n  UnMentoring is at   {settings().base_url}")
        with transaction():
            if settings().catches_mail:
                _welcome()
            else:
                create_first(settings().time_zone, runtime.now())
        _say("\n  Stop with Ctrl+C.\n")
        # The server forks; a connection must not be shared with its child.
        db.engine.dispose()
    _Server(app, port).run()


def _welcome() -> None:
    """Prepare for somebody who looks around: an organiser to be, a demo community where asked for, and caught mail."""
    if settings().demo and untouched():
        _say("  The database is empty, so here is a demo community; one click starts empty instead.")
        demo.fill(runtime.now())
    create_first(settings().time_zone, runtime.now())
    for programme in all_programmes():
        organiser = make_organiser(ORGANISER, programme, runtime.now())
    _say(f"  Organise it here    {signing_in.printed(organiser, runtime.now())}")
    _say(f"  Caught mail is at   {settings().base_url}/dev/mail (nothing leaves this machine)")


def _say(words: str) -> None:
    print(words, flush=True)  # noqa: T201 - a person reads it


def _refuse_a_taken(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            sys.exit(f"Port {port} is taken. Stop what uses it, or choose another: BASE_URL=http://{HOST}:{port + 1}")


class _Server(BaseApplication):  # type: ignore[misc]  # - gunicorn publishes no types
    """One serving process with threads, in which the worker and the catcher run as well."""

    def __init__(self, app: Flask, port: int) -> None:
        self.flask, self.port = app, port
        super().__init__()

    def load_config(self) -> None:
        for name, value in {
            "bind": f"{HOST}:{self.port}",
            "threads": THREADS,
            "loglevel": "warning",
            "control_socket_disable": True,
            # No proxy may tell the app where it is or how it was reached: BASE_URL says that.
            "forwarded_allow_ips": "",
            "post_worker_init": self.begin,
            "worker_exit": self.end,
        }.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self.flask

    def begin(self, _worker: Any) -> None:
        with self.flask.app_context():
            self.stops = [worker.start(self.flask)]
            if settings().catches_mail:
                self.stops.append(catcher.start(settings()).stop)

    def end(self, _arbiter: Any, _worker: Any) -> None:
        for stop in getattr(self, "stops", []):
            stop()
