"""A fresh proof: before something that weighs, whoever is signed in shows once more that it is them."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from unmentor import runtime
from unmentor.db import transaction
from unmentor.forms import UNPROCESSABLE, Button, Page
from unmentor.links import Above
from unmentor.people import address, browser, door, passkeys, signing_in
from unmentor.people.forms import PasskeyForm, ProofForm
from unmentor.people.guards import needs_sign_in, the_person
from unmentor.people.models import Person

P = ParamSpec("P")
R = TypeVar("R")

FRESH = timedelta(minutes=15)
FORBIDDEN = 403
PAGE = "people.prove"
# What the question adds to what was typed, and takes off again.
OURS = {"csrf_token", "proof", "proof_back", "proof_code", "passkey"}
NOT_ACCEPTED = _l("That passkey did not work. Try once more, or have an email sent to you")


def needs_fresh_proof(view: Callable[P, R]) -> Callable[P, R | Page]:
    """Let *view* be where the last proof is 15 minutes old at most; else ask for one, and go on to it then.

    It stands below the guard that asks who it is. A page is come back to. What a form sent travels with the question,
    and reaches *view* together with the answer; all but files, so a page that takes one is guarded before it is shown.
    """

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R | Page:
        question = None if browser.has_proved_since(runtime.now() - FRESH) else _question()
        return view(*args, **kwargs) if question is None else question

    return guarded


@needs_sign_in
@needs_fresh_proof
def prove() -> Response:
    """Ask for a proof, and go on to the page that wanted it."""
    return redirect(browser.safe(request.args.get("next")) or url_for(Above.OWN_PAGE), 303)


def shown(form: PasskeyForm) -> Person | None:
    """Return whose passkey answered the challenge that this browser got, or None."""
    challenge = browser.challenged_since(runtime.now() - passkeys.TIME_TO_ANSWER)
    if not form.validate_on_submit():
        return None
    with transaction():  # what is used up stays so
        return passkeys.use(form.passkey.data or "", challenge, browser.source(), runtime.now())


def _question() -> Page | None:
    """Return the page that asks for a proof; None once what was sent brings it."""
    pressed, form = request.form.get("proof"), ProofForm(formdata=None)
    # Nothing that a stranger's page made this browser send travels along.
    if not Button().validate_on_submit():
        return (_page(form), 200) if request.endpoint == PAGE else redirect(_asked_at(), 303)
    if pressed in ANSWERS:
        form = ProofForm()
        if ANSWERS[pressed](form):
            browser.prove(runtime.now())
            return None
        return _page(form, sent=pressed == "code"), UNPROCESSABLE
    # Who has a passkey may want no email.
    sent = pressed == "email" or not passkeys.passkeys(the_person())
    if sent:
        _send(again=pressed == "email")
    return _page(form, sent=sent), FORBIDDEN


def _by_code(form: ProofForm) -> bool:
    person = the_person()
    if not form.validate():
        return False
    with transaction():  # a wrong try is kept too
        whose = signing_in.use_code(
            person.email or "", form.proof_code.data or "", browser.secret(), browser.source(), runtime.now()
        )
    form.proof_code.errors = [_("That code does not open anything. A code lasts 15 minutes and five tries.")]
    return whose is not None


def _by_passkey(form: ProofForm) -> bool:
    whose = shown(PasskeyForm())
    form.form_errors = [NOT_ACCEPTED]
    return whose is not None and whose.id == the_person().id


ANSWERS = {"code": _by_code, "passkey": _by_passkey}


def _asked_at() -> str:
    """Return where the question is asked by itself, on the way to the page that whoever is asked was on."""
    return url_for(PAGE, next=_page_before())


def _page_before() -> str | None:
    """Return the page that whoever is asked was on; not the question itself, where it is asked again."""
    if request.endpoint == PAGE:
        return browser.safe(request.args.get("next"))
    if request.method != "POST":
        return request.full_path.rstrip("?")
    return browser.safe(request.form.get("proof_back")) or browser.page_before()


def _send(*, again: bool) -> None:
    """Send a code, where none is still good here or another is asked for *again*."""
    person, now = the_person(), runtime.now()
    if not again and signing_in.has_code(person, browser.secret(), now):
        return
    email = person.email or ""
    # The link of the email leads to the question: by then it is answered, and leads on.
    with transaction():
        door.knock(email, browser.asks(email, _asked_at()), browser.source(), now, known=True)


def _page(form: ProofForm, *, sent: bool = False) -> str:
    typed = [(name, value) for name, value in request.form.items(multi=True) if name not in OURS]
    return render_template(
        "people/prove.html",
        form=form,
        typed=typed,
        back=None if request.endpoint == PAGE else _page_before(),
        sent=sent,
        passkeys=passkeys.are_offered() and passkeys.passkeys(the_person()),
        to=address.hinted(the_person().email or ""),
        here=_asked_at(),
    )
