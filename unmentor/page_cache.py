"""Pages that look the same to all visitors, kept in front of the app until anything at all is written.

The database itself says whether something was written since, so a cached page is never older than what it shows.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from threading import Lock
from typing import TYPE_CHECKING, ParamSpec, cast
from weakref import finalize

from flask import Flask, Response, current_app, make_response, request, session
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.http import parse_cookie

from unmentor.db import db

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment
    from flask.typing import ResponseReturnValue

P = ParamSpec("P")
OK = 200
MOST_PAGES = 200
# What a page depends on besides the database: where it was asked for, what is asked of it, and in which language.
KEY = ("HTTP_HOST", "SCRIPT_NAME", "PATH_INFO", "QUERY_STRING", "HTTP_ACCEPT_LANGUAGE")
# Where a request keeps the version of the database that its page is made from.
MADE_FROM = "unmentor.made_from"
Key = tuple[str, ...]
Version = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class CachedPage:
    """A page as it left, and the version of the database that it shows."""

    version: Version
    body: bytes
    headers: list[tuple[str, str]]


class PageCache:
    """The cached pages of one process: a WSGI middleware, which answers what it can and leaves the rest to the app."""

    def __init__(self) -> None:
        self.pages: dict[Key, CachedPage] = {}
        self._watch: sqlite3.Connection | None = None
        self._lock = Lock()

    def init_app(self, app: Flask) -> None:
        """Stand in front of *app*. Call it before other headers are added, so that they are cached too."""
        self._app, self._inner = app, app.wsgi_app
        with app.app_context():
            self._engine = db.engine
        app.extensions["page_cache"] = self
        app.wsgi_app = self  # type: ignore[method-assign]  # - Flask asks for it to be wrapped so
        app.after_request(self.keep)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer from the cache, with 304 where the reader has the page; or let the app answer."""
        key = self.key(environ)
        page = self.pages.get(key) if key else None
        if page is None or page.version != self._version_if_it_answers():
            return self._inner(environ, start_response)
        return Response(page.body, headers=page.headers).make_conditional(environ)(environ, start_response)

    def keep(self, response: Response) -> Response:
        """Cache the page where its view is cached for visitors and nothing in it is for one of them alone."""
        key, version = self.key(request.environ), request.environ.get(MADE_FROM)
        if version is None or key is None or session or response.status_code != OK:
            return response
        response.add_etag()
        if len(self.pages) >= MOST_PAGES:
            self.pages.clear()
        self.pages[key] = CachedPage(version, response.get_data(), response.headers.to_wsgi_list())
        response.make_conditional(request)
        return response

    def key(self, environ: WSGIEnvironment) -> Key | None:
        """Return what a page is cached under; None where there is a session, which makes a page its reader's own."""
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            return None
        if "HTTP_COOKIE" in environ and self._app.config["SESSION_COOKIE_NAME"] in parse_cookie(environ):
            return None
        return tuple(environ.get(what, "") for what in KEY)

    def version(self) -> Version:
        """Return what changes with every write to the database, and each minute, since pages say "a minute ago".

        Raises SQLAlchemyError or sqlite3.Error where the database does not answer.
        """
        return (self._written(), self._app.extensions["clock"]().replace(second=0, microsecond=0))

    def _version_if_it_answers(self) -> Version | None:
        try:
            return self.version()
        except (SQLAlchemyError, sqlite3.Error):
            # The app says so, as a page with all that pages have.
            return None

    def _written(self) -> object:
        if self._engine.dialect.name == "postgresql":
            with self._engine.connect() as connection:
                return connection.exec_driver_sql("SELECT pg_current_snapshot()::text").scalar()
        with self._lock:
            # A connection of its own, that never writes: data_version grows when any other commits.
            if self._watch is None:
                self._watch = sqlite3.connect(str(self._engine.url.database), check_same_thread=False)
                finalize(self, self._watch.close)
            return self._watch.execute("PRAGMA data_version").fetchone()[0]


def cached_for_visitors(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Cache what a view returns, for everybody without a session."""

    @wraps(view)
    def cached(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        cache = cast(PageCache, current_app.extensions["page_cache"])
        if cache.key(request.environ) is None:
            return view(*args, **kwargs)
        # Asked for before the page is made: what is written meanwhile makes it old at once.
        request.environ[MADE_FROM] = cache.version()
        response = make_response(view(*args, **kwargs))
        response.cache_control.no_cache = True
        response.vary.update(("Accept-Language", "Cookie"))
        return response

    return cached
