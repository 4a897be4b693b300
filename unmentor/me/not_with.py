"""Whom a person would rather not meet."""

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from unmentor import runtime
from unmentor.conversations.avoided import avoided, met
from unmentor.db import transaction
from unmentor.forms import Button, Page
from unmentor.me.forms import NotWithForm
from unmentor.people import actions as people
from unmentor.people.guards import needs_sign_in, the_person
from unmentor.words import listed


@needs_sign_in
def not_with() -> Page:
    """List whom not to meet, and add to it."""
    person = the_person()
    form = NotWithForm(person.email or "", met(person, runtime.now()))
    if not form.validate_on_submit():
        return _page(form)
    picked, address = form.picked, form.address() if form.email.data else ""
    try:
        with transaction():
            if picked and picked.email:
                people.avoid(person, picked.email, picked=True)
            if address:
                people.avoid(person, address)
    except people.TooManyExclusions:
        field = form.email if address else form.met
        field.errors = [_("Ten is the most: with more, too little is left to chance. Take somebody off the list first")]
        return _page(form)
    names = listed([*([picked.name] if picked else []), *([address] if address else [])])
    flash(_("We will not pair you with %(address)s.", address=names))
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
    return render_template("me/not-with.html", form=form, avoided=avoided(the_person(), runtime.now())), form.status
