"""The rules of a programme as people write them, in the console's form and behind ``flask programme set``."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import time
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from slugify import slugify

from unmentor.forms import clean_line, clean_text
from unmentor.programmes.models import Programme
from unmentor.timetable.holidays import NATIONS
from unmentor.timetable.slots import SLOTS

DOMAIN = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")
RHYTHMS = ("weekly", "fortnightly", "four-weekly", "monthly")
# A heads-up about a round comes after the draw before it, or it would be about two.
MOST_NOTICE = {"weekly": 6, "fortnightly": 13, "four-weekly": 27, "monthly": 27}


class WrongRule(ValueError):  # noqa: N818 - it is named by what happened
    """A rule cannot be what was written; its one line says what it can be."""

    def __init__(self, name: str, says: str) -> None:
        super().__init__(says)
        self.name = name


@dataclass(frozen=True, slots=True)
class Rule:
    """How a rule is read, and how it is written again."""

    # Raises ValueError, and says what to write instead.
    read: Callable[[str], Any]
    write: Callable[[Any], str] = str
    # The column that keeps it, where that has another name.
    column: str = ""


def read(written: Mapping[str, str], programme: Programme) -> dict[str, Any]:
    """Return rules for *programme* by their columns, from what people wrote by their names. Raises WrongRule."""
    rules = {}
    for name, text in written.items():
        try:
            rules[column(name)] = RULES[name].read(text.strip())
        except ValueError as error:
            raise WrongRule(name, str(error)) from None
    every, notice = (rules.get(name, getattr(programme, name)) for name in ("every", "notice"))
    if (notice or 0) > MOST_NOTICE[every]:
        name = "notice" if "notice" in rules else "every"
        raise WrongRule(name, _("Notice can be %(most)s days at the most in this rhythm", most=MOST_NOTICE[every]))
    return rules


def written(programme: Programme) -> dict[str, str]:
    """Return the rules of *programme* as people write them, by their names."""
    return {name: rule.write(getattr(programme, column(name))) for name, rule in RULES.items()}


def column(name: str) -> str:
    """Return the column that keeps a rule."""
    return RULES[name].column or name


def domains(written: str) -> list[str]:
    """Return domains that were written with commas or spaces between, none for an empty string. Raises ValueError."""
    typed = [each.lower().removeprefix("@") for each in re.split(r"[,\s]+", written) if each]
    found = [each.encode("idna").decode() for each in typed]  # as addresses are kept
    for each in found:
        if not DOMAIN.fullmatch(each):
            raise ValueError(_("%(typed)s is no domain. Write them like devon.gov.uk, leeds.gov.uk", typed=each))
    return sorted(set(found))


def _text(most: int, clean: Callable[[str], str] = clean_line) -> Callable[[str], str]:
    def read(written: str) -> str:
        if len(text := clean(written)) > most:
            raise ValueError(_("Shorten this to %(most)s characters. It has %(has)s now", most=most, has=len(text)))
        return text

    return read


def _name(written: str) -> str:
    if not slugify(written):
        raise ValueError(_("Write a name with at least one letter or digit"))
    return _text(100)(written)


def _number(least: int, most: int) -> Callable[[str], int]:
    def read(written: str) -> int:
        if not re.fullmatch(r"[0-9]{1,4}", written) or not least <= int(written) <= most:
            raise ValueError(_("Use a whole number from %(least)s to %(most)s", least=least, most=most))
        return int(written)

    return read


def _notice(written: str) -> int | None:
    return _number(0, 27)(written) if written else None


def _one_of(*choices: Any) -> Callable[[str], Any]:
    def read(written: str) -> Any:
        known = {str(choice): choice for choice in choices}
        if written not in known:
            raise ValueError(_("Use one of %(choices)s", choices=", ".join(known)))
        return known[written]

    return read


def _time(written: str) -> time:
    if not re.fullmatch(r"([01]?[0-9]|2[0-3]):[0-5][0-9]", written):
        raise ValueError(_("Write a time of day, like 09:30"))
    return time.fromisoformat(written.zfill(5))


def _zone(written: str) -> str:
    try:
        return ZoneInfo(written).key
    except (KeyError, OSError, ValueError):
        raise ValueError(_("Use the name of a time zone, such as Europe/London")) from None


def _yes_or_no(kept: bool) -> str:
    return "yes" if kept else "no"


RULES: dict[str, Rule] = {
    "name": Rule(_name),
    "about": Rule(_text(500)),
    "about_cy": Rule(_text(500)),
    "every": Rule(_one_of(*RHYTHMS)),
    "weekday": Rule(_one_of(*range(7))),
    "nth": Rule(_one_of(1, 2, 3, 4, 5, -1)),
    "draw_time": Rule(_time, "{:%H:%M}".format),
    "time_zone": Rule(_zone),
    "notice": Rule(_notice, lambda kept: "" if kept is None else str(kept)),
    "lead_days": Rule(_number(0, 60)),
    "window_days": Rule(_number(1, 60)),
    "minutes": Rule(_number(10, 180)),
    "default_slot": Rule(_one_of(*SLOTS)),
    "nation": Rule(_one_of(*NATIONS)),
    "odd": Rule(_one_of("trio", "standby", "sit-out")),
    "same_organisation": Rule(_one_of("avoid", "forbid", "allow")),
    "review": Rule(_one_of("wait", "send")),
    "moderation": Rule(_one_of("first", "all", "none")),
    "word": Rule(_text(500, clean_text)),
    "approve": Rule(lambda typed: bool(_one_of("yes", "no")(typed) == "yes"), _yes_or_no, column="approval"),
    "domains": Rule(domains, ", ".join),
}
"""Each rule by the name that people write."""
