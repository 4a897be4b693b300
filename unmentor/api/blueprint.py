"""The addresses of the API: each says once what it takes, gives and refuses, for answers and specification alike."""

from collections.abc import Callable, Iterable
from typing import Any, ParamSpec

import flask_smorest
from flask_babel import lazy_gettext as _l
from marshmallow import Schema
from werkzeug.http import HTTP_STATUS_CODES

from unmentor.api.asking import LIMIT, asked_within_budget, known_again
from unmentor.api.parts import WITHOUT_SLASH, ProblemSchema
from unmentor.page_cache import cached_for_visitors
from unmentor.web.problems import PROBLEM

P = ParamSpec("P")
View = Callable[P, Any]
ABOUT = _l("Everything public on UnMentoring as JSON: read-only, open to every site, and without a key.")
blueprint = flask_smorest.Blueprint("api", __name__, url_prefix="/api/v1", description=ABOUT)
# What was garbled, what is not there, and what is asked too often.
ALWAYS = (400, 404, 429)
# What stands in an address.
IN_PATHS: dict[str, dict[str, Any]] = {
    "slug": {
        "description": _l("What names it in addresses."),
        "schema": {"type": "string", "pattern": WITHOUT_SLASH},
    },
    "number": {"description": _l("Which round of the programme it is, from 1 on.")},
}
HEADERS = {
    "ETag": _l("Send it as If-None-Match next time: what has not changed is answered with 304 and nothing else."),
    "Link": _l("Of a list: the addresses of its first, previous, next and last page (RFC 8288)."),
    "RateLimit": _l("How often you may still ask, and for how many seconds; missing where asking cost nothing."),
}


class Api(flask_smorest.Api):  # type: ignore[misc]  # - flask-smorest publishes no types
    """The specification, made from the addresses; trouble is explained where all of the house's is."""

    DEFAULT_ERROR_RESPONSE_NAME = None

    def _register_error_handlers(self) -> None:
        """Leave alone what other pages say when something goes wrong: flask-smorest would answer for all of them."""

    def _register_responses(self) -> None:
        """Specify none that no address gives."""

    def _register_pagination_header(self) -> None:
        """Specify none that no address gives."""


def get(
    rule: str, says: str, gives: type[Schema], takes: type[Schema] | None = None, refuses: Iterable[int] = ()
) -> Callable[[View[P]], View[P]]:
    """Let a view answer at *rule*: *says* is what for, *gives* and *takes* are the schemas of answer and query."""

    def register(view: View[P]) -> View[P]:
        headers = {name: {"description": means, "schema": {"type": "string"}} for name, means in HEADERS.items()}
        answering = blueprint.response(200, gives, description=says, headers=headers)(view)
        answering = blueprint.alt_response(304, description=HTTP_STATUS_CODES[304])(answering)
        for code in sorted({*ALWAYS, *refuses, *([422] if takes else [])}):
            problem = {"schema": ProblemSchema, "content_type": PROBLEM, "description": HTTP_STATUS_CODES[code]}
            answering = blueprint.alt_response(code, **problem)(answering)
        if takes:
            answering = blueprint.arguments(takes, location="query")(answering)
        described = blueprint.doc(summary=says, operationId=view.__name__)(answering)
        kept: View[P] = known_again(asked_within_budget(LIMIT)(cached_for_visitors(described)))
        named = [{"in": "path", "name": name, **known} for name, known in IN_PATHS.items() if f"{name}>" in rule]
        # An address with a slash too many is no other address.
        blueprint.route(rule, parameters=named, merge_slashes=False)(kept)
        return kept

    return register
