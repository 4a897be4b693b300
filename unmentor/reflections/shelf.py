"""Pages that look the same to everybody, kept ready until anything at all is written.

The database itself says whether something was written since, so a kept page is never older than what it shows.
"""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from threading import Lock
from typing import ParamSpec, cast

from flask import Response, current_app, make_response, request
from flask.typing import ResponseReturnValue

from unmentor.db import db
from unmentor.edge import now
from unmentor.words import chosen_language

P = ParamSpec("P")
ROOM = 200
# Of one edition, the same page is the same.
Edition = tuple[object, ...]
Name = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Kept:
    """A page as it was rendered, and of which edition."""

    edition: Edition
    body: bytes
    content_type: str
    etag: str
    changed: datetime | None


class Shelf:
    """The kept pages of one process."""

    def __init__(self) -> None:
        self.pages: dict[Name, Kept] = {}
        self.watch: sqlite3.Connection | None = None
        self.lock = Lock()

    def find(self, name: Name, edition: Edition) -> Kept | None:
        """Return the page of that name, where it is of this edition."""
        page = self.pages.get(name)
        return page if page and page.edition == edition else None

    def keep(self, name: Name, page: Kept) -> Kept:
        """Keep a page, in the place of older ones where there is no room left."""
        if len(self.pages) >= ROOM:
            self.pages.clear()
        self.pages[name] = page
        return page

    def edition(self) -> Edition:
        """Return what changes with every write to the database, and each minute, since pages say "a minute ago"."""
        return (self._written(), now().replace(second=0, microsecond=0))

    def _written(self) -> object:
        if db.engine.dialect.name == "postgresql":
            with db.engine.connect() as connection:
                return connection.exec_driver_sql("SELECT pg_current_snapshot()::text").scalar()
        with self.lock:
            # A connection of its own, that never writes: data_version grows when any other commits.
            self.watch = self.watch or sqlite3.connect(str(db.engine.url.database), check_same_thread=False)
            return self.watch.execute("PRAGMA data_version").fetchone()[0]


def same_for_everybody(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Answer a GET from the shelf, or with 304 where the reader has it; a browser with a session gets its own page."""

    @wraps(view)
    def ready(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        if current_app.config["SESSION_COOKIE_NAME"] in request.cookies:
            return view(*args, **kwargs)
        shelf = cast(Shelf, current_app.extensions.setdefault("shelf", Shelf()))
        name, edition = (request.full_path, chosen_language()), shelf.edition()
        page = shelf.find(name, edition) or shelf.keep(name, _rendered(make_response(view(*args, **kwargs)), edition))
        response = Response(page.body, content_type=page.content_type)
        response.set_etag(page.etag)
        if page.changed:
            response.last_modified = page.changed
        response.cache_control.no_cache = True
        response.vary.add("Accept-Language")
        return response.make_conditional(request)

    return ready


def _rendered(response: Response, edition: Edition) -> Kept:
    response.add_etag()
    etag, _weak = response.get_etag()
    return Kept(edition, response.get_data(), response.content_type or "", etag or "", response.last_modified)
