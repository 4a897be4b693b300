"""The tables of rounds and figures, the package that describes them all, and the page that does so in plain words."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask import Response, abort, render_template
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from marshmallow import Schema

from unmentor.api import parts
from unmentor.api.asking import asked_within_budget
from unmentor.api.explaining import explained
from unmentor.api.schemas import RoundSchema
from unmentor.api.tables import TABLES, Row, table
from unmentor.api.telling import told_rounds
from unmentor.budgets import HOUR, Limit
from unmentor.impact import growth, public
from unmentor.impact.editions import FUNNEL, LATER, latest
from unmentor.links import link
from unmentor.page_cache import cached_for_visitors
from unmentor.rounds.queries import all_rounds
from unmentor.runtime import settings

ABOUT = _l("What people learned in half an hour with someone picked at random, how the draws went, and the figures.")
# A whole table is much work where there are many rows.
LIMIT = Limit("data", 60, HOUR)
NETWORK = ("pairs", "people", "largest", "organisations", "steps")
OGL = {"name": "OGL-UK-3.0", "path": public.LICENCE, "title": "Open Government Licence v3.0"}


class RoundsSchema(Schema):
    """Rounds that are counted together."""

    programme = parts.text(_l("The slug of the programme whose rounds these are."))
    first_round = parts.number(_l("The number of the first of these rounds."))
    last_round = parts.number(_l("The number of the last of them."))
    drawn_from = parts.day(_l("The day on which the first was drawn."))
    drawn_to = parts.day(_l("The day on which the last was drawn."))


def _counts(means: Mapping[str, str], names: Iterable[str]) -> dict[str, Any]:
    return {name: parts.number(means[name]) for name in names}


FiguresSchema = RoundsSchema.from_dict(_counts(public.MEANS, FUNNEL))
LaterSchema = RoundsSchema.from_dict(_counts(public.MEANS, LATER))
NetworkSchema = Schema.from_dict({"month": parts.text(growth.MEANS["month"]), **_counts(growth.MEANS, NETWORK)})


@table(
    "rounds",
    _l("Rounds"),
    _l("One row for each round of each programme: what its draw achieved, and by which chance."),
    ("programme", "number"),
    RoundSchema,
)
def rounds() -> Iterable[Row]:
    """Return every round as everybody may know it."""
    found = all_rounds()
    told = told_rounds(found)
    return [told[each.id] for each in found]


@table(
    "figures",
    _l("Figures"),
    _l("One row for each round that is over, small ones together. What is too small to show is empty."),
    ("programme", "first_round"),
    FiguresSchema,
)
def figures() -> Iterable[Row]:
    """Return the figures of the newest edition."""
    return _of_edition("rounds")


@table(
    "later",
    _l("What came of it"),
    _l("One row for each round that was over 110 days ago, small ones together. What is too small to show is empty."),
    ("programme", "first_round"),
    LaterSchema,
)
def later() -> Iterable[Row]:
    """Return what came of it, in the newest edition."""
    return _of_edition("later")


@table(
    "network",
    _l("The network"),
    _l("One row for each month in which a round was over: how many had talked by its end, and how near they are."),
    ("month",),
    NetworkSchema,
)
def network() -> Iterable[Row]:
    """Return how the network grows, in the newest edition."""
    edition = latest()
    return public.network(edition) if edition else []


def _of_edition(which: str) -> Iterable[Row]:
    edition = latest()
    named = {"first": "first_round", "last": "last_round", "from": "drawn_from", "to": "drawn_to"}
    rows = edition.figures[which] if edition else []
    return [{named.get(name, name): value for name, value in row.items()} for row in rows]


@cached_for_visitors
def index() -> str:
    """Say in plain words what the open data holds."""
    return render_template(
        "api/data.html",
        about=ABOUT,
        licence=public.LICENCE,
        tables=TABLES.values(),
        columns={each.name: [explained(told["name"], told) for told in each.fields] for each in TABLES.values()},
    )


@cached_for_visitors
def package() -> Response:
    """Hand out what describes the tables to programs."""
    return Response(json.dumps(described(), indent=1), content_type="application/json; charset=utf-8")


@asked_within_budget(LIMIT)
@cached_for_visitors
def sheet(name: str) -> Response:
    """Hand out a table."""
    asked = TABLES.get(name) or abort(404)
    return Response(asked.csv(), content_type="text/csv; charset=utf-8")


def dataset() -> dict[str, Any]:
    """Return the open data as schema.org's Dataset, ready for JSON."""
    files = [(each.title, "text/csv", link("api.table", name=each.name)) for each in TABLES.values()]
    files.append((_("What each table holds"), "application/json", link("api.package")))
    return {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "name": _("UnMentoring: open data"),
        "description": str(ABOUT),
        "url": link("api.data"),
        "license": public.LICENCE,
        "isAccessibleForFree": True,
        "creator": {"@type": "Organization", "name": "UnMentoring", "url": settings().base_url},
        "distribution": [
            {"@type": "DataDownload", "name": str(name), "encodingFormat": kind, "contentUrl": address}
            for name, kind, address in files
        ],
    }


def described() -> dict[str, Any]:
    """Return the data package, in the reader's language (https://specs.frictionlessdata.io/data-package)."""
    edition = latest()
    return {
        "profile": "tabular-data-package",
        "name": "unmentoring",
        "title": str(_("UnMentoring: open data")),
        "description": str(ABOUT),
        "homepage": link("api.data"),
        "version": edition.month if edition else "0",
        "licenses": [OGL],
        "resources": [
            {
                "profile": "tabular-data-resource",
                "name": each.name,
                "path": f"{each.name}.csv",
                "title": str(each.title),
                "description": str(each.about),
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "schema": {"fields": each.fields, "primaryKey": list(each.key), "missingValues": [""]},
            }
            for each in TABLES.values()
        ],
    }


PAGES: dict[str, tuple[str, Callable[..., Any]]] = {
    "/data": ("api.data", index),
    "/data/datapackage.json": ("api.package", package),
    "/data/<name>.csv": ("api.table", sheet),
}
