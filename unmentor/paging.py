"""A page of a list."""

from typing import Any

from flask_sqlalchemy.pagination import Pagination
from sqlalchemy import Select, func
from sqlalchemy.orm import InstrumentedAttribute

from unmentor.db import db


def paged(found: Select[Any], number: int, size: int) -> Pagination:
    """Return a page of what is found; the last where there are no more so many: an empty one would say all clear."""
    page = _page(found, number, size)
    return page if page.items or not page.total else _page(found, page.pages, size)


def _page(found: Select[Any], number: int, size: int) -> Pagination:
    return db.paginate(found, page=number, per_page=size, max_per_page=size, error_out=False)


class Ids(Pagination):
    """A page of rows by their ids alone, which finds and counts them in one pass over all: each pass costs."""

    def _query_items(self) -> list[int]:
        found = self._query_args["found"].with_only_columns(self._query_args["of"], func.count().over())
        rows = db.session.execute(found.limit(self.per_page).offset(self._query_offset)).all()
        self._counted = rows[0][1] if rows else None
        return [row[0] for row in rows]

    def _query_count(self) -> int:
        if self._counted is not None or self.page == 1:
            return self._counted or 0
        everything = self._query_args["found"].with_only_columns(func.count()).order_by(None)
        return db.session.scalar(everything) or 0


def paged_ids(found: Select[Any], of: InstrumentedAttribute[int], number: int, size: int) -> Pagination:
    """Return a page of the ids of what is found, where to find it costs more than to read it; else as ``paged``."""
    page = Ids(found=found, of=of, page=number, per_page=size, max_per_page=size, error_out=False)
    return page if page.items or not page.total else paged_ids(found, of, page.pages, size)
