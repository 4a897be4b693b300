"""Finished pages for what goes wrong, in the design, without a traceback."""

import sqlite3

from flask import Flask, current_app, render_template, request
from flask_babel import gettext as _
from sqlalchemy import exc
from werkzeug.exceptions import HTTPException, ServiceUnavailable
from werkzeug.wrappers import Response

from unmentor.runtime import where
from unmentor.web.problems import describe, wants_problems

BROKEN = 500
# The database is away, locked for long, or its disk is full; it may be back soon.
AWAY = (exc.OperationalError, exc.InterfaceError, exc.TimeoutError, sqlite3.OperationalError)
# Seconds after which asking again may help.
A_WHILE = 30
PAGES = {403, 404, 410, 429}


def register_error_handlers(app: Flask) -> None:
    """Give *app* a finished page for whatever goes wrong."""
    app.register_error_handler(HTTPException, explain)
    for trouble in AWAY:
        app.register_error_handler(trouble, say_it_is_away)


def explain(error: HTTPException) -> Response:
    """Return the page that says what went wrong and where to go next, with the error's own headers, such as Allow."""
    if isinstance(getattr(error, "original_exception", None), AWAY):
        error = ServiceUnavailable(retry_after=A_WHILE)
    response = error.get_response()
    code = response.status_code
    # A redirect is no trouble, and a view that brought its own page knows better.
    if code < 400 or error.response is not None:
        return response
    if wants_problems():
        return describe(error, response)
    response.set_data(_page(code))
    response.content_type = "text/html; charset=utf-8"
    return response


def say_it_is_away(error: Exception) -> Response:
    """Return the page that asks for a moment's patience, and log what kind of trouble the database has."""
    current_app.logger.error("The database does not answer in %s: %s", request.endpoint, where(error))
    return explain(ServiceUnavailable(retry_after=A_WHILE))


def _page(code: int) -> str:
    if code >= BROKEN:
        # It must not need what may be broken: no database, no session, no catalogue.
        known = code if code == ServiceUnavailable.code else BROKEN
        return current_app.jinja_env.get_template(f"errors/{known}.html").render()
    if code in PAGES:
        return render_template(f"errors/{code}.html")
    heading, text = {
        405: (_("That is a button, not a page"), _("Go back to the page it is on, and select it there.")),
        413: (_("That was too much for one form"), _("Go back, shorten what you typed, and select the button again.")),
    }.get(code, (_("We could not read that"), _("Something between us was garbled. Go back and try once more.")))
    return render_template("public/trouble.html", heading=heading, text=text)
