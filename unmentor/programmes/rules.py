"""The rules of a programme as an operator writes them: ``NAME=VALUE``."""

import re
from collections.abc import Callable, Collection
from datetime import time
from typing import Any
from zoneinfo import ZoneInfo

from slugify import slugify

from unmentor.programmes.models import Programme
from unmentor.timetable.slots import SLOTS

DOMAIN = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")
Parse = Callable[[str], Any]


class WrongRule(ValueError):  # noqa: N818 - it is named by what happened
    """A rule cannot be what was written; its one line says what it can be."""


def set_rules(programme: Programme, written: Collection[str]) -> None:
    """Change rules of *programme*, each written as ``name=value``. Raises WrongRule, and then nothing has changed."""
    given = {}
    for each in written:
        name, equals, value = each.partition("=")
        if name not in RULES or not equals:
            raise WrongRule(f"{each!r} sets no rule. Write NAME=VALUE; the names are {', '.join(RULES)}.")
        attribute, parse = RULES[name]
        try:
            given[attribute] = parse(value.strip())
        except ValueError as error:
            raise WrongRule(f"{name} cannot be {value!r}: {error}.") from None
    for attribute, rule in given.items():
        setattr(programme, attribute, rule)


def domains(written: str) -> list[str]:
    """Return domains that were written with commas or spaces between, none for an empty string. Raises ValueError."""
    typed = [each.lower().removeprefix("@") for each in re.split(r"[,\s]+", written) if each]
    found = [each.encode("idna").decode() for each in typed]  # as addresses are kept
    for each in found:
        if not DOMAIN.fullmatch(each):
            raise ValueError(f"{each!r} is no domain; write them like devon.gov.uk,leeds.gov.uk")
    return sorted(set(found))


def _text(most: int, least: int = 0) -> Parse:
    def parse(written: str) -> str:
        if not least <= len(written) <= most or not written.isprintable():
            raise ValueError(f"write {least} to {most} characters")
        return written

    return parse


def _name(written: str) -> str:
    if not slugify(written):
        raise ValueError("write at least one letter or digit")
    return str(_text(100)(written))


def _number(least: int, most: int) -> Parse:
    def parse(written: str) -> int:
        if not re.fullmatch(r"-?[0-9]{1,4}", written) or not least <= int(written) <= most:
            raise ValueError(f"use a whole number from {least} to {most}")
        return int(written)

    return parse


def _one_of(*choices: Any) -> Parse:
    def parse(written: str) -> Any:
        known = {str(choice): choice for choice in choices}
        if written not in known:
            raise ValueError(f"use one of {', '.join(known)}")
        return known[written]

    return parse


def _yes_or_no(written: str) -> bool:
    return bool(_one_of("yes", "no")(written) == "yes")


def _time(written: str) -> time:
    if not re.fullmatch(r"[0-9]{2}:[0-9]{2}", written):
        raise ValueError("write it like 09:30")
    return time.fromisoformat(written)


def _zone(written: str) -> str:
    try:
        return ZoneInfo(written).key
    except (KeyError, OSError, ValueError):
        raise ValueError("use a name such as Europe/London") from None


# What an operator writes, and what it is called and how it is read.
RULES: dict[str, tuple[str, Parse]] = {
    "name": ("name", _name),
    "about": ("about", _text(500)),
    "about_cy": ("about_cy", _text(500)),
    "approve": ("approval", _yes_or_no),
    "domains": ("domains", domains),
    "every": ("every", _one_of("weekly", "fortnightly", "four-weekly", "monthly")),
    "weekday": ("weekday", _number(0, 6)),
    "nth": ("nth", _one_of(1, 2, 3, 4, 5, -1)),
    "draw_time": ("draw_time", _time),
    "time_zone": ("time_zone", _zone),
    "lead_days": ("lead_days", _number(0, 60)),
    "window_days": ("window_days", _number(1, 60)),
    "minutes": ("minutes", _number(10, 180)),
    "default_slot": ("default_slot", _one_of(*SLOTS)),
    "odd": ("odd", _one_of("trio", "standby", "sit-out")),
    "same_organisation": ("same_organisation", _one_of("avoid", "forbid", "allow")),
    "review": ("review", _one_of("wait", "send")),
    "moderation": ("moderation", _one_of("first", "all", "none")),
}
