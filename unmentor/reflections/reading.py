"""Read what people learned: the feed and what it is narrowed to, topics, and the same as files to follow."""

from typing import Any

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from unmentor.forms import clean_line, page_number
from unmentor.links import link
from unmentor.page_cache import BROWSED
from unmentor.programmes.queries import all_programmes
from unmentor.reflections import feeds, queries
from unmentor.reflections.finding import LONGEST_SEARCH, Asked, languages, newest, page_of, years
from unmentor.reflections.models import Topic
from unmentor.words import LANGUAGES

FEEDS = {
    "atom": (feeds.atom, "application/atom+xml; charset=utf-8"),
    "rss": (feeds.rss, "application/rss+xml; charset=utf-8"),
    "json": (feeds.json_feed, "application/feed+json; charset=utf-8"),
}


def feed() -> ResponseReturnValue:
    """Show what people learned, newest first, and no more of it than is asked for."""
    asked = _asked()
    found, named = page_of(asked, page_number()), _named(asked)
    if found.page > max(found.pages, 1):
        last: dict[str, Any] = asked.args | {"page": str(max(found.pages, 1))}
        return redirect(url_for("reflections.feed", **last))
    programmes, topics = all_programmes(), list(queries.topics())
    known = {
        "topic": {each.slug: each.name for each in topics},
        "programme": {each.slug: each.name for each in programmes},
        "year": {year: year for year in years()},
        "language": {each: LANGUAGES[each] for each in languages()},
    }
    if asked.topic and named["topic"]:
        known["topic"][asked.topic] = named["topic"]
    return render_template(
        "reflections/feed.html",
        found=found,
        asked=asked,
        args=asked.args,
        named=named,
        unknown=[asked.args[name] for name, called in named.items() if asked.args.get(name) and not called],
        choices={name: several for name, several in known.items() if len(several) > 1 or asked.args.get(name)},
        topics=topics,
        programmes=programmes if len(programmes) > 1 else [],
    )


def all_topics() -> str:
    """Show every topic, and how many wrote about it."""
    return render_template("reflections/topics.html", topics=queries.all_topics())


def topic(slug: str) -> ResponseReturnValue:
    """Show what people learned about one topic."""
    known = _topic(slug)
    found = page_of(Asked(topic=slug), page_number())
    if found.page > found.pages:
        return redirect(url_for("reflections.topic", slug=slug, page=found.pages))
    return render_template("reflections/topic.html", topic=known, found=found, topics=queries.topics())


def feed_file(form: str, slug: str = "") -> Response:
    """Hand out a feed of everything, of one topic, or of what a reader looks for."""
    asked = Asked(topic=_topic(slug).slug) if slug else _asked()
    write_it, content_type = FEEDS[form]
    of = {"slug": slug} if slug else asked.args
    page, file = ("topic", f"topic_{form}") if slug else ("feed", form)
    called = ", ".join([asked.words] * bool(asked.words) + [each for each in _named(asked).values() if each])
    made = feeds.Feed(
        title=_("UnMentoring: %(topic)s", topic=called) if asked else _("UnMentoring: what people learned"),
        address=link(f"reflections.{file}", **of),
        page=link(f"reflections.{page}", **of),
        reflections=newest(asked),
    )
    # Browsers show a page where it is XML, and the source where it is a feed.
    if request.environ.get(BROWSED) and form != "json":
        content_type = "application/xml; charset=utf-8"
    # Known again by its ETag and not by a date: what is taken back leaves a feed that was last changed earlier.
    return Response(write_it(made), content_type=content_type, headers={"Vary": "Accept"})


def _asked() -> Asked:
    given = {name: clean_line(request.args.get(name))[:LONGEST_SEARCH] for name in Asked.NAMES}
    return Asked(*given.values())


def _named(asked: Asked) -> dict[str, str]:
    """Return how what is asked for is called, "" where we know no such thing."""
    about = queries.topic_named(asked.topic) if asked.topic else None
    programmes = {each.slug: each.name for each in all_programmes()} if asked.programme else {}
    return {
        "topic": about.name if about else "",
        "programme": programmes.get(asked.programme, ""),
        "year": asked.year if asked.in_year else "",
        "language": LANGUAGES.get(asked.language, ""),
    }


def _topic(slug: str) -> Topic:
    return queries.topic_named(slug) or abort(404)
