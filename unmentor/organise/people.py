"""Who is in a programme: look for them, and take the list along."""

from flask import Response, render_template, request

from unmentor import runtime
from unmentor.audit.actions import record
from unmentor.audit.deeds import Deed
from unmentor.db import transaction
from unmentor.forms import Button, Page, page_number
from unmentor.organise import roster
from unmentor.organise.blueprint import blueprint
from unmentor.organise.guards import needs_organiser
from unmentor.organise.roster import ORDERS, SHOWN, Sought
from unmentor.organise.sheet import sheet_of
from unmentor.organise.standing import entries
from unmentor.people.guards import the_person
from unmentor.people.proof import needs_fresh_proof
from unmentor.programmes.models import Programme
from unmentor.sheets import download


@blueprint.get("/<slug>/people")
@needs_organiser
def people(programme: Programme) -> Page:
    """Show a page of people, and whether the next draw includes them."""
    return _page(programme, Sought.asked(request.args), Button())


@blueprint.post("/<slug>/people/export")
@needs_organiser
@needs_fresh_proof
def export_people(programme: Programme) -> Page | Response:
    """Hand out a spreadsheet of whom an organiser was looking at."""
    sought, form = Sought.asked(request.form), Button()
    if not form.validate_on_submit():
        return _page(programme, sought, form), form.status
    with transaction():
        found = roster.everybody(programme, sought, programme.today(runtime.now()))
        record(Deed.PEOPLE_EXPORTED, by=the_person().id, programme=programme.id, people=len(found))
        text = sheet_of(programme, found)
    return download(f"{programme.slug}-people.csv", text)


def _page(programme: Programme, sought: Sought, form: Button) -> str:
    today = programme.today(runtime.now())
    page = roster.page_of(programme, sought, today, page_number())
    known = {} if sought.words else {sought.show: page.total}
    return render_template(
        "organise/people.html",
        programme=programme,
        form=form,
        sought=sought,
        page=page,
        entries=entries(programme, roster.members(page), today),
        totals=known | roster.totals(programme, today, *known),
        shown=SHOWN,
        orders=ORDERS,
    )
