"""Keep somebody apart from somebody else for good, from a person's page."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from unmentor.audit.actions import record
from unmentor.audit.deeds import Deed
from unmentor.forms import Page
from unmentor.organise.blueprint import blueprint
from unmentor.organise.forms import ApartForm
from unmentor.organise.guards import needs_organiser
from unmentor.organise.person import member_of
from unmentor.people.actions import CannotKeepApart
from unmentor.people.guards import the_person
from unmentor.people.queries import person_at
from unmentor.programmes.models import Membership, Programme
from unmentor.programmes.queries import memberships_of
from unmentor.programmes.turn import turn
from unmentor.rounds import apart
from unmentor.rounds.chance import new_seed


@blueprint.route("/<slug>/people/<int:number>/apart", methods=["GET", "POST"])
@needs_organiser
def keep_person_apart(programme: Programme, number: int) -> Page:
    """Ask from whom, then never pair the two again; neither is told."""
    member, form = member_of(programme, number), ApartForm()
    if not form.validate_on_submit():
        return _page(member, form)
    person, other, by = member.person, person_at(form.address()), the_person().id
    try:
        if other is None or not memberships_of(programme, [other.id]):
            raise CannotKeepApart
        with turn(*apart.programmes_of(programme, person, other)) as now:
            pair = apart.keep_apart(person, other, programme, new_seed(), now)
            record(Deed.KEPT_APART, by=by, programme=programme.id, pair=pair)
    except CannotKeepApart:
        form.email.errors = [_("Nobody else in %(programme)s has this address", programme=programme.name)]
        return _page(member_of(programme, number), form)
    flash(_("They are never paired again, and neither is told why."))
    return redirect(url_for("organise.person", slug=programme.slug, number=number), 303)


def _page(member: Membership, form: ApartForm) -> tuple[str, int]:
    page = render_template("organise/apart.html", programme=member.programme, member=member, form=form)
    return page, form.status
