"""What a draw achieved, and by which chance, for everybody to read; and the draw file, for whoever was in it."""

from collections import Counter

from flask import abort, render_template
from flask_babel import ngettext
from werkzeug.wrappers import Response

from unmentor.page_cache import cached_for_visitors
from unmentor.people.guards import needs_sign_in, signed_in, the_person
from unmentor.programmes.models import Programme
from unmentor.programmes.queries import programme_named
from unmentor.rounds import queries
from unmentor.rounds.draw_file import draw_file, has_draw_file
from unmentor.rounds.draw_inputs import CannotReplay
from unmentor.rounds.figures import figures
from unmentor.rounds.models import Change, Round
from unmentor.rounds.summary import across, summary
from unmentor.words import listed

NEWEST = 60


@cached_for_visitors
def index(slug: str) -> str:
    """List the rounds of a programme, the newest first, and the one to come."""
    programme = _programme(slug)
    return render_template(
        "rounds/index.html",
        programme=programme,
        rounds=queries.newest_rounds(programme, NEWEST),
        coming=None if programme.ended_at else queries.latest_number(programme) + 1,
    )


@cached_for_visitors
def show(slug: str, number: int) -> str:
    """Tell what a draw achieved and how it can be checked; of one to come, to what it has committed."""
    programme = _programme(slug)
    round_ = queries.round_numbered(programme, number)
    if round_ is None and (programme.ended_at or number != queries.latest_number(programme) + 1):
        abort(404)
    person = signed_in()
    return render_template(
        "rounds/show.html",
        programme=programme,
        number=number,
        round=round_,
        told=_told(round_) if round_ and round_.sent_at else None,
        by_hand=changed_by_hand(round_.changes) if round_ else "",
        has_file=round_ is not None and has_draw_file(round_),
        was_in=person is not None and round_ is not None and queries.is_in(person, round_),
    )


@needs_sign_in
def download(slug: str, number: int) -> Response:
    """Hand the draw file of a round to somebody who was in it."""
    round_ = queries.round_numbered(_programme(slug), number)
    if round_ is None or not has_draw_file(round_) or not queries.is_in(the_person(), round_):
        abort(404)
    try:
        file = draw_file(round_, the_person())
    except CannotReplay:
        abort(404)
    headers = {
        "Content-Disposition": f'attachment; filename="{slug}-round-{number}-draw.json"',
        "Cache-Control": "private, no-store",
    }
    return Response(file, content_type="application/json", headers=headers)


def changed_by_hand(changes: list[Change]) -> str:
    """Return what was changed of a draw by hand, as "2 swaps and one person left out"; "" where nothing was."""
    counts = Counter(each.kind for each in changes)
    said = {
        "swap": ngettext("one swap", "%(num)s swaps", counts["swap"]),
        "leave-out": ngettext("one person left out", "%(num)s people left out", counts["leave-out"]),
        "take-in": ngettext("one person taken in", "%(num)s people taken in", counts["take-in"]),
    }
    return listed(said[kind] for kind in said if counts[kind])


def _programme(slug: str) -> Programme:
    programme = programme_named(slug)
    if programme is None:
        abort(404)
    return programme


def _told(round_: Round) -> tuple[str, str]:
    """Return in words whom a round brought together, and across which organisations."""
    counted = figures(round_)
    return summary(round_, counted), across(round_, counted)
