"""``/dev/mail``: caught mail as a person's mail program would show it. Only where nothing leaves the machine."""

import re

from flask import Blueprint, Response, abort, render_template, request
from markupsafe import Markup, escape

from unmentor.mail.catcher import server as catcher
from unmentor.mail.catcher.caught import Caught, latest, opened
from unmentor.runtime import settings

ALONE = (
    # Its own world: no script, no request, only links that open in the whole window when pressed.
    "sandbox allow-top-navigation-by-user-activation allow-popups; default-src 'none'; style-src 'unsafe-inline';"
    " frame-ancestors 'self'"
)
TABS = ("mail", "text", "calendar", "headers", "raw")
ADDRESS = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:)]")
blueprint = Blueprint("devmail", __name__, url_prefix="/dev/mail")


@blueprint.before_request
def only_where_mail_is_caught() -> None:
    """Do not exist in production."""
    if not settings().catches_mail:
        abort(404)


@blueprint.get("")
def inbox() -> str:
    """Show what was caught, newest first."""
    to = request.args.get("to", "")
    return render_template("devmail/inbox.html", mails=latest(catcher.caught(settings()), to), to=to)


@blueprint.get("/<key>")
def show(key: str) -> str:
    """Show one mail beside the others."""
    to, tab = request.args.get("to", ""), request.args.get("show", TABS[0])
    mail = _mail(key)
    if tab not in TABS or (tab == "calendar" and not mail.calendar):
        abort(404)
    mails = latest(catcher.caught(settings()), to)
    return render_template("devmail/mail.html", mail=mail, mails=mails, to=to, tab=tab, clickable=clickable)


@blueprint.get("/<key>/html")
def html(key: str) -> Response:
    """Return the HTML alone, locked in."""
    answer = Response(re.sub("(?i)<head>", '<head><base target="_top">', _mail(key).html, count=1))
    answer.headers["Content-Security-Policy"] = ALONE
    return answer


@blueprint.get("/<key>/invite.ics")
def calendar(key: str) -> Response:
    """Return the calendar, to open in a calendar."""
    ics = _mail(key).calendar
    if not ics:
        abort(404)
    return Response(ics, content_type="text/calendar; charset=utf-8")


def clickable(text: str) -> Markup:
    """Return plain text with its addresses as links, as every mail program shows it."""
    parts, end = [], 0
    for found in ADDRESS.finditer(text):
        parts += [escape(text[end : found.start()]), Markup('<a href="{0}">{0}</a>').format(found[0])]
        end = found.end()
    return Markup("").join([*parts, escape(text[end:])])


def _mail(key: str) -> Caught:
    return opened(catcher.caught(settings()), key) or abort(404)
