"""What people report, in private: read it, keep two apart, take words down, or say that it is done."""

from operator import attrgetter

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from unmentor import runtime
from unmentor.audit.actions import record
from unmentor.audit.deeds import Deed
from unmentor.db import transaction
from unmentor.forms import Button, Page, page_number
from unmentor.organise.blueprint import blueprint
from unmentor.organise.guards import needs_organiser
from unmentor.people.actions import CannotKeepApart, stop_keeping_apart
from unmentor.people.guards import the_person
from unmentor.people.models import Person
from unmentor.programmes.models import Programme
from unmentor.programmes.turn import turn
from unmentor.reports import queries
from unmentor.reports.actions import settle
from unmentor.reports.models import Report
from unmentor.rounds import apart
from unmentor.rounds.chance import new_seed


@blueprint.get("/<slug>/reports")
@needs_organiser
def reports(programme: Programme) -> Page:
    """Show what was reported, but for what is about the reader."""
    return _page(programme, Button())


@blueprint.post("/<slug>/reports/<int:number>/done")
@needs_organiser
def settle_report(programme: Programme, number: int) -> Page:
    """Count a report as settled, whatever was done about it elsewhere."""
    report, form = _report(programme, number), Button()
    if not form.validate_on_submit():
        return _page(programme, form), form.status
    with transaction():
        if settle(report, "done", runtime.now()):
            record(Deed.REPORT_SETTLED, by=the_person().id, programme=programme.id, report=number)
    flash(_("Settled. Thank you for looking at it."))
    return redirect(url_for("organise.reports", slug=programme.slug), 303)


@blueprint.post("/<slug>/reports/<int:number>/apart")
@needs_organiser
def keep_apart(programme: Programme, number: int) -> Page:
    """Never pair who reported a conversation with somebody who was in it again; neither is told."""
    report, form = _report(programme, number), Button()
    one, other = report.reporter, _chosen(report)
    if not form.validate_on_submit():
        return _page(programme, form), form.status
    if one is None or other is None:
        abort(404)
    try:
        with turn(*apart.programmes_of(programme, one, other)) as now:
            pair = apart.keep_apart(one, other, programme, new_seed(), now)
            if settle(report, "apart", now):
                record(Deed.KEPT_APART, by=the_person().id, programme=programme.id, pair=pair)
    except CannotKeepApart:
        form.form_errors = [_("One of them has just left, so there is nobody to keep apart.")]
        return _page(programme, form), 422
    flash(_("They are never paired again, and neither is told why."))
    return redirect(url_for("organise.reports", slug=programme.slug), 303)


@blueprint.post("/<slug>/apart/<int:number>/undo")
@needs_organiser
def stop_apart(programme: Programme, number: int) -> Page:
    """Let chance decide again about two who were kept apart."""
    form = Button()
    known = queries.keeps_apart(programme, the_person(), number)
    if not form.validate_on_submit():
        return _page(programme, form), form.status
    with transaction():
        if known and stop_keeping_apart(number, programme.id):
            record(Deed.LET_MEET, by=the_person().id, programme=programme.id, pair=number)
    flash(_("Chance decides again about these two."))
    return redirect(url_for("organise.reports", slug=programme.slug), 303)


def _report(programme: Programme, number: int) -> Report:
    return queries.report_numbered(programme, number, the_person()) or abort(404)


def _chosen(report: Report) -> Person | None:
    return next((each for each in report.others if str(each.id) == request.form.get("other")), None)


def _page(programme: Programme, form: Button) -> str:
    waiting, settled, apart = lists = queries.lists(programme, the_person(), page_number())
    return render_template(
        "organise/reports.html",
        programme=programme,
        form=form,
        waiting=waiting,
        settled=settled,
        apart=apart,
        names=queries.names_of(programme, apart.items),
        longest=max(lists, key=attrgetter("pages")),
    )
