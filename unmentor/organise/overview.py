"""What an organiser sees first: their programmes, and each at a glance."""

from flask import redirect, render_template, url_for

from unmentor import runtime
from unmentor.forms import Button, Page
from unmentor.organise.blueprint import blueprint
from unmentor.organise.guards import needs_organiser
from unmentor.organise.queries import late_draw
from unmentor.people.guards import needs_sign_in, the_person
from unmentor.programmes import queries as programmes
from unmentor.programmes.models import Programme
from unmentor.rounds import steps
from unmentor.rounds.actions import CannotDraw, new_seed
from unmentor.rounds.queries import rounds_of


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
def programme(programme: Programme) -> Page:
    """Show a programme at a glance: the next draw, its rounds, and what waits for a look."""
    return _page(programme, Button())


@blueprint.get("/<slug>/rounds")
@needs_organiser
def rounds(programme: Programme) -> Page:
    """Show every round, newest first."""
    return render_template("organise/rounds.html", programme=programme, rounds=rounds_of(programme))


@blueprint.post("/<slug>/draw")
@needs_organiser
def draw(programme: Programme) -> Page:
    """Draw a round now, or come to the one that waits already."""
    form = Button()
    if not form.validate_on_submit():
        return _page(programme, form), form.status
    try:
        number = steps.draw(programme, new_seed(), by=the_person().id).number
    except CannotDraw as error:
        form.form_errors = [str(error)]
        return _page(programme, form), form.status
    return redirect(url_for("organise.round_", slug=programme.slug, number=number), 303)


def _page(programme: Programme, form: Button) -> str:
    now, drawn = runtime.now(), rounds_of(programme)
    return render_template(
        "organise/programme.html",
        programme=programme,
        form=form,
        waiting=next((each for each in drawn if each.state == "drawn"), None),
        taking_part=programmes.taking_part(programme, programme.today(now)),
        next_draw=programmes.next_draw(programme, now),
        late_draw=late_draw(programme),
        asking=len(programmes.waiting_for_yes(programme)),
    )
