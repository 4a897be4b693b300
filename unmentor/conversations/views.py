"""A conversation's own page, opened from the mail without signing in, and what can be done from there."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from unmentor import calendars, runtime
from unmentor.conversations import afterwards, changes
from unmentor.conversations.actions import CannotAnswer, answer, thank
from unmentor.conversations.blueprint import blueprint
from unmentor.conversations.calendar_entry import event, feed
from unmentor.conversations.forms import NotesForm, OutcomeForm
from unmentor.conversations.guards import opened, writable
from unmentor.conversations.models import MET
from unmentor.conversations.notes import take_note
from unmentor.conversations.page import page
from unmentor.conversations.queries import lock_and_refresh
from unmentor.db import transaction
from unmentor.features import has_page
from unmentor.forms import Button, Page
from unmentor.gone import GONE
from unmentor.links import Above, signed
from unmentor.people.guards import has_left
from unmentor.people.queries import owner_of_calendar
from unmentor.programmes.actions import resume
from unmentor.programmes.queries import membership_of, next_draw
from unmentor.programmes.turn import turn

__all__ = ["afterwards", "blueprint", "changes"]


@blueprint.get("/c/<token>")
def show(token: str) -> str:
    """Show who, when and how; and an answer that a mail leads to, chosen and not yet given."""
    part = opened(token)
    met = request.args.get("met")
    return page(part, token, met=met if met in MET else None)


@blueprint.post("/c/<token>/outcome")
def outcome(token: str) -> Page:
    """Keep how it went; somebody who talked is asked what they learned, and who will is asked when."""
    part = writable(token)
    form = OutcomeForm()
    if not form.validate_on_submit():
        return page(part, token, form), form.status
    try:
        with turn(part.conversation.round.programme) as now:
            lock_and_refresh(part.conversation)
            answer(part, form.met.data, form.how_challenging, form.once_more, now, form.why_not.data or None)
            thanked = thank(part, form.thanks.data or "", now)
    except CannotAnswer as error:
        opened(token)  # it says what became of it, where it is off
        form.met.errors = [str(error)]
        return page(part, token, form), form.status
    if thanked:
        flash(_("Your thanks are on their way."))
    if part.met == "yes" and has_page(Above.WRITE):
        return redirect(url_for(Above.WRITE, token=token), 303)
    flash(_("Thank you for telling us."))
    if part.met == "planned" and part.conversation.state == "arranged":
        return redirect(url_for("conversations.move", token=token), 303)
    return redirect(url_for("conversations.show", token=token), 303)


@blueprint.post("/c/<token>/notes")
def notes(token: str) -> Page:
    """Keep what somebody notes for themselves."""
    part, form = writable(token), NotesForm()
    if not form.validate_on_submit():
        return page(part, token, noting=form), form.status
    with transaction():
        take_note(part, form.notes.data or "", runtime.now())
    flash(_("Your notes are kept, and nobody else sees them."))
    return redirect(url_for("conversations.show", token=token, _anchor="notes"), 303)


@blueprint.get("/c/<token>/invite.ics")
def invite(token: str) -> Response:
    """Hand out the calendar entry, the same that the invitation carried."""
    part = opened(token)
    over = part.conversation.ends_at <= runtime.now()
    content = calendars.request(event(part.conversation, part.person.language, over=over))
    return Response(
        content,
        content_type="text/calendar; method=REQUEST; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="invite.ics"'},
    )


@blueprint.get("/calendar/<token>.ics")
def calendar(token: str) -> Response:
    """Hand out the calendar that a person subscribes to; 304 where nothing has changed."""
    person = owner_of_calendar(signed("calendar", token))
    if person is None:
        abort(404)
    if person.left_at is not None:
        has_left()
    answer = Response(feed(person, runtime.now()), content_type="text/calendar; charset=utf-8")
    answer.add_etag()
    return answer.make_conditional(request)


@blueprint.route("/c/back/<token>", methods=["GET", "POST"])
def back(token: str) -> Page:
    """Bring somebody back whom we or an organiser paused, or in whom an organiser put on the list."""
    nonce = signed("back", token)
    member = membership_of(nonce)
    if member is None:
        abort(404 if nonce is None else GONE)
    form, now, invited = Button(), runtime.now(), member.invited
    if form.validate_on_submit():
        with transaction():
            resume(member)
    next_one, paused = next_draw(member.programme, now), member.is_paused(member.programme.today(now))
    return render_template(
        "conversations/back.html", form=form, member=member, next_draw=next_one, paused=paused, invited=invited
    ), form.status
