"""Look at a draw, send it, draw it again, call it off."""

from collections.abc import Callable
from functools import wraps

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from unmentor import runtime
from unmentor.db import reading
from unmentor.forms import Button, Page
from unmentor.organise.blueprint import blueprint
from unmentor.organise.guards import needs_organiser
from unmentor.people.guards import the_person
from unmentor.people.proof import needs_fresh_proof
from unmentor.programmes.models import Programme
from unmentor.rounds import steps
from unmentor.rounds.actions import CannotDraw, NotWaiting, new_seed
from unmentor.rounds.left_out import why_out
from unmentor.rounds.models import Round
from unmentor.rounds.queries import round_numbered, round_of
from unmentor.rounds.recheck import ChangedSince, changed, seen
from unmentor.rounds.summary import across, summary
from unmentor.rounds.why import why


def on_its_page(act: Callable[[Round], str]) -> Callable[[Programme, int], Page]:
    """Do something to a round, and tell on its page what was done; or why not, where it is too late for that."""

    @wraps(act)
    def pressed(programme: Programme, number: int) -> Page:
        form = Button()
        if form.validate_on_submit():
            try:
                flash(act(round_numbered(programme, number) or abort(404)))
            except (NotWaiting, CannotDraw, ChangedSince) as error:
                form.form_errors = [str(error)]
        if form.form_errors:
            with reading():
                return _page(_round(programme, number), form), form.status
        return redirect(url_for("organise.round_", slug=programme.slug, number=number), 303)

    return pressed


@blueprint.get("/<slug>/rounds/<int:number>")
@needs_organiser
def round_(programme: Programme, number: int) -> Page:
    """Show who talks to whom, when, and how good the draw is."""
    return _page(_round(programme, number), Button())


@blueprint.post("/<slug>/rounds/<int:number>/send")
@needs_organiser
@needs_fresh_proof
@on_its_page
def send(waiting: Round) -> str:
    """Send a drawn round."""
    told = steps.send(waiting, request.form.get("seen"), by=the_person().id)
    return str(ngettext("%(num)s person is being told by mail.", "%(num)s people are being told by mail.", told))


@blueprint.post("/<slug>/rounds/<int:number>/redraw")
@needs_organiser
@on_its_page
def redraw(waiting: Round) -> str:
    """Draw a round that waits once more."""
    steps.draw_again(waiting, new_seed(), by=the_person().id)
    return str(_("Drawn again."))


@blueprint.get("/<slug>/rounds/<int:number>/cancel")
@needs_organiser
def ask_to_cancel(programme: Programme, number: int) -> Page:
    """Ask once before a round is called off."""
    return render_template("organise/cancel.html", programme=programme, round=_round(programme, number), form=Button())


@blueprint.post("/<slug>/rounds/<int:number>/cancel")
@needs_organiser
@needs_fresh_proof
@on_its_page
def cancel(standing: Round) -> str:
    """Call a round off."""
    steps.cancel(standing, by=the_person().id)
    return str(_("This round is cancelled."))


def _page(round_: Round, form: Button) -> str:
    now, waits = runtime.now(), round_.state == "drawn"
    return render_template(
        "organise/round.html",
        programme=round_.programme,
        round=round_,
        form=form,
        summary=summary(round_),
        across=across(round_),
        why=why(round_),
        why_out=why_out,
        changed=changed(round_, now) if waits else [],
        seen=seen(round_, now) if waits else "",
    )


def _round(programme: Programme, number: int) -> Round:
    return round_of(programme, number) or abort(404)
