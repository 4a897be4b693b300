"""What is asked of a conversation long after it, on a page of its own."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from unmentor import runtime
from unmentor.conversations.blueprint import blueprint
from unmentor.conversations.came_of_it import tell_what_came
from unmentor.conversations.forms import CameForm
from unmentor.conversations.guards import writable
from unmentor.conversations.questions import ANSWERED_WITHIN
from unmentor.db import transaction
from unmentor.forms import Page


@blueprint.route("/c/<token>/came", methods=["GET", "POST"])
def came(token: str) -> Page:
    """Ask what came of a conversation; an answer that a mail leads to is chosen and not yet given."""
    part = writable(token, ANSWERED_WITHIN)
    if part.conversation.state != "met":
        return redirect(url_for("conversations.show", token=token, _anchor="how-was-it"), 303)
    form = CameForm(data={"came": request.args.get("came", part.came), "line": part.came_line})
    if not form.validate_on_submit():
        return render_template("conversations/came.html", part=part, token=token, form=form), form.status
    with transaction():
        tell_what_came(part, form.came.data, form.line.data or "", runtime.now())
    flash(_("Thank you. It counts, and it tells others whether this is worth their half hour."))
    return redirect(url_for("conversations.show", token=token), 303)
