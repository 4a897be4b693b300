"""Join, and what a programme is."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from markupsafe import Markup

from unmentor import runtime
from unmentor.db import transaction
from unmentor.forms import Button, Page
from unmentor.links import Above
from unmentor.page_cache import cached_for_visitors
from unmentor.people import browser, door, phone
from unmentor.people.details import Details
from unmentor.people.guards import signed_in
from unmentor.people.models import Request
from unmentor.people.organisations import in_use
from unmentor.programmes import confirming, queries
from unmentor.programmes.ended import refuse_ended
from unmentor.programmes.forms import JoinForm
from unmentor.programmes.models import Programme
from unmentor.programmes.rhythm import own_rhythm, rhythm
from unmentor.words import speak_from_now

blueprint = Blueprint("programmes", __name__)
blueprint.add_app_template_filter(rhythm)
blueprint.add_app_template_filter(own_rhythm)
blueprint.route("/confirm/<token>", methods=["GET", "POST"])(confirming.confirm)


@blueprint.route("/join", methods=["GET", "POST"])
def join() -> Page:
    """Ask for what pairing needs; the answer is the same whether we know the address or not."""
    if request.method == "GET" and signed_in():
        one = queries.programme_named(request.args.get("programme", ""))
        return redirect(_join_too(one.slug) if one else url_for(Above.OWN_PAGE, _anchor="more"))
    refuse_ended(queries.programme_named(request.values.get("programme", "")) or queries.only_programme())
    programmes = queries.running_programmes()
    typed = door.typed_here(browser.secret(), runtime.now()) if request.values.get("correct") else None
    form = JoinForm(programmes, data=_typed_before(typed) or {"programme": request.args.get("programme")})
    if not form.validate_on_submit():
        abouts = {each.slug: _said(each) for each in programmes}
        page = render_template(
            "programmes/join.html", form=form, abouts=abouts, organisations=in_use(), correct=typed is not None
        )
        return page, form.status
    now, email, details = runtime.now(), form.address(), form.details()
    # Who is known signs in, and comes to what they asked for.
    wanted = _join_too(form.programme.data) if len(programmes) > 1 else None
    speak_from_now(details.language)
    with transaction():
        if typed and typed.email != email:
            typed.details = None  # the link that went to a wrong address ends
        door.knock(
            email, browser.asks(email, wanted), browser.source(), now,
            known=browser.has_been(email), details=details, programme=form.programme.data,
        )  # fmt: skip
    return redirect(url_for("programmes.check_your_email"), 303)


@blueprint.route("/join/check-your-email", methods=["GET", "POST"])
def check_your_email() -> Page:
    """Say where the mail went; send it again, or correct what was typed."""
    asked, form, now = session.get("address"), Button(), runtime.now()
    if asked is None:
        return redirect(url_for("programmes.join")) if request.method == "GET" else abort(404)
    typed = door.typed_here(browser.secret(), now)
    if typed and typed.email != asked:  # they have asked to sign in since
        typed = None
    if typed is None or not form.validate_on_submit():
        page = render_template("programmes/check-your-email.html", asked=asked, typed=typed, form=form)
        return page, form.status
    with transaction():
        door.knock(
            asked, browser.secret() or "", browser.source(), now,
            known=browser.has_been(asked), details=Details(**typed.details or {}), programme=typed.programme,
        )  # fmt: skip
    flash(_("We send it again. We write a few times a day to one address, and no more."))
    return redirect(url_for("programmes.check_your_email"), 303)


@blueprint.get("/programmes")
@cached_for_visitors
def index() -> str:
    """Show every programme, and which have ended."""
    return render_template("programmes/index.html", programmes=queries.all_programmes())


@blueprint.get("/programmes/<slug>")
def show(slug: str) -> str:
    """Show a programme: what it is, when it draws, and who is in, as numbers."""
    programme = queries.programme_named(slug)
    if programme is None:
        abort(404)
    now = runtime.now()
    people_in, organisations = queries.taking_part(programme, programme.today(now))
    person = signed_in()
    mine = queries.memberships(person) if person else []
    return render_template(
        "programmes/show.html",
        programme=programme,
        next_draw=queries.next_draw(programme, now),
        people_in=people_in,
        organisations=organisations,
        domains=", ".join(programme.domains),
        joined=programme in [each.programme for each in mine],
    )


def _typed_before(typed: Request | None) -> dict[str, Any]:
    """Return what was typed before, as the form takes it; nothing where there is nothing."""
    if typed is None or typed.details is None:
        return {}
    told = typed.details | {"phone": phone.written(typed.details["phone"])}
    return told | {"email": typed.email, "programme": typed.programme, "agree": True}


def _join_too(slug: str) -> str:
    return url_for(Above.JOIN_TOO, programme=slug)


def _said(programme: Programme) -> Markup:
    """Return what a programme says of itself, marked as the language that it is in."""
    words, language = programme.about_in(get_locale().language)
    return Markup('<span lang="{}">{}</span>').format(language, words) if words else Markup()
