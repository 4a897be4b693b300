"""Which of their programmes a form on somebody's own pages speaks of."""

from collections.abc import Sequence

from flask import abort

from unmentor.people.guards import the_person
from unmentor.programmes.models import Membership
from unmentor.programmes.queries import memberships


def chosen(slug: str | None) -> Sequence[Membership]:
    """Return the memberships that a form speaks of: one, or all where it names none."""
    mine = memberships(the_person())
    named = [each for each in mine if not slug or each.programme.slug == slug]
    if slug and not named:
        abort(404)
    return named
