"""Pages that look the same to everybody, kept ready at the door until anything at all is written.

The database itself says whether something was written since, so a kept page is never older than what it shows.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from threading import Lock
from typing import TYPE_CHECKING, ParamSpec, cast
from weakref import finalize

from flask import Flask, Response, current_app, g, make_response, request

from unmentor.db import db

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment
    from flask.typing import ResponseReturnValue

P = ParamSpec("P")
ROOM = 200
# What a page depends on besides the database: where it is, what is asked of it, and in which language.
Name = tuple[str, ...]
Edition = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """A page as it left, and of which edition."""

    edition: Edition
    body: bytes
    headers: list[tuple[str, str]]


class Shelf:
    """The kept pages of one process, between the server and the app."""

    def __init__(self, app: Flask) -> None:
        self.app, self.inner = app, app.wsgi_app
        self.cookie = f"{app.config['SESSION_COOKIE_NAME']}="
        with app.app_context():
            self.engine = db.engine
        self.pages: dict[Name, Kept] = {}
        self.watch: sqlite3.Connection | None = None
        self.lock = Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer from the shelf, with 304 where the reader has the page; or let the app answer."""
        name = self.name(environ)
        page = self.pages.get(name) if name else None
        if page is None or page.edition != self.edition():
            return self.inner(environ, start_response)
        return Response(page.body, headers=page.headers).make_conditional(environ)(environ, start_response)

    def name(self, environ: WSGIEnvironment) -> Name | None:
        """Return what a page is kept under; None for a browser with a session, which gets a page of its own."""
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"} or self.cookie in environ.get("HTTP_COOKIE", ""):
            return None
        asked = ("SCRIPT_NAME", "PATH_INFO", "QUERY_STRING", "HTTP_ACCEPT_LANGUAGE")
        return tuple(environ.get(what, "") for what in asked)

    def edition(self) -> Edition:
        """Return what changes with every write to the database, and each minute, since pages say "a minute ago"."""
        return (self._written(), self.app.extensions["clock"]().replace(second=0, microsecond=0))

    def keep(self, response: Response) -> Response:
        """Put the page on the shelf that a view called the same for everybody; return it, or 304."""
        name, edition = g.pop("to_keep", (None, None))
        if name is None:
            return response
        response.add_etag()
        if len(self.pages) >= ROOM:
            self.pages.clear()
        self.pages[name] = Kept(edition, response.get_data(), response.headers.to_wsgi_list())
        response.make_conditional(request)
        return response

    def _written(self) -> object:
        if self.engine.dialect.name == "postgresql":
            with self.engine.connect() as connection:
                return connection.exec_driver_sql("SELECT pg_current_snapshot()::text").scalar()
        with self.lock:
            # A connection of its own, that never writes: data_version grows when any other commits.
            if self.watch is None:
                self.watch = sqlite3.connect(str(self.engine.url.database), check_same_thread=False)
                finalize(self, self.watch.close)
            return self.watch.execute("PRAGMA data_version").fetchone()[0]


def put_up(app: Flask) -> None:
    """Put a shelf at the door of *app*. Call it before other headers are added, so that they are kept too."""
    shelf = Shelf(app)
    app.extensions["shelf"] = shelf
    app.wsgi_app = shelf  # type: ignore[method-assign]  # - Flask asks for it to be wrapped so
    app.after_request(shelf.keep)


def same_for_everybody(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Keep what a view returns on the shelf, for everybody without a session."""

    @wraps(view)
    def ready(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        shelf = cast(Shelf, current_app.extensions["shelf"])
        name = shelf.name(request.environ)
        if name is None:
            return view(*args, **kwargs)
        # Asked for before the page is made: what is written meanwhile makes it old at once.
        edition = shelf.edition()
        response = make_response(view(*args, **kwargs))
        response.cache_control.no_cache = True
        response.vary.update(("Accept-Language", "Cookie"))
        g.to_keep = (name, edition)
        return response

    return ready
