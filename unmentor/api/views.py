"""Programmes, their rounds and the figures, as JSON; what people learned comes with the room that has it."""

from typing import Any

from flask import abort
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l

from unmentor import runtime
from unmentor.api.blueprint import blueprint, get
from unmentor.api.lists import PAGE, Headed, cut, listed
from unmentor.api.parts import PageQuery
from unmentor.api.schemas import ImpactSchema, ProgrammePage, ProgrammeSchema, RoundPage, RoundSchema
from unmentor.api.telling import told_rounds
from unmentor.impact import public
from unmentor.links import link
from unmentor.programmes import queries
from unmentor.programmes.models import Programme
from unmentor.programmes.rhythm import rhythm
from unmentor.rounds.queries import page_of_rounds, round_numbered

__all__ = ["blueprint"]


@get("/programmes", _l("Every programme, the oldest first"), ProgrammePage, PageQuery)
def programmes(asked: dict[str, Any]) -> Headed:
    """Return a page of all programmes."""
    return listed(cut(queries.all_programmes(), asked["page"]), _programme)


@get("/programmes/<slug>", _l("One programme"), ProgrammeSchema)
def programme(slug: str) -> dict[str, Any]:
    """Return a programme."""
    return _programme(_named(slug))


@get("/programmes/<slug>/rounds", _l("The rounds of a programme, the newest first"), RoundPage, PageQuery)
def rounds(asked: dict[str, Any], slug: str) -> Headed:
    """Return a page of the rounds of a programme."""
    found = page_of_rounds(_named(slug), asked["page"], PAGE)
    told = told_rounds(found.items)
    return listed(found, lambda each: told[each.id])


@get(
    "/programmes/<slug>/rounds/<int:number>", _l("One round: what its draw achieved, and by which chance"), RoundSchema
)
def round_(slug: str, number: int) -> dict[str, Any]:
    """Return a round."""
    found = round_numbered(_named(slug), number) or abort(404)
    return told_rounds([found])[found.id]


@get("/impact", _l("What the experiment shows, in the edition of the month"), ImpactSchema)
def impact() -> dict[str, Any]:
    """Return the figures."""
    return public.document()


def _named(slug: str) -> Programme:
    return queries.programme_named(slug) or abort(404)


def _programme(one: Programme) -> dict[str, Any]:
    now, ended = runtime.now(), one.ended_at is not None
    people, organisations = (0, 0) if ended else queries.taking_part(one, one.today(now))
    shown = ("slug", "name", "time_zone", "minutes", "ended_at", "domains", "approval")
    return {name: getattr(one, name) for name in shown} | {
        "url": link("programmes.show", slug=one.slug),
        "about": one.about_in(get_locale().language)[0],
        "rhythm": rhythm(one),
        "next_draw": None if ended else queries.next_draw(one, now),
        "people": people,
        "organisations": organisations,
        "commitment": None if ended else one.commitment,
        "committed_at": None if ended else one.committed_at,
    }
