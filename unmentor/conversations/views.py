"""A conversation's own page, opened from the mail without signing in, and what can be done from there."""

from contextlib import suppress
from zoneinfo import ZoneInfo

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from unmentor import calendars, runtime
from unmentor.conversations import afterwards
from unmentor.conversations.actions import CannotAnswer, answer, thank
from unmentor.conversations.blueprint import blueprint
from unmentor.conversations.calendar_entry import event, feed, feed_address
from unmentor.conversations.came_of_it import may_have_come
from unmentor.conversations.forms import MoveForm, NotesForm, OutcomeForm, PlaceForm
from unmentor.conversations.guards import is_here, may_write, movable, opened, still_ahead, writable
from unmentor.conversations.half_hour import steps
from unmentor.conversations.models import MET, Participation
from unmentor.conversations.move import FIRST, CannotMove, Offer, grid, local_time, move, offers
from unmentor.conversations.notes import notes_of, take_note
from unmentor.conversations.placing import CannotPlace, set_place, times_set
from unmentor.conversations.prompts import prompts
from unmentor.conversations.queries import lock_and_refresh, membership
from unmentor.conversations.where import choices, link_to, place, where
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
from unmentor.words import when

__all__ = ["afterwards", "blueprint"]


@blueprint.get("/c/<token>")
def show(token: str) -> str:
    """Show who, when and how; and an answer that a mail leads to, chosen and not yet given."""
    part = opened(token)
    said = _said(part)
    if (met := request.args.get("met")) in MET:
        said["met"] = met
    return _page(part, token, OutcomeForm(formdata=None, data=said))


@blueprint.post("/c/<token>/outcome")
def outcome(token: str) -> Page:
    """Keep how it went; somebody who talked is asked what they learned, and who will is asked when."""
    part = writable(token)
    form = OutcomeForm()
    if not form.validate_on_submit():
        return _page(part, token, form), form.status
    try:
        with turn(part.conversation.round.programme) as now:
            lock_and_refresh(part.conversation)
            answer(part, form.met.data, form.how_challenging, form.once_more, now, form.why_not.data or None)
            thanked = thank(part, form.thanks.data or "", now)
    except CannotAnswer as error:
        opened(token)  # it says what became of it, where it is off
        form.met.errors = [str(error)]
        return _page(part, token, form), form.status
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
        return _page(part, token, OutcomeForm(formdata=None, data=_said(part)), form), form.status
    with transaction():
        take_note(part, form.notes.data or "", runtime.now())
    flash(_("Your notes are kept, and nobody else sees them."))
    return redirect(url_for("conversations.show", token=token, _anchor="notes"), 303)


@blueprint.route("/c/<token>/move", methods=["GET", "POST"], endpoint="move")
def another_time(token: str) -> Page:
    """Offer times that suit everybody first, and move the conversation."""
    part, now = movable(token), runtime.now()
    programme, offered = part.conversation.round.programme, offers(part.conversation, now)
    form = MoveForm(offered, programme.time_zone, start=_asked_for(programme.zone))
    if not form.validate_on_submit():
        return _move_page(part, token, form, offered), form.status
    try:
        with turn(programme) as turned:
            move(part, local_time(form.chosen(), programme.zone), turned, sure=form.sure)
    except CannotMove as error:
        form.refuse(error)
        return _move_page(part, token, form, offered), form.status
    flash(
        _(
            "Moved to %(when)s. Everybody’s calendar follows.",
            when=when(part.conversation.starts_at, programme.time_zone),
        )
    )
    return redirect(url_for("conversations.show", token=token), 303)


@blueprint.route("/c/<token>/place", methods=["GET", "POST"], endpoint="place")
def another_place(token: str) -> Page:
    """Offer what they have told us of, and set where they talk."""
    part = still_ahead(token)
    talk, seen = part.conversation, times_set(part.conversation)
    form = PlaceForm(choices(part), seen)
    if not form.validate_on_submit():
        form.seen.data = str(seen)
        return _place_page(part, token, form), form.status
    try:
        with turn(talk.round.programme) as now:
            changed = set_place(part, form.chosen(), form.looked, now)
    except CannotPlace as error:
        form.refuse(str(error), times_set(talk))
        return _place_page(part, token, form), form.status
    flash(_("Saved. Everybody’s calendar follows.") if changed else _("That is where you talk already."))
    return redirect(url_for("conversations.show", token=token), 303)


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
    page = render_template(
        "conversations/back.html", form=form, member=member, next_draw=next_one, paused=paused, invited=invited
    )
    return page, form.status


def _page(part: Participation, token: str, form: OutcomeForm, noting: NotesForm | None = None) -> str:
    conversation, now = part.conversation, runtime.now()
    programme, member = conversation.round.programme, membership(part) if part.met == "no" else None
    drawn_again = member and not programme.ended_at and not member.is_paused(programme.today(now))
    found = place(conversation)
    return render_template(
        "conversations/show.html",
        part=part,
        conversation=conversation,
        programme=programme,
        token=token,
        form=form,
        proposals=[each for each in conversation.present if each.proposes and each.proposes > now],
        place=found,
        where=where(found, part.person),
        way_in=link_to(found, part.person),
        prompts=prompts(conversation),
        feed=feed_address(part.person) if is_here(part) else "",
        writable=may_write(part),
        ripe=may_have_come(part, now),
        noting=noting or NotesForm(formdata=None, data={"notes": notes_of(part)}),
        steps=steps(conversation),
        now=now,
        on_the_day=programme.today(conversation.starts_at) == programme.today(now),
        begun=conversation.starts_at <= now,
        next_draw=next_draw(programme, now) if drawn_again else None,
        goes_first=member and member.first_next and part.why_not == "absent",
        over=conversation.ends_at <= now or conversation.state != "arranged",
        locale=get_locale(),
    )


def _move_page(part: Participation, token: str, form: MoveForm, offered: list[Offer]) -> str:
    return render_template(
        "conversations/move.html",
        part=part,
        conversation=part.conversation,
        programme=part.conversation.round.programme,
        token=token,
        form=form,
        suiting=[offer.local for offer in offered if offer.suits_all],
        FIRST=FIRST,
        grid=grid(offered),
    )


def _place_page(part: Participation, token: str, form: PlaceForm) -> str:
    found = place(part.conversation)
    return render_template(
        "conversations/place.html",
        part=part,
        token=token,
        form=form,
        where=where(found, part.person),
        zone=part.conversation.round.programme.time_zone,
    )


def _asked_for(zone: ZoneInfo) -> str | None:
    """Return the time that a link fills the form with, for whoever then sends it; none where it is no time."""
    start = request.args.get("start", "").strip() if request.method == "GET" else ""
    with suppress(CannotMove):
        local_time(start, zone)
        return start
    return None


def _said(part: Participation) -> dict[str, str | None]:
    again = None if part.again is None else ("yes" if part.again else "no")
    challenged = str(part.challenged) if part.challenged else None
    return {"met": part.met, "why_not": part.why_not, "challenged": challenged, "again": again}
