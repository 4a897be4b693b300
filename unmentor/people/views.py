"""Sign in by link or by code, and sign out."""

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from unmentor import runtime
from unmentor.db import transaction
from unmentor.forms import UNPROCESSABLE, Button, Page
from unmentor.gone import GONE
from unmentor.links import Above
from unmentor.people import actions, address, browser, door, passkeys, phone, proof, signing_in, video
from unmentor.people.forms import CodeForm, PasskeyForm, SignInForm
from unmentor.people.guards import signed_in
from unmentor.people.models import Person, SignIn

NOT_HERE, TOO_MANY = 403, 429

blueprint = Blueprint("people", __name__)
blueprint.add_app_template_filter(phone.written, "phone")
blueprint.add_app_template_filter(video.host, "host")
blueprint.route("/prove", methods=["GET", "POST"])(proof.prove)


@blueprint.app_errorhandler(door.TooMany)
def too_many(_error: door.TooMany) -> Page:
    """Say that enough mails were asked for, for now."""
    return render_template("errors/429.html", wait=_("an hour")), TOO_MANY


@blueprint.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> Page:
    """Ask for an address, and send a mail to it if it is somebody's."""
    form = SignInForm(next=request.args.get("next"))
    if not form.validate_on_submit():
        if request.method == "GET" and signed_in():
            return redirect(browser.safe(form.next.data) or url_for(Above.OWN_PAGE), 303)
        return _sign_in_page(form), form.status
    email, known = form.address(), browser.has_been(form.address())
    with transaction():
        door.knock(email, browser.asks(email, form.next.data), browser.source(), runtime.now(), known=known)
    return redirect(url_for("people.sign_in_code"), 303)


@blueprint.route("/sign-in/code", methods=["GET", "POST"])
def sign_in_code() -> Page:
    """Sign in with the six digits of a mail, in any browser."""
    form = CodeForm(email=session.get("address"))
    if not form.validate_on_submit():
        return _code_page(form), form.status
    with transaction():  # a wrong try is kept too
        person = signing_in.use_code(
            form.address(), form.code.data or "", browser.secret(), browser.source(), runtime.now()
        )
    if person is None:
        form.code.errors = [_("That code does not open anything. A code lasts 15 minutes and five tries.")]
        return _code_page(form), form.status
    return _in(person)


@blueprint.post("/sign-in/challenge")
def challenge() -> Page:
    """Hand this browser a challenge for a passkey: of whoever is signed in, or of whoever is there."""
    form = Button()
    if not form.validate_on_submit():
        abort(form.status)
    return jsonify(passkeys.to_show_one(signed_in(), browser.challenge(runtime.now())))


@blueprint.post("/sign-in/passkey")
def sign_in_passkey() -> Page:
    """Sign in whose passkey answered the challenge that this browser got."""
    shown = PasskeyForm()
    wanted, person = browser.safe(shown.next.data), proof.shown(shown)
    if person is None:
        form = SignInForm(formdata=None, next=wanted)
        form.form_errors = [proof.NOT_ACCEPTED]
        return _sign_in_page(form), UNPROCESSABLE
    came_from = browser.enter(person, runtime.now())
    return redirect(wanted or came_from or url_for(Above.OWN_PAGE), 303)


@blueprint.route("/sign-in/<token>", methods=["GET", "POST"])
def sign_in_link(token: str) -> Page:
    """Show a button that signs in, to the browser that asked; to any other the way by code."""
    asked = signing_in.find(token)
    if asked is None:
        abort(404)
    if not signing_in.is_open(asked, runtime.now()):
        abort(GONE)
    form = Button()
    if not signing_in.is_here(asked, browser.secret()):
        return _elsewhere()
    if not form.validate_on_submit():
        return render_template("people/sign-in-link.html", form=form, name=asked.person.first_name), form.status
    return _let_in(asked)


@blueprint.post("/sign-out")
def sign_out() -> Page:
    """Sign out of every browser: a cookie that somebody copied ends with the one that is here."""
    form = Button()
    if not form.validate_on_submit():
        abort(form.status)
    if person := signed_in():
        with transaction():
            actions.end_sessions(person)
    browser.leave()
    flash(_("You are signed out, here and in every other browser."))
    return redirect(url_for(Above.HOME), 303)


def _let_in(asked: SignIn) -> Page:
    with transaction():
        person = signing_in.use(asked, runtime.now())
    if person is None:
        abort(GONE)
    return _in(person)


def _in(person: Person) -> Response:
    return redirect(browser.enter(person, runtime.now()) or url_for(Above.OWN_PAGE), 303)


def _sign_in_page(form: SignInForm) -> str:
    return render_template("people/sign-in.html", form=form, passkeys=passkeys.are_offered())


def _code_page(form: CodeForm) -> str:
    asked = session.get("address")
    return render_template("people/code.html", form=form, asked=address.hinted(asked) if asked else None)


def _elsewhere() -> Page:
    status = NOT_HERE if request.method == "POST" else 200
    return render_template("people/elsewhere.html", form=CodeForm(formdata=None)), status
