"""What search engines may know of: every page for everybody, and nothing that is not public at this moment."""

from collections.abc import Sequence
from datetime import datetime
from xml.etree.ElementTree import Element, SubElement, tostring

from sqlalchemy import Row, select
from werkzeug.wrappers import Response

from unmentor.db import db
from unmentor.links import link
from unmentor.programmes.queries import all_programmes
from unmentor.reflections.models import Reflection
from unmentor.reflections.queries import all_topics

# The most addresses that a sitemap may hold, less some for the pages beside them.
MOST = 49_000
SCHEMA = "http://www.sitemaps.org/schemas/sitemap/0.9"
PAGES = (
    "public.home",
    "public.about",
    "public.impact",
    "api.data",
    "api.docs",
    "reflections.feed",
    "reflections.all_topics",
    "reflections.follow",
    "programmes.index",
)


def sitemap() -> Response:
    """Hand out the addresses of what is public, as sitemaps.org says."""
    root = Element("urlset", xmlns=SCHEMA)
    addresses = [(link(page), "") for page in PAGES]
    addresses += [(link("programmes.show", slug=each.slug), "") for each in all_programmes()]
    addresses += [(link("reflections.topic", slug=topic.slug), "") for topic, _times in all_topics()]
    addresses += [
        (link("reflections.show", slug=slug), max(written, published or written).isoformat())
        for slug, written, published in _public()
    ]
    for address, changed in addresses:
        url = SubElement(root, "url")
        SubElement(url, "loc").text = address
        if changed:
            SubElement(url, "lastmod").text = changed
    return Response(tostring(root, "utf-8", xml_declaration=True), content_type="application/xml; charset=utf-8")


def _public() -> Sequence[Row[str, datetime, datetime | None]]:
    """Return the address of everything public, when it was written and published, newest first."""
    public = select(Reflection.slug, Reflection.written_at, Reflection.published_at)
    newest_first = public.where(Reflection.state == "published").order_by(Reflection.published_at.desc())
    return db.session.execute(newest_first.limit(MOST)).all()
