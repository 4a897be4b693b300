"""Bring people in: one by a form, or many from a spreadsheet, after a look at what would happen."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from unmentor.audit.actions import record
from unmentor.audit.deeds import Deed
from unmentor.forms import Page
from unmentor.organise.blueprint import blueprint
from unmentor.organise.forms import MOST_LINES, AddForm, ConfirmForm, UploadForm
from unmentor.organise.guards import needs_organiser
from unmentor.people.actions import sign_up
from unmentor.people.guards import the_person
from unmentor.people.queries import person_at
from unmentor.programmes.importing import KNOWN, NEEDED, Line, carry_out, look, mark, take_in
from unmentor.programmes.models import Programme
from unmentor.programmes.queries import memberships_of
from unmentor.programmes.turn import turn
from unmentor.sheets import WrongSheet, text_of


@blueprint.route("/<slug>/people/add", methods=["GET", "POST"])
@needs_organiser
def add_person(programme: Programme) -> Page:
    """Put somebody on the list; they are asked by email whether they take part."""
    form = AddForm()
    if not form.validate_on_submit():
        return render_template("organise/add.html", programme=programme, form=form), form.status
    email, details = form.address(), form.details()
    with turn(programme) as now:
        person = person_at(email) or sign_up(email, details, now)
        new = not memberships_of(programme, [person.id])
        if new:
            take_in(person, programme, now)
            record(Deed.PERSON_ADDED, by=the_person().id, programme=programme.id, person=person.id)
        number = person.id
    asked = _("We have asked them by email. No draw includes them until they say yes.")
    flash(asked if new else _("They are here already, so nothing was changed."))
    return redirect(url_for("organise.person", slug=programme.slug, number=number), 303)


@blueprint.route("/<slug>/people/import", methods=["GET", "POST"])
@needs_organiser
def import_people(programme: Programme) -> Page:
    """Take a spreadsheet, and show line by line what importing it would do; nothing happens yet."""
    form = UploadForm()
    if not form.validate_on_submit():
        return _upload(programme, form)
    try:
        text = text_of(form.data_of())
        return _preview(programme, ConfirmForm(formdata=None, text=text), look(text, programme, MOST_LINES))
    except WrongSheet as error:
        return _refused(programme, error)


@blueprint.post("/<slug>/people/import/confirm")
@needs_organiser
def confirm_import(programme: Programme) -> Page:
    """Do what was shown, and exactly that: where anything has changed since, it is shown once more."""
    form = ConfirmForm()
    try:
        with turn(programme) as now:
            looked_at = look(form.text.data or "", programme, MOST_LINES)
            if not form.validate_on_submit() or not form.still_shows(mark(looked_at)):
                return _preview(programme, form, looked_at)
            taken = carry_out(looked_at, programme, now)
            record(Deed.PEOPLE_IMPORTED, by=the_person().id, programme=programme.id, people=taken)
    except WrongSheet as error:
        return _refused(programme, error)
    flash(ngettext("We have asked %(num)s person by email.", "We have asked %(num)s people by email.", taken))
    return redirect(url_for("organise.people", slug=programme.slug, show="asked"), 303)


def _upload(programme: Programme, form: UploadForm) -> Page:
    page = render_template("organise/import.html", programme=programme, form=form, columns=KNOWN, needed=NEEDED)
    return page, form.status


def _refused(programme: Programme, error: WrongSheet) -> Page:
    form = UploadForm(formdata=None)
    form.sheet.errors = [str(error)]
    return _upload(programme, form)


def _preview(programme: Programme, form: ConfirmForm, looked_at: list[Line]) -> Page:
    # WTForms gives a field back what was sent; what is shown now is what the button stands for.
    form.seen.data = mark(looked_at)
    sorted_out = {
        outcome: [line for line in looked_at if line.outcome == outcome] for outcome in ("wrong", "new", "here")
    }
    page = render_template("organise/preview.html", programme=programme, form=form, **sorted_out)
    return page, form.status
