"""The settings of a programme: typed, looked at, then saved."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from unmentor import runtime
from unmentor.forms import Page
from unmentor.organise.blueprint import blueprint
from unmentor.organise.guards import needs_organiser
from unmentor.organise.outlook import NOTHING, look_at
from unmentor.organise.settings_form import SettingsForm
from unmentor.organise.settings_sections import OPTIONAL, SECTIONS, opened
from unmentor.people.guards import the_person
from unmentor.programmes.models import Programme
from unmentor.programmes.queries import next_draw
from unmentor.programmes.schedule import change
from unmentor.programmes.turn import turn
from unmentor.words import when


@blueprint.route("/<slug>/settings", methods=["GET", "POST"])
@needs_organiser
def settings(programme: Programme) -> Page:
    """Show the settings; then what others would do; and save them once they were looked at."""
    form = SettingsForm(programme)
    if request.method == "GET" or "edit" in request.form:
        return _form(programme, form)
    with turn(programme) as now:
        # Read again in the turn: what is compared with is what is changed.
        fine = form.validate_on_submit()
        look = look_at(programme, form.rules, now) if fine else NOTHING
        saves = look.differs and form.seen.data == look.mark
        if saves:
            change(programme, form.rules, now, by=the_person().id)
    if not fine:
        return _form(programme, form), form.status
    if look.differs and not saves:
        changed_since = bool(form.seen.data)
        return render_template(
            "organise/settings_look.html", programme=programme, form=form, look=look, changed_since=changed_since
        )
    flash(_saved(programme) if saves else _("You have changed nothing."))
    return redirect(url_for("organise.settings", slug=programme.slug), 303)


def _form(programme: Programme, form: SettingsForm) -> str:
    form.seen.data = ""  # what is typed now was not looked at yet
    return render_template(
        "organise/settings.html",
        programme=programme,
        form=form,
        sections=SECTIONS,
        opened=opened(form, request.args.get("open", "")),
        optional=OPTIONAL,
    )


def _saved(programme: Programme) -> str:
    if programme.ended_at:
        return str(_("Saved."))
    moment = when(next_draw(programme, runtime.now()), programme.time_zone)
    return str(_("Saved. The next draw is on %(when)s.", when=moment))
