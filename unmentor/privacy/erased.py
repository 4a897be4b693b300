"""The list of who was erased, kept beside the database too, so that a backup brings nobody back."""

import os
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from unmentor.db import db
from unmentor.features import features
from unmentor.people.actions import address_hash, person_hash
from unmentor.people.models import Person
from unmentor.privacy.leave import leave
from unmentor.privacy.models import Erasure
from unmentor.privacy.retention import ERASURES


def keep_list(path: Path, now: datetime) -> None:
    """Write to *path* the keyed hash of everybody who was erased, beside those that are in it and not too old."""
    known = _read(path)
    rows = {row.mark: row.at for row in db.session.scalars(select(Erasure))}
    kept = {mark: at for mark, at in (known | rows).items() if at >= now - ERASURES}
    if kept == known:
        return
    lines = "".join(f"{at.isoformat()} {mark}\n" for mark, at in sorted(kept.items(), key=lambda each: each[::-1]))
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(lines)
    aside.replace(path)


def erase_again(path: Path, seed: int, now: datetime) -> int:
    """Erase whoever is back from a backup and was erased before; return how many. They are told nothing: they know."""
    known = _read(path) | {row.mark: row.at for row in db.session.scalars(select(Erasure))}
    for mark, at in known.items():
        db.session.merge(Erasure(mark=mark, at=at))
    db.session.flush()
    here = db.session.scalars(select(Person).where(Person.email.is_not(None))).all()
    back = [each for each in here if _is_among(known, each)]
    for person in back:
        leave(person, seed, now, told=False)
    for feature in features():
        feature.erase_again(known, now)
    return len(back)


def _is_among(known: dict[str, datetime], person: Person) -> bool:
    """Say whether somebody was erased. Older lists hold addresses: who came back later with theirs, anew, stays."""
    gone = known.get(person_hash(person)) or known.get(address_hash(person.email or ""))
    return gone is not None and person.joined_at <= gone


def _read(path: Path) -> dict[str, datetime]:
    """Return what a list holds: each hash with its moment; nothing where there is no list yet."""
    if not path.exists():
        return {}
    lines = (line.split() for line in path.read_text().splitlines())
    return {mark: datetime.fromisoformat(at) for at, mark in lines}
