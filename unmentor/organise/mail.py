"""How far a programme's email is, what did not arrive, and how to mend it."""

from collections.abc import Callable
from datetime import datetime

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from unmentor import runtime
from unmentor.audit.actions import record
from unmentor.audit.deeds import Deed
from unmentor.db import transaction
from unmentor.forms import Button, Page
from unmentor.mail import actions
from unmentor.mail.inbound.actions import COMPLAINED
from unmentor.mail.inbound.unread import unread
from unmentor.mail.queries import held_since
from unmentor.organise import queries
from unmentor.organise.blueprint import blueprint
from unmentor.organise.guards import is_operator, needs_operator, needs_organiser
from unmentor.organise.sending import about, sending
from unmentor.people.guards import the_person
from unmentor.people.proof import needs_fresh_proof
from unmentor.programmes.models import Programme


@blueprint.get("/<slug>/mail")
@needs_organiser
def mail(programme: Programme) -> str:
    """Show what has still to leave, what did not arrive, and whether anything stands in the way."""
    return _page(programme, Button())


@blueprint.post("/<slug>/mail/<int:number>/again")
@needs_organiser
def try_again(programme: Programme, number: int) -> Page:
    """Send a message that failed once more."""
    message = queries.message_of(programme, number) or abort(404)
    form = Button()
    if not form.validate_on_submit():
        return _page(programme, form), form.status
    with transaction():
        again = actions.try_again(message, runtime.now())
        if again:
            record(Deed.EMAIL_TRIED_AGAIN, by=the_person().id, programme=programme.id, person=message.person_id)
    stays = _("It stays here: it is too late for it, or a later email says more.")
    flash(_("It is on its way again.") if again else stays)
    return _back(programme)


@blueprint.post("/<slug>/mail/to/<int:number>/again")
@needs_organiser
def lift_suppression(programme: Programme, number: int) -> Page:
    """Write again to a member whose address was refused for good before."""
    person = queries.refused_member(programme, number) or abort(404)
    form = Button()
    if not form.validate_on_submit():
        return _page(programme, form), form.status
    with transaction():
        actions.lift_suppression(person.email or "")
        record(Deed.ADDRESS_WRITTEN_AGAIN, by=the_person().id, programme=programme.id, person=person.id)
    flash(_("We write to %(name)s again from now on.", name=person.name))
    return _back(programme)


@blueprint.post("/<slug>/mail/hold")
@needs_organiser
@needs_operator
def hold(programme: Programme) -> Page:
    """Hold the email of every programme, until it is released."""
    return _press(
        programme, actions.hold_all, Deed.EMAIL_HELD,
        lambda held: ngettext("%(num)s message is held.", "%(num)s messages are held.", held),
    )  # fmt: skip


@blueprint.post("/<slug>/mail/release")
@needs_organiser
@needs_operator
@needs_fresh_proof
def release(programme: Programme) -> Page:
    """Let the held email of every programme go."""
    return _press(
        programme, actions.release_all, Deed.EMAIL_RELEASED,
        lambda released: ngettext("%(num)s message is on its way.", "%(num)s messages are on their way.", released),
    )  # fmt: skip


def _press(programme: Programme, act: Callable[[datetime], int | None], deed: Deed, say: Callable[[int], str]) -> Page:
    """Hold or release all email and log it, once, and say how much that was; or say that somebody was faster."""
    form = Button()
    if not form.validate_on_submit():
        return _page(programme, form), form.status
    with transaction():
        count = act(runtime.now())
        if count is not None:
            record(deed, by=the_person().id, programme=None)
    if count is None:
        form.form_errors = [_("Nothing was left to do: it is so already, or somebody was faster.")]
        return _page(programme, form), form.status
    flash(say(count))
    return _back(programme)


def _page(programme: Programme, form: Button) -> str:
    now = runtime.now()
    return render_template(
        "organise/mail.html",
        programme=programme,
        form=form,
        sending=sending(programme, now),
        about=about,
        troubled=queries.troubled_mail(programme, now),
        how_many_troubled=queries.how_many_troubled(programme, now),
        refused=queries.refused_members(programme, queries.NEWEST),
        how_many_refused=queries.how_many_refused(programme),
        held_since=held_since(),
        unread=unread(),
        mail_from=runtime.settings().mail_from[1],
        complained=COMPLAINED,
        operator=is_operator(),
    )


def _back(programme: Programme) -> Response:
    return redirect(url_for("organise.mail", slug=programme.slug), 303)
