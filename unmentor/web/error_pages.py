"""Finished pages for what goes wrong, in the design, without a traceback."""

from flask import current_app, render_template
from flask_babel import gettext as _
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

BROKEN = 500
PAGES = {403, 404, 410, 429}


def explain(error: HTTPException) -> Response:
    """Return the page that says what went wrong and where to go next, with the error's own headers, such as Allow."""
    response = error.get_response()
    code = response.status_code
    # A redirect is no trouble, and a view that brought its own page knows better.
    if code < 400 or error.response is not None:
        return response
    response.set_data(_page(code))
    response.content_type = "text/html; charset=utf-8"
    return response


def _page(code: int) -> str:
    if code >= BROKEN:
        # It must not need what may be broken: no database, no session, no catalogue.
        return current_app.jinja_env.get_template("errors/500.html").render()
    if code in PAGES:
        return render_template(f"errors/{code}.html")
    heading, text = {
        405: (_("That is a button, not a page"), _("Go back to the page it is on, and press it there.")),
        413: (_("That was too much for one form"), _("Go back, shorten what you typed, and press the button again.")),
    }.get(code, (_("We could not read that"), _("Something between us was garbled. Go back and try once more.")))
    return render_template("public/trouble.html", heading=heading, text=text)
