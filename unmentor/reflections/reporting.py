"""Anybody may say that public words should not be."""

from datetime import datetime

from flask import abort, redirect, render_template, url_for
from flask_babel import gettext as _

from unmentor import runtime
from unmentor.db import transaction
from unmentor.forms import Page
from unmentor.people import browser
from unmentor.reflections.models import Reflection
from unmentor.reflections.queries import reflection_named
from unmentor.reports.actions import TooManyReports, report_words
from unmentor.reports.forms import ReportForm
from unmentor.reports.models import Report


def report(slug: str) -> Page:
    """Ask what is wrong with public words, and tell the organisers at once; nobody signs in for it."""
    reflection = reflection_named(slug)
    if reflection is None or reflection.state != "published":
        abort(404)
    form = ReportForm()
    if form.validate_on_submit():
        try:
            with transaction():
                reported = _report(reflection, form.words, runtime.now())
                report_words(reported, browser.source(), runtime.settings().operator, reported.at)
            return redirect(url_for("reports.thanks"), 303)
        except TooManyReports:
            form.reason.errors = [_("A lot was reported just now, and organisers are looking. Try again tomorrow")]
    return render_template("reflections/report.html", reflection=reflection, form=form), form.status


def _report(reflection: Reflection, words: str, now: datetime) -> Report:
    return Report(
        programme=reflection.programme,
        reflection_id=reflection.id,
        begins=reflection.headline,
        about=[reflection.person_id],
        reason=words,
        at=now,
    )
