"""Another time and another place, as somebody asks for them from the page of a conversation."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from unmentor import runtime
from unmentor.conversations.blueprint import blueprint
from unmentor.conversations.forms import MoveForm, PlaceForm, ProposalForm
from unmentor.conversations.guards import movable, still_ahead
from unmentor.conversations.models import Participation
from unmentor.conversations.move import FIRST, CannotMove, Offer, grid, local_time, move, offers
from unmentor.conversations.page import page
from unmentor.conversations.placing import CannotPlace, set_place, times_set
from unmentor.conversations.proposals import let_go, take_up
from unmentor.conversations.where import choices, place, where
from unmentor.forms import Page
from unmentor.programmes.turn import turn
from unmentor.words import listed, when


@blueprint.route("/c/<token>/move", methods=["GET", "POST"], endpoint="move")
def another_time(token: str) -> Page:
    """Offer times that suit everybody first, and move the conversation."""
    part, now = movable(token), runtime.now()
    programme, offered = part.conversation.round.programme, offers(part.conversation, now)
    form = MoveForm(offered, programme.time_zone)
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


@blueprint.post("/c/<token>/proposal")
def proposal(token: str) -> Page:
    """Say yes to the time that another's calendar proposes, or that it does not suit."""
    part, form = still_ahead(token), ProposalForm()
    talk, programme, yes = part.conversation, part.conversation.round.programme, form.answer.data == "yes"
    if form.validate_on_submit():
        try:
            with turn(programme) as now:
                (take_up if yes else let_go)(part, local_time(form.start.data or "", programme.zone), now)
        except CannotMove as error:
            still_ahead(token)  # it says what became of it, where it is off
            form.form_errors = [str(error)]
    if form.errors:
        return page(part, token, refused=form), form.status
    moment, names = when(talk.starts_at, programme.time_zone), listed(each.first_name for each in part.partners)
    flash(
        _("Moved to %(when)s. Everybody’s calendar follows.", when=moment)
        if yes
        else _("We have told %(names)s. You still talk on %(when)s.", names=names, when=moment)
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
