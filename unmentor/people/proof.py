"""A fresh proof: before something that weighs, whoever is signed in shows once more that it is them."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from unmentor import runtime
from unmentor.db import transaction
from unmentor.forms import Button, Page
from unmentor.links import Above
from unmentor.people import address, browser, door, signing_in
from unmentor.people.forms import ProofForm
from unmentor.people.guards import needs_sign_in, the_person

P = ParamSpec("P")
R = TypeVar("R")

FRESH = timedelta(minutes=15)
FORBIDDEN = 403
PAGE = "people.prove"
# What the question adds to what was typed, and takes off again.
OURS = {"csrf_token", "proof", "proof_code"}


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


def _question() -> Page | None:
    """Return the page that asks for a proof; None once what was sent brings it."""
    form, pressed = ProofForm(), request.form.get("proof")
    # Nothing that a stranger's page made this browser send travels along.
    ours = Button().validate_on_submit()
    if not ours and request.endpoint != PAGE:
        return redirect(_asked_at(), 303)
    if not ours:
        return _page(ProofForm(formdata=None)), 200
    if pressed != "code":
        _send(again=pressed == "email")
        return _page(ProofForm(formdata=None)), FORBIDDEN
    if form.validate() and _is_theirs(form.proof_code.data or ""):
        browser.prove(runtime.now())
        return None
    form.proof_code.errors = form.proof_code.errors or [
        _("That code does not open anything. A code lasts 15 minutes and five tries.")
    ]
    return _page(form), form.status


def _asked_at() -> str:
    """Return where the question is asked by itself, on the way to the page that whoever is asked was on."""
    if request.endpoint == PAGE:
        wanted = request.args.get("next")
    else:
        wanted = browser.page_before() if request.method == "POST" else request.full_path.rstrip("?")
    return url_for(PAGE, next=wanted)


def _send(*, again: bool) -> None:
    """Send a code, where none is still good here or another is asked for *again*."""
    person, now = the_person(), runtime.now()
    if not again and signing_in.has_code(person, browser.secret(), now):
        return
    email = person.email or ""
    # The link of the email leads to the question: by then it is answered, and leads on.
    with transaction():
        door.knock(email, browser.asks(email, _asked_at()), browser.source(), now, known=True)


def _is_theirs(code: str) -> bool:
    person = the_person()
    with transaction():  # a wrong try is kept too
        whose = signing_in.use_code(person.email or "", code, browser.secret(), browser.source(), runtime.now())
    return whose is not None and whose.id == person.id


def _page(form: ProofForm) -> str:
    typed = [(name, value) for name, value in request.form.items(multi=True) if name not in OURS]
    return render_template(
        "people/prove.html",
        form=form,
        typed=typed,
        sent=request.method == "POST",
        to=address.hinted(the_person().email or ""),
        here=_asked_at(),
    )
