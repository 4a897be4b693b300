"""Who is in a programme, and who takes part."""

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _

from unmentor import runtime
from unmentor.audit.actions import record
from unmentor.audit.deeds import Deed
from unmentor.db import transaction
from unmentor.forms import Button, Page
from unmentor.mail.outbox import queue
from unmentor.organise.blueprint import blueprint
from unmentor.organise.guards import needs_organiser
from unmentor.organise.queries import refused_members
from unmentor.people.guards import the_person
from unmentor.programmes import actions
from unmentor.programmes.mails import welcome
from unmentor.programmes.models import Programme
from unmentor.programmes.queries import entrants, member_numbered, members, waiting_for_yes


@blueprint.get("/<slug>/people")
@needs_organiser
def people(programme: Programme) -> Page:
    """Show everybody, and whether the next draw includes them."""
    return _page(programme, Button())


@blueprint.post("/<slug>/people/<int:number>/approve")
@needs_organiser
def approve(programme: Programme, number: int) -> Page:
    """Say yes to somebody who waits, and tell them."""
    member, form, now = member_numbered(programme, number) or abort(404), Button(), runtime.now()
    if not form.validate_on_submit():
        return _page(programme, form), form.status
    with transaction():
        if actions.approve(member):
            queue(welcome(member, now), now)
            record(Deed.PERSON_APPROVED, by=the_person().id, programme=programme.id, person=member.person_id)
    flash(_("%(name)s is in, and hears by mail. The next draw includes them.", name=member.person.name))
    return redirect(url_for("organise.people", slug=programme.slug), 303)


def _page(programme: Programme, form: Button) -> str:
    today = programme.today(runtime.now())
    return render_template(
        "organise/people.html",
        programme=programme,
        members=members(programme),
        today=today,
        drawn={each.id for each in entrants(programme, today)},
        refused={person.id for person, _refusal in refused_members(programme)},
        waiting=waiting_for_yes(programme),
        form=form,
    )
