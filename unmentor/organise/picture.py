"""A picture of who has met whom, for organisers and their steering group."""

from collections import Counter, defaultdict

from flask import render_template
from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from unmentor.charts.ring import ring
from unmentor.conversations.models import Conversation, Participation
from unmentor.db import db
from unmentor.forms import Page
from unmentor.organise.blueprint import blueprint
from unmentor.organise.guards import needs_organiser
from unmentor.people.models import Person
from unmentor.programmes.models import Membership, Programme
from unmentor.rounds.models import Round

# With more people the picture would be a blot, and the organisations in the table are the largest.
MOST, LISTED = 500, 60


@blueprint.get("/<slug>/picture")
@needs_organiser
def picture(programme: Programme) -> Page:
    """Show who has met whom, by organisation, and who has met nobody yet."""
    people = _people(programme)
    groups = defaultdict[str, list[int]](list)
    for one, organisation in people.items():
        groups[organisation].append(one)
    names = sorted(groups, key=lambda name: (-len(groups[name]), name))
    met = _met(programme, people) if len(people) <= MOST else {}
    known = set(met) | {other for others in met.values() for other in others}
    pairs = Counter(people[one] for a, others in met.items() for b in others for one in (a, b))
    table = [(name, len(groups[name]), pairs[name], sum(one not in known for one in groups[name])) for name in names]
    return render_template(
        "organise/picture.html",
        programme=programme,
        people=len(people),
        too_many=len(people) > MOST,
        most=MOST,
        pairs=sum(map(len, met.values())),
        alone=len(people) - len(known),
        chart=ring([groups[name] for name in names], met),
        table=table[:LISTED],
        left=len(table[LISTED:]),
    )


def _people(programme: Programme) -> dict[int, str]:
    """Return the organisation of everybody in the programme who has confirmed, by their ids."""
    query = select(Person.id, func.trim(Person.organisation)).join(Membership, Membership.person_id == Person.id)
    ours = query.where(Membership.programme_id == programme.id, Membership.role == "participant")
    here = ours.where(Person.left_at.is_(None), Person.confirmed_at.is_not(None), Membership.approved)
    return dict(db.session.execute(here.order_by(Person.id)).all())


def _met(programme: Programme, people: dict[int, str]) -> dict[int, list[int]]:
    """Return who talked to whom, each pair once, by the lower id."""
    one, other = aliased(Participation), aliased(Participation)
    query = (
        select(one.person_id, other.person_id)
        .distinct()
        .join(Conversation, Conversation.id == one.conversation_id)
        .join(Round, Round.id == Conversation.round_id)
        .join(other, (other.conversation_id == Conversation.id) & (one.person_id < other.person_id))
        .where(Round.programme_id == programme.id, Conversation.state == "met")
        .where(one.withdrew_at.is_(None), other.withdrew_at.is_(None))
        .order_by(one.person_id, other.person_id)
    )
    met = defaultdict[int, list[int]](list)
    for a, b in db.session.execute(query):
        if a in people and b in people:
            met[a].append(b)
    return met
