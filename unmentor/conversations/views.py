"""A conversation's own page, opened from the mail without signing in."""

from flask import Blueprint, Response, abort, flash, redirect, render_template, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Redirect

from unmentor import calendars, edge
from unmentor.conversations import queries
from unmentor.conversations.actions import answer
from unmentor.conversations.forms import OutcomeForm
from unmentor.conversations.mails import event, video_room
from unmentor.conversations.models import Participation
from unmentor.conversations.prompts import prompts
from unmentor.db import transaction
from unmentor.links import signed

GONE = 410
blueprint = Blueprint("conversations", __name__)


def opened(token: str) -> Participation:
    """Return the part in a conversation that *token* opens; 404 for no key of ours, 410 where it is over for good."""
    number = signed("conversation", token)
    part = queries.participation(number) if isinstance(number, int) else None
    if part is None:
        abort(404)
    if part.person.left_at is not None or part.conversation.state == "cancelled":
        abort(GONE)
    return part


@blueprint.get("/c/<token>")
def show(token: str) -> str:
    """Show who, when and how."""
    part = opened(token)
    return _page(part, token, OutcomeForm(formdata=None, data=_said(part)))


@blueprint.post("/c/<token>/outcome")
def outcome(token: str) -> Redirect | tuple[str, int]:
    """Keep how it went; somebody who talked is asked what they learned."""
    part = opened(token)
    form = OutcomeForm()
    if not form.validate_on_submit():
        return _page(part, token, form), form.status
    with transaction():
        challenged = int(form.challenged.data) if form.challenged.data else None
        again = form.again.data == "yes" if form.again.data else None
        answer(part, form.met.data, challenged, again, edge.now())
    if part.met == "yes":
        return redirect(url_for("reflections.write", token=token), 303)
    flash(_("Thank you for telling us."))
    return redirect(url_for("conversations.show", token=token), 303)


@blueprint.get("/c/<token>/invite.ics")
def invite(token: str) -> Response:
    """Hand out the calendar entry, the same that the invitation carried."""
    part = opened(token)
    content = calendars.request(event(part.conversation, part.person.language))
    return Response(
        content,
        content_type="text/calendar; method=REQUEST; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="invite.ics"'},
    )


def _page(part: Participation, token: str, form: OutcomeForm) -> str:
    conversation = part.conversation
    return render_template(
        "conversations/show.html",
        part=part,
        conversation=conversation,
        programme=conversation.round.programme,
        token=token,
        form=form,
        video=video_room(conversation),
        prompts=prompts(conversation.id),
        begun=conversation.starts_at <= edge.now(),
        locale=get_locale(),
    )


def _said(part: Participation) -> dict[str, str | None]:
    again = None if part.again is None else ("yes" if part.again else "no")
    return {"met": part.met, "challenged": str(part.challenged) if part.challenged else None, "again": again}
