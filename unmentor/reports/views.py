"""Say in private that a conversation went wrong."""

from flask import Blueprint, redirect, render_template, url_for
from flask_babel import gettext as _

from unmentor import runtime
from unmentor.conversations.expired_links import too_old
from unmentor.conversations.guards import may_write, part_of
from unmentor.db import transaction
from unmentor.forms import Page
from unmentor.reports.actions import TooManyReports, report_conversation
from unmentor.reports.forms import ReportForm

blueprint = Blueprint("reports", __name__)


@blueprint.route("/c/<token>/report", methods=["GET", "POST"])
def conversation(token: str) -> Page:
    """Ask what went wrong, whatever became of the conversation, and tell its organisers at once."""
    part = part_of(token)
    if not may_write(part):
        too_old(token)
    form, now = ReportForm(), runtime.now()
    if form.validate_on_submit():
        try:
            with transaction():
                report_conversation(part, form.words, runtime.settings().operator, now)
            return redirect(url_for("reports.thanks"), 303)
        except TooManyReports:
            form.reason.errors = [_("You have told us several times today, and all of it is with the organisers")]
    return render_template("reports/conversation.html", part=part, token=token, form=form), form.status


@blueprint.get("/reported")
def thanks() -> str:
    """Say that it is with the organisers, and who reads it."""
    return render_template("reports/thanks.html")
