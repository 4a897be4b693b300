"""What reflections bring to the rooms below: pages, what a writer can do next, their rights, and the demo's stories."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from textwrap import shorten
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from unmentor.conversations.calendar_entry import key
from unmentor.conversations.models import Participation
from unmentor.demo.tables import Story
from unmentor.features import Feature
from unmentor.organise.needs import Need
from unmentor.people.models import Person
from unmentor.programmes.models import Programme
from unmentor.reflections import api, moderation, queries, rights
from unmentor.reflections.actions import drop_unused_topics, forget, publish, share
from unmentor.reflections.finding import newest
from unmentor.reflections.followers import actions as following
from unmentor.reflections.followers import telling
from unmentor.reflections.followers.queries import followed_by
from unmentor.reflections.forms import Draft
from unmentor.reflections.models import Reflection
from unmentor.reflections.views import blueprint
from unmentor.reports.queries import asked_again, asked_by
from unmentor.words import Counted

__all__ = ["api", "feature", "moderation"]
ON_THE_FIRST_PAGE = 5
# So much of a reason stands where many things need somebody; all of it where it is decided.
REASON = 160


@blueprint.app_context_processor
def for_pages_below() -> dict[str, Any]:
    """Return what pages ask that show reflections among other things."""
    return {
        "public_topics": queries.all_topics,
        "newest_reflections": lambda: newest(most=ON_THE_FIRST_PAGE),
        "shared_by_others": lambda part: [(each, each.id in asked_by(part)) for each in queries.of_others(part)],
    }


def next_steps(parts: Sequence[Participation]) -> dict[int, tuple[str, str]]:
    """Return what can be done about what people wrote in these parts, or could write: words and an address each."""
    written = queries.reflections_in(parts)
    asked = [each for each in parts if each.id in written or (each.met and each.conversation.state != "missed")]
    return {part.id: _next_step(part, written.get(part.id)) for part in asked}


def needs(programme: Programme, reader: Person) -> Iterable[Need]:
    """Return what is to be read again, and why; and what waits for an organiser's yes, as one thing to do."""
    page = url_for("organise.moderation", slug=programme.slug)
    for asked in asked_again(programme, reader):
        says = _(
            "Somebody asks that “%(words)s” is read again: %(reason)s", words=asked.begins, reason=_short(asked.reason)
        )
        yield Need(says, _("Read it again"), f"{page}#reflection-{asked.reflection_id}")
    if waiting := queries.count_pending(programme):
        says = ngettext(
            "%(num)s reflection waits to be read before it is public.",
            "%(num)s reflections wait to be read before they are public.",
            Counted(waiting),
        )
        yield Need(says, _("Read it") if waiting == 1 else _("Read them"), page)


def erase(person: Person, now: datetime) -> None:
    """Let go of all that names somebody who leaves, and write to their address no more."""
    rights.let_go(person)
    if person.email:
        following.stop(person.email, now)


def export(person: Person) -> dict[str, Any]:
    """Return what somebody wrote, and what their address follows, ready for JSON."""
    follows = followed_by(person.email) if person.email else ()
    told = [
        {"topic": each.topic or None, "how_often": each.how_often, "since": each.since.isoformat()} for each in follows
    ]
    return rights.exported(person) | {"follows": told}


def tell(story: Story, part: Participation, written: datetime, public: datetime | None) -> None:
    """Let somebody in the demo community share a story, and an organiser say yes to it where it is to be public."""
    reflection = share(part, Draft(story.text, tuple(story.topics), story.link, story.attribution), written)
    reflection.language = story.language
    if public:
        publish(reflection, public)


def forget_all(now: datetime) -> None:
    """Forget what nobody needs any more of what people wrote, and of who follows."""
    forget(now)
    following.forget(now)


def _short(reason: str) -> str:
    return shorten(reason, REASON, placeholder="…").removeprefix("…") or reason[:REASON] + "…"


def _next_step(part: Participation, reflection: Reflection | None) -> tuple[str, str]:
    if reflection and reflection.state == "published":
        return _("Read what you wrote"), url_for("reflections.show", slug=reflection.slug)
    said = {"returned": _("Change what you wrote"), "pending": _("What you wrote is being looked at")}
    words = said.get(reflection.state) if reflection else None
    return words or _("Write what you learned"), url_for("reflections.write", token=key(part))


feature = Feature(
    blueprint=blueprint,
    erase=erase,
    export=export,
    tidy=drop_unused_topics,
    answer=following.answer,
    duties=(("gather what is new for followers", telling.gather), ("tell followers", telling.tell)),
    erase_again=following.stop_again,
    forget=forget_all,
    next_steps=next_steps,
    needs=needs,
    wrote=queries.writers_by_round,
    tell=tell,
)
