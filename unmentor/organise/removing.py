"""Take somebody out of a programme."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from unmentor import runtime
from unmentor.audit.actions import record
from unmentor.audit.deeds import Deed
from unmentor.conversations.queries import upcoming
from unmentor.forms import Button, Page
from unmentor.links import Above
from unmentor.organise.blueprint import blueprint
from unmentor.organise.guards import needs_organiser
from unmentor.organise.person import last_organiser, member_of
from unmentor.people.guards import the_person
from unmentor.people.proof import needs_fresh_proof
from unmentor.privacy.removal import NotIn, remove
from unmentor.programmes.actions import LastOrganiser
from unmentor.programmes.models import Membership, Programme
from unmentor.programmes.turn import turn
from unmentor.rounds.chance import new_seed


@blueprint.route("/<slug>/people/<int:number>/remove", methods=["GET", "POST"])
@needs_organiser
@needs_fresh_proof
def remove_person(programme: Programme, number: int) -> Page:
    """Ask once, then call off what is ahead and take them out."""
    member, form = member_of(programme, number), Button()
    if not form.validate_on_submit():
        return _page(member, form), form.status
    slug, person, name, by = programme.slug, member.person, member.known_as, the_person().id
    try:
        with turn(programme) as now:
            remove(person, programme, new_seed(), now)
            record(Deed.PERSON_REMOVED, by=by, programme=programme.id, person=number)
    except LastOrganiser:
        form.form_errors = [last_organiser()]
        return _page(member, form), form.status
    except NotIn:
        member_of(programme, number)
    flash(_("%(name)s is not in the programme any more.", name=name))
    return redirect(url_for(Above.OWN_PAGE) if number == by else url_for("organise.people", slug=slug), 303)


def _page(member: Membership, form: Button) -> str:
    ahead = [
        part for part in upcoming(member.person, runtime.now())
        if part.conversation.round.programme_id == member.programme_id
    ]  # fmt: skip
    return render_template("organise/remove.html", programme=member.programme, member=member, form=form, ahead=ahead)
