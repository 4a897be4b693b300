"""What other settings change for people, in words."""

from collections.abc import Iterator
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from unmentor.programmes.models import Programme
from unmentor.programmes.queries import next_draw
from unmentor.programmes.rhythm import day_of_week, rhythm
from unmentor.programmes.schedule import promised
from unmentor.rounds.queries import waiting_round
from unmentor.timetable.slots import DAYS, STARTS
from unmentor.words import time_of_day, when

NATIONS = {
    "england-and-wales": _l("England and Wales"),
    "scotland": _l("Scotland"),
    "northern-ireland": _l("Northern Ireland"),
}
DECIDES = {
    ("odd", "trio"): _l("Where numbers are odd, three people talk together."),
    ("odd", "standby"): _l("Where numbers are odd, somebody who offered to step in makes them even."),
    ("odd", "sit-out"): _l("Where numbers are odd, somebody sits out; nobody twice before everybody was once."),
    ("same_organisation", "avoid"): _l("People from the same organisation meet only where nothing else is possible."),
    ("same_organisation", "forbid"): _l("People from the same organisation never meet; some may be left out for it."),
    ("same_organisation", "allow"): _l("People from the same organisation meet like any others."),
    ("review", "wait"): _l("Every round waits for you before anybody is told."),
    ("review", "send"): _l("Every round is sent by itself. Nobody needs to look at it first."),
    ("moderation", "first"): _l("A person’s first reflection is looked at before it is public, and none after it."),
    ("moderation", "all"): _l("Every reflection is looked at before it is public."),
    ("moderation", "none"): _l("Reflections are public at once, and you can take them down."),
    ("approval", True): _l("Whoever joins from now on waits for your yes. Whoever takes part already stays."),
    ("approval", False): _l("Whoever joins from now on takes part at once. Those who wait now still need your yes."),
}
RHYTHM = ("every", "weekday", "draw_time")
# What is decided when a round is drawn.
DRAWN_WITH = ("lead_days", "window_days", "minutes", "default_slot", "nation", "odd", "same_organisation")


def consequences(programme: Programme, proposed: Programme, now: datetime) -> list[str]:
    """Return what changes for people once *programme* is as *proposed*, a sentence each."""
    found = [*_texts(programme, proposed), *_draws(programme, proposed, now), *_talks(programme, proposed)]
    found += [str(says) for (name, rule), says in DECIDES.items() if _differ(programme, proposed, name, is_now=rule)]
    if programme.domains != proposed.domains:
        stays = _("Whoever takes part already stays.") if proposed.domains else ""
        found.append(f"{domains_in_words(proposed.domains)} {stays}".strip())
    if _differ(programme, proposed, *DRAWN_WITH) and (waits := waiting_round(programme)):
        again = _("Round %(number)s is drawn already and keeps what it has. Draw it again if it should follow.",
                  number=waits.number)  # fmt: skip
        found.append(again)
    return found


def slot_in_words(slot: str) -> str:
    """Return a slot as one would say it: "Wednesday at 12:30pm"."""
    day, _dash, part = slot.partition("-")
    return str(_("%(day)s at %(time)s", day=day_of_week(DAYS.index(day)), time=time_of_day(STARTS[part])))


def first_and_last(programme: Programme) -> str:
    """Return when people talk after a draw."""
    lead = ngettext("The first conversations are a day after the draw,",
                    "The first conversations are %(num)s days after the draw,", programme.lead_days)  # fmt: skip
    last = ngettext("and all on that day.", "and all within %(num)s days.", programme.window_days)
    return f"{lead} {last}"


def domains_in_words(domains: list[str]) -> str:
    """Return who may join, by their address."""
    if not domains:
        return str(_("Anybody may join, whatever their address."))
    return str(_("Only people with an address at %(domains)s may join.", domains=", ".join(domains)))


def _differ(programme: Programme, proposed: Programme, *names: str, is_now: object = ...) -> bool:
    """Say whether any of these rules differs, and is *is_now* then."""
    changed = [name for name in names if getattr(programme, name) != getattr(proposed, name)]
    return any(is_now is ... or getattr(proposed, name) == is_now for name in changed)


def _texts(programme: Programme, proposed: Programme) -> Iterator[str]:
    if programme.name != proposed.name:
        yield _("It is called %(name)s everywhere. Its addresses stay as they are.", name=proposed.name)
    if _differ(programme, proposed, "about", "about_cy"):
        yield _("Its page and the join page say what you have written about it.")
    if programme.word != proposed.word:
        yield (
            _("The invitations of the next round carry your words. They go with that round only.")
            if proposed.word
            else _("The invitations of the next round carry no words of yours.")
        )


def _draws(programme: Programme, proposed: Programme, now: datetime) -> Iterator[str]:
    if proposed.starts_on != programme.starts_on:
        yield _("Rounds are drawn %(new)s. So far it was %(old)s.", new=rhythm(proposed), old=rhythm(programme))
    was, will = promised(programme, now), next_draw(proposed, now)
    if proposed.starts_on != programme.starts_on and was != will and not programme.ended_at:
        told = {"old": when(was, programme.time_zone), "new": when(will, proposed.time_zone)}
        yield (
            _("The next draw is on %(new)s, and not on %(old)s.", **told)
            if was > now
            else _("The draw of %(old)s has not happened. The next is on %(new)s.", **told)
        )
    if programme.notice_days != proposed.notice_days:
        days = proposed.notice_days
        yield (
            ngettext("People hear a day before each draw that they are in it.",
                     "People hear %(num)s days before each draw that they are in it.", days)
            if days
            else _("Nobody hears before a draw that they are in it.")
        )  # fmt: skip


def _talks(programme: Programme, proposed: Programme) -> Iterator[str]:
    if _differ(programme, proposed, "lead_days", "window_days"):
        stays = _("What is arranged already stays when it is.")
        yield f"{first_and_last(proposed)} {stays}"
    if programme.minutes != proposed.minutes:
        yield _("New conversations last %(minutes)s minutes. Those that are arranged keep their length.",
                minutes=proposed.minutes)  # fmt: skip
    if programme.default_slot != proposed.default_slot:
        yield _("Where no time suits everybody, people talk on %(slot)s.", slot=slot_in_words(proposed.default_slot))
    if programme.nation != proposed.nation:
        yield _("Nobody is asked to talk on a bank holiday of %(nation)s.", nation=NATIONS[proposed.nation])
