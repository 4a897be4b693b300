"""The sections of the settings: each folded, with what it holds now in a sentence or two."""

from collections.abc import Callable
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from unmentor.organise.consequences import DECIDES, domains_in_words, first_and_last
from unmentor.organise.settings_form import SettingsForm
from unmentor.programmes.models import Programme
from unmentor.programmes.rhythm import rhythm
from unmentor.programmes.rules import written

ALL = "all"


@dataclass(frozen=True, slots=True)
class Section:
    """Some of the rules that belong together, and what they are now, in words."""

    key: str
    title: str
    rules: tuple[str, ...]
    says: Callable[[Programme], str]


def opened(form: SettingsForm, asked: str) -> set[str]:
    """Return the keys of the sections to show unfolded: what was asked for, is wrong, or was typed and not saved."""
    now, typed = written(form.programme), form.typed
    touched = {name for name in typed if form[name].errors or (form.is_submitted() and typed[name] != now[name])}
    return {each.key for each in SECTIONS if asked in (ALL, each.key) or touched.intersection(each.rules)}


def _what(programme: Programme) -> str:
    return programme.name


def _draws(programme: Programme) -> str:
    return f"{_('It draws %(rhythm)s.', rhythm=rhythm(programme))} {DECIDES['review', programme.review]}"


def _talks(programme: Programme) -> str:
    minutes = _("A conversation lasts %(minutes)s minutes.", minutes=programme.minutes)
    return f"{first_and_last(programme)} {minutes}"


def _pairs(programme: Programme) -> str:
    return f"{DECIDES['odd', programme.odd]} {DECIDES['same_organisation', programme.same_organisation]}"


def _joins(programme: Programme) -> str:
    said = _("Whoever joins waits for your yes.") if programme.approval else _("Whoever joins takes part at once.")
    return f"{said} {domains_in_words(programme.domains)}"


def _sees(programme: Programme) -> str:
    word = _("The next invitations carry a word of yours.") if programme.word else ""
    return f"{DECIDES['moderation', programme.moderation]} {word}".strip()


SECTIONS = (
    Section("what", _l("What it is"), ("name", "about", "about_cy"), _what),
    Section("draws", _l("When it draws"), ("every", "nth", "weekday", "draw_time", "notice", "review"), _draws),
    Section("talks", _l("When people talk"),
            ("lead_days", "window_days", "minutes", "default_slot", "nation"), _talks),
    Section("pairs", _l("Who meets whom"), ("odd", "same_organisation"), _pairs),
    Section("joins", _l("Who may join"), ("approve", "domains"), _joins),
    Section("sees", _l("What people read"), ("word", "moderation"), _sees),
)  # fmt: skip
# What may be left empty.
OPTIONAL = {"about", "about_cy", "notice", "word", "domains"}
