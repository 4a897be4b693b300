"""Organisations with other names: which are one, what it goes by, and what was no other name after all."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from unmentor.audit.actions import record
from unmentor.audit.deeds import Deed
from unmentor.forms import Button, Page, page_number
from unmentor.organise import organisation_names as names
from unmentor.organise.blueprint import blueprint
from unmentor.organise.forms import OrganisationForm, SpellingForm
from unmentor.organise.guards import needs_organiser
from unmentor.people.guards import the_person
from unmentor.people.organisations import call, name_of, take_apart
from unmentor.programmes.models import Programme
from unmentor.programmes.queries import all_programmes
from unmentor.programmes.turn import turn


@blueprint.route("/<slug>/organisations", methods=["GET", "POST"])
@needs_organiser
def organisations(programme: Programme) -> Page:
    """Show where people are from, and let those who wrote one name be counted by another."""
    form = OrganisationForm()
    if not form.validate_on_submit():
        return _page(programme, form)
    spelling, name, by = form.spelling.data or "", form.name.data or "", the_person().id
    if not names.somebody_is_from(programme, spelling):
        form.spelling.errors = [_("Nobody in %(programme)s is from there", programme=programme.name)]
        return _page(programme, form)
    # It counts in every draw.
    with turn(*all_programmes()):
        changed = call(spelling, name)
        if changed:
            record(Deed.ORGANISATION_NAMED, by=by, programme=programme.id)
    if changed:
        flash(_("“%(spelling)s” goes by “%(name)s” from now on.", spelling=spelling, name=name_of(name)))
    else:
        flash(_("That is so already."))
    return _back(programme)


@blueprint.post("/<slug>/organisations/apart")
@needs_organiser
def organisation_apart(programme: Programme) -> Page:
    """Let whoever wrote a name be from just that again."""
    form = SpellingForm()
    if not form.validate_on_submit():
        return _page(programme, form)
    spelling, by = form.spelling.data or "", the_person().id
    if names.somebody_is_from(programme, spelling):
        with turn(*all_programmes()):
            if take_apart(spelling):
                record(Deed.ORGANISATION_APART, by=by, programme=programme.id)
        flash(_("“%(spelling)s” is an organisation of its own again.", spelling=spelling))
    return _back(programme)


def _back(programme: Programme) -> Response:
    return redirect(url_for("organise.organisations", slug=programme.slug), 303)


def _page(programme: Programme, form: OrganisationForm | Button) -> tuple[str, int]:
    page = names.page_of(programme, page_number())
    shown = names.organisations(programme, page.items)
    text = render_template(
        "organise/organisations.html",
        programme=programme,
        form=form if isinstance(form, OrganisationForm) else OrganisationForm(formdata=None),
        page=page,
        organisations=shown,
        suggested=names.suggested(programme),
    )
    return text, form.status
