"""Confirm an address: show what is confirmed, and let its owner in."""

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _

from unmentor import runtime
from unmentor.db import transaction
from unmentor.forms import Button, Page
from unmentor.gone import GONE, forward
from unmentor.links import Above, signed
from unmentor.people import browser, door
from unmentor.people.details import Details
from unmentor.people.models import Request
from unmentor.people.queries import person_at
from unmentor.programmes.door import let_in
from unmentor.programmes.queries import memberships, programme_named


def confirm(token: str) -> Page:
    """Show whoever opens the link of a confirmation what was told of them; pressing the button signs them in."""
    request = door.request_of(signed("confirm", token)) or abort(404)
    if not door.is_open(request, runtime.now()):
        return _ended(request), GONE
    form = Button()
    if not form.validate_on_submit():
        return _page(request, form), form.status
    with transaction():
        person = let_in(request, runtime.now())
    if person is None:
        return _ended(request), GONE
    wanted = browser.enter(person, runtime.now())
    if not memberships(person):
        flash(_("You are signed in, %(name)s. What you wanted to join has ended.", name=person.first_name))
    elif any(not each.approved for each in memberships(person)):
        flash(_("Thank you, %(name)s. An organiser looks at who joins, and you hear by email.", name=person.first_name))
    else:
        flash(_("You are in, %(name)s. The next draw includes you.", name=person.first_name))
    return redirect(wanted or url_for(Above.OWN_PAGE), 303)


def _page(request: Request, form: Button) -> str:
    return render_template(
        "programmes/confirm.html",
        form=form,
        email=request.email,
        told=Details(**request.details or {}),
        programme=programme_named(request.programme),
    )


def _ended(request: Request) -> str:
    person = person_at(request.email)
    if person and person.confirmed_at:
        return forward(
            _("You are already in"),
            _("This link has done its work. Sign in with your email address, there is no password."),
            _("Sign in"),
            url_for("people.sign_in"),
        )
    return forward(
        _("This link has ended"),
        _("It was good for a week. Join again, and we send you a new one."),
        _("Join"),
        url_for("programmes.join"),
    )
