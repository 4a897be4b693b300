"""What went wrong, for programs: problem details as RFC 9457 has them, for everything under /api."""

import json
from typing import Any

from flask import request
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

PROBLEM = "application/problem+json"
BROKEN = 500


def wants_problems() -> bool:
    """Say whether a program asks, by where it does."""
    return f"{request.path}/".startswith("/api/")


def describe(error: HTTPException, response: Response) -> Response:
    """Let *response* say what went wrong in a way that programs read."""
    code = response.status_code
    told: dict[str, Any] = {"type": "about:blank", "title": error.name, "status": code, "detail": _detail(code)}
    if wrong := getattr(error, "data", {}).get("messages"):
        told["errors"] = [
            {"parameter": name, "detail": " ".join(said) if isinstance(said, list) else str(said)}
            for asked in wrong.values()
            for name, said in asked.items()
        ]
    response.set_data(json.dumps(told))
    response.content_type = PROBLEM
    return response


def _detail(code: int) -> str:
    if code >= BROKEN:
        # It must not need a catalogue, which may be what is broken.
        return "Something broke on our side. Ask again in a while."
    return str(
        {
            404: _("There is nothing at this address."),
            405: _("What is here can only be read."),
            410: _("It was public for a while, and is not any more."),
            422: _("There is no answer to what was asked: see the errors."),
            429: _("That was too often from one place. Retry-After says for how many seconds to wait."),
        }.get(code, _("We could not read that"))
    )
