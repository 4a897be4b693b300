"""The worker: one tick a minute asks the database what is due, one a second who waits, and a loop sends the mail.

Any number of workers may run. APScheduler only keeps the beat: what is due, and who does it, the
database decides.
"""

import logging
import os
import signal
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask

from unmentor import runtime
from unmentor.conversations.came_of_it import ask_what_came
from unmentor.conversations.due import ask_how_it_was, call_off_unsent, give_up_asking, remind
from unmentor.db import FORGETS, beat, beat_after, db, one_connection, reading, transaction
from unmentor.features import features
from unmentor.impact.editions import make_edition
from unmentor.mail.actions import forget_old as forget_old_mail
from unmentor.mail.delivery.sender import Sender
from unmentor.people import changing
from unmentor.people.door import unanswered
from unmentor.privacy.erased import keep_list
from unmentor.privacy.retention import forget, forget_idle
from unmentor.programmes.commitment import commit_where_none
from unmentor.programmes.door import answer
from unmentor.rounds.actions import close_rounds
from unmentor.rounds.chance import new_seed
from unmentor.rounds.ending import tell_members
from unmentor.rounds.heads_up import give_heads_up, to_hear
from unmentor.rounds.mend import to_welcome, welcome, withdraw_unreachable
from unmentor.rounds.schedule import run_due, to_draw
from unmentor.rounds.steps import send_due
from unmentor.rounds.telling import tell_some

log = logging.getLogger(__name__)
Result = TypeVar("Result")
AN_HOUR = timedelta(hours=1)


def tick(now: datetime) -> None:
    """Do everything that is due at a moment, each in a transaction of its own; what fails does not stop the rest."""
    with one_connection():
        _do_all(now)


def _do_all(now: datetime) -> None:
    _try("answer requests", partial(answer_requests, now))
    _all("send what was let go", send_due)
    _all("commit to the next draw", partial(commit_where_none, now))
    for programme in _try("look what to draw", partial(to_draw, now)) or ():
        _try("draw", partial(run_due, programme, now))
    for programme in _try("look who is to have a heads-up", partial(to_hear, now)) or ():
        _all("give a heads-up", partial(give_heads_up, programme))
    for round_ in _try("look whom to welcome", partial(to_welcome, now)) or ():
        _try("welcome", partial(welcome, round_, new_seed(), now))
    _all("remind", partial(remind, now))
    _all("tell rounds", tell_some)
    _all("tell that programmes end", tell_members)
    for feature in features():
        for what, duty in feature.duties:
            _all(what, partial(duty, now))
    _all("withdraw whom no mail reaches", partial(withdraw_unreachable, new_seed(), now))
    _all("call off what nobody was told of", partial(call_off_unsent, now))
    _all("ask how it was", partial(ask_how_it_was, now))
    _all("ask what came of it", partial(ask_what_came, now))
    _all("give up asking", partial(give_up_asking, now))
    _try("close rounds", partial(close_rounds, now))
    _try("make the edition of the month", partial(make_edition, now))
    # What is kept is kept for days: that some of it is old by now, one worker sees within the hour.
    if _try("look what is old", partial(beat_after, AN_HOUR, now, FORGETS)):
        _try("forget", partial(forget, now))
        _all("forget who is gone", partial(forget_idle, now, new_seed()))
        _try("forget old mail", partial(forget_old_mail, now))
    _try("keep the list of who was erased", partial(keep_list, runtime.settings().erased, now))
    _try("beat", partial(beat, now))


def end_process() -> None:
    """End this process, so that whoever minds it starts another: without its sender it would only look alive."""
    os.kill(os.getpid(), signal.SIGTERM)


def start(app: Flask, on_death: Callable[[], None] = end_process) -> Callable[[], None]:
    """Start the tick and the sender in threads of this process; return what stops both.

    *on_death* is called if the sender ends by itself.
    """
    scheduler, sender = BackgroundScheduler(timezone="UTC"), Sender(app)
    scheduler.add_job(
        _tick_in, "interval", [app], minutes=1, next_run_time=runtime.utc_clock(),
        coalesce=True, max_instances=1, misfire_grace_time=None,
    )  # fmt: skip
    scheduler.add_job(
        _every_second_in, "interval", [app, sender], seconds=1, coalesce=True, max_instances=1, misfire_grace_time=None
    )
    scheduler.start()
    sender.start(on_death)

    def stop() -> None:
        scheduler.shutdown(wait=True)
        sender.stop()

    return stop


def run(app: Flask, until: threading.Event) -> None:
    """Work until told to stop. Raises SystemExit where the sender has ended by itself."""
    died = threading.Event()

    def end() -> None:
        died.set()
        until.set()

    stop = start(app, end)
    until.wait()
    stop()
    if died.is_set():
        raise SystemExit("The mail sender has ended, and the worker with it. Start it again: flask worker")


def answer_requests(now: datetime) -> None:
    """Write the mails that people wait for: to join, to sign in, for another address; each in its own transaction."""
    with reading():
        waiting, addresses = unanswered(now), changing.unanswered(now)
    for number in waiting:
        _try("answer a request", partial(answer, number, now))
    for number in addresses:
        _try("answer a request", partial(changing.answer, number, now))
    for feature in features():
        _all("answer requests", partial(feature.answer, now))


def every_second(now: datetime) -> None:
    """Do what somebody waits for at their screen: answer requests, and send the round that nobody has stopped."""
    answer_requests(now)
    _all("send what was let go", send_due)


def _every_second_in(app: Flask, sender: Sender) -> None:
    with app.app_context():
        every_second(runtime.now())
    # Whoever waits at their screen need not wait for the sender to look as well.
    sender.wake()


def _tick_in(app: Flask) -> None:
    with app.app_context():
        tick(runtime.now())


def _all(what: str, act: Callable[[], int]) -> None:
    """Do a batch after another, each in a transaction of its own, until nothing is left or one fails."""
    while _try(what, act):
        pass


def _try(what: str, act: Callable[[], Result]) -> Result | None:
    try:
        with transaction():
            return act()
    except Exception as error:
        # The next tick tries again; one programme's trouble must not stop another's round.
        log.error("Could not %s: %s", what, runtime.where(error))
        db.session.rollback()
        return None
