"""The console: look at a draw, send it, and read what is about to become public."""

from collections.abc import Callable
from datetime import date

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from unmentor import runtime
from unmentor.db import transaction
from unmentor.forms import Button
from unmentor.organise import empty_views, mail_views
from unmentor.organise.forms import PublishForm, ReturnForm
from unmentor.organise.guards import needs_organiser
from unmentor.people.guards import needs_sign_in, the_person
from unmentor.programmes import queries as programmes
from unmentor.programmes.models import Programme
from unmentor.reflections import actions as reflections
from unmentor.reflections.queries import pending, pending_reflection
from unmentor.rounds import actions as rounds
from unmentor.rounds import queries
from unmentor.rounds.models import Round
from unmentor.rounds.summary import across, summary
from unmentor.rounds.why import why

Page = str | tuple[str, int] | Response
blueprint = Blueprint("organise", __name__, url_prefix="/organise")
blueprint.get("/<slug>/start-empty")(empty_views.ask_to_start_empty)
blueprint.post("/<slug>/start-empty")(empty_views.start_empty)
blueprint.get("/<slug>/mail")(mail_views.mail)
blueprint.post("/<slug>/mail/<int:number>/again")(mail_views.try_again)
blueprint.post("/<slug>/mail/to/<int:number>/again")(mail_views.write_again)
blueprint.post("/<slug>/mail/release")(mail_views.release)


@blueprint.get("/")
@needs_sign_in
def home() -> Page:
    """Show what this person organises; straight to it where it is one programme."""
    organised = programmes.organised_by(the_person())
    if len(organised) == 1:
        return redirect(url_for("organise.programme", slug=organised[0].slug))
    return render_template("organise/home.html", organised=organised)


@blueprint.get("/<slug>")
@needs_organiser
def programme(of: Programme) -> Page:
    """Show a programme at a glance: the next draw, its rounds, and what waits for a look."""
    return _programme_page(of, Button())


@blueprint.get("/<slug>/people")
@needs_organiser
def people(of: Programme) -> Page:
    """Show who is in a programme, and who takes part."""
    return render_template(
        "organise/people.html", programme=of, members=programmes.members(of), today=_today(of), button=Button()
    )


@blueprint.post("/<slug>/draw")
@needs_organiser
def draw(of: Programme) -> Page:
    """Draw a round now, or come to the one that waits already."""
    form = Button()
    if not form.validate_on_submit():
        return _programme_page(of, form), form.status
    try:
        with transaction():
            number = rounds.draw_round(of, rounds.new_seed(), runtime.now()).number
    except rounds.TooFewPeople as error:
        form.form_errors = [str(error)]
        return _programme_page(of, form), form.status
    return _to_round(of, number)


@blueprint.get("/<slug>/rounds/<int:number>")
@needs_organiser
def round_(of: Programme, number: int) -> Page:
    """Show who talks to whom, when, and how good the draw is."""
    return _round_page(_round(of, number), Button())


@blueprint.post("/<slug>/rounds/<int:number>/send")
@needs_organiser
def send(of: Programme, number: int) -> Page:
    """Send a drawn round."""
    return _act(of, number, _send)


@blueprint.post("/<slug>/rounds/<int:number>/redraw")
@needs_organiser
def redraw(of: Programme, number: int) -> Page:
    """Draw a round that waits once more."""
    return _act(of, number, _redraw)


@blueprint.get("/<slug>/rounds/<int:number>/cancel")
@needs_organiser
def ask_to_cancel(of: Programme, number: int) -> Page:
    """Ask once before a round is called off."""
    return render_template("organise/cancel.html", programme=of, round=_round(of, number), form=Button())


@blueprint.post("/<slug>/rounds/<int:number>/cancel")
@needs_organiser
def cancel(of: Programme, number: int) -> Page:
    """Call a round off."""
    return _act(of, number, _cancel)


@blueprint.get("/<slug>/reflections")
@needs_organiser
def moderation(of: Programme) -> Page:
    """Show what people wrote and nobody has looked at yet."""
    return render_template("organise/reflections.html", programme=of, pending=pending(of), form=ReturnForm())


@blueprint.post("/<slug>/reflections/<int:number>/publish")
@needs_organiser
def publish(of: Programme, number: int) -> Page:
    """Make a reflection public."""
    reflection = pending_reflection(of, number) or abort(410)
    form = PublishForm(reflection)
    if not form.validate_on_submit():
        return render_template("organise/reflections.html", programme=of, pending=pending(of), form=form), form.status
    with transaction():
        reflections.publish(reflection, runtime.now())
    flash(_("It is public now, and its writer has been told."))
    return redirect(url_for("organise.moderation", slug=of.slug), 303)


@blueprint.route("/<slug>/reflections/<int:number>/return", methods=["GET", "POST"])
@needs_organiser
def return_(of: Programme, number: int) -> Page:
    """Send a reflection back to its writer with a kind word on what to change."""
    reflection = pending_reflection(of, number) or abort(410)
    form = ReturnForm()
    if not form.validate_on_submit():
        return render_template("organise/return.html", programme=of, reflection=reflection, form=form), form.status
    with transaction():
        reflections.return_(reflection, form.note.data or "", runtime.now())
    flash(_("It is back with its writer, with your note."))
    return redirect(url_for("organise.moderation", slug=of.slug), 303)


def _act(of: Programme, number: int, act: Callable[[Round], str]) -> Page:
    """Do something to a round and show it; where it is too late for that, say so on its page."""
    form = Button()
    drawn = _round(of, number)
    if not form.validate_on_submit():
        return _round_page(drawn, form), form.status
    try:
        with transaction():
            said = act(drawn)
    except (rounds.NotWaiting, rounds.TooFewPeople) as error:
        form.form_errors = [str(error)]
        return _round_page(_round(of, number), form), form.status
    flash(said)
    return _to_round(of, number)


def _send(drawn: Round) -> str:
    told = rounds.send_round(drawn, runtime.now())
    return str(ngettext("%(num)s person is being told by mail.", "%(num)s people are being told by mail.", told))


def _redraw(drawn: Round) -> str:
    rounds.draw_again(drawn, rounds.new_seed(), runtime.now())
    return str(_("Drawn again."))


def _cancel(drawn: Round) -> str:
    rounds.cancel_round(drawn, runtime.now())
    return str(_("This round is cancelled."))


def _programme_page(of: Programme, form: Button) -> str:
    drawn = queries.rounds_of(of)
    return render_template(
        "organise/programme.html",
        programme=of,
        form=form,
        rounds=drawn,
        waiting=next((each for each in drawn if each.state == "drawn"), None),
        taking_part=programmes.taking_part(of, _today(of)),
        next_draw=programmes.next_draw(of, runtime.now()),
        pending=len(pending(of)),
    )


def _round_page(drawn: Round, form: Button) -> str:
    return render_template(
        "organise/round.html",
        programme=drawn.programme,
        round=drawn,
        form=form,
        summary=summary(drawn),
        across=across(drawn),
        why=why(drawn),
    )


def _round(of: Programme, number: int) -> Round:
    return queries.round_of(of, number) or abort(404)


def _to_round(of: Programme, number: int) -> Response:
    return redirect(url_for("organise.round_", slug=of.slug, number=number), 303)


def _today(of: Programme) -> date:
    return runtime.now().astimezone(of.zone).date()
