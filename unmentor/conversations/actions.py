"""What happens in a conversation's life after the draw: invited, answered, called off, and how it went."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from flask_babel import gettext as _

from unmentor.conversations import mails, queries, questions
from unmentor.conversations.models import Conversation, Participation
from unmentor.conversations.proposals import propose
from unmentor.conversations.telling import tell
from unmentor.mail.message import Letter
from unmentor.mail.outbox import queue, queue_all
from unmentor.words import when

# What a calendar may answer (RFC 5545 §3.2.12); it could also delegate, which means nothing here.
ANSWERS = {"accepted", "tentative", "declined"}


class CannotAnswer(ValueError):  # noqa: N818 - it is named by what happened
    """Nobody can say how a conversation went that is off, or has not begun; its one line says which."""


def invitations(conversations: Iterable[Conversation]) -> Iterator[Letter]:
    """Yield the invitation of everybody in each of these."""
    for conversation in conversations:
        yield from map(mails.invitation, conversation.present)


def joined(third: Participation) -> Iterator[Letter]:
    """Yield what is told of somebody who joins a pair: they are invited, and the others hear who it is."""
    talk = third.conversation
    for part in talk.present:
        yield mails.invitation(part) if part is third else mails.moved(part, was=talk.starts_at, third=third)


def take_out(
    part: Participation, reason: str, now: datetime, *, leaving: bool = False, unreached: bool = False
) -> list[Participation]:
    """Take a person out of a conversation and its calendar; return everybody who was in it.

    With two it is off, and whoever is left has not been told yet: there may be somebody new. Two of three talk on, and
    hear why. Who is *unreached* by our mail is told nothing.
    """
    talk, were, letters = part.conversation, part.conversation.present, list[Letter]()
    tell(talk, now)
    part.withdrew_at = now
    if len(talk.present) < 2:
        _call_off(talk, now)
    else:
        talk.sequence, talk.stamped_at = talk.sequence + 1, now
        talk.present[0].starts = talk.present[0].starts or part.starts
        part.starts = False
        letters = [mails.moved(each, was=talk.starts_at, withdrew=part, reason=reason) for each in talk.present]
    if not unreached:
        letters.append(mails.cancelled(part, were, withdrew=part, leaving=leaving))
    queue_all(letters, now)
    return were


def call_off(conversation: Conversation, now: datetime) -> list[Participation]:
    """Call a conversation off for everybody in it; return who was. They have not been told yet."""
    were = conversation.present
    tell(conversation, now)
    _call_off(conversation, now)
    return were


def call_off_untold(conversation: Conversation, now: datetime) -> bool:
    """Call off, kindly, a conversation that began before everybody in it was told when; say whether there was one.

    It counts for nobody, and who missed it through our mistake goes first next time. Where two of three were told, they
    talk on.
    """
    were, untold = conversation.present, queries.untold_in(conversation)
    if conversation.state != "arranged" or not untold:
        return False
    missing = [part for part in were if part.id in untold]
    if len(were) - len(missing) < 2:
        missing = were
        _call_off(conversation, now)
    for part in missing:
        if conversation.state != "cancelled":
            part.withdrew_at, part.starts = now, False
        if membership := queries.membership(part):
            membership.first_next = True
        queue(mails.untold(part, were), now)
    return True


def replied(
    uid: str, address: str, partstat: str, now: datetime, *, sequence: int, proposes: datetime | None = None
) -> bool:
    """Keep what somebody's calendar answered to an invitation; return whether it was one that stands.

    An answer to a version that has changed since says nothing of this one (RFC 5546 §2.1.5). Whoever declines is asked
    whether to move or to withdraw, which a calendar cannot say, unless it *proposes* another time.
    """
    talk = queries.invited(uid)
    if talk is None or partstat.lower() not in ANSWERS:
        return False
    queries.lock_and_refresh(talk)
    part = next((each for each in talk.present if (each.person.email or "").lower() == address.strip().lower()), None)
    if part is None or talk.state != "arranged" or talk.ends_at <= now or sequence < talk.sequence:
        return False
    before, part.partstat = part.partstat, partstat.lower()
    if part.partstat == "accepted":
        part.proposes = part.proposed_at = None
    if proposes and propose(part, proposes, now):
        return True
    if part.partstat == "declined" != before:
        queue(mails.declined(part), now)
    return True


def answer(
    participation: Participation,
    met: str,
    challenged: int | None,
    again: bool | None,
    now: datetime,
    why_not: str | None = None,
) -> None:
    """Keep what a person said of their conversation, and what that makes of it.

    One yes is enough: people who say no have often mixed up the date. Whoever answers is not silent any more, and who
    was let down goes first next time. What is off stays off, and what is closed is not arranged again. Raises
    CannotAnswer.
    """
    _check(participation, now)
    before = participation.why_not
    participation.met = met
    participation.why_not = why_not if met == "no" else None
    participation.challenged = challenged if met == "yes" else None
    participation.again = again
    participation.answered_at = now
    participation.conversation.state = _came_of(participation.conversation)
    if membership := queries.membership(participation):
        membership.silences = 0
        if "absent" in {before, participation.why_not}:
            membership.first_next = participation.why_not == "absent"


def thank(part: Participation, words: str, now: datetime) -> bool:
    """Pass a line of thanks on to the others, once, and keep it nowhere else; say whether this did."""
    if not words or part.thanked_at or part.met != "yes":
        return False
    part.thanked_at = now
    for other in part.conversation.present:
        if other is not part and other.person.email:
            queue(questions.thanks(other, part, words), now)
    return True


def _check(part: Participation, now: datetime) -> None:
    talk = part.conversation
    if talk.state == "cancelled" or part.withdrew_at:
        raise CannotAnswer(_("This conversation was cancelled a moment ago"))
    if talk.starts_at > now:
        begins = when(talk.starts_at, talk.round.programme.time_zone)
        raise CannotAnswer(_("It begins on %(when)s. Say how it went after that", when=begins))


def _came_of(conversation: Conversation) -> str:
    answers = [each.met for each in conversation.present]
    if "yes" in answers:
        return "met"
    undecided = conversation.round.state == "sent" and any(each != "no" for each in answers)
    return "arranged" if undecided else "missed"


def _call_off(conversation: Conversation, now: datetime) -> None:
    conversation.state = "cancelled"
    conversation.sequence += 1
    conversation.stamped_at = now
