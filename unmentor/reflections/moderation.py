"""Read what is about to become public: let it, or send it back with a kind word; and take down what should not be."""

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _

from unmentor import runtime
from unmentor.audit.actions import record
from unmentor.audit.deeds import Deed
from unmentor.db import transaction
from unmentor.forms import Page
from unmentor.organise.blueprint import blueprint
from unmentor.organise.guards import needs_organiser
from unmentor.people.guards import the_person
from unmentor.programmes.models import Programme
from unmentor.reflections import actions
from unmentor.reflections.forms import PublishForm, ReturnForm
from unmentor.reflections.models import Reflection
from unmentor.reflections.queries import Asked, newest, pending, pending_reflection, public_reflection


@blueprint.get("/<slug>/reflections")
@needs_organiser
def moderation(programme: Programme) -> Page:
    """Show what people wrote and nobody has looked at yet."""
    return _page(programme, ReturnForm())


@blueprint.post("/<slug>/reflections/<int:number>/publish")
@needs_organiser
def publish(programme: Programme, number: int) -> Page:
    """Make a reflection public."""
    reflection = pending_reflection(programme, number) or abort(410)
    form = PublishForm(reflection)
    if not form.validate_on_submit():
        return _page(programme, form), form.status
    with transaction():
        if actions.publish(reflection, runtime.now()):
            _log(Deed.REFLECTION_PUBLISHED, reflection)
    flash(_("It is public now, and its writer has been told."))
    return redirect(url_for("organise.moderation", slug=programme.slug), 303)


@blueprint.route("/<slug>/reflections/<int:number>/return", methods=["GET", "POST"])
@needs_organiser
def return_(programme: Programme, number: int) -> Page:
    """Send a reflection back to its writer with a kind word on what to change."""
    reflection = pending_reflection(programme, number) or abort(410)
    form = ReturnForm()
    if not form.validate_on_submit():
        page = render_template("reflections/return.html", programme=programme, reflection=reflection, form=form)
        return page, form.status
    with transaction():
        if actions.return_(reflection, form.note.data or "", runtime.now()):
            _log(Deed.REFLECTION_RETURNED, reflection)
    flash(_("It is back with its writer, with your note."))
    return redirect(url_for("organise.moderation", slug=programme.slug), 303)


@blueprint.route("/<slug>/reflections/<int:number>/take-down", methods=["GET", "POST"])
@needs_organiser
def take_down(programme: Programme, number: int) -> Page:
    """Take a public reflection off the site, and tell its writer kindly why."""
    reflection = public_reflection(programme, number) or abort(410)
    form = ReturnForm()
    if not form.validate_on_submit():
        page = render_template("reflections/take-down.html", programme=programme, reflection=reflection, form=form)
        return page, form.status
    with transaction():
        if actions.take_down(reflection, form.note.data or "", runtime.now()):
            _log(Deed.REFLECTION_TAKEN_DOWN, reflection)
    flash(_("It is off the public pages, and back with its writer, with your note."))
    return redirect(url_for("organise.moderation", slug=programme.slug), 303)


def _page(programme: Programme, form: PublishForm | ReturnForm) -> str:
    public = newest(Asked(programme=programme.slug))
    return render_template(
        "reflections/moderate.html", programme=programme, pending=pending(programme), public=public, form=form
    )


def _log(deed: Deed, reflection: Reflection) -> None:
    record(deed, by=the_person().id, programme=reflection.programme_id, person=reflection.person_id)
