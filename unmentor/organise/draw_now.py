"""Draw a round now: what it means, what it would be like, and the deed."""

from flask import redirect, render_template, url_for

from unmentor import runtime
from unmentor.forms import Button, Page
from unmentor.organise import queries
from unmentor.organise.blueprint import blueprint
from unmentor.organise.guards import needs_organiser
from unmentor.people.guards import the_person
from unmentor.programmes.models import Programme
from unmentor.programmes.queries import next_draw
from unmentor.rounds import steps
from unmentor.rounds.dry_run import FEW, DryRun, dry_run
from unmentor.rounds.queries import waiting_round
from unmentor.rounds.refusals import CannotDraw
from unmentor.rounds.turns import counted


@blueprint.get("/<slug>/draw")
@needs_organiser
def ask_to_draw(programme: Programme) -> Page:
    """Say what a draw now means for the schedule and for those who still talk, and what it would be like."""
    return _page(programme, Button())


@blueprint.post("/<slug>/draw/try")
@needs_organiser
def try_draw(programme: Programme) -> Page:
    """Show what a draw of a large programme would be like, which takes longer than a page may."""
    form = Button()
    if not form.validate_on_submit():
        return _page(programme, form), form.status
    return _page(programme, form, tried=_tried(programme))


@blueprint.post("/<slug>/draw")
@needs_organiser
def draw(programme: Programme) -> Page:
    """Draw a round now, or come to the one that waits already."""
    form = Button()
    if not form.validate_on_submit():
        return _page(programme, form), form.status
    try:
        number = steps.draw(programme, None, by=the_person().id).number
    except CannotDraw as error:
        form.form_errors = [str(error)]
        return _page(programme, form), form.status
    return redirect(url_for("organise.round_", slug=programme.slug, number=number), 303)


def _page(programme: Programme, form: Button, tried: DryRun | None = None) -> str:
    now = runtime.now()
    people, _organisations = counted(programme, programme.today(now))
    still_ahead, last = queries.still_ahead(programme, now)
    return render_template(
        "organise/draw.html",
        programme=programme,
        form=form,
        people=people,
        tried=tried or outlook(programme, people),
        few=FEW,
        waiting=waiting_round(programme),
        next_draw=next_draw(programme, now),
        left_alone=queries.left_alone(programme),
        still_ahead=still_ahead,
        last=last,
    )


def outlook(programme: Programme, people: int) -> DryRun | None:
    """Return what a draw now would be like, where that takes no longer than a page may; or None."""
    return _tried(programme) if people <= FEW else None


def _tried(programme: Programme) -> DryRun | None:
    try:
        return dry_run(programme, runtime.now())
    except CannotDraw:
        return None
