"""A person's passkeys: add, name and remove them."""

from flask import abort, flash, jsonify, redirect, render_template, url_for
from flask_babel import gettext as _

from unmentor import runtime
from unmentor.db import transaction
from unmentor.forms import UNPROCESSABLE, Button, Page
from unmentor.me.forms import NewPasskeyForm
from unmentor.people import browser
from unmentor.people import passkeys as keys
from unmentor.people.guards import needs_sign_in, the_person
from unmentor.people.proof import NOT_ACCEPTED, needs_fresh_proof


@needs_sign_in
@needs_fresh_proof
def passkeys() -> Page:
    """List passkeys, and add the one that a device has just made."""
    form = NewPasskeyForm()
    challenge = browser.challenged_since(runtime.now() - keys.TIME_TO_ANSWER) if form.is_submitted() else None
    if not form.validate_on_submit():
        return _page(form)
    with transaction():  # what is used up stays so
        trouble = _add(form, challenge)
    if trouble:
        form.form_errors = [trouble]
        return _page(form)
    flash(_("Added. From now on it signs you in."))
    return redirect(url_for("me.passkeys"), 303)


@needs_sign_in
@needs_fresh_proof
def passkey_challenge() -> Page:
    """Hand this browser what a device makes a passkey from."""
    form = Button()
    if not form.validate_on_submit():
        abort(form.status)
    return jsonify(keys.to_make_one(the_person(), browser.challenge(runtime.now())))


@needs_sign_in
@needs_fresh_proof
def passkey_remove(number: int) -> Page:
    """Forget a passkey."""
    form = Button()
    if not form.validate_on_submit():
        return _page(form)
    with transaction():
        keys.remove(the_person(), number)
    flash(_("Removed. It opens nothing here any more."))
    return redirect(url_for("me.passkeys"), 303)


def _add(form: NewPasskeyForm, challenge: bytes | None) -> str:
    """Return why the passkey cannot be added, or nothing once it is."""
    try:
        keys.add(the_person(), form.name.data or _("My passkey"), form.passkey.data or "", challenge, runtime.now())
    except keys.TooManyPasskeys:
        return str(_("%(most)s passkeys are the most. Remove one first", most=keys.MOST))
    except keys.NotAccepted:
        return str(NOT_ACCEPTED)
    return ""


def _page(form: NewPasskeyForm | Button) -> tuple[str, int]:
    page = render_template(
        "me/passkeys.html", form=form, passkeys=keys.passkeys(the_person()), offered=keys.are_offered()
    )
    return page, UNPROCESSABLE if form.errors else 200
