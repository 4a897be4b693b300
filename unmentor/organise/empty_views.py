"""Leave the demo community behind, asked once."""

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from unmentor import runtime
from unmentor.db import transaction
from unmentor.forms import Button
from unmentor.organise import start_empty as empty
from unmentor.organise.guards import needs_organiser
from unmentor.people.guards import the_person
from unmentor.programmes.models import Programme
from unmentor.programmes.queries import all_programmes


@needs_organiser
def ask_to_start_empty(of: Programme) -> str:
    """Ask once before the demo community goes."""
    return _page(of, Button())


@needs_organiser
def start_empty(of: Programme) -> tuple[str, int] | Response:
    """Delete the demo community, and begin with a first programme of one's own."""
    form = Button()
    if not form.validate_on_submit():
        return _page(of, form), form.status
    if not of.demo or _others(of):
        abort(404)
    with transaction():
        slug = empty.start_empty(the_person(), runtime.settings().time_zone, runtime.now()).slug
    flash(_("The demo community is gone. This is yours."))
    return redirect(url_for("organise.programme", slug=slug), 303)


def _page(of: Programme, form: Button) -> str:
    if not of.demo:
        abort(404)
    return render_template(
        "organise/start_empty.html", programme=of, form=form, others=_others(of), person=the_person()
    )


def _others(of: Programme) -> list[str]:
    """Return the names of programmes that are nobody's demo: whoever looks at the demo may not delete them."""
    return [programme.name for programme in all_programmes() if programme.id != of.id]
