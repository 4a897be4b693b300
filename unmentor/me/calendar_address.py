"""Give a calendar another address, where the old one came into wrong hands."""

from flask import abort, flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from unmentor.db import transaction
from unmentor.forms import Button
from unmentor.people.actions import renew_calendar
from unmentor.people.guards import needs_sign_in, the_person


@needs_sign_in
def renew() -> Response:
    """Renew the address; calendars that follow the old one stop."""
    form = Button()
    if not form.validate_on_submit():
        abort(form.status)
    with transaction():
        renew_calendar(the_person())
    flash(_("Your calendar has a new address. Calendars that follow the old one stop: subscribe them again."))
    return redirect(url_for("me.home", _anchor="next"), 303)
