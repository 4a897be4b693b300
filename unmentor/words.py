"""How we say things: in whose language, and times as a person would."""

import re
from collections.abc import Iterable
from datetime import date, datetime, time
from functools import cache

from babel.lists import format_list
from babel.support import Translations
from flask import Flask, g, has_request_context, request, session
from flask_babel import Babel, format_date, format_decimal, format_timedelta, get_locale, get_translations, gettext
from slugify import slugify

from unmentor.runtime import now, settings
from unmentor.zones import zone as known_zone

LANGUAGES = {"en": "English", "cy": "Cymraeg"}


def chosen_language() -> str:
    """Return the language that this visitor chose, or that their browser asks for."""
    if not has_request_context():
        return "en"
    chosen = session.get("language") or request.accept_languages.best_match(LANGUAGES)
    return chosen if chosen in LANGUAGES else "en"


def speak_from_now(language: str) -> None:
    """Keep the language that somebody chose. Whoever left what was offered chose none: their browser still says."""
    if language != chosen_language():
        session["language"] = language


def day(moment: date | datetime, zone: str = "") -> str:
    """Return a day in words, as "Thursday 10 December"; with the year where it is not this one."""
    # A date and not a datetime, which Flask-Babel would take back to UTC: Sydney's Tuesday would be Monday.
    shown = _local(moment, zone).date() if isinstance(moment, datetime) else moment
    pattern = "EEEE d MMMM" if shown.year == _local(now(), zone).year else "EEEE d MMMM y"
    return str(format_date(shown, pattern))


def short_day(moment: date) -> str:
    """Return a day in few words, as "10 Dec"; with the year where it is not this one."""
    return str(format_date(moment, "d MMM" if moment.year == now().year else "d MMM y"))


def clock(moment: datetime, zone: str = "") -> str:
    """Return a local time, as "12:30pm"; in the hour that an autumn night has twice, as "1:30am GMT"."""
    local = _local(moment, zone)
    twice = local.replace(fold=0).utcoffset() > local.replace(fold=1).utcoffset()  # type: ignore[operator]  # - it has a zone
    return time_of_day(local.time()) + (f" {local.tzname()}" if twice else "")


def time_of_day(moment: time) -> str:
    """Return a time as people write it, in Welsh too: "9am", "9:30am", "midday", "midnight"."""
    if moment.minute == 0 and moment.hour % 12 == 0:
        return str(gettext("midday") if moment.hour else gettext("midnight"))
    minutes = f":{moment:%M}" if moment.minute else ""
    return f"{moment.hour % 12 or 12}{minutes}{'am' if moment.hour < 12 else 'pm'}"


def when(moment: datetime, zone: str = "") -> str:
    """Return a day and time in words, as "Thursday 10 December, 12:30pm"."""
    return str(gettext("%(day)s, %(time)s", day=day(moment, zone), time=clock(moment, zone)))


def ago(moment: datetime) -> str:
    """Return how long ago a moment was, as "2 days ago"."""
    said = str(format_timedelta(moment - now(), add_direction=True))
    return re.sub(r"^2 munud\b", "2 funud", said)  # a soft mutation that Unicode's Welsh forgets


def listed(names: Iterable[str]) -> str:
    """Return names as one would read them out, as "Siân and Marek"; who has left is nameless.

    Unicode's patterns put a comma before "and" for America, and in Welsh leave it open whether that is "a" or "ac".
    """
    called = [name or gettext("somebody who has left") for name in names]
    if get_locale().language != "cy":
        return format_list(called, locale="en_GB")
    vowel = bool(called) and slugify(called[-1])[:1] in tuple("aeiou")
    return (" ac " if vowel else " a ").join(part for part in (", ".join(called[:-1]), *called[-1:]) if part)


def number(counted: int) -> str:
    """Return a number as it is written, as "1,038"."""
    return str(format_decimal(counted))


class Counted(int):
    """A number in a sentence: it picks the plural as any number does, and is written as "1,038"."""

    def __str__(self) -> str:
        """Return it as it is written."""
        return number(int(self))


def _local(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(known_zone(zone or settings().time_zone))


def _catalogue() -> Translations:
    """Return the catalogue of the language that is spoken at this moment, for each word of a page.

    Flask-Babel looks four things up to find it, which took a fifth of what a page costs.
    """
    # Where Flask-Babel keeps the language once it was asked for, also one that is spoken for a while only.
    locale = getattr(g.get("_flask_babel"), "babel_locale", None) or get_locale()
    return _catalogue_in(locale.language)


@cache
def _catalogue_in(_language: str) -> Translations:
    found: Translations = get_translations()
    return found


def init_babel(app: Flask) -> None:
    """Give *app* its languages, and its templates the words for time."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = "translations"
    Babel(app, locale_selector=chosen_language, default_timezone="UTC")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # - Jinja's i18n extension brings it
        gettext=lambda said: _catalogue().gettext(said),
        ngettext=lambda one, more, counted: _catalogue().ngettext(one, more, counted),
        newstyle=True,
    )
    app.jinja_env.globals["_"] = app.jinja_env.globals["gettext"]
    for name in (day, short_day, clock, when, ago, listed, number):
        app.add_template_filter(name)
    app.add_template_global(get_locale)
    app.jinja_env.globals["languages"] = LANGUAGES
