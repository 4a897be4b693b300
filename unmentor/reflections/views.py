"""Write what you learned, and read what others did."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from unmentor import runtime
from unmentor.conversations.guards import opened, writable
from unmentor.db import transaction
from unmentor.forms import Button, Page
from unmentor.page_cache import cached_for_visitors
from unmentor.reflections import permalink, queries, reading
from unmentor.reflections.actions import ChangedMeanwhile, share, take_back, tell
from unmentor.reflections.followers import views as following
from unmentor.reflections.forms import LONGEST, ReflectionForm
from unmentor.reflections.models import ATTRIBUTIONS
from unmentor.reflections.reporting import report
from unmentor.reflections.search import marked
from unmentor.reflections.second_look import ask_again
from unmentor.reflections.sitemap import sitemap

blueprint = Blueprint("reflections", __name__)
blueprint.add_app_template_filter(marked)
blueprint.add_app_template_global(permalink.ways_of_reader)
blueprint.get("/sitemap.xml")(cached_for_visitors(sitemap))
blueprint.get("/reflections")(cached_for_visitors(reading.feed))
blueprint.get("/reflections/<slug>")(cached_for_visitors(permalink.show))
blueprint.get("/reflections/<slug>.png")(cached_for_visitors(permalink.show_picture))
blueprint.get("/topics")(cached_for_visitors(reading.all_topics))
blueprint.get("/topics/<slug>")(cached_for_visitors(reading.topic))
for name in reading.FEEDS:
    view, kept = cached_for_visitors(reading.feed_file), {"form": name}
    blueprint.add_url_rule(f"/reflections.{name}", name, view, defaults=kept)
    blueprint.add_url_rule(f"/topics/<slug>.{name}", f"topic_{name}", view, defaults=kept)
blueprint.route("/reflections/<slug>/report", methods=["GET", "POST"])(report)
blueprint.route("/follow", methods=["GET", "POST"])(following.follow)
blueprint.route("/confirm/follow/<token>", methods=["GET", "POST"])(following.confirm_following)
blueprint.route("/unsubscribe/follow/<key>", methods=["GET", "POST"])(following.stop_following)
blueprint.route("/c/<token>/shared/<int:number>/ask", methods=["GET", "POST"])(ask_again)


@blueprint.route("/c/<token>/reflection", methods=["GET", "POST"])
def write(token: str) -> Page:
    """Write, or change what was written; what is public is shown first, with ways to change it and take it back."""
    part = writable(token)
    written = queries.reflection_of(part)
    if written and written.state == "published" and request.method == "GET" and "change" not in request.args:
        return render_template("reflections/shared.html", reflection=written, token=token)
    form = ReflectionForm.of(part, written, queries.topics())
    if form.validate_on_submit():
        try:
            with transaction():
                tell(share(part, form.draft(), runtime.now(), form.writes_over), runtime.now())
            return redirect(url_for("reflections.thanks", token=token), 303)
        except ChangedMeanwhile:
            written = queries.reflection_of(part)
            form.replaces(written)
    unread = queries.at_once(part, written, ATTRIBUTIONS)
    page = {"part": part, "token": token, "reflection": written, "at_once": unread, "longest": LONGEST}
    page |= {"others": [each.first_name for each in part.partners if each.email]}
    return render_template("reflections/write.html", form=form, **page), form.status


@blueprint.get("/c/<token>/reflection/thanks")
def thanks(token: str) -> Page:
    """Say what happens next."""
    reflection = queries.reflection_of(opened(token))
    if reflection is None or reflection.state not in {"pending", "published"}:
        return redirect(url_for("reflections.write", token=token), 303)
    return render_template("reflections/thanks.html", reflection=reflection, token=token)


@blueprint.route("/c/<token>/reflection/withdraw", methods=["GET", "POST"])
def withdraw(token: str) -> Page:
    """Ask once, then take it back."""
    reflection = queries.reflection_of(writable(token))
    if reflection is None or reflection.state == "withdrawn":
        return redirect(url_for("reflections.write", token=token), 303)
    form = Button()
    if not form.validate_on_submit():
        return render_template("reflections/withdraw.html", form=form, reflection=reflection, token=token), form.status
    with transaction():
        take_back(reflection, runtime.now())
    flash(_("Your words are gone from the site."))
    return redirect(url_for("conversations.show", token=token), 303)
