"""One reflection at its permanent address: as a page, as a picture for where it is shared, and in words of machines."""

from collections.abc import Callable, Iterator
from typing import Any, NoReturn

from flask import abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from unmentor.conversations.calendar_entry import key
from unmentor.db import db
from unmentor.gone import gone
from unmentor.links import link
from unmentor.people.guards import signed_in
from unmentor.programmes.queries import organised_by
from unmentor.reflections import queries
from unmentor.reflections.feeds import LICENCE
from unmentor.reflections.models import Reflection
from unmentor.reflections.neighbours import neighbours
from unmentor.reflections.picture import HEIGHT, WIDTH, picture


def show(slug: str) -> str:
    """Show one reflection; 410 once it was taken back."""
    reflection = public_at(slug, _gone)
    return render_template(
        "reflections/show.html",
        reflection=reflection,
        related=queries.related(reflection),
        beside=neighbours(reflection),
        link=link,
        posting=posting(reflection),
        picture_size=(WIDTH, HEIGHT),
    )


def show_picture(slug: str) -> Response:
    """Hand out the picture of one reflection; gone when it is."""
    if request.query_string:
        # Drawn once, whatever else is asked for with it.
        return redirect(url_for("reflections.show_picture", slug=slug), 301)
    reflection = public_at(slug, _gone)
    return Response(picture(reflection.text, reflection.byline), content_type="image/png")


def ways_of_reader(number: int) -> Iterator[tuple[str, str]]:
    """Yield what the reader of a public reflection can do with it beside what all can: words and an address each."""
    reflection, reader = db.session.get_one(Reflection, number), signed_in()
    if reader and reader.id == reflection.person_id:
        yield _("Change it or take it back"), url_for("reflections.write", token=key(reflection.participation))
    if reader and reflection.programme_id in {each.id for each in organised_by(reader)}:
        slug = reflection.programme.slug
        yield _("Take it down"), url_for("organise.take_down", slug=slug, number=number)


def posting(reflection: Reflection) -> dict[str, Any]:
    """Return what schema.org calls a SocialMediaPosting, ready for JSON."""
    address = link("reflections.show", slug=reflection.slug)
    place = {"@type": "Organization", "name": reflection.signed_place}
    person: dict[str, Any] = {"@type": "Person", "name": reflection.signed_name or reflection.byline}
    if reflection.signed_name and reflection.signed_place:
        person["affiliation"] = place
    said: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "SocialMediaPosting",
        "@id": address,
        "url": address,
        "mainEntityOfPage": address,
        "headline": reflection.headline,
        "articleBody": reflection.text,
        "author": place if reflection.signed_place and not reflection.signed_name else person,
        "datePublished": reflection.published_at and reflection.published_at.isoformat(),
        "dateModified": reflection.updated_at and reflection.updated_at.isoformat(),
        "inLanguage": reflection.language,
        "image": link("reflections.show_picture", slug=reflection.slug),
        "publisher": {"@type": "Organization", "name": "UnMentoring", "url": link("public.home")},
        "license": LICENCE,
    }
    said |= {"keywords": [topic.name for topic in reflection.topics]} if reflection.topics else {}
    return said | ({"sharedContent": {"@type": "WebPage", "url": reflection.link}} if reflection.link else {})


def public_at(slug: str, say_it_is_gone: Callable[[Reflection], NoReturn]) -> Reflection:
    """Return what is public at *slug*; answer 404 where nothing ever was, and say that it is gone where it was."""
    reflection = queries.reflection_named(slug)
    if reflection and reflection.published_at and reflection.state != "published":
        say_it_is_gone(reflection)
    if reflection is None or reflection.state != "published":
        abort(404)
    return reflection


def _gone(reflection: Reflection) -> NoReturn:
    said = (
        _("Its writer took this back"),
        _("What stood here was shared for a while, and then its writer changed their mind. That is fine."),
    )
    asked = (
        _("This is not public any more"),
        _("What stood here was shared for a while. Somebody is looking at it again."),
    )
    gone(
        *(said if reflection.state == "withdrawn" else asked),
        _("Read what others learned"),
        url_for("reflections.feed"),
    )
