"""Leave the demo community behind, asked once."""

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _

from unmentor import runtime
from unmentor.audit.actions import record
from unmentor.audit.deeds import Deed
from unmentor.db import transaction
from unmentor.forms import Button, Page
from unmentor.organise import actions
from unmentor.organise.blueprint import blueprint
from unmentor.organise.guards import needs_organiser
from unmentor.people.guards import the_person
from unmentor.people.proof import needs_fresh_proof
from unmentor.programmes.models import Programme
from unmentor.programmes.queries import all_programmes


@blueprint.get("/<slug>/start-empty")
@needs_organiser
def ask_to_start_empty(programme: Programme) -> str:
    """Ask once before the demo community goes."""
    return _page(programme, Button())


@blueprint.post("/<slug>/start-empty")
@needs_organiser
@needs_fresh_proof
def start_empty(programme: Programme) -> Page:
    """Delete the demo community, and begin with a first programme of one's own where there is no other."""
    form = Button()
    if not form.validate_on_submit():
        return _page(programme, form), form.status
    if not programme.demo:
        abort(404)
    with transaction():
        first = actions.start_empty(programme, the_person(), runtime.settings().time_zone, runtime.now())
        record(Deed.DEMO_CLEARED, by=the_person().id, programme=first.id if first else None)
        home = url_for("organise.programme", slug=first.slug) if first else url_for("public.home")
    flash(_("The demo community is gone. This is yours.") if first else _("The demo community is gone."))
    return redirect(home, 303)


def _page(programme: Programme, form: Button) -> str:
    if not programme.demo:
        abort(404)
    return render_template(
        "organise/start_empty.html", programme=programme, form=form, others=_others(programme), person=the_person()
    )


def _others(programme: Programme) -> list[str]:
    """Return the names of the programmes that stay."""
    return [each.name for each in all_programmes() if each.id != programme.id]
