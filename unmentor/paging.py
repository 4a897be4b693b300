"""A page of a list."""

from typing import Any

from flask_sqlalchemy.pagination import Pagination
from sqlalchemy import Select

from unmentor.db import db


def paged(found: Select[Any], number: int, size: int) -> Pagination:
    """Return a page of what is found; the last where there are no more so many: an empty one would say all clear."""
    page = _page(found, number, size)
    return page if page.items or not page.total else _page(found, page.pages, size)


def _page(found: Select[Any], number: int, size: int) -> Pagination:
    return db.paginate(found, page=number, per_page=size, max_per_page=size, error_out=False)
