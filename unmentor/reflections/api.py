"""What people learned, and its topics, as JSON: the same that the feed shows."""

from collections.abc import Iterable
from typing import Any

from flask import abort
from flask_babel import lazy_gettext as _l
from marshmallow import Schema, fields, validate
from sqlalchemy.orm import joinedload

from unmentor.api import parts
from unmentor.api.blueprint import get
from unmentor.api.lists import Headed, cut, listed
from unmentor.api.parts import WITHOUT_NUL, PageQuery
from unmentor.api.tables import Row, table
from unmentor.db import db
from unmentor.forms import clean_line
from unmentor.links import link
from unmentor.reflections import queries
from unmentor.reflections.finding import LONGEST_SEARCH, Asked, page_of
from unmentor.reflections.models import Reflection, Topic
from unmentor.reflections.permalink import public_at

GONE = 410


class TopicSchema(Schema):
    """A word that reflections share."""

    slug = parts.text(_l("What names the topic in addresses."))
    name = parts.text(_l("What it is called."))
    url = parts.address(_l("Its page."))


class CountedTopicSchema(TopicSchema):
    """A topic, and how many wrote about it."""

    reflections = parts.number(_l("How many public reflections belong to it."))


class WrittenSchema(Schema):
    """What somebody learned, but for its topics."""

    slug = parts.text(_l("What names the reflection in addresses."))
    url = parts.address(_l("Its page."))
    text = parts.text(_l("Its words, as they were written: no markup, a line break between paragraphs."))
    byline = parts.text(_l("Whose words these are, as they chose to be named."))
    name = parts.text(_l("The name that they chose to show; empty where they chose none."))
    organisation = parts.text(_l("The organisation that they chose to show; empty where they chose none."))
    link = parts.text(_l("The address of a longer post of theirs; empty where there is none."))
    language = parts.text(_l("The language that it is written in: en or cy."))
    programme = parts.text(_l("The slug of the programme in which they talked."))
    published_at = parts.moment(_l("When it became public."))
    updated_at = parts.moment(_l("When what readers see was last new to them."))


class ReflectionSchema(WrittenSchema):
    """What somebody learned."""

    topics = parts.several(TopicSchema, _l("What it is about."))


def _filter(means: str) -> fields.String:
    return fields.String(
        load_default="",
        validate=validate.Length(max=LONGEST_SEARCH, error=_l("Ask with fewer letters.")),
        metadata={"description": means, "pattern": WITHOUT_NUL},
    )


class FeedQuery(PageQuery):
    """Which reflections are asked for; all where nothing is."""

    q = _filter(_l("Only those with all these words, in them, their topics or organisation; at most the newest 1,000."))
    topic = _filter(_l("Only those of a topic, by its slug."))
    programme = _filter(_l("Only those of a programme, by its slug."))
    year = _filter(_l("Only those of a year."))
    language = _filter(_l("Only those in a language: en or cy."))


@get(
    "/reflections",
    _l("What people learned, the newest first"),
    parts.page_of("ReflectionPage", ReflectionSchema),
    FeedQuery,
)
def reflections(asked: dict[str, Any]) -> Headed:
    """Return a page of what is public."""
    given = {name: clean_line(asked[name]) for name in Asked.NAMES}
    sought = Asked(*given.values())
    return listed(page_of(sought, asked["page"]), told, **given)


@get("/reflections/<slug>", _l("One reflection"), ReflectionSchema, refuses=[GONE])
def reflection(slug: str) -> dict[str, Any]:
    """Return a reflection; 410 where it was public once."""
    return told(public_at(slug, lambda _gone: abort(GONE)))


@get(
    "/topics",
    _l("Every topic, those first that most wrote about"),
    parts.page_of("TopicPage", CountedTopicSchema),
    PageQuery,
)
def topics(asked: dict[str, Any]) -> Headed:
    """Return a page of all topics."""
    return listed(
        cut(queries.all_topics(), asked["page"]), lambda counted: _topic(counted[0]) | {"reflections": counted[1]}
    )


class RowSchema(WrittenSchema):
    """A reflection as a row of a table."""

    topics = parts.text(_l("What it is about: the names of its topics, with commas between."))


@table(
    "reflections",
    _l("Reflections"),
    _l("One row for each reflection that is public now, the newest first: its words, and its writer as they chose."),
    ("slug",),
    RowSchema,
)
def rows() -> Iterable[Row]:
    """Return what is public."""
    public = db.session.scalars(queries.published().options(joinedload(Reflection.programme)))
    return (told(each) | {"topics": ", ".join(topic.name for topic in each.topics)} for each in public)


def told(one: Reflection) -> dict[str, Any]:
    """Return what everybody may know of something public."""
    shown = ("slug", "text", "byline", "link", "language", "published_at", "updated_at")
    return {name: getattr(one, name) for name in shown} | {
        "url": link("reflections.show", slug=one.slug),
        "name": one.signed_name,
        "organisation": one.signed_place,
        "programme": one.programme.slug,
        "topics": [_topic(topic) for topic in one.topics],
    }


def _topic(topic: Topic) -> dict[str, Any]:
    return {"slug": topic.slug, "name": topic.name, "url": link("reflections.topic", slug=topic.slug)}
