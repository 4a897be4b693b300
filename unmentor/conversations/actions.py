"""What happens in a conversation's life after the draw."""

from datetime import datetime

from unmentor.conversations.mails import cancelled, how_was_it, invitation
from unmentor.conversations.models import Conversation, Participation
from unmentor.conversations.queries import to_be_asked, upcoming
from unmentor.mail.outbox import queue
from unmentor.people.models import Person


def invite(conversation: Conversation, now: datetime) -> None:
    """Queue the invitation of everybody in a conversation."""
    for participation in conversation.participations:
        queue(invitation(participation), now)


def cancel(conversation: Conversation, reason: str, now: datetime, told: bool = True) -> None:
    """Call a conversation off, and take it out of every calendar where it was *told*."""
    conversation.state = "cancelled"
    conversation.sequence += 1
    conversation.stamped_at = now
    for participation in conversation.participations:
        if told and participation.person.email:
            queue(cancelled(participation, reason), now)


def cancel_all_of(person: Person, reason: str, now: datetime) -> None:
    """Call off whatever *person* has before them; the others hear why."""
    for participation in upcoming(person, now):
        cancel(participation.conversation, reason, now)


def ask_how_it_was(now: datetime) -> int:
    """Ask everybody whose conversation has ended how it was; return how many."""
    asked = to_be_asked(now)
    for participation in asked:
        participation.asked_at = now
        queue(how_was_it(participation), now)
    return len(asked)


def answer(participation: Participation, met: str, challenged: int | None, again: bool | None, now: datetime) -> None:
    """Keep what a person said of their conversation, and what that makes of it.

    One yes is enough: people who say no have often mixed up the date.
    """
    participation.met = met
    participation.challenged = challenged if met == "yes" else None
    participation.again = again
    participation.answered_at = now
    answers = [each.met for each in participation.conversation.participations]
    if "yes" in answers:
        participation.conversation.state = "met"
    elif all(each == "no" for each in answers):
        participation.conversation.state = "missed"
    else:
        participation.conversation.state = "arranged"
