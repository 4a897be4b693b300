"""What became of a programme's mail, and how to mend it."""

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from unmentor import runtime
from unmentor.db import transaction
from unmentor.forms import Button
from unmentor.mail import actions
from unmentor.mail.queries import held_since
from unmentor.organise import queries
from unmentor.organise.guards import needs_organiser
from unmentor.programmes.models import Programme


@needs_organiser
def mail(of: Programme) -> str:
    """Show what did not arrive, and whether mail is held."""
    return _page(of, Button())


@needs_organiser
def try_again(of: Programme, number: int) -> tuple[str, int] | Response:
    """Send a message that failed once more."""
    message = queries.message_of(of, number) or abort(404)
    form = Button()
    if not form.validate_on_submit():
        return _page(of, form), form.status
    with transaction():
        actions.try_again(message, runtime.now())
    flash(_("It is on its way again."))
    return _back(of)


@needs_organiser
def write_again(of: Programme, number: int) -> tuple[str, int] | Response:
    """Write again to a member whose address was refused for good before."""
    person = queries.refused_member(of, number) or abort(404)
    form = Button()
    if not form.validate_on_submit():
        return _page(of, form), form.status
    with transaction():
        actions.write_again(person.email or "")
    flash(_("We write to %(name)s again from now on.", name=person.name))
    return _back(of)


@needs_organiser
def release(of: Programme) -> tuple[str, int] | Response:
    """Let held mail go."""
    form = Button()
    if not form.validate_on_submit():
        return _page(of, form), form.status
    with transaction():
        released = actions.release_all(runtime.now())
    flash(ngettext("%(num)s message is on its way.", "%(num)s messages are on their way.", released))
    return _back(of)


def _page(of: Programme, form: Button) -> str:
    return render_template(
        "organise/mail.html",
        programme=of,
        form=form,
        counts=queries.mail_counts(of),
        troubled=queries.troubled_mail(of),
        refused=queries.refused_members(of),
        held_since=held_since(),
    )


def _back(of: Programme) -> Response:
    return redirect(url_for("organise.mail", slug=of.slug), 303)
