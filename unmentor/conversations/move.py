"""Pick another time: what suits everybody first, and a kind word for what cannot be."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from unmentor.conversations import mails, queries
from unmentor.conversations.models import Conversation, Participation
from unmentor.conversations.telling import tell
from unmentor.mail.outbox import queue_all
from unmentor.people.models import Person
from unmentor.programmes.queries import holidays
from unmentor.programmes.turn import lock_diaries
from unmentor.timetable.cadence import wall_time
from unmentor.timetable.slots import DAYS, SLOTS, Window, suggestions, working_days
from unmentor.words import clock, day, listed, time_of_day, when

# So many that suit everybody are shown first; all others are in the grid.
FIRST = 6
TWO_WEEKS = 14
FURTHEST = timedelta(days=90)
# One person moves one conversation so often: each time everybody gets a mail and another entry.
MOST_MOVES = 3
# When the parts of a day end; people say "Tuesday midday", and 13:15 is.
PARTS = ((12, "am"), (14, "mid"), (18, "pm"))
# Any time is possible; what is not within these is asked once.
WORK = (time(8), time(18))


class CannotMove(ValueError):  # noqa: N818 - it is named by what happened
    """A conversation cannot be at that time; its one line says why, and what to do."""


class AreYouSure(CannotMove):
    """A conversation can be at that time, and few would mean it: its one line asks."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A time that nobody is busy at, and whether everybody named it as one that suits them."""

    starts_at: datetime
    suits_all: bool

    @property
    def local(self) -> str:
        """Return it as forms write it, YYYY-MM-DDTHH:MM."""
        return self.starts_at.replace(tzinfo=None).isoformat(timespec="minutes")


def offers(conversation: Conversation, now: datetime) -> list[Offer]:
    """Return the free times of two weeks from tomorrow on, in the programme's zone: those that suit everybody first."""
    programme = conversation.round.programme
    window = Window(
        first_day=programme.today(now) + timedelta(days=1),
        days=TWO_WEEKS,
        zone=programme.zone,
        holidays=holidays(programme),
        minutes=conversation.minutes,
    )
    elsewhere = queries.taken(conversation, now, now + FURTHEST)
    taken = [(talk.starts_at, talk.ends_at) for talk in (conversation, *(part.conversation for part in elsewhere))]
    times = suggestions([person.availability for person in conversation.people], window, taken)
    return [Offer(moment, suits_all(conversation, moment)) for moment in times]


def grid(offered: Sequence[Offer]) -> list[tuple[date, list[Offer | None]]]:
    """Return each day of *offered*, in order, with what is free on its morning, midday and afternoon."""
    free = {(offer.starts_at.date(), _part(offer.starts_at)): offer for offer in offered}
    return [(day, [free.get((day, part)) for _end, part in PARTS]) for day in sorted({day for day, _name in free})]


def local_time(text: str, zone: ZoneInfo) -> datetime:
    """Return the moment when clocks in *zone* show *text*, YYYY-MM-DDTHH:MM. Raises CannotMove where they never do."""
    try:
        stated = datetime.strptime(text.strip(), "%Y-%m-%dT%H:%M")  # noqa: DTZ007 - its zone follows
        shown = wall_time(stated.date(), stated.time(), zone)
    except (ValueError, OverflowError):
        raise CannotMove(_("Write a day and a time, like 2026-12-10T12:30")) from None
    if shown.replace(tzinfo=None) != stated:
        raise CannotMove(
            _(
                "There is no %(time)s that day: the clocks go forward. Pick another time",
                time=time_of_day(stated.time()),
            )
        )
    return shown.astimezone(UTC)


def move(
    part: Participation,
    starts_at: datetime,
    now: datetime,
    *,
    sure: bool = True,
    proposer: Participation | None = None,
) -> None:
    """Move a conversation for the one who asks; every calendar follows. Raises CannotMove, and changes nothing then.

    Who is not *sure* is asked once, by AreYouSure, where nobody would be at work. What a *proposer* agreed to counts as
    nobody's move.
    """
    talk = part.conversation
    queries.lock_and_refresh(talk)
    lock_diaries([each.person_id for each in talk.present])
    _check(part, starts_at, now, agreed=proposer is not None)
    if not sure and not _in_working_hours(talk, starts_at):
        said = when(starts_at, talk.round.programme.time_zone)
        raise AreYouSure(_("%(when)s? That is not in working hours. If you agreed on it, move it once more", when=said))
    tell(talk, now)
    was, talk.starts_at = talk.starts_at, starts_at
    talk.suits_all = suits_all(talk, starts_at)
    talk.sequence, talk.stamped_at, talk.reminded_at = talk.sequence + 1, now, None
    part.moves += proposer is None
    for each in talk.present:
        # Whoever picks a time can make it; everybody else is asked anew, before and after.
        each.partstat = "accepted" if each in {part, proposer} else "needs-action"
        each.proposes = each.proposed_at = None
        each.met = each.challenged = each.again = each.answered_at = each.asked_at = None
        each.asks = 0
    queue_all([mails.moved(each, was=was, mover=part, proposer=proposer) for each in talk.present], now)


def _check(part: Participation, starts_at: datetime, now: datetime, *, agreed: bool) -> None:
    talk, zone = part.conversation, part.conversation.round.programme.time_zone
    if talk.state != "arranged" or part.withdrew_at:
        raise CannotMove(_("This conversation was cancelled a moment ago"))
    if part.moves >= MOST_MOVES and not agreed:
        names = listed(person.first_name for person in part.partners)
        raise CannotMove(
            _(
                "You have moved this three times. Let %(names)s pick the next, or say that you can’t make it",
                names=names,
            )
        )
    if starts_at <= now:
        raise CannotMove(_("That time has passed. Pick one that is still to come"))
    if starts_at > now + FURTHEST:
        raise CannotMove(_("That is too far ahead. Pick a time before %(day)s", day=day(now + FURTHEST, zone)))
    if starts_at == talk.starts_at:
        raise CannotMove(_("That is when you talk already. Pick another time, or leave it as it is"))
    clashes = queries.taken(talk, starts_at, starts_at + timedelta(minutes=talk.minutes))
    if any(clash.person_id == part.person_id for clash in clashes):
        raise CannotMove(
            _("You talk to somebody else at %(time)s that day. Pick another time", time=clock(starts_at, zone))
        )
    if clashes:
        busy = listed(sorted({clash.person.first_name for clash in clashes}))
        raise CannotMove(_("%(names)s cannot at that time. Pick another", names=busy))


def suits_all(conversation: Conversation, moment: datetime, *more: Person) -> bool:
    """Say whether *moment* is in a part of the week that all of them named; who named none is free in any.

    *more* are people who would be in it too.
    """
    local = moment.astimezone(conversation.round.programme.zone)
    slot = f"{DAYS[local.weekday()]}-{_part(local)}" if local.weekday() < len(DAYS) else ""
    people = [*conversation.people, *more]
    return slot in SLOTS and all(slot in person.availability for person in people if person.availability)


def _part(local: datetime) -> str:
    """Return the part of a day that a local time is in; "" for an evening."""
    return next((name for end, name in PARTS if local.hour < end), "")


def _in_working_hours(talk: Conversation, moment: datetime) -> bool:
    programme, until = talk.round.programme, moment + timedelta(minutes=talk.minutes)
    begins, ends = moment.astimezone(programme.zone), until.astimezone(programme.zone)
    today = begins.date()
    works = working_days(Window(today, 1, programme.zone, holidays=holidays(programme))) == [today]
    return works and WORK[0] <= begins.time() and ends.date() == today and ends.time() <= WORK[1]
