"""Mend a round when somebody withdraws: whoever is left alone gets somebody new at once, drawn like everybody else."""

from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from unmentor.conversations import actions, mails
from unmentor.conversations.due_queries import unreachable
from unmentor.conversations.models import Conversation, Participation
from unmentor.conversations.queries import lock_and_refresh, upcoming
from unmentor.conversations.telling import remember_questions
from unmentor.mail.outbox import queue_all
from unmentor.people.models import Person
from unmentor.programmes.queries import memberships_of
from unmentor.programmes.turn import lock, lock_diaries_in
from unmentor.rounds.arrange import has_days_left
from unmentor.rounds.find import find
from unmentor.rounds.models import Round
from unmentor.rounds.newcomers import rounds_to_welcome_in
from unmentor.rounds.promises import keep_promises
from unmentor.rounds.queries import free, is_newest_sent
from unmentor.rounds.third import join_pairs


class TooLate(ValueError):  # noqa: N818 - it is named by what happened
    """There is nothing left to withdraw from: it was called off a moment ago, or is over."""


def withdraw(
    part: Participation, reason: str, seed: int, now: datetime, *, leaving: bool = False, unreached: bool = False
) -> list[Conversation]:
    """Take a person out of a conversation for good, and find somebody new for whoever is alone now.

    Everything is told with it: the others hear why, in the words of *reason*, and whom they meet instead, or that they
    go first next time. Return the new conversations. Raises TooLate.
    """
    talk = part.conversation
    lock_and_refresh(talk)
    if talk.state != "arranged" or part.withdrew_at or talk.ends_at <= now:
        raise TooLate(talk.state)
    were = actions.take_out(part, reason, now, leaving=leaving, unreached=unreached)
    if talk.state != "cancelled":
        return []
    alone = [each for each in were if each is not part]
    return _mend_for(alone, were, seed, now, withdrew=part, reason=reason, leaving=leaving, unreached=unreached)


def call_off(talk: Conversation, seed: int, now: datetime) -> list[Conversation]:
    """Call off a conversation without saying why, and find somebody new for everybody who was to be in it.

    Return the new conversations; none where it is off or over already.
    """
    lock_and_refresh(talk)
    if talk.state != "arranged" or talk.ends_at <= now:
        return []
    were = actions.call_off(talk, now)
    return _mend_for(were, were, seed, now)


def withdraw_from_all(person: Person, seed: int, now: datetime) -> None:
    """Take somebody who leaves out of everything that is before them."""
    lock_diaries_in(*{part.conversation.round.programme for part in upcoming(person, now)})
    for part in upcoming(person, now):
        withdraw(part, "", seed, now, leaving=True)


def withdraw_unreachable(seed: int, now: datetime) -> int:
    """Withdraw somebody to whom no invitation gets through, so that nobody waits for them; return how many that is."""
    part = unreachable(now)
    if part is not None:
        with suppress(TooLate):  # somebody was faster
            withdraw(part, "", seed, now, unreached=True)
    return 0 if part is None else 1


def to_welcome(now: datetime) -> list[Round]:
    """Return the rounds in which ``welcome`` may find somebody for a newcomer, asked once for all."""
    return [each for each in rounds_to_welcome_in() if has_days_left(each, now)]


def welcome(round_: Round, seed: int, now: datetime) -> int:
    """Pair whoever joined since a round with whoever has nobody in it; return how many conversations that is.

    Newcomers for whom there is nobody wait for the next draw, in which they go first.
    """
    lock(round_.programme)  # whoever was faster has found them somebody
    return len(mend(round_, (), seed, now))


def mend(round_: Round, just_left: Collection[int], seed: int, now: datetime) -> list[Conversation]:
    """Return new conversations for those whom a withdrawal has *just left* alone in a sent round; they are invited.

    Whoever else has nobody to talk to in that round may meet them, or each other, until the next round is sent.
    """
    if round_.state != "sent":
        return []
    found = find(round_, just_left, seed, now)
    waiting = free(round_)[0] if is_newest_sent(round_) else set()
    thirds = join_pairs(round_, waiting.union(just_left).difference(*map(_ids, found)), now)
    keep_promises(round_)
    queue_all(actions.invitations(found), now)
    remember_questions([each.id for each in found])
    for third in thirds:
        queue_all(actions.joined(third), now)
    return [*found, *(third.conversation for third in thirds)]


def welcome_third(part: Participation, yes: bool, seed: int, now: datetime) -> None:
    """Note whether somebody lets a third join their conversation; whoever waits for one joins at once.

    Raises TooLate.
    """
    talk = part.conversation
    lock_and_refresh(talk)
    if talk.state != "arranged" or part.withdrew_at or talk.ends_at <= now:
        raise TooLate(talk.state)
    part.welcomes = yes
    if talk.welcomes_a_third:
        mend(talk.round, (), seed, now)


def _ids(talk: Conversation) -> set[int]:
    return {part.person_id for part in talk.present}


def _mend_for(
    alone: Sequence[Participation], were: Sequence[Participation], seed: int, now: datetime, **why: Any
) -> list[Conversation]:
    """Return new conversations for those who are *alone* of all who *were* in one; each is told what comes instead."""
    round_ = were[0].conversation.round
    found = mend(round_, {each.person_id for each in alone}, seed, now)
    new = {
        person.id: [each for each in other.people if each is not person] for other in found for person in other.people
    }
    next_time = _go_first([each.person for each in alone if each.person_id not in new], round_)
    queue_all(
        [
            mails.cancelled(each, were, new=new.get(each.person_id, []), first_next=each.person_id in next_time, **why)
            for each in alone
        ],
        now,
    )
    return found


def _go_first(people: Sequence[Person], round_: Round) -> set[int]:
    """Note that these go first next time; return the ids of those for whom there is one."""
    members = memberships_of(round_.programme, [person.id for person in people])
    for member in members:
        member.first_next = True
    return {member.person_id for member in members}
