"""Who is in the demo community and what they wrote, read from the two tables beside this file."""

import tomllib
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from slugify import slugify

from unmentor.people import phone, video

# Ranges that Ofcom keeps for drama: nobody can ever have these numbers.
MOBILE, LANDLINE = "07700 900{:03}", "01632 960{:03}"


@dataclass(frozen=True, slots=True)
class Resident:
    """Somebody in the demo community, as people.toml describes them."""

    name: str
    organisation: str
    about: str
    email: str = ""
    video: str = ""
    when: str = ""
    language: str = "en"
    joins: int = 1
    paused: int | None = None
    organises: bool = False
    leaves: bool = False

    def address(self, number: int | str = "") -> str:
        """Return where they get mail; nobody else has a name ending in *number* there."""
        return self.email or f"{slugify(f'{self.name} {number}', separator='.')}@{slugify(self.organisation)}.example"

    def phone(self, number: int) -> str:
        """Return the number that they are called on, unless they have only a name where others talk by video."""
        named = self.video and not video.host(self.video)
        return "" if named else phone.standard((LANDLINE, MOBILE)[number % 2].format(number % 1000))


@dataclass(frozen=True, slots=True)
class Story:
    """What somebody learned, as reflections.toml tells it."""

    text: str
    round: int
    topics: list[str]
    attribution: str
    by: str = ""
    met: str = ""
    link: str = ""
    language: str = "en"
    waits: bool = False


def residents(count: int) -> list[Resident]:
    """Return *count* people, and one who leaves. Beyond the table, names and stories are shuffled into new people."""
    known = [Resident(**row) for row in _table("people")]
    stay, leave = [each for each in known if not each.leaves], [each for each in known if each.leaves]
    return [*stay[:count], *leave, *(_another(stay, number) for number in range(count - len(stay)))]


def stories() -> list[Story]:
    """Return what people learned, oldest first."""
    return [Story(**row) for row in _table("reflections")]


@cache
def _table(name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = tomllib.loads(Path(__file__).with_name(f"{name}.toml").read_text("utf-8"))[name]
    return rows


def _another(known: list[Resident], number: int) -> Resident:
    """Return one more person: a first name, a last name and a job from the table, no two from the same row."""
    turn, place = divmod(number, len(known))
    job, first, last = (known[(place + turn * step + step) % len(known)] for step in (0, 1, 2))
    name = f"{first.name.split()[0]} {last.name.split(' ', 1)[1]}"
    new = replace(job, name=name, joins=1, paused=None, organises=False, video="")
    return replace(new, email=replace(new, email="").address(number + len(known)))
