"""Whoever was in a conversation may ask, once, that what another shared of it is read again."""

from datetime import datetime

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _

from unmentor import runtime
from unmentor.audit.actions import record
from unmentor.audit.deeds import Deed
from unmentor.conversations.guards import writable
from unmentor.conversations.models import Participation
from unmentor.db import transaction
from unmentor.forms import Page
from unmentor.mail.outbox import queue
from unmentor.reflections.actions import look_again
from unmentor.reflections.mails import read_again
from unmentor.reflections.models import Reflection
from unmentor.reflections.queries import of_others
from unmentor.reports.actions import AskedAlready
from unmentor.reports.actions import ask_again as tell_organisers
from unmentor.reports.forms import ReportForm
from unmentor.reports.models import Report
from unmentor.reports.queries import asked_by


class NotPublic(Exception):  # noqa: N818 - it is named by what happened
    """It is not public any more: its writer or an organiser was faster."""


def ask_again(token: str, number: int) -> Page:
    """Ask what is wrong with what another shared, and take it off the site until an organiser has read it again."""
    part, back = writable(token), redirect(url_for("conversations.show", token=token), 303)
    reflection = next((each for each in of_others(part) if each.id == number), None) or abort(404)
    form, public = ReportForm(), reflection.state == "published"
    try:
        if reflection.id in asked_by(part):
            raise AskedAlready
        if not form.validate_on_submit():
            page = {"form": form, "part": part, "token": token, "reflection": reflection, "public": public}
            return render_template("reflections/ask-again.html", **page), form.status
        with transaction():
            object_to(reflection, part, form.words, runtime.settings().operator, runtime.now())
    except AskedAlready:
        flash(_("You have asked this once, and an organiser decides. What they decided holds."), "error")
    except NotPublic:
        flash(_("It is not public any more, so there is nothing to ask."), "error")
    else:
        flash(_("It is off the public pages until an organiser has read it again. Thank you for saying so."))
    return back


def object_to(
    reflection: Reflection, part: Participation, reason: str, operator: tuple[str, str], now: datetime
) -> None:
    """Take public words off the site until an organiser has read them again, and tell organisers and writer.

    Raises AskedAlready and NotPublic; then nothing is to be kept.
    """
    report = Report(
        programme=reflection.programme,
        participation=part,
        reflection_id=reflection.id,
        begins=reflection.headline,
        about=[reflection.person_id],
        reason=reason,
        at=now,
    )
    tell_organisers(report, operator)
    if not look_again(reflection):
        raise NotPublic
    if reflection.person.email:
        queue(read_again(reflection, report, now), now)
    record(Deed.REFLECTION_ASKED, by=part.person_id, programme=reflection.programme_id, person=reflection.person_id)
