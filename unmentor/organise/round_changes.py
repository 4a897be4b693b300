"""Change a round by hand before it is sent: swap two people, leave somebody out, take somebody in; its effect first."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from unmentor import runtime
from unmentor.db import reading
from unmentor.forms import Button, Page
from unmentor.organise.blueprint import blueprint
from unmentor.organise.guards import needs_organiser
from unmentor.organise.round_queries import CHOICES, part_of, people_for, somebody_in
from unmentor.people.guards import the_person
from unmentor.people.models import Person
from unmentor.programmes.models import Programme
from unmentor.rounds import by_hand, effect, steps
from unmentor.rounds.by_hand import Planner
from unmentor.rounds.models import Round
from unmentor.rounds.queries import round_numbered
from unmentor.rounds.recheck import ChangedSince
from unmentor.rounds.refusals import Leaving, NotWaiting
from unmentor.rounds.seats import Refused, seats

LONGEST = 100
REFUSALS = (NotWaiting, Leaving, Refused, ChangedSince)


@blueprint.route("/<slug>/rounds/<int:number>/swap", methods=["GET", "POST"])
@needs_organiser
def swap(programme: Programme, number: int) -> Page:
    """Ask with whom somebody is to change places, show what that would do, and do it."""
    one, other = _somebody(programme, "a") or abort(404), _somebody(programme, "b")
    if other is None:
        return _choose(programme, number, one)
    title = _("Swap %(one)s and %(other)s", one=one.name, other=other.name)
    done = _("%(one)s and %(other)s have changed places.", one=one.name, other=other.name)
    return _change(programme, number, by_hand.swap(one.id, other.id), title, done)


@blueprint.route("/<slug>/rounds/<int:number>/leave-out", methods=["GET", "POST"])
@needs_organiser
def leave_out(programme: Programme, number: int) -> Page:
    """Show what leaving somebody out would do, and do it."""
    person = _somebody(programme, "a") or abort(404)
    title, done = _("Leave %(name)s out", name=person.name), _("%(name)s is left out.", name=person.name)
    return _change(programme, number, by_hand.leave_out(person.id), title, done)


@blueprint.route("/<slug>/rounds/<int:number>/take-in", methods=["GET", "POST"])
@needs_organiser
def take_in(programme: Programme, number: int) -> Page:
    """Ask who is to be taken in of those who have no conversation, show what that would do, and do it."""
    person = _somebody(programme, "a")
    if person is None:
        return _choose(programme, number, None)
    title, done = _("Take %(name)s in", name=person.name), _("%(name)s is in.", name=person.name)
    return _change(programme, number, by_hand.take_in(person.id), title, done)


def _change(programme: Programme, number: int, planner: Planner, title: str, done: str) -> Page:
    """Show what a change would do; do it once somebody has agreed to that."""
    round_, form = round_numbered(programme, number) or abort(404), Button()
    if form.validate_on_submit():
        try:
            steps.change(round_, planner, the_person().id, request.form.get("seen"))
        except REFUSALS as error:
            form.form_errors = [str(error)]
        else:
            flash(done)
            return redirect(url_for("organise.round_", slug=programme.slug, number=number), 303)
    with reading():
        return _effect(programme, number, planner, title, form), form.status


def _effect(programme: Programme, number: int, planner: Planner, title: str, form: Button) -> str:
    """Return the page that shows what a change would do, or why it cannot be."""
    round_ = round_numbered(programme, number) or abort(404)
    conversations, turns, mark, refusal = list[effect.NewConversation](), list[str](), "", ""
    try:
        sat = seats(_still_waits(round_), runtime.now())
        plan = planner(sat)
        conversations, turns, mark = effect.new_conversations(sat, plan), effect.turns(sat, plan), plan.mark
    except REFUSALS as error:
        refusal = str(error)
    return render_template(
        "organise/round-change.html",
        programme=programme,
        round=round_,
        title=title,
        form=form,
        conversations=conversations,
        turns=turns,
        seen=mark,
        refusal="" if form.form_errors else refusal,
        asked={name: request.values[name] for name in ("a", "b") if name in request.values},
    )


def _choose(programme: Programme, number: int, one: Person | None) -> Page:
    """Ask for somebody: to swap *one* with, or to take in where there is none."""
    round_ = round_numbered(programme, number) or abort(404)
    words = request.args.get("q", "")[:LONGEST].strip()
    today = programme.today(runtime.now())
    return render_template(
        "organise/round-choose.html",
        programme=programme,
        round=round_,
        one=one,
        words=words,
        most=CHOICES,
        talks=one and part_of(round_, one.id),
        people=people_for(round_, today, words, one),
    )


def _still_waits(round_: Round) -> Round:
    """Return a round that may be changed. Raises NotWaiting, and Leaving where it is about to leave."""
    if round_.state != "drawn":
        raise NotWaiting(round_.number, round_.state)
    if round_.send_at is not None:
        raise Leaving(round_, round_.send_at)
    return round_


def _somebody(programme: Programme, name: str) -> Person | None:
    """Return whom a field or an address names by their id; 404 for who is not in *programme*."""
    typed = request.values.get(name, "")
    if not typed:
        return None
    return (somebody_in(programme, int(typed)) if typed.isdecimal() and len(typed) < 10 else None) or abort(404)
