"""Addresses a person can read."""

import re
from itertools import count

from slugify import slugify
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from unmentor.db import db
from unmentor.links import keyed_hash
from unmentor.reflections.models import Reflection

LONGEST = 60
TRIES = 20
HIDDEN = "gone-"


def first_words(text: str) -> str:
    """Return the first words of *text* as they stand in an address, cut at a word.

    >>> first_words("Her team doesn’t ask for a number. I tried it.")
    'her-team-doesnt-ask-for-a-number-i-tried-it'
    """
    joined = [("'", ""), ("’", "")]
    slug = slugify(text[:400], max_length=LONGEST, word_boundary=True, save_order=True, replacements=joined)
    return slug or "reflection"


def assign_slug(reflection: Reflection) -> None:
    """Store *reflection* at an address of its own, with -2, -3 … where its first words are taken.

    Nothing that was unwritten stays in an address: new first words, new address.
    """
    base = first_words(reflection.text)
    if re.fullmatch(rf"{base}(-\d+)?", reflection.slug or ""):
        return
    for _attempt in range(TRIES):
        try:
            # Somebody may take the same address at this moment; the unique constraint lets one of us win.
            with db.session.begin_nested():
                reflection.slug = _free(base)
                db.session.add(reflection)
            return
        except IntegrityError:
            continue
    raise RuntimeError(f"No address was free in {TRIES} tries")


def hide(reflection: Reflection) -> None:
    """Take the words out of the address of *reflection*; whoever still has the address learns that it is gone."""
    if not is_hidden(reflection):
        reflection.slug = out_of_sight(reflection)


def is_hidden(reflection: Reflection) -> bool:
    """Say whether the words are out of the address of *reflection*."""
    return reflection.slug.startswith(HIDDEN)


def out_of_sight(reflection: Reflection) -> str:
    """Return the address of *reflection* without its words, one of its own: others may have begun with the same."""
    gone = hidden(reflection.slug)
    with db.session.no_autoflush:
        taken = db.session.scalar(select(Reflection.id).where(Reflection.slug == gone, Reflection.id != reflection.id))
    return f"{gone}-{reflection.id}" if taken else gone


def hidden(slug: str) -> str:
    """Return what stands in the place of an address whose words are gone: only the address itself leads to it."""
    return f"{HIDDEN}{keyed_hash('slug', slug)[:40]}"


def _free(base: str) -> str:
    with db.session.no_autoflush:
        taken = set(db.session.scalars(select(Reflection.slug).where(Reflection.slug.startswith(base))))
    return next(slug for number in count(1) if (slug := base if number == 1 else f"{base}-{number}") not in taken)
