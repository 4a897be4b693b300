"""What followers read: whether they meant it, and what people learned."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from textwrap import shorten
from typing import Any

from flask_babel import force_locale

from unmentor.links import link, sign
from unmentor.mail.message import Letter
from unmentor.people.door import CONFIRM_WITHIN
from unmentor.reflections.followers.models import WEEKLY, Bulletin, Follower, FollowRequest, letters_of
from unmentor.reflections.models import Reflection
from unmentor.words import listed

# A letter that waited for longer is no news; the next is on its way.
WORTH_SENDING = timedelta(days=3)
MOST, FIRST_WORDS = 12, 280


def is_it_yours(request: FollowRequest, topic: str) -> Letter:
    """Return the question whether somebody wants to follow everything, or the *topic* of that name.

    Its reader need not have asked, so it holds no word that whoever did could choose.
    """
    url = link("reflections.confirm_following", token=sign("follow", request.nonce))
    return Letter(
        kind="follow-confirm",
        to=("", request.email),
        about=f"follow:{request.nonce}",
        person_id=None,
        programme_id=None,
        reader="",
        values={"topic": topic, "url": url},
        language=request.language,
        expires_at=request.asked_at + CONFIRM_WITHIN,
    )


def news(
    bulletin: Bulletin, follower: Follower, reflections: Sequence[Reflection], topics: Mapping[str, str]
) -> Letter:
    """Return what is new to an address that follows *topics*, names by short names, or everything where there are none.

    The newest stand in it with their first words, and further ones are counted.
    """
    shown = reflections[:MOST]
    only = next(iter(topics)) if len(topics) == 1 else None
    with force_locale(follower.language):
        values = {
            "reflections": [_said(each) for each in shown],
            "more": len(reflections) - len(shown),
            "topics": listed(topics.values()) if topics else "",
            "weekly": bulletin.how_often == WEEKLY,
            "url": link("reflections.topic", slug=only) if only else link("reflections.feed"),
            "stop_url": link("reflections.stop_following", key=sign("stop following", follower.nonce)),
        }
    return Letter(
        kind="follow-update",
        to=("", follower.email),
        about=letters_of(bulletin.id),
        person_id=None,
        programme_id=None,
        reader="",
        values=values,
        language=follower.language,
        expires_at=bulletin.made_at + WORTH_SENDING,
    )


def first_words(reflection: Reflection) -> str:
    """Return how a reflection begins, its lines kept where all of it is short enough."""
    text = reflection.text
    if len(text) <= FIRST_WORDS:
        return text
    return shorten(text, FIRST_WORDS, placeholder="…").removeprefix("…") or text[:FIRST_WORDS] + "…"


def _said(reflection: Reflection) -> dict[str, Any]:
    return {
        "text": first_words(reflection),
        "byline": reflection.byline,
        "headline": reflection.headline,
        "language": reflection.language,
        "whole": len(reflection.text) <= FIRST_WORDS,
        "url": link("reflections.show", slug=reflection.slug),
    }
