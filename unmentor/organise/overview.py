"""What an organiser sees first: their programmes, and each at a glance."""

from flask import redirect, render_template, request, url_for

from unmentor import runtime
from unmentor.charts.bars import bars
from unmentor.forms import Page
from unmentor.impact.by_round import by_round
from unmentor.links import Above, link
from unmentor.organise.blueprint import blueprint
from unmentor.organise.draw_now import outlook
from unmentor.organise.guards import needs_organiser
from unmentor.organise.needs import needs
from unmentor.organise.sending import sending
from unmentor.people.guards import needs_sign_in, the_person
from unmentor.programmes import queries as programmes
from unmentor.programmes.models import Programme
from unmentor.programmes.schedule import heads_up_at
from unmentor.rounds.turns import in_next

# So many rounds are in the chart, and on a page of the list.
CHARTED, LISTED = 12, 10
LONGEST_NUMBER = 9
# About so many parts in conversations are counted while somebody waits: of a very large programme fewer rounds.
COUNTED = 40_000


@blueprint.get("/")
@needs_sign_in
def home() -> Page:
    """Show what this person organises; straight to it where it is one programme."""
    organised = programmes.organised_by(the_person())
    if len(organised) == 1:
        return redirect(url_for("organise.programme", slug=organised[0].slug))
    now = runtime.now()
    draws = [(each, None if each.ended_at else programmes.next_draw(each, now)) for each in organised]
    return render_template("organise/home.html", draws=draws)


@blueprint.get("/<slug>")
@needs_organiser
def programme(programme: Programme) -> Page:
    """Show what needs somebody, the next round, and how it goes; or the first steps of a new programme."""
    now = runtime.now()
    draw = programmes.next_draw(programme, now)
    people, organisations = _next(programme)
    rounds = by_round(programme, max(2, min(CHARTED, COUNTED // max(1, people))))
    charted = [each for each in reversed(rounds) if each.state in {"sent", "closed"}]
    return render_template(
        "organise/programme.html",
        programme=programme,
        needs=needs(programme, the_person(), sending(programme, now), people, now),
        people=people,
        organisations=organisations,
        next_draw=draw,
        heads_up_at=heads_up_at(programme, draw),
        told=programmes.told_of(programme, draw.date()),
        now=now,
        outlook=outlook(programme, people) if rounds else None,
        is_new=not rounds,
        charted=charted,
        chart=bars([(each.people_met, each.people_missed, each.people_unknown) for each in charted]),
        join_link=link(Above.JOIN, programme=programme.slug),
    )


@blueprint.get("/<slug>/rounds")
@needs_organiser
def rounds(programme: Programme) -> Page:
    """Show the rounds, newest first, some at a time; before the first of them, those that are there."""
    asked = request.args.get("before", "")
    before = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < LONGEST_NUMBER else None
    if before is not None and before <= 1:
        before = LISTED + 1
    found = by_round(programme, LISTED + 1, before)
    older = found[LISTED - 1].number if len(found) > LISTED else None
    return render_template(
        "organise/rounds.html",
        programme=programme,
        rounds=found[:LISTED],
        older=older,
        newer=before is not None,
        may_draw=bool(found) or _next(programme)[0] > 1,
    )


def _next(programme: Programme) -> tuple[int, int]:
    """Return how many people are in the next draw, and from how many organisations."""
    return programmes.counted(in_next(programme, programme.today(runtime.now())))
