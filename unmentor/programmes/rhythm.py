"""How often a programme draws, and how often somebody takes part, in words."""

from babel.dates import get_day_names
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from unmentor.programmes.models import EACH, QUARTERLY, SECOND, Programme
from unmentor.words import time_of_day

# How often somebody takes part: for people, and for programs that read it.
CHOICES = {
    EACH: _l("In every round"),
    SECOND: _l("In every second round"),
    QUARTERLY: _l("About once a quarter"),
}
TAKES_PART = {EACH: "every round", SECOND: "every second round", QUARTERLY: "about once a quarter"}


def day_of_week(weekday: int) -> str:
    """Return the name of a day, 0 for Monday, as it is written in the middle of a sentence."""
    # There Welsh writes "dydd Llun"; English keeps its capital.
    return str(get_day_names("wide", locale=get_locale())[weekday].replace("Dydd", "dydd"))


def rhythm(programme: Programme) -> str:
    """Return when a programme draws, as one would say it: "the first Monday of each month at 9am"."""
    day = day_of_week(programme.weekday)
    time = time_of_day(programme.draw_time)
    often = programme.nth if programme.every == "monthly" else programme.every
    # Each a sentence of its own: languages differ in where the number goes, and in what it does to the day.
    said = {
        "weekly": _("every %(day)s at %(time)s", day=day, time=time),
        "fortnightly": _("every second %(day)s at %(time)s", day=day, time=time),
        "four-weekly": _("every fourth %(day)s at %(time)s", day=day, time=time),
        1: _("the first %(day)s of each month at %(time)s", day=day, time=time),
        2: _("the second %(day)s of each month at %(time)s", day=day, time=time),
        3: _("the third %(day)s of each month at %(time)s", day=day, time=time),
        4: _("the fourth %(day)s of each month at %(time)s", day=day, time=time),
        5: _("the fifth %(day)s of each month at %(time)s", day=day, time=time),
        -1: _("the last %(day)s of each month at %(time)s", day=day, time=time),
    }
    return str(said[often])


def own_rhythm(every: int) -> str:
    """Return how often somebody takes part, as one would say it: "In every second round"."""
    return str(CHOICES[every])
