"""Lists, a page at a time, and the way to their other pages."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import abort, request
from flask_sqlalchemy.pagination import Pagination

from unmentor.links import link

PAGE = 20
# A body, and the headers that go with it.
Headed = tuple[dict[str, Any], dict[str, str]]


@dataclass(frozen=True, slots=True)
class Cut:
    """A page of a list that is short enough to be cut here."""

    page: int
    pages: int
    items: Sequence[Any]
    total: int


def cut(everything: Sequence[Any], page: int) -> Cut:
    """Return a page of *everything*."""
    pages = -(-len(everything) // PAGE)
    return Cut(page, pages, everything[PAGE * (page - 1) : PAGE * page], len(everything))


def listed(found: Pagination | Cut, tell: Callable[[Any], dict[str, Any]], **asked: str) -> Headed:
    """Return a page as its schema has it, and the headers that lead to the others (RFC 8288); 404 where it is none."""
    if found.page > max(found.pages, 1):
        abort(404)
    ways = {"first": 1, "prev": found.page - 1, "next": found.page + 1, "last": max(found.pages, 1)}
    given = (request.view_args or {}) | {name: value for name, value in asked.items() if value}
    links = [
        f'<{link(str(request.endpoint), **given, page=number)}>; rel="{rel}"'
        for rel, number in ways.items()
        if 1 <= number <= max(found.pages, 1)
    ]
    body = {"items": [tell(each) for each in found.items], "page": found.page, "pages": found.pages}
    return body | {"total": found.total}, {"Link": ", ".join(links)}
