"""Whom a person would rather not meet."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from unmentor.db import transaction
from unmentor.forms import Button, Page
from unmentor.me.forms import NotWithForm
from unmentor.people import actions as people
from unmentor.people.guards import needs_sign_in, the_person
from unmentor.people.queries import exclusions


@needs_sign_in
def not_with() -> Page:
    """List whom not to meet, and add to it."""
    form = NotWithForm(the_person().email or "")
    if not form.validate_on_submit():
        return _page(form)
    try:
        with transaction():
            people.avoid(the_person(), form.address())
    except people.TooManyExclusions:
        form.email.errors = [
            _("Ten is the most: with more, too little is left to chance. Take somebody off the list first")
        ]
        return _page(form)
    flash(_("We will not pair you with %(address)s.", address=form.address()))
    return redirect(url_for("me.not_with"), 303)


@needs_sign_in
def not_with_remove(number: int) -> Page:
    """Let chance decide again."""
    form = Button()
    if not form.validate_on_submit():
        return _page(form)
    with transaction():
        people.stop_avoiding(the_person(), number)
    flash(_("Removed. Chance decides again."))
    return redirect(url_for("me.not_with"), 303)


def _page(form: NotWithForm | Button) -> tuple[str, int]:
    return render_template("me/not-with.html", form=form, exclusions=exclusions(the_person())), form.status
