"""End a programme, or let it go on: asked once, on a page of its own."""

from collections.abc import Callable

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from unmentor import runtime
from unmentor.forms import Button, Page
from unmentor.organise.blueprint import blueprint
from unmentor.organise.guards import needs_organiser
from unmentor.people.guards import the_person
from unmentor.people.proof import needs_fresh_proof
from unmentor.programmes.models import Programme
from unmentor.programmes.queries import cadence
from unmentor.programmes.schedule import anew
from unmentor.rounds import ending
from unmentor.rounds.queries import waiting_round
from unmentor.timetable.cadence import next_draw


@blueprint.get("/<slug>/end")
@needs_organiser
def ask_to_end(programme: Programme) -> Page:
    """Say what ending means, or what reopening does where it has ended, before anything happens."""
    return _page(programme, Button())


@blueprint.post("/<slug>/end")
@needs_organiser
@needs_fresh_proof
def end(programme: Programme) -> Page:
    """End a programme."""
    done, before = _("It has ended. Everybody hears of it by email."), _("It had ended already.")
    return _press(programme, ending.end, done, before)


@blueprint.post("/<slug>/reopen")
@needs_organiser
@needs_fresh_proof
def reopen(programme: Programme) -> Page:
    """Let a programme that has ended draw again."""
    done, before = _("It is open again. Everybody hears of it by email."), _("It was open already.")
    return _press(programme, ending.reopen, done, before)


def _press(programme: Programme, act: Callable[[Programme, int], bool], done: str, before: str) -> Page:
    form = Button()
    if not form.validate_on_submit():
        return _page(programme, form), form.status
    flash(done if act(programme, the_person().id) else before)
    return redirect(url_for("organise.settings", slug=programme.slug), 303)


def _page(programme: Programme, form: Button) -> str:
    now = runtime.now()
    first_draw = next_draw(anew(cadence(programme), programme, now), now)
    return render_template(
        "organise/end.html", programme=programme, form=form, waiting=waiting_round(programme), first_draw=first_draw
    )
