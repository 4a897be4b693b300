"""How often strangers may ask, and how a program knows what it has already.

What comes from the page cache costs nothing and counts for nothing. Anything else is charged to whoever asks, and the
answer says what is left: draft-ietf-httpapi-ratelimit-headers.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeAlias

from flask import Response, g, make_response, request
from werkzeug.exceptions import TooManyRequests

from unmentor import runtime
from unmentor.budgets import HOUR, Limit, left, spend
from unmentor.db import transaction
from unmentor.page_cache import MADE_FROM
from unmentor.people.browser import source

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

P = ParamSpec("P")
View: TypeAlias = "Callable[P, ResponseReturnValue]"
LIMIT = Limit("api", 600, HOUR)
SECOND = timedelta(seconds=1)


def asked_within_budget(limit: Limit) -> Callable[[View[P]], View[P]]:
    """Charge whoever asks before the view answers; 429 once their budget is used up."""

    def guard(view: View[P]) -> View[P]:
        @wraps(view)
        def charged(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            now, asker = runtime.now(), source()
            with transaction():
                paid = spend([limit], asker, now)
            remains, whole = left(limit, asker, now)
            seconds = -(-(whole - now) // SECOND)
            g.rate_limit = {
                "RateLimit-Policy": f'"{limit.name}";q={limit.most};w={limit.period // SECOND}',
                "RateLimit": f'"{limit.name}";r={remains};t={seconds}',
            }
            if not paid:
                raise TooManyRequests(retry_after=seconds)
            return view(*args, **kwargs)

        return charged

    return guard


def say_what_is_left(response: Response) -> Response:
    """Tell whoever was charged for an answer how many more there are; register it so that no cache keeps it."""
    response.headers.update(g.get("rate_limit", {}))
    return response


def known_again(view: View[P]) -> View[P]:
    """Let what a view returns be known again by its ETag, also where the page cache has no part in it."""

    @wraps(view)
    def tagged(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        response = make_response(view(*args, **kwargs))
        if MADE_FROM not in request.environ:
            response.add_etag()
            response.make_conditional(request)
        return response

    return tagged
