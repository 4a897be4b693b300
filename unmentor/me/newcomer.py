"""What happens next, and when, for somebody who has not talked to anybody yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import ngettext

from unmentor.programmes.models import Membership
from unmentor.programmes.schedule import heads_up_at
from unmentor.rounds.arrange import first_day_of, window
from unmentor.rounds.turns import Turn
from unmentor.timetable.slots import working_days
from unmentor.words import day, when


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happens by itself: when, in words, and what."""

    when: str
    says: str


def first_steps(waiting: Sequence[Membership], turns: Mapping[int, Turn], now: datetime) -> list[Step]:
    """Return the three next steps of whoever waits in these programmes for a first conversation: to their next draw.

    Nobody hears of a draw that was near when they joined; who joins then reads of the invitation by itself instead.
    """
    if not waiting:
        return []
    member = min(waiting, key=lambda each: (turns[each.id].at, each.id))
    programme, draw = member.programme, turns[member.id].at
    zone, told_at = programme.time_zone, heads_up_at(programme, draw)
    looked_at = programme.review != "send"
    drawn = when(draw, zone)
    days = working_days(window(programme, first_day_of(programme, draw), programme.window_days))
    talk = ngettext(
        "You talk, for %(num)s minute, at a time that suits you both as far as we know. You can move it.",
        "You talk, for %(num)s minutes, at a time that suits you both as far as we know. You can move it.",
        programme.minutes,
    )
    between = _("%(first)s to %(last)s", first=day(days[0]), last=day(days[-1])) if len(days) > 1 else day(days[0])
    whom = _("An email says whom you meet and when, with an entry for your calendar.")
    if told_at and told_at > max(now, member.joined_at):
        heads_up = _("A short email says that the draw is near and includes you. You can skip that one.")
        look = _("Then an organiser has a look.") if looked_at else ""
        invitation = " ".join(filter(None, (_("We draw."), look, whom)))
        return [Step(day(told_at, zone), heads_up), Step(drawn, invitation), Step(between, talk)]
    by = _("Before %(day)s", day=day(days[0])) if looked_at else day(draw, zone)
    pairs = _("We draw: chance finds you somebody new.")
    return [Step(drawn, pairs), Step(by, whom), Step(between, talk)]
