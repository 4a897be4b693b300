"""Who follows what, and what is still to be told."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Select, func, select
from sqlalchemy.orm import selectinload

from unmentor.db import db
from unmentor.mail.models import Message
from unmentor.reflections.followers.models import (
    EVERYTHING,
    Bulletin,
    Follower,
    FollowRequest,
    InBulletin,
    letters_of,
)
from unmentor.reflections.models import Reflection, Topic


def names_of(slugs: Collection[str]) -> dict[str, str]:
    """Return how topics are written, by their short names; those that are gone are left out."""
    return dict(db.session.execute(select(Topic.slug, Topic.name).where(Topic.slug.in_(slugs))).all())


def request_of(nonce: str | None) -> FollowRequest | None:
    """Return the request that a key names by *nonce*."""
    return db.session.scalar(select(FollowRequest).where(FollowRequest.nonce == nonce))


def follower_of(nonce: str | None) -> Follower | None:
    """Return the follower that a key names by *nonce*."""
    return db.session.scalar(select(Follower).where(Follower.nonce == nonce))


def followed_by(email: str) -> Sequence[Follower]:
    """Return what an address follows, everything first."""
    return db.session.scalars(select(Follower).where(Follower.email == email).order_by(Follower.topic)).all()


def count_followers() -> int:
    """Return how many addresses follow."""
    return db.session.scalar(select(func.count(Follower.email.distinct()))) or 0


def bulletin_to_tell() -> Bulletin | None:
    """Return the oldest bulletin that not every follower was told."""
    return db.session.scalar(select(Bulletin).where(Bulletin.told_at.is_(None)).order_by(Bulletin.id).limit(1))


def public_in(bulletin: Bulletin) -> Select[Reflection]:
    """Return the question for what a bulletin tells and is public now, newest first."""
    told = select(InBulletin.reflection_id).where(InBulletin.bulletin_id == bulletin.id)
    public = select(Reflection).where(Reflection.id.in_(told), Reflection.state == "published")
    newest_first = public.order_by(Reflection.published_at.desc(), Reflection.id.desc())
    return newest_first.options(selectinload(Reflection.topics))


def readers_of(bulletin: Bulletin, most: int) -> Sequence[Follower]:
    """Return the next followers to be told, in order; several of one address are several."""
    theirs = select(Follower).where(
        Follower.how_often == bulletin.how_often, Follower.id > bulletin.told_to, Follower.since <= bulletin.made_at
    )
    return db.session.scalars(theirs.order_by(Follower.id).limit(most)).all()


def choices_of(addresses: Collection[str]) -> Mapping[str, list[Follower]]:
    """Return all that each of these addresses follows, by the address, in order."""
    found: dict[str, list[Follower]] = {email: [] for email in addresses}
    for each in db.session.scalars(select(Follower).where(Follower.email.in_(addresses)).order_by(Follower.id)):
        found[each.email].append(each)
    return found


def written_to(bulletin: Bulletin, addresses: Collection[str]) -> set[str]:
    """Return which of these addresses have their letter of a bulletin."""
    letters = select(Message.recipient).where(
        Message.person_id.is_(None), Message.about == letters_of(bulletin.id), Message.recipient.in_(addresses)
    )
    return set(db.session.scalars(letters))


def is_news(follower: Follower, reflection: Reflection) -> bool:
    """Say whether a reflection is about what somebody follows, and became public since they do."""
    about = follower.topic == EVERYTHING or follower.topic in {topic.slug for topic in reflection.topics}
    return about and reflection.published_at is not None and reflection.published_at >= follower.since
