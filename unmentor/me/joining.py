"""Take part in one programme more."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from unmentor import runtime
from unmentor.db import transaction
from unmentor.forms import Button, Page
from unmentor.people.guards import needs_sign_in, the_person
from unmentor.programmes.actions import enrol
from unmentor.programmes.ended import refuse_ended
from unmentor.programmes.forms import only_for
from unmentor.programmes.models import Programme
from unmentor.programmes.queries import memberships, programme_named


@needs_sign_in
def join() -> Page:
    """Ask once, then let them in, where it is for addresses like theirs; it may want an organiser's yes first.

    Whoever asked to join before we knew who they are comes here once they have signed in.
    """
    programme = programme_named(request.values.get("programme", "")) or abort(404)
    refuse_ended(programme)
    form = Button()
    if not form.validate_on_submit():
        if request.method == "GET" and programme in [each.programme for each in memberships(the_person())]:
            return redirect(url_for("me.home"), 303)
        return _page(programme, form), form.status
    if not programme.admits(the_person().email or ""):
        form.form_errors = [only_for(programme)]
        return _page(programme, form), form.status
    with transaction():
        approved = enrol(the_person(), programme, runtime.now()).approved
    if approved:
        flash(_("You are in %(programme)s. The next draw includes you.", programme=programme.name))
    else:
        flash(
            _("You asked to join %(programme)s. An organiser looks, and you hear by email.", programme=programme.name)
        )
    return redirect(url_for("me.home"), 303)


def _page(programme: Programme, form: Button) -> str:
    return render_template("me/join.html", programme=programme, form=form)
