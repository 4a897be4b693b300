"""What conversations are due, minute by minute: a reminder before, a question after, and a kind end to silence.

Each function does at most a batch and returns how many it did, so that the worker commits as it goes and asks again
until nothing is left. Rows are locked while they are worked on: two workers never do the same one.
"""

from datetime import datetime, time, timedelta

from unmentor.conversations import due_queries, mails, queries, questions
from unmentor.conversations.actions import call_off_untold
from unmentor.conversations.expired_links import WRITES_FOR
from unmentor.mail.outbox import queue, queue_all
from unmentor.programmes.actions import pause
from unmentor.programmes.models import Programme
from unmentor.programmes.queries import all_programmes, holidays
from unmentor.timetable.cadence import wall_time
from unmentor.timetable.slots import Window, working_day_before, working_days

BATCH = 500
NINE = time(9)
A_DAY = timedelta(days=1)
THREE_DAYS = timedelta(days=3)
# After a longer silence of the service itself, the questions would be about nothing that anybody remembers.
FRESH = timedelta(days=2)
A_WEEK = timedelta(days=7)
LATELY = timedelta(days=14)
SILENCES_THAT_PAUSE = 3


def remind(now: datetime) -> int:
    """Remind everybody who talks on the next working day, once for each time that a conversation was given."""
    programmes = {each.id: each for each in all_programmes()}
    until = max((_end_of_next_working_day(each, now) for each in programmes.values()), default=now)
    waiting = due_queries.to_be_reminded(now, until)
    due = [number for of, number, starts_at, told_at in waiting if _is_due(programmes[of], starts_at, told_at, now)]
    talks = queries.numbered(due[:BATCH])
    for talk in talks:
        talk.reminded_at = now
    queue_all((mails.reminder(part, now) for talk in talks for part in talk.present), now)
    return len(talks)


def call_off_unsent(now: datetime) -> int:
    """Call off what began before our mail reached everybody in it: nobody waits, and nobody is asked how it was."""
    talks = queries.numbered(due_queries.begun_untold(now - LATELY, now, BATCH))
    return sum(call_off_untold(talk, now) for talk in talks)


def ask_how_it_was(now: datetime) -> int:
    """Ask everybody whose conversation has ended how it was, and after three days of silence once more.

    Who said a week ago that it was still to come, and named no new date, is asked again too.
    """
    ended = due_queries.unanswered(0, None, now - FRESH, now, BATCH)
    silent = due_queries.unanswered(1, now - THREE_DAYS, now - LATELY, now, BATCH)
    asked = [*ended, *silent, *due_queries.still_planned(now - WRITES_FOR, now - A_WEEK, BATCH)]
    # The letter is numbered by how often they were asked, so it is written before that is counted.
    letters = [questions.how_was_it(part) for part in asked]
    for part in asked:
        part.asks, part.asked_at = part.asks + 1, now
    queue_all(letters, now)
    return len(letters)


def give_up_asking(now: datetime) -> int:
    """Count the silence of everybody whom we asked twice in vain; after three in a row pause them, kindly.

    Silence after a question that did not leave, or came back, is ours and not theirs.
    """
    silent = due_queries.unanswered(2, now - THREE_DAYS, now - LATELY, now, BATCH)
    members, heard = queries.memberships(silent), due_queries.asked_twice(silent, now - THREE_DAYS)
    for part in silent:
        part.asks += 1
        membership = members.get(part.id)
        if membership is None or part.id not in heard:
            continue
        membership.silences += 1
        if membership.silences >= SILENCES_THAT_PAUSE and not membership.is_paused(membership.programme.today(now)):
            pause(membership, until=None)
            queue(questions.paused(part, membership), now)
    return len(silent)


def _is_due(programme: Programme, starts_at: datetime, told_at: datetime, now: datetime) -> bool:
    """Say whether to remind people who have known of a time since *told_at*: at nine, or at its own hour if sooner."""
    local = starts_at.astimezone(programme.zone)
    morning = wall_time(local.date(), min(local.time(), NINE), programme.zone)
    due = working_day_before(morning, holidays(programme), programme.zone)
    return told_at < due <= now and starts_at - told_at >= A_DAY


def _end_of_next_working_day(programme: Programme, now: datetime) -> datetime:
    tomorrow = programme.today(now) + A_DAY
    window = Window(tomorrow, 1, programme.zone, holidays=holidays(programme))
    return wall_time(working_days(window)[0] + A_DAY, time(), programme.zone)
