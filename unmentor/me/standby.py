"""Step in where somebody is left alone."""

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _

from unmentor.forms import Button, Page
from unmentor.me.chosen import chosen
from unmentor.people.guards import needs_sign_in
from unmentor.programmes.actions import stand_by
from unmentor.programmes.turn import turn


@needs_sign_in
def standby() -> Page:
    """Offer to step in, in one programme or in all, or take that back: what the button says, else the other way round.

    Where numbers are made even by those who stand by, they are in no other draw.
    """
    mine, form = chosen(request.form.get("programme")), Button()
    if form.validate_on_submit():
        with turn(*(each.programme for each in mine)):
            yes = request.form.get("standby", "no" if all(each.standby for each in mine) else "yes") == "yes"
            for each in mine:
                stand_by(each, yes)
        flash(_("Thank you. We write to you when somebody is left alone.") if yes else _("We do not ask you any more."))
    return redirect(url_for("me.home", _anchor="programmes"), 303)
