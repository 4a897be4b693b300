"""The log of a programme: who did what, to whom and when."""

from flask import render_template

from unmentor.audit.actions import KEPT, record
from unmentor.audit.deeds import Deed
from unmentor.db import transaction
from unmentor.forms import Button, Page, page_number
from unmentor.organise import log_lines
from unmentor.organise.blueprint import blueprint
from unmentor.organise.guards import needs_organiser
from unmentor.organise.log_form import LogForm
from unmentor.people.guards import the_person
from unmentor.people.proof import needs_fresh_proof
from unmentor.programmes.models import Programme
from unmentor.sheets import csv_of, download


@blueprint.get("/<slug>/log")
@needs_organiser
def log(programme: Programme) -> Page:
    """Show the newest of what was done, or what is looked for."""
    return _page(programme, LogForm())


@blueprint.post("/<slug>/log/export")
@needs_organiser
@needs_fresh_proof
def export_log(programme: Programme) -> Page:
    """Hand out what is looked for as a spreadsheet, and log that."""
    form, asked = Button(), LogForm()
    if not form.validate_on_submit() or not asked.validate():
        return _page(programme, asked), form.status
    with transaction():
        lines = log_lines.all_lines(programme, asked.asked(programme))
        record(Deed.LOG_EXPORTED, by=the_person().id, programme=programme.id)
    rows = ((f"{each.at:%Y-%m-%dT%H:%M:%SZ}", each.by, each.says, each.person, each.round_number) for each in lines)
    return download(f"{programme.slug}-log.csv", csv_of(("when", "who", "what", "whom", "round"), rows))


def _page(programme: Programme, form: LogForm) -> str:
    asked = form.asked(programme) if form.validate() else log_lines.Asked()
    page, lines = log_lines.page_of(programme, asked, page_number())
    return render_template(
        "organise/log.html",
        programme=programme,
        form=form,
        page=page,
        lines=lines,
        looked_for=form.address(),
        years=KEPT.days // 365,
    )
