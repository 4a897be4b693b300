"""Leave: what is ahead is called off, and no detail stays."""

from contextlib import suppress
from datetime import datetime

from unmentor.mail.outbox import queue
from unmentor.people.mails import goodbye
from unmentor.people.models import Person
from unmentor.privacy.erasure import erase, forget_letters
from unmentor.privacy.queries import conversations_met
from unmentor.programmes.queries import memberships
from unmentor.programmes.turn import lock, lock_diaries_in
from unmentor.rounds.actions import draw_again
from unmentor.rounds.mend import withdraw_from_all
from unmentor.rounds.queries import is_in, waiting_round
from unmentor.rounds.refusals import CannotDraw


def leave(person: Person, seed: int, now: datetime, told: bool = True) -> int:
    """Erase *person*: call off what is ahead, say goodbye, keep no detail; return how many conversations there were.

    What they published stays, without a name. What is on its way to a mailbox is forgotten once it has left. They are
    not *told* goodbye where they have heard it before. A round that waits with them in it is drawn again without, with
    *seed*; one that an organiser has in hand stays, and whoever is left alone in it gets somebody new as it is sent.
    """
    programmes = [membership.programme for membership in memberships(person)]
    lock(*programmes)
    lock_diaries_in(*programmes)
    if person.left_at is not None:  # they pressed twice
        return 0
    waiting = [round_ for round_ in map(waiting_round, programmes) if round_ and is_in(person, round_)]
    count = conversations_met(person)
    withdraw_from_all(person, seed, now)
    if told:
        queue(goodbye(person, count, now), now)
    erase(person, now)
    forget_letters(now)
    for round_ in waiting:
        if round_.in_hand:
            continue
        with suppress(CannotDraw):  # then nobody waits for it any more
            draw_again(round_, seed, now)
    return count
