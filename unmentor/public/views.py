"""The pages for everybody, and what every page shares."""

import json
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask_babel import format_date
from werkzeug.wrappers import Response

from unmentor import runtime
from unmentor.charts.bars import bars
from unmentor.charts.shares import shares
from unmentor.features import has_page
from unmentor.impact import public
from unmentor.impact.cells import SMALL
from unmentor.impact.editions import latest
from unmentor.impact.figures import figures
from unmentor.links import Above, link
from unmentor.page_cache import cached_for_visitors
from unmentor.people import browser
from unmentor.privacy.retention import promised
from unmentor.programmes.queries import next_draw, running_programmes, taking_part
from unmentor.public.health import troubles
from unmentor.sheets import csv_of
from unmentor.words import LANGUAGES

NOT_FOR_ROBOTS = ("/c/", "/calendar/", "/confirm", "/dev", "/language", "/me", "/organise", "/sign-in", "/unsubscribe")
UNAVAILABLE = 503
# When the accessibility statement was last held against the service.
REVIEWED = date(2026, 11, 24)
# So many months are in the chart of how the network grows: as many as have room for their names.
CHARTED = 8
blueprint = Blueprint("public", __name__)


@blueprint.get("/")
@cached_for_visitors
def home() -> str:
    """Say what this is, when the next round is, and what people learned."""
    now = runtime.now()
    coming = sorted((next_draw(programme, now), programme.id, programme) for programme in running_programmes())
    soonest = {}
    if coming:
        moment, _id, programme = coming[0]
        people, organisations = taking_part(programme, moment.date())
        soonest = {"draw": moment, "programme": programme, "people": people, "organisations": organisations}
    return render_template("public/home.html", soonest=soonest, figures=figures(), challenged=public.challenged())


@blueprint.get("/impact")
@cached_for_visitors
def impact() -> str:
    """Show what the experiment shows, in the edition of the month."""
    edition = latest()
    rows = public.rows_of(edition) if edition else []
    steps = public.totals(edition) if edition else {}
    compared = public.differences(edition) if edition else {}
    network = public.network(edition) if edition else []
    charted = network[-CHARTED:]
    return render_template(
        "public/impact.html",
        month=_month(edition.month) if edition else "",
        rounds=edition.figures["rounds"] if edition else [],
        later=edition.figures["later"] if edition else [],
        reach=edition.figures.get("reach") if edition else None,
        several=len({row["programme"] for row in rows}) > 1,
        steps=steps,
        chart=shares([share.low_at_high for share in steps.values()]),
        compared=compared,
        beside={
            question: shares([share.low_at_high for share in arms.values()])
            for question, (arms, _by) in compared.items()
        },
        network=[(_month(row["month"]), _month(row["month"], "MMM"), row) for row in network],
        growth=bars([(row["largest"], row["people"] - row["largest"]) for row in charted]),
        charted=CHARTED,
        small=SMALL,
    )


def _month(month: str, written: str = "MMMM y") -> str:
    return str(format_date(date.fromisoformat(f"{month}-01"), written))


@blueprint.get("/impact.json")
@cached_for_visitors
def impact_json() -> Response:
    """Hand out the figures as JSON."""
    return Response(json.dumps(public.document(), indent=1), content_type="application/json; charset=utf-8")


@blueprint.get("/impact.csv")
@cached_for_visitors
def impact_csv() -> Response:
    """Hand out the figures as a table."""
    return Response(csv_of(public.COLUMNS, public.table()), content_type="text/csv; charset=utf-8")


@blueprint.get("/about")
@cached_for_visitors
def about() -> str:
    """Say how it works, in plain words."""
    return render_template("public/about.html")


@blueprint.get("/privacy")
@cached_for_visitors
def privacy() -> str:
    """Say what is kept, why, and how to be gone."""
    known = runtime.settings()
    return render_template(
        "public/privacy.html",
        contact=known.mail_from[1],
        operator=known.operator,
        room=urlsplit(known.video_room_url).hostname,
        kept=promised(),
    )


@blueprint.get("/accessibility")
@cached_for_visitors
def accessibility() -> str:
    """Say what works and what does not, how that was tested, and whom to tell."""
    settings = runtime.settings()
    return render_template(
        "public/accessibility.html",
        home=settings.base_url,
        operator=settings.operator[0],
        contact=settings.operator[1] or settings.mail_from[1],
        reviewed=format_date(REVIEWED, "d MMMM y"),
    )


@blueprint.get("/language")
def language() -> Response:
    """Speak the language that this browser's reader chose; nothing but its own cookie changes."""
    chosen = request.args.get("lang")
    if chosen in LANGUAGES:
        session["language"] = chosen
    return redirect(browser.safe(request.args.get("next")) or url_for("public.home"), 303)


@blueprint.get("/healthz")
def healthz() -> Response:
    """Say that this process is up."""
    return Response("ok\n", content_type="text/plain; charset=utf-8")


@blueprint.get("/readyz")
def readyz() -> tuple[dict[str, Any], int]:
    """Say whether this process can do its work, and what is wrong where it cannot."""
    wrong = troubles(runtime.now())
    return {"ready": not wrong, "wrong": wrong}, UNAVAILABLE if wrong else 200


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Ask robots to leave people's own pages alone."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in NOT_FOR_ROBOTS)]
    if has_page(Above.SITEMAP):
        lines += ["", f"Sitemap: {link(Above.SITEMAP)}"]
    return Response("\n".join([*lines, ""]), content_type="text/plain; charset=utf-8")


@blueprint.get("/favicon.ico")
def favicon() -> Response:
    """Send browsers that guess to the picture."""
    return redirect(url_for("static", filename="favicon.svg"), 301)
