"""Organisations, and what else they are called: "Devon CC" and "Devon County Council" are no strangers.

Nobody's words change. Whoever wrote another name is read and counted by the one that organisers chose.
"""

from collections import Counter

from sqlalchemy import delete, func, select

from unmentor.db import db
from unmentor.forms import clean_line
from unmentor.people.models import OtherName, Person

# What a browser offers while somebody types.
MOST_OFFERED = 100
# A name that so many wrote is nobody's own.
SHARED = 2


def in_use() -> list[str]:
    """Return the organisations that people may be offered, most people first: known to many, or named by organisers.

    None that one person alone has written: that may say who is here.
    """
    told = (
        select(Person.told_organisation, func.count())
        .where(Person.confirmed_at.is_not(None), Person.left_at.is_(None), Person.told_organisation != "")
        .group_by(Person.told_organisation)
    )
    named = other_names()
    people = Counter[str]()
    for spelling, count in db.session.execute(told):
        people[named.get(spelling.lower(), spelling)] += count
    shared = [name for name, count in people.items() if count >= SHARED or name in named.values()]
    return sorted(shared, key=lambda name: (-people[name], name))[:MOST_OFFERED]


def other_names() -> dict[str, str]:
    """Return by which name each spelling is read, in lower case, where that is another.

    For whoever counts by what was written, first: to look for each person's other name takes ten times as long.
    """
    return dict(db.session.execute(select(OtherName.spelling, OtherName.name)).all())


def name_of(spelling: str) -> str:
    """Return the name that an organisation goes by: the spelling itself, where it has no other."""
    known = db.session.get(OtherName, _key(spelling))
    return known.name if known else clean_line(spelling)


def call(spelling: str, name: str) -> bool:
    """Let whoever wrote *spelling* be from *name*, which may be new; say whether that changes anything.

    What an organisation goes by takes its other names along; one of those goes alone. Whoever calls this holds what
    keeps draws from running meanwhile: two who name each other would leave a circle.
    """
    key, target = _key(spelling), name_of(name)
    known = db.session.get(OtherName, key)
    alone = known is not None and _key(known.name) != key
    if _key(target) == key:  # another name of its own becomes the one it goes by, or the same is written otherwise
        target = clean_line(name)
    group = select(OtherName).where(func.lower(OtherName.name) == key)
    rows = [known] if known and alone else db.session.scalars(group).all()
    before = {row.spelling: row.name for row in rows}
    for row in rows:
        row.name = target
    if key not in before and (key != _key(target) or spelling != target):
        db.session.add(OtherName(spelling=key, name=target))
        return True
    return set(before.values()) != {target}


def take_apart(spelling: str) -> bool:
    """Let whoever wrote *spelling* be from just that again; say whether this call did it."""
    apart = delete(OtherName).where(OtherName.spelling == _key(spelling)).returning(OtherName.spelling)
    return db.session.scalar(apart) is not None


def forget_unused() -> None:
    """Forget what organisations are called besides that nobody is from any more."""
    for name in db.session.scalars(select(OtherName.name).distinct()).all():
        forget_unless_used(name)


def forget_unless_used(name: str) -> None:
    """Forget what an organisation is called besides *name*, once nobody is from there any more."""
    others = select(OtherName.spelling).where(OtherName.name == name)
    if db.session.scalar(others.limit(1)) and not db.session.scalar(
        select(Person.id).where(Person.organisation == name).limit(1)
    ):
        db.session.execute(delete(OtherName).where(OtherName.name == name))


def _key(name: str) -> str:
    return clean_line(name).lower()
