"""Change one's address: ask for it, confirm it at the new one, or take that back at the old one."""

from collections.abc import Callable
from datetime import datetime

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _

from unmentor import runtime
from unmentor.conversations.queries import upcoming
from unmentor.db import transaction
from unmentor.forms import Button, Page
from unmentor.gone import GONE, forward, gone
from unmentor.links import signed
from unmentor.me.forms import NewEmailForm
from unmentor.me.readdressing import change_address, put_back
from unmentor.people import browser, changing
from unmentor.people.actions import AddressTaken
from unmentor.people.guards import needs_sign_in, signed_in, the_person
from unmentor.people.models import EmailChange
from unmentor.people.proof import needs_fresh_proof
from unmentor.programmes.queries import memberships
from unmentor.programmes.turn import turn


@needs_sign_in
@needs_fresh_proof
def email() -> Page:
    """Ask for another address; what happens next is the same for one that we know and for one that we do not."""
    person, now = the_person(), runtime.now()
    asked = changing.asked_by(person, now)
    form = NewEmailForm(person.email or "", data={"email": asked.new if asked else ""})
    if not form.validate_on_submit():
        return render_template("me/email.html", form=form, asked=asked), form.status
    with transaction():
        changing.ask(person, form.address(), browser.source(), now)
    return redirect(url_for("me.email"), 303)


def new_email(token: str) -> Page:
    """Show whoever reads mail at a new address what a button does, and let its owner be there."""
    change = _change("new email", token, changing.is_open)
    form = Button()
    if not form.validate_on_submit():
        return _page(form, change), form.status
    person = change.person
    mine = signed_in() is person
    _do(change_address, change)
    if not mine:
        return forward(
            _("Your address is changed"),
            _("Sign in with the new one from now on, there is no password. You are signed out everywhere."),
            _("Sign in"),
            url_for("people.sign_in"),
        )
    browser.enter(person, runtime.now())
    flash(_("We write to %(address)s from now on.", address=person.email))
    for name in (each.programme.name for each in memberships(person) if not each.approved):
        flash(_("An organiser of %(programme)s looks at your new address, and you hear by email.", programme=name))
    return redirect(url_for("me.home"), 303)


def old_email(token: str) -> Page:
    """Show whoever reads mail at an old address what a button does, and put it back."""
    change = _change("old email", token, changing.can_be_undone)
    form = Button()
    if not form.validate_on_submit():
        return _page(form, change, undo=True), form.status
    mine = signed_in() is change.person
    _do(put_back, change)
    if mine:
        browser.leave()
    return forward(
        _("Your address is back"),
        _("Everybody who was signed in as you is out, and the passkeys are gone. Sign in, and look at your details."),
        _("Sign in"),
        url_for("people.sign_in"),
    )


def _change(purpose: str, token: str, holds: Callable[[EmailChange, datetime], bool]) -> EmailChange:
    """Return the change that a key is for; 404 for no key of ours, 410 where it is used, or too late."""
    change = changing.change_of(signed(purpose, token) or abort(404))
    if change is None or not holds(change, runtime.now()):
        abort(GONE)
    return change


def _do(act: Callable[[EmailChange, datetime], bool], change: EmailChange) -> None:
    """Do it in its turn; 410 where somebody was faster, or somebody else has the address by now."""
    programmes = {part.conversation.round.programme for part in upcoming(change.person, runtime.now())}
    try:
        with turn(*programmes) as now:
            done = act(change, now)
    except AddressTaken:
        gone(
            _("Somebody is here with this address already"),
            _("So nothing has changed. If that is you, sign in with it."),
            _("Sign in"),
            url_for("people.sign_in"),
        )
    if not done:
        abort(GONE)


def _page(form: Button, change: EmailChange, *, undo: bool = False) -> str:
    return render_template("me/new-email.html", form=form, change=change, undo=undo)
