"""Take part less often than a programme draws, and still say "this one too"."""

from collections.abc import Callable, Sequence
from functools import partial

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from unmentor.forms import Button, Page
from unmentor.me.chosen import chosen
from unmentor.me.forms import RhythmForm
from unmentor.people.guards import needs_sign_in
from unmentor.programmes.actions import take_part, wait_for_a_turn
from unmentor.programmes.models import EACH, Membership
from unmentor.programmes.turn import turn
from unmentor.rounds.turns import ask_for_the_next, turn_of
from unmentor.words import when


@needs_sign_in
def rhythm() -> Page:
    """Choose how often to take part, in one programme or in all."""
    mine = chosen(request.values.get("programme"))
    form = RhythmForm(data={"every": mine[0].every if mine else EACH, "programme": request.args.get("programme")})
    if not form.validate_on_submit():
        return _page(form, mine)
    return _done(mine, partial(take_part, every=form.every.data))


@needs_sign_in
def this_one_too() -> Page:
    """Be in the next draw although it is not one's turn yet."""
    return _press(ask_for_the_next)


@needs_sign_in
def not_this_one() -> Page:
    """Wait for one's turn after all."""
    return _press(wait_for_a_turn)


def _press(act: Callable[[Membership], None]) -> Page:
    mine, form = chosen(request.form.get("programme")), Button()
    return _done(mine, act) if form.validate_on_submit() else _page(form, mine)


def _done(mine: Sequence[Membership], act: Callable[[Membership], None]) -> Response:
    """Do it one at a time with whatever changes the rounds, and say when they are in next."""
    with turn(*(each.programme for each in mine)) as now:
        for each in mine:
            act(each)
            moment = when(turn_of(each, now).at, each.programme.time_zone)
            flash(_("%(programme)s: your next draw is on %(when)s.", programme=each.programme.name, when=moment))
    return redirect(url_for("me.home"), 303)


def _page(form: RhythmForm | Button, mine: Sequence[Membership]) -> tuple[str, int]:
    return render_template("me/rhythm.html", form=form, memberships=mine), form.status
