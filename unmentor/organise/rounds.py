"""Look at a draw, send it, stop it, draw it again, call it off; and see how it goes."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from unmentor import runtime
from unmentor.db import reading
from unmentor.forms import Button, Page, page_number
from unmentor.organise import round_queries
from unmentor.organise.blueprint import blueprint
from unmentor.organise.guards import needs_organiser
from unmentor.people.guards import the_person
from unmentor.people.proof import needs_fresh_proof
from unmentor.programmes.models import Programme
from unmentor.rounds import effect, figures, steps
from unmentor.rounds.left_out import why_out
from unmentor.rounds.models import Round
from unmentor.rounds.queries import round_numbered
from unmentor.rounds.recheck import ChangedSince, look
from unmentor.rounds.refusals import CannotDraw, Leaving, NotWaiting
from unmentor.rounds.summary import across, summary
from unmentor.rounds.why import why
from unmentor.words import clock

# So many are named of those who are left out, or cannot talk as they were drawn.
NAMED = 20
# So many of the newest changes by hand are told.
CHANGES = 50
LONGEST = 100


def on_its_page(act: Callable[[Round], str]) -> Callable[[Programme, int], Page]:
    """Do something to a round, and tell on its page what was done; or why not, where it is too late for that."""

    @wraps(act)
    def pressed(programme: Programme, number: int) -> Page:
        form = Button()
        if form.validate_on_submit():
            try:
                flash(act(_round(programme, number)))
            except (NotWaiting, Leaving, CannotDraw, ChangedSince) as error:
                form.form_errors = [str(error)]
        if form.form_errors:
            with reading():
                return _page(_round(programme, number), form), form.status
        return redirect(url_for("organise.round_", slug=programme.slug, number=number), 303)

    return pressed


@blueprint.get("/<slug>/rounds/<int:number>")
@needs_organiser
def round_(programme: Programme, number: int) -> Page:
    """Show who talks to whom, when, how good the draw is, and what became of it."""
    return _page(_round(programme, number), Button())


@blueprint.post("/<slug>/rounds/<int:number>/send")
@needs_organiser
@needs_fresh_proof
@on_its_page
def send(waiting: Round) -> str:
    """Let a drawn round leave in two minutes."""
    leaves = steps.let_go(waiting, request.form.get("seen"), by=the_person().id)
    at = clock(leaves, waiting.programme.time_zone)
    return str(_("It leaves at %(at)s. Until then you can stop it.", at=at))


@blueprint.post("/<slug>/rounds/<int:number>/stop")
@needs_organiser
@on_its_page
def stop(leaving: Round) -> str:
    """Stop a round before anything of it has left."""
    steps.stop(leaving, by=the_person().id)
    return str(_("Stopped. Nothing has left."))


@blueprint.post("/<slug>/rounds/<int:number>/redraw")
@needs_organiser
@on_its_page
def redraw(waiting: Round) -> str:
    """Draw a round that waits once more."""
    steps.draw_again(waiting, by=the_person().id, looked_at=request.form.get("seen"))
    return str(_("Drawn again."))


@blueprint.get("/<slug>/rounds/<int:number>/cancel")
@needs_organiser
def ask_to_cancel(programme: Programme, number: int) -> Page:
    """Ask once before a round is called off."""
    return render_template("organise/cancel.html", programme=programme, round=_round(programme, number), form=Button())


@blueprint.post("/<slug>/rounds/<int:number>/cancel")
@needs_organiser
@needs_fresh_proof
@on_its_page
def cancel(standing: Round) -> str:
    """Call a round off."""
    steps.cancel(standing, by=the_person().id)
    return str(_("This round is cancelled."))


def _page(round_: Round, form: Button) -> str:
    now, counted = runtime.now(), figures.figures(round_)
    fates = figures.how_it_goes(round_, now)
    words, fate = request.args.get("q", "")[:LONGEST].strip(), request.args.get("show", "")
    fate = fate if fate in fates else ""
    page = page_number()
    return render_template(
        "organise/round.html",
        programme=round_.programme,
        round=round_,
        form=form,
        now=now,
        counted=counted,
        summary=summary(round_, counted),
        across=across(round_, counted),
        why=why(round_, counted),
        changes=effect.said(round_.changes[: -CHANGES - 1 : -1]),
        out=figures.still_out(round_, NAMED),
        why_out=why_out,
        fates=fates,
        words=words,
        fate=fate,
        found=round_queries.conversations(round_, page, words, fate, now),
        **(_before(round_) if round_.state == "drawn" else _after(round_)),
    )


def _before(round_: Round) -> dict[str, Any]:
    """Return what the page says of a round that waits: what cannot go ahead of it by now."""
    seen, undone = look(round_, runtime.now())
    return {
        "undone": len(undone),
        "changed": round_queries.conversations_numbered(undone[:NAMED]),
        "seen": seen,
    }


def _after(round_: Round) -> dict[str, Any]:
    """Return what the page says of a round that was sent: how far its invitations are."""
    left, invitations = figures.left_so_far(round_)
    return {"left": left, "invitations": invitations}


def _round(programme: Programme, number: int) -> Round:
    return round_numbered(programme, number) or abort(404)
