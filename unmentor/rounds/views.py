"""Withdraw from a conversation: ask once, tell all, find somebody new for whoever is left. And skip a draw."""

from flask import Blueprint, abort, redirect, render_template, url_for

from unmentor import runtime
from unmentor.conversations.guards import part_of, still_ahead
from unmentor.conversations.queries import instead_of
from unmentor.forms import Page
from unmentor.programmes.queries import next_draw
from unmentor.programmes.turn import turn
from unmentor.rounds import showing, skipping
from unmentor.rounds.chance import new_seed
from unmentor.rounds.forms import ThirdForm, WithdrawForm
from unmentor.rounds.mend import TooLate, welcome_third
from unmentor.rounds.mend import withdraw as withdraw_part

blueprint = Blueprint("rounds", __name__)
blueprint.route("/skip/<token>", methods=["GET", "POST"])(skipping.skip)
blueprint.post("/skip/<token>/undo")(skipping.skip_undo)
blueprint.get("/programmes/<slug>/rounds")(showing.index)
blueprint.get("/programmes/<slug>/rounds/<int:number>")(showing.show)
blueprint.get("/me/rounds/<slug>/<int:number>.json")(showing.download)


@blueprint.route("/c/<token>/withdraw", methods=["GET", "POST"])
def withdraw(token: str) -> Page:
    """Ask once, then take them out of their conversation."""
    part, form = still_ahead(token), WithdrawForm()
    if not form.validate_on_submit():
        return render_template("conversations/withdraw.html", part=part, token=token, form=form), form.status
    try:
        with turn(part.conversation.round.programme) as now:
            withdraw_part(part, form.reason.data or "", new_seed(), now)
    except TooLate:
        still_ahead(token)  # it says what became of it
    return redirect(url_for("rounds.withdrawn", token=token), 303)


@blueprint.route("/c/<token>/third", methods=["GET", "POST"])
def third(token: str) -> Page:
    """Ask whether somebody who has nobody may join them, or let it be the two of them again."""
    part, form = still_ahead(token), ThirdForm()
    if len(part.partners) > 1:  # somebody has joined them
        return redirect(url_for("conversations.show", token=token), 303)
    if not form.validate_on_submit():
        return render_template("conversations/third.html", part=part, token=token, form=form), form.status
    try:
        with turn(part.conversation.round.programme) as now:
            welcome_third(part, form.welcome.data == "yes", new_seed(), now)
    except TooLate:
        still_ahead(token)  # it says what became of it
    return redirect(url_for("conversations.show", token=token), 303)


@blueprint.get("/c/<token>/withdrawn")
def withdrawn(token: str) -> str:
    """Say that it is done, and what happens next for everybody."""
    part = part_of(token)
    if part.withdrew_at is None:
        abort(404)
    programme, talk = part.conversation.round.programme, part.conversation
    return render_template(
        "conversations/withdrawn.html",
        others=[each for each in talk.participations if each is not part and (each in talk.present)],
        goes_on=talk.state != "cancelled",
        new={each.id for each in talk.present if talk.state == "cancelled" and instead_of(each)},
        programme=programme,
        next_draw=next_draw(programme, runtime.now()),
    )
