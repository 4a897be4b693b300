"""Who is in a programme, and who takes part."""

from flask import render_template

from unmentor import runtime
from unmentor.forms import Button
from unmentor.organise.blueprint import Page, blueprint
from unmentor.organise.guards import needs_organiser
from unmentor.organise.queries import refused_members
from unmentor.programmes.models import Programme
from unmentor.programmes.queries import entrants, members


@blueprint.get("/<slug>/people")
@needs_organiser
def people(programme: Programme) -> Page:
    """Show everybody, and whether the next draw includes them."""
    today = programme.today(runtime.now())
    return render_template(
        "organise/people.html",
        programme=programme,
        members=members(programme),
        today=today,
        drawn={each.id for each in entrants(programme, today)},
        refused={person.id for person, _refusal in refused_members(programme)},
        button=Button(),
    )
