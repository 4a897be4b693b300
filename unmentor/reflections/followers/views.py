"""Follow by email: ask, say yes, stop."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from unmentor import runtime
from unmentor.db import transaction
from unmentor.forms import Button, Page, clean_line
from unmentor.gone import GONE, forward
from unmentor.links import link, signed
from unmentor.people import browser
from unmentor.people.door import CONFIRM_WITHIN
from unmentor.reflections.followers import actions, queries
from unmentor.reflections.followers.forms import PACES, FollowForm
from unmentor.reflections.queries import all_topics
from unmentor.words import chosen_language, listed


def follow() -> Page:
    """Ask for an address to write to, and show the address of every feed."""
    topics = all_topics()
    form = FollowForm.of([topic for topic, _times in topics], clean_line(request.args.get("topic")))
    if not form.validate_on_submit():
        return render_template("reflections/follow.html", form=form, topics=topics, link=link), form.status
    with transaction():
        actions.ask(
            form.address(), form.topic.data, form.how_often.data, chosen_language(), browser.source(), runtime.now()
        )
    flash(
        _(
            "Check your email. If we can write to that address, a link is on its way. "
            "Nothing else comes before you say yes there."
        )
    )
    return redirect(url_for("reflections.follow"), 303)


def confirm_following(token: str) -> Page:
    """Show whoever opens the link of a letter what they would follow; selecting the button begins it."""
    nonce = signed("follow", token) or abort(404)
    asked = queries.request_of(nonce)
    if asked is None or asked.asked_at + CONFIRM_WITHIN <= runtime.now():
        return _ended(), GONE
    form, topic = Button(), queries.names_of({asked.topic}).get(asked.topic, asked.topic)
    if not form.validate_on_submit():
        page = {"form": form, "asked": asked, "topic": topic, "pace": PACES[asked.how_often]}
        return render_template("reflections/confirm-following.html", **page), form.status
    with transaction():
        follows = actions.confirm(asked, runtime.now())
    if not follows:
        return _ended(), GONE
    flash(_("You follow along. We write to you when there is something new, and each email has a link that stops it."))
    return redirect(url_for("reflections.feed"), 303)


def stop_following(key: str) -> Page:
    """Stop all that an address follows. Mail programs do it without a cookie (RFC 8058): its key is all."""
    nonce = signed("stop following", key) or abort(404)
    follower = queries.follower_of(nonce)
    if follower is None:
        said = _(
            "It is stopped, and the address erased. If you asked again since, the newest email has a link of its own."
        )
        return _forward(_("This link has done its work"), said)
    if request.method == "POST":
        with transaction():
            actions.stop(follower.email, runtime.now())
        said = _("We write to you no more about what people learned, and your address is erased.")
        return _forward(_("Stopped"), said)
    followed = queries.followed_by(follower.email)
    names = queries.names_of({each.topic for each in followed})
    topics = listed([names.get(each.topic, each.topic) for each in followed if each.topic])
    everything = not all(each.topic for each in followed)
    return render_template("reflections/stop-following.html", topics=topics, everything=everything, key=key)


def _ended() -> str:
    said = _("It was good for a week, or it was stopped since. Ask again, and we send you a new one.")
    return _forward(_("This link has ended"), said)


def _forward(heading: str, text: str) -> str:
    return forward(heading, text, _("Follow what people learned"), url_for("reflections.follow"))
