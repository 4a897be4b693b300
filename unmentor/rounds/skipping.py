"""Skip the next draw, and no other: from a mail without signing in, or from one's own page."""

from collections.abc import Callable
from datetime import date

from flask import abort, redirect, render_template, url_for
from flask_babel import gettext as _
from wtforms import HiddenField

from unmentor import runtime
from unmentor.forms import UNPROCESSABLE, Form, Page
from unmentor.gone import GONE
from unmentor.links import signed
from unmentor.people.guards import has_left
from unmentor.programmes import actions
from unmentor.programmes.models import Membership
from unmentor.programmes.queries import membership_of, next_draw
from unmentor.programmes.turn import turn
from unmentor.rounds.turns import turn_of


class SkipForm(Form):
    """Which draw its reader means: another may have come since they opened the page."""

    draw = HiddenField()


def skip(token: str) -> Page:
    """Ask once, then leave somebody out of the next draw only."""
    return _answer(token, lambda draw: draw)


def skip_undo(token: str) -> Page:
    """Let the next draw include them after all."""
    return _answer(token, lambda _draw: None)


def _answer(token: str, choose: Callable[[date], date | None]) -> Page:
    member, form = _member(token), SkipForm()
    if not form.validate_on_submit():
        return _page(member, token, form), form.status
    with turn(member.programme) as now:
        draw = str(next_draw(member.programme, now).date())
        if form.draw.data == draw and member.programme.ended_at is None:
            actions.skip(member, choose(date.fromisoformat(draw)))
            return redirect(url_for("rounds.skip", token=token), 303)
    form.form_errors = [_("That round has been drawn. This is about the next")]
    return _page(member, token, form), UNPROCESSABLE


def _member(token: str) -> Membership:
    """Return the membership that a key names; 404 for no key of ours, 410 for who has left."""
    nonce = signed("skip", token)
    member = membership_of(nonce)
    if member is None:
        abort(404 if nonce is None else GONE)
    if member.person.left_at is not None:
        has_left()
    return member


def _page(member: Membership, token: str, form: SkipForm) -> str:
    programme, now = member.programme, runtime.now()
    draw, theirs = next_draw(programme, now), turn_of(member, now)
    skips = member.skips == draw.date()
    return render_template(
        "programmes/skip.html",
        programme=programme,
        token=token,
        form=form,
        draw=draw,
        after=theirs.at,
        skips=skips,
        out=member.is_paused(draw.date()) or not member.approved or member.invited or (theirs.rests and not skips),
    )
