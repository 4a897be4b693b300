"""One person of a programme, as far as its organisers may know, and what can be done for them."""

from collections.abc import Callable
from functools import partial

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from unmentor import runtime
from unmentor.audit.actions import record
from unmentor.audit.deeds import Deed
from unmentor.db import transaction
from unmentor.forms import Button, Form, Page
from unmentor.gone import gone
from unmentor.links import Above
from unmentor.mail.inbound.actions import COMPLAINED
from unmentor.organise import history, roster
from unmentor.organise.blueprint import blueprint
from unmentor.organise.guards import needs_organiser
from unmentor.organise.standing import entries
from unmentor.people import browser
from unmentor.people.guards import the_person
from unmentor.people.proof import needs_fresh_proof
from unmentor.programmes import for_members
from unmentor.programmes.actions import LastOrganiser, NotOrganiser, remove_organiser
from unmentor.programmes.for_members import AlreadySo, OnlyThey
from unmentor.programmes.forms import PauseForm
from unmentor.programmes.models import EACH, Membership, Programme


@blueprint.get("/<slug>/people/<int:number>")
@needs_organiser
def person(programme: Programme, number: int) -> Page:
    """Show somebody, whom they met, and every way to help them."""
    return _page(member_of(programme, number), Button())


@blueprint.post("/<slug>/people/<int:number>/approve")
@needs_organiser
def approve(programme: Programme, number: int) -> Page:
    """Say yes to somebody who waits, and tell them."""
    member = member_of(programme, number)
    said = _("%(name)s is in, and hears by email. The next draw includes them.", name=member.known_as)
    return _do(Deed.PERSON_APPROVED, member, Button(), partial(for_members.approve, member, runtime.now()), said)


@blueprint.post("/<slug>/people/<int:number>/pause")
@needs_organiser
def pause_person(programme: Programme, number: int) -> Page:
    """Leave somebody out of draws, until a day or until they come back."""
    member, now = member_of(programme, number), runtime.now()
    form = PauseForm(programme.today(now))
    said = _("%(name)s is paused, and hears by email.", name=member.known_as)
    act = partial(for_members.pause, member, form.until.data, now)
    return _do(Deed.PERSON_PAUSED, member, form, act, said)


@blueprint.post("/<slug>/people/<int:number>/resume")
@needs_organiser
def resume_person(programme: Programme, number: int) -> Page:
    """Take somebody into the next draw again."""
    member = member_of(programme, number)
    name = member.known_as
    said = _("%(name)s is back, and hears by email. The next draw includes them.", name=name)
    if member.every != EACH:
        said = _("%(name)s is back, and hears by email. Draws include them as often as they chose.", name=name)
    return _do(Deed.PERSON_RESUMED, member, Button(), partial(for_members.resume, member, runtime.now()), said)


@blueprint.post("/<slug>/people/<int:number>/ask")
@needs_organiser
def ask_person(programme: Programme, number: int) -> Page:
    """Ask somebody once more to confirm their address."""
    member = member_of(programme, number)
    said = _("We have asked %(name)s once more, by email.", name=member.known_as)
    return _do(Deed.PERSON_ASKED_AGAIN, member, Button(), partial(for_members.ask_again, member, runtime.now()), said)


@blueprint.post("/<slug>/people/<int:number>/organiser")
@needs_organiser
@needs_fresh_proof
def make_organiser(programme: Programme, number: int) -> Page:
    """Let somebody look after the programme too."""
    member = member_of(programme, number)
    said = _("%(name)s organises %(programme)s from now on.", name=member.known_as, programme=programme.name)
    return _do(Deed.ORGANISER_ADDED, member, Button(), partial(for_members.make_organiser, member, runtime.now()), said)


@blueprint.post("/<slug>/people/<int:number>/organiser/remove")
@needs_organiser
@needs_fresh_proof
def stop_organiser(programme: Programme, number: int) -> Page:
    """Let somebody look after the programme no more; the last organiser stays one."""
    member = member_of(programme, number)
    said = _("%(name)s organises %(programme)s no more.", name=member.known_as, programme=programme.name)
    act = partial(remove_organiser, member.person.email or "", programme)
    return _do(Deed.ORGANISER_REMOVED, member, Button(), act, said)


def member_of(programme: Programme, number: int) -> Membership:
    """Return who has an id, as a member of *programme*; answer 410, the same for anybody else and for nobody."""
    known = roster.member(programme, number)
    return known or gone(
        _("They are not in %(programme)s", programme=programme.name),
        _("They have left it, or an organiser took them out a moment ago."),
        _("See who is in it"),
        url_for("organise.people", slug=programme.slug),
    )


def last_organiser() -> str:
    """Return why the last organiser stays one, and how to mend it."""
    return str(_("Somebody has to look after the programme. Make somebody else an organiser first."))


def _do(deed: Deed, member: Membership, form: Form, act: Callable[[], object], said: str) -> Page:
    """Do a deed and log it, once, and say so; or show the page again with why not."""
    programme, number = member.programme, member.person_id
    if not form.validate_on_submit():
        return _page(member, form), form.status
    try:
        with transaction():
            act()
            record(deed, by=the_person().id, programme=programme.id, person=number)
    except AlreadySo:
        form.form_errors = [_("Nothing was left to do: it is so already, or somebody was faster.")]
    except OnlyThey:
        form.form_errors = [_("Only they can: they have not said yes yet, or have stopped our email themselves.")]
    except (LastOrganiser, NotOrganiser) as error:
        form.form_errors = [last_organiser() if isinstance(error, LastOrganiser) else _("They do not organise it.")]
    else:
        flash(said)
        if deed is Deed.ORGANISER_REMOVED and number == the_person().id:
            return redirect(url_for(Above.OWN_PAGE), 303)
        return redirect(_where_from(programme) or url_for("organise.person", slug=programme.slug, number=number), 303)
    return _page(member_of(programme, number), form), form.status


def _where_from(programme: Programme) -> str | None:
    """Return the list, as it was searched, where the button was in it."""
    before = browser.page_before() or ""
    return before if before.partition("?")[0] == url_for("organise.people", slug=programme.slug) else None


def _page(member: Membership, form: Form) -> str:
    programme, now = member.programme, runtime.now()
    today = programme.today(now)
    return render_template(
        "organise/person.html",
        programme=programme,
        form=form,
        pausing=form if isinstance(form, PauseForm) else PauseForm(today, formdata=None),
        entry=entries(programme, [member], today)[0],
        parts=history.parts(member),
        without=history.rounds_without(member),
        troubled=history.troubled_mail(member, now),
        refusal=history.refusal(member.person),
        complained=COMPLAINED,
        now=now,
    )
