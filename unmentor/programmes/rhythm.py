"""How often a programme draws, in words."""

from babel.dates import get_day_names
from flask_babel import format_time, get_locale
from flask_babel import gettext as _

from unmentor.programmes.models import Programme


def rhythm(programme: Programme) -> str:
    """Return when a programme draws, as one would say it: "the first Monday of each month at 9:00"."""
    day = get_day_names("wide", locale=get_locale())[programme.weekday]
    time = format_time(programme.draw_time, "H:mm", rebase=False)
    if programme.every == "weekly":
        said = _("every %(day)s at %(time)s", day=day, time=time)
    elif programme.every == "fortnightly":
        said = _("every second %(day)s at %(time)s", day=day, time=time)
    elif programme.every == "four-weekly":
        said = _("every fourth %(day)s at %(time)s", day=day, time=time)
    else:
        said = _("the %(nth)s %(day)s of each month at %(time)s", nth=_nth(programme.nth), day=day, time=time)
    return str(said)


def _nth(nth: int) -> str:
    return str({1: _("first"), 2: _("second"), 3: _("third"), 4: _("fourth"), 5: _("fifth"), -1: _("last")}[nth])
