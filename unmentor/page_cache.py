"""Pages that look the same to all, kept until anything at all is written: whole for visitors, in front of the app; and
with gaps for whoever has a session, where a page says who reads it.

The database itself says whether something was written since, so a cached page is never older than what it shows.
"""

from __future__ import annotations

import gzip
import re
import secrets
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, wraps
from threading import Lock
from typing import TYPE_CHECKING, ParamSpec, cast
from weakref import finalize

from flask import Flask, Response, current_app, g, make_response, request, session
from flask.globals import request_ctx
from flask_babel import get_locale
from markupsafe import Markup
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.http import parse_accept_header, parse_cookie

from unmentor.db import db

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment
    from flask.typing import ResponseReturnValue

P = ParamSpec("P")
OK = 200
MOST_PAGES = 200
# A whole table is long, and asked for in as many ways as there are languages.
MOST_BYTES = 64 * 1024 * 1024
# What a page depends on besides the database: where it was asked for, what is asked of it, and whether a browser shows
# it; and in which language.
BROWSED = "unmentor.browsed"
ASKED = ("HTTP_HOST", "SCRIPT_NAME", "PATH_INFO", "QUERY_STRING", BROWSED)
KEY = (*ASKED, "HTTP_ACCEPT_LANGUAGE")
READING = {"GET", "HEAD"}
# Where a request keeps the version of the database that its page is made from.
MADE_FROM = "unmentor.made_from"
# Where a page for all has something for its reader. Nobody knows the number, so nothing that is written makes a gap.
GAP = f"<!-- {secrets.token_hex(16)} %s -->"
GAPS = re.compile((GAP % r"([\w/]+\.html \d+)").encode())
Key = tuple[str, ...]
Version = tuple[object, ...]


@dataclass(slots=True)
class CachedPage:
    """A page as it left, and the version of the database that it shows."""

    version: Version
    body: bytes
    headers: list[tuple[str, str]]
    packed: bytes = b""

    def answer(self, environ: WSGIEnvironment) -> Response:
        """Return it for a visitor: packed where they take that, and 304 where they have it.

        It says the same to all of them, so that nobody learns from its length what another may read.
        """
        response = Response(self.body, headers=self.headers)
        takes = environ.get("HTTP_ACCEPT_ENCODING")
        if takes and not (response.mimetype or "").startswith("image/") and parse_accept_header(takes)["gzip"]:
            self.packed = self.packed or gzip.compress(self.body, mtime=0)
            response.set_data(self.packed)
            response.content_encoding = "gzip"
            response.set_etag(f"{response.get_etag()[0]}-gzip")
        response.make_conditional(environ)
        return response


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
        app.add_template_global(for_reader)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer from the cache, with 304 where the reader has the page; or let the app answer."""
        environ[BROWSED] = "browsed" if "text/html" in environ.get("HTTP_ACCEPT", "") else ""
        key = self.key(environ)
        page = self.pages.get(key) if key else None
        if page is None or page.version != self._version_if_it_answers():
            return self._inner(environ, start_response)
        return page.answer(environ)(environ, start_response)

    def keep(self, response: Response) -> Response:
        """Cache the page where its view is cached for visitors and nothing in it is for one of them alone."""
        key, version = self.key(request.environ), request.environ.get(MADE_FROM)
        if version is None or key is None or session or response.status_code != OK:
            return response
        response.add_etag()
        return self.put(key, version, response).answer(request.environ)

    def put(self, key: Key, version: Version, response: Response) -> CachedPage:
        """Cache a page as it is now, under *key*, and return it: the next thread may make room in the cache at once."""
        page = CachedPage(version, response.get_data(), response.headers.to_wsgi_list())
        with self._lock:
            if len(self.pages) >= MOST_PAGES or sum(len(each.body) for each in self.pages.values()) >= MOST_BYTES:
                self.pages.clear()
            self.pages[key] = page
        return page

    def for_all(self, make: Callable[[], ResponseReturnValue], version: Version) -> Response:
        """Return a page with gaps: as it was made for somebody else, or as *make* makes it, from a *version* on.

        A page in whose making nobody looked at the session is the same for everybody who reads that language.
        """
        key = ("for all", str(get_locale()), *(request.environ.get(what, "") for what in ASKED))
        page = self.pages.get(key)
        if page is not None and page.version == version:
            return Response(page.body, headers=page.headers)
        # Flask notes here that somebody looks; up to now only at the language.
        mine = request_ctx.session
        mine.accessed, g.leaves_gaps = False, True
        try:
            response = make_response(make())
        finally:
            looked, mine.accessed, g.leaves_gaps = mine.accessed, True, False
        if not looked and response.status_code == OK:
            self.put(key, version, response)
        return response

    def key(self, environ: WSGIEnvironment) -> Key | None:
        """Return what a page is cached under; None where there is a session, which makes a page its reader's own."""
        if environ["REQUEST_METHOD"] not in READING:
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
    """Cache what a view returns, for everybody without a session; for the others too where it never looks at theirs.

    What a template says to its reader goes through ``for_reader``. A view that looks at the session all the same is
    made each time for whoever has one.
    """

    @wraps(view)
    def kept(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        if request.method not in READING:
            return view(*args, **kwargs)
        pages = cast(PageCache, current_app.extensions["page_cache"])
        # Asked for before the page is made: what is written meanwhile makes it old at once.
        version = pages.version()
        response = pages.for_all(lambda: view(*args, **kwargs), version)
        fill = cache(lambda asked: _rendered(asked).encode())
        response.set_data(GAPS.sub(lambda gap: fill(gap[1].decode()), response.get_data()))
        if pages.key(request.environ) is not None:
            request.environ[MADE_FROM] = version
            response.cache_control.no_cache = True
            response.vary.update(("Accept-Encoding", "Accept-Language", "Cookie"))
        return response

    return kept


def for_reader(template: str, number: int = 0) -> Markup:
    """Return what a template, given no more than the *number* of what it is about, says to whoever reads the page; in
    one for all, a gap for it.
    """
    asked = f"{template} {number}"
    return Markup(GAP % asked if g.get("leaves_gaps") else _rendered(asked))  # noqa: S704 - a template of ours


def _rendered(asked: str) -> str:
    template, number = asked.split()
    return current_app.jinja_env.get_template(template).render(number=int(number))
