"""The same reflections as Atom (RFC 4287), RSS 2.0 and JSON Feed 1.1."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from feedgen.ext.base import BaseExtension
from feedgen.feed import FeedGenerator
from feedgen.util import xml_fromstring
from flask import url_for
from flask_babel import format_date, get_locale
from flask_babel import gettext as _
from markupsafe import Markup

from unmentor.links import link
from unmentor.reflections.models import Reflection

# The first year of UnMentoring: when a feed without an entry was last changed.
BEGINNING = datetime(2015, 1, 1, tzinfo=UTC)
# XML 1.0 §2.2 has no place for these, not even escaped.
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
LICENCE = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"


@dataclass(frozen=True, slots=True)
class Feed:
    """What was learned, newest first, with the feed's own address and that of the page it follows."""

    title: str
    address: str
    page: str
    reflections: Sequence[Reflection]

    @property
    def updated(self) -> datetime:
        """Return when the newest became public, or one of them was changed."""
        return max((moment for each in self.reflections if (moment := each.updated_at)), default=BEGINNING)


def atom(feed: Feed) -> bytes:
    """Return *feed* as Atom."""
    return _styled(_generated(feed, "xhtml").atom_str(pretty=True))


def rss(feed: Feed) -> bytes:
    """Return *feed* as RSS 2.0."""
    return _styled(_generated(feed, "html").rss_str(pretty=True))


def json_feed(feed: Feed) -> bytes:
    """Return *feed* as JSON Feed 1.1."""
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.page,
        "feed_url": feed.address,
        "description": _description(),
        "language": _language(),
        "items": [_item(reflection) for reflection in feed.reflections],
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def html(reflection: Reflection) -> Markup:
    """Return somebody's words as HTML, paragraphs kept, and their link; safe to show."""
    lines = (Markup("<p>{}</p>").format(line) for line in reflection.text.split("\n") if line)
    # feedgen loses the rel of an entry's links, so the link to a longer post goes with the words.
    more = Markup('<p><a href="{}" rel="nofollow ugc noopener">{}</a></p>').format(
        reflection.link, _("the longer post")
    )
    return Markup("").join(lines) + (more if reflection.link else "")


class ForPeople(BaseExtension):  # type: ignore[misc]  # - feedgen publishes no types
    """A line of XHTML in a feed or an entry, which browsers show to whoever opens the file, and readers leave out."""

    line = Markup("")

    def extend_atom(self, element: Any) -> Any:
        """Add the line: first in a feed, last in an entry."""
        line = xml_fromstring(f'<p xmlns="http://www.w3.org/1999/xhtml">{_clean(self.line)}</p>')
        element.insert(len(element) if element.tag.endswith(("entry", "item")) else 0, line)
        return element

    def extend_rss(self, element: Any) -> Any:
        """Add the line: first in the channel, last in an item."""
        return self.extend_atom(element if element.tag == "item" else element[0])


def _styled(document: bytes) -> bytes:
    """Return a document of XML that a browser shows as a page."""
    declared, rest = document.split(b"\n", 1)
    style = url_for("static", filename="feed.css")
    return b'%s\n<?xml-stylesheet type="text/css" href="%s"?>\n%s' % (declared, style.encode(), rest)


def _generated(feed: Feed, content: str) -> Any:
    made = FeedGenerator()
    made.load_extension("dc")
    made.register_extension("people", ForPeople, ForPeople)
    said = _("This is a feed: give its address to a feed reader, and it shows you what is new.")
    made.people.line = Markup('{} <a href="{}">{}</a>').format(said, feed.page, _("Read it as a page"))
    made.id(feed.page)
    made.title(_clean(feed.title))
    made.subtitle(_description())
    # RSS has but one link, which is the last of these.
    made.link([{"href": feed.address, "rel": "self"}, {"href": feed.page, "rel": "alternate"}])
    made.language(_language())
    made.rights(LICENCE)
    made.updated(feed.updated)
    made.lastBuildDate(feed.updated)
    made.generator("UnMentoring")
    for reflection in feed.reflections:
        _enter(made.add_entry(order="append"), reflection, content)
    return made


def _enter(entry: Any, reflection: Reflection, content: str) -> None:
    address = _address(reflection)
    entry.id(address)
    entry.guid(address, permalink=True)
    entry.title(_clean(reflection.headline))
    entry.link(href=address)
    entry.author(name=_clean(reflection.byline))
    entry.dc.dc_creator(_clean(reflection.byline))
    entry.content(_clean(html(reflection)), type=content)
    entry.published(reflection.published_at)
    entry.updated(reflection.updated_at)
    for topic in reflection.topics:
        entry.category(term=_clean(topic.name))
    named = Markup('<a href="{}">{}</a>').format(address, reflection.byline)
    day = reflection.published_at and reflection.published_at.date()
    entry.people.line = Markup("{} · {}").format(named, format_date(day, "d MMMM y"))


def _item(reflection: Reflection) -> dict[str, Any]:
    item = {
        "id": _address(reflection),
        "url": _address(reflection),
        "title": reflection.headline,
        "content_html": html(reflection),
        "content_text": reflection.text,
        "date_published": reflection.published_at.isoformat() if reflection.published_at else "",
        "date_modified": reflection.updated_at.isoformat() if reflection.updated_at else "",
        "authors": [{"name": reflection.byline}],
        "tags": [topic.name for topic in reflection.topics],
        "language": reflection.language,
    }
    return item | ({"external_url": reflection.link} if reflection.link else {})


def _address(reflection: Reflection) -> str:
    return link("reflections.show", slug=reflection.slug)


def _description() -> str:
    return str(_("What people in and around local government learned in half an hour with someone new."))


def _language() -> str:
    return str(get_locale() or "en")


def _clean(text: str) -> str:
    return NOT_XML.sub("", text)
