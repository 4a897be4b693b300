"""Read what is about to become public: let it, or send it back with a kind word; and take down what should not be."""

from collections import defaultdict
from datetime import datetime
from typing import NoReturn

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _

from unmentor import runtime
from unmentor.audit.actions import record
from unmentor.audit.deeds import Deed
from unmentor.db import transaction
from unmentor.forms import Button, Page, page_number
from unmentor.gone import gone
from unmentor.organise.blueprint import blueprint
from unmentor.organise.guards import needs_organiser
from unmentor.people.guards import the_person
from unmentor.programmes.models import Programme
from unmentor.reflections import actions, queries
from unmentor.reflections.changes import changes
from unmentor.reflections.finding import Asked, newest
from unmentor.reflections.followers.queries import count_followers
from unmentor.reflections.forms import PublishForm, ReturnForm
from unmentor.reflections.mails import UNDO_WITHIN
from unmentor.reflections.models import Reflection
from unmentor.reports.models import Report
from unmentor.reports.queries import asked_again, is_asked_about

NEWEST = 10


@blueprint.get("/<slug>/reflections")
@needs_organiser
def moderation(programme: Programme) -> Page:
    """Show what people wrote and nobody has looked at yet."""
    return _page(programme, Button())


@blueprint.post("/<slug>/reflections/<int:number>/publish")
@needs_organiser
def publish(programme: Programme, number: int) -> Page:
    """Make a reflection public."""
    reflection = _to_decide(programme, number)
    form = PublishForm(reflection)
    if not form.validate_on_submit():
        return _page(programme, form), form.status
    with transaction():
        if actions.publish(reflection, runtime.now(), datetime.fromisoformat(str(form.read.data))):
            _log(Deed.REFLECTION_PUBLISHED, reflection)
    flash(_("It is public now. Its writer hears in ten minutes, unless you undo it."))
    return redirect(url_for("organise.moderation", slug=programme.slug), 303)


@blueprint.route("/<slug>/reflections/<int:number>/return", methods=["GET", "POST"])
@needs_organiser
def return_(programme: Programme, number: int) -> Page:
    """Send a reflection back to its writer with a kind word on what to change."""
    reflection = _to_decide(programme, number)
    form = ReturnForm()
    if not form.validate_on_submit():
        page = render_template("reflections/return.html", programme=programme, reflection=reflection, form=form)
        return page, form.status
    with transaction():
        if actions.return_(reflection, form.words(reflection.person.language), runtime.now()):
            _log(Deed.REFLECTION_RETURNED, reflection)
    flash(_("It goes back to its writer with your note in ten minutes, unless you undo it."))
    return redirect(url_for("organise.moderation", slug=programme.slug), 303)


@blueprint.route("/<slug>/reflections/<int:number>/take-down", methods=["GET", "POST"])
@needs_organiser
def take_down(programme: Programme, number: int) -> Page:
    """Take a public reflection off the site, and tell its writer kindly why."""
    reflection = queries.public_reflection(programme, number) or _nothing_left(programme)
    form = ReturnForm()
    if not form.validate_on_submit():
        page = render_template("reflections/take-down.html", programme=programme, reflection=reflection, form=form)
        return page, form.status
    with transaction():
        if actions.take_down(reflection, form.words(reflection.person.language), runtime.now()):
            _log(Deed.REFLECTION_TAKEN_DOWN, reflection)
    flash(_("It is off the public pages. Its writer gets your note in ten minutes, unless you undo it."))
    return redirect(url_for("organise.moderation", slug=programme.slug), 303)


@blueprint.post("/<slug>/reflections/<int:number>/undo")
@needs_organiser
def undo(programme: Programme, number: int) -> Page:
    """Take back what was decided on a reflection in the last ten minutes; nobody was told of it yet."""
    reflection, form = queries.decided_reflection(programme, number) or _nothing_left(programme), Button()
    if not form.validate_on_submit():
        return _page(programme, form), form.status
    with transaction():
        undone = actions.undo(reflection, runtime.now())
        if undone:
            _log(Deed.REFLECTION_UNDONE, reflection)
    if undone:
        flash(_("Undone. Everything is as it was before, and nobody heard of it."))
    else:
        flash(_("That was too late: its writer has been told, or has changed it."), "error")
    return redirect(url_for("organise.moderation", slug=programme.slug), 303)


def _to_decide(programme: Programme, number: int) -> Reflection:
    """Return what waits for a yes; 403 for whoever wrote it, where somebody asks that another reads it again."""
    reflection = queries.pending_reflection(programme, number) or _nothing_left(programme)
    if reflection.person_id == the_person().id and is_asked_about(reflection.id, still=True):
        abort(403)
    return reflection


def _nothing_left(programme: Programme) -> NoReturn:
    """Answer 410 where what somebody would decide on is not there to decide any more."""
    gone(
        _("There is nothing left to decide"),
        _("Its writer has changed it or taken it back, or another organiser was faster."),
        _("See what waits"),
        url_for("organise.moderation", slug=programme.slug),
    )


def _page(programme: Programme, form: PublishForm | Button) -> str:
    waiting = queries.pending(programme, page_number())
    asked = defaultdict[int | None, list[Report]](list)
    for report in asked_again(programme, the_person()):
        asked[report.reflection_id].append(report)
    mine = [each.id for each in waiting.items if each.person_id == the_person().id]
    held = {*asked, *(each for each in mine if is_asked_about(each, still=True))}
    return render_template(
        "reflections/moderate.html",
        programme=programme,
        waiting=waiting,
        before=queries.published_before(waiting.items),
        asked=asked,
        held=held,
        changes={each.id: changes(each) for each in waiting.items if each.was},
        decided=queries.decided(programme, runtime.now() - UNDO_WITHIN),
        until=UNDO_WITHIN,
        public=newest(Asked(programme=programme.slug), NEWEST),
        followers=count_followers(),
        form=form,
    )


def _log(deed: Deed, reflection: Reflection) -> None:
    record(deed, by=the_person().id, programme=reflection.programme_id, person=reflection.person_id)
