"""A participant's own pages."""

import json
from collections.abc import Iterable
from datetime import date

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from unmentor import runtime
from unmentor.conversations.calendar_entry import feed_address, key
from unmentor.conversations.came_of_it import may_have_come
from unmentor.conversations.placing import followed
from unmentor.conversations.proposals import proposer
from unmentor.conversations.queries import past, upcoming
from unmentor.db import transaction
from unmentor.features import features
from unmentor.forms import Button, Page
from unmentor.gone import forward
from unmentor.links import sign, signed
from unmentor.mail.kinds import KINDS, PAUSES
from unmentor.me import actions, calendar_address, joining, new_address, not_with, passkeys, queries, rhythm, standby
from unmentor.me.chosen import chosen
from unmentor.me.forms import PauseForm, ProfileForm
from unmentor.me.newcomer import first_steps
from unmentor.people import actions as people
from unmentor.people import browser
from unmentor.people.guards import farewell, has_left, needs_sign_in, the_person
from unmentor.people.models import Person
from unmentor.people.organisations import in_use
from unmentor.people.queries import person_of
from unmentor.privacy import leave as leaving
from unmentor.privacy.export import exported
from unmentor.programmes.models import Membership
from unmentor.programmes.queries import memberships, next_draw, running_programmes
from unmentor.programmes.turn import turn
from unmentor.rounds.chance import new_seed
from unmentor.rounds.turns import turn_of
from unmentor.words import day, speak_from_now

blueprint = Blueprint("me", __name__)
blueprint.post("/me/calendar")(calendar_address.renew)
blueprint.route("/me/email", methods=["GET", "POST"])(new_address.email)
blueprint.route("/email/<token>", methods=["GET", "POST"])(new_address.new_email)
blueprint.route("/email/<token>/undo", methods=["GET", "POST"])(new_address.old_email)
blueprint.route("/me/join", methods=["GET", "POST"])(joining.join)
blueprint.route("/me/not-with", methods=["GET", "POST"])(not_with.not_with)
blueprint.post("/me/not-with/<int:number>/remove")(not_with.not_with_remove)
blueprint.route("/me/passkeys", methods=["GET", "POST"])(passkeys.passkeys)
blueprint.post("/me/passkeys/challenge")(passkeys.passkey_challenge)
blueprint.post("/me/passkeys/<int:number>/remove")(passkeys.passkey_remove)
blueprint.route("/me/rhythm", methods=["GET", "POST"])(rhythm.rhythm)
blueprint.route("/me/standby", methods=["GET", "POST"])(standby.standby)
blueprint.post("/me/this-one-too")(rhythm.this_one_too)
blueprint.post("/me/this-one-too/undo")(rhythm.not_this_one)


@blueprint.get("/me")
@needs_sign_in
def home() -> Page:
    """Show what comes next, what was, and every way to change it."""
    return _home()


@blueprint.route("/me/profile", methods=["GET", "POST"])
@needs_sign_in
def profile() -> Page:
    """Change details."""
    person = the_person()
    form = ProfileForm.of(person)
    if not form.validate_on_submit():
        return render_template("me/profile.html", form=form, organisations=in_use()), form.status
    details = form.details()
    programmes = {part.conversation.round.programme for part in upcoming(person, runtime.now())}
    with turn(*programmes) as now, followed(person, now):
        people.change(person, details)
    speak_from_now(details.language)
    flash(_("Your details are saved."))
    return redirect(url_for("me.home"), 303)


@blueprint.route("/me/pause", methods=["GET", "POST"])
@needs_sign_in
def pause() -> Page:
    """Skip draws until a day, or until they say so; in one programme, or in all."""
    mine = chosen(request.values.get("programme"))
    form = PauseForm(_today(mine), data={"programme": request.args.get("programme")})
    if not form.validate_on_submit():
        return render_template("me/pause.html", form=form, memberships=mine), form.status
    until = form.until.data
    with transaction():
        actions.pause_in(mine, until)
    flash(_("You are paused until %(day)s.", day=day(until)) if until else _("You are paused until you come back."))
    return redirect(url_for("me.home"), 303)


@blueprint.post("/me/resume")
@needs_sign_in
def resume() -> Page:
    """Be drawn again."""
    form, mine = Button(), chosen(request.form.get("programme"))
    if not form.validate_on_submit():
        return _home(form), form.status
    with transaction():
        actions.resume_in(mine)
    if any(turn_of(each, runtime.now()).rests for each in mine):
        flash(_("You are back. Below you see which draw is your next."))
    else:
        flash(_("You are back. The next draw includes you."))
    return redirect(url_for("me.home"), 303)


@blueprint.get("/me/data.json")
@needs_sign_in
def data() -> Response:
    """Hand out everything we hold on them."""
    text = json.dumps(exported(the_person(), runtime.now()), ensure_ascii=False, indent=2)
    return Response(text + "\n", content_type="application/json; charset=utf-8", headers={"Cache-Control": "no-store"})


@blueprint.route("/me/leave", methods=["GET", "POST"])
@needs_sign_in
def leave() -> Page:
    """Ask once, then erase."""
    form = Button()
    if not form.validate_on_submit():
        return render_template("me/leave.html", form=form), form.status
    person = the_person()
    with turn(*(membership.programme for membership in memberships(person))) as now:
        count = leaving.leave(person, new_seed(), now)
    browser.leave(for_good=True)
    session["conversations"] = count
    return redirect(url_for("me.goodbye"), 303)


@blueprint.get("/goodbye")
def goodbye() -> Page:
    """Thank whoever has just left."""
    if "conversations" not in session:
        return redirect(url_for("public.home"))
    return render_template("me/goodbye.html", count=session["conversations"])


@blueprint.route("/unsubscribe/<key>", methods=["GET", "POST"])
def unsubscribe(key: str) -> Page:
    """Stop a kind of mail. Mail programs press this without a cookie (RFC 8058), so the key is all that it asks for."""
    person, kind = _reader(key)
    if person.left_at is not None:
        # A mail program that stops our mail for somebody who has left has all that it wants.
        return forward(*farewell()) if request.method == "POST" or kind == "goodbye" else has_left()
    if request.method == "POST":
        with transaction():
            actions.stop(person, kind)
    return _stopping(key, person, kind)


@blueprint.post("/unsubscribe/<key>/undo")
def unsubscribe_undo(key: str) -> Page:
    """Send that kind of mail again."""
    person, kind = _reader(key)
    if person.left_at is not None:
        has_left()
    form = Button()
    if not form.validate_on_submit():
        return _stopping(key, person, kind, form), form.status
    with transaction():
        actions.start_again(person, kind)
    flash(_("Undone. Everything is as it was before.") if kind in PAUSES else _("We write to you again."))
    return redirect(url_for("me.unsubscribe", key=key), 303)


def _reader(key: str) -> tuple[Person, str]:
    """Return whom a key stops mail for, and of which kind; 404 for no key of ours."""
    nonce, _colon, kind = (signed("unsubscribe", key) or "").partition(":")
    person = person_of(nonce)
    if person is None:
        abort(404)
    return person, kind


def _stopping(key: str, person: Person, kind: str, form: Button | None = None) -> str:
    stopped = queries.has_stopped(person, kind, runtime.now())
    return render_template(
        "me/unsubscribe.html",
        key=key,
        kind=KINDS[kind].label if kind in KINDS else "",
        pauses=kind in PAUSES,
        stopped=stopped,
        can_undo=queries.can_undo(person, kind),
        form=form or Button(),
    )


def _home(form: Button | None = None) -> str:
    person, now = the_person(), runtime.now()
    mine, over, coming = memberships(person), past(person, now), upcoming(person, now)
    paused = {each.id for each in mine if each.is_paused(each.programme.today(now))}
    waiting = [each for each in mine if each.approved and each.id not in paused and each.programme.ended_at is None]
    turns = {each.id: turn_of(each, now) for each in mine}
    draws = {each.id: next_draw(each.programme, now) for each in mine}
    joined = {each.programme_id for each in mine}
    return render_template(
        "me/home.html",
        upcoming=coming,
        proposers={each.id: proposer(each.conversation, now) for each in coming},
        past=over,
        waiting=waiting,
        steps=[] if over or coming else first_steps(waiting, turns, now),
        next_steps={number: step for each in features() for number, step in each.next_steps(over).items()},
        ripe={each.id for each in over if may_have_come(each, now)},
        memberships=mine,
        paused=paused,
        draws=draws,
        turns=turns,
        skipping={each.id for each in mine if each.skips == draws[each.id].date()},
        skip_keys={each.id: sign("skip", each.nonce) for each in mine},
        others=[each for each in running_programmes() if each.id not in joined],
        key=key,
        feed=feed_address(person),
        form=form or Button(),
    )


def _today(chosen: Iterable[Membership]) -> date:
    """Return the day that it is where these programmes are: the later one where they are far apart."""
    now = runtime.now()
    return max((each.programme.today(now) for each in chosen), default=now.date())
