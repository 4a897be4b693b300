"""Erase somebody: their row is emptied, and nothing that names them stays anywhere else."""

from datetime import datetime

from sqlalchemy import Select, String, cast, delete, func, literal, or_, select, update

from unmentor.conversations.models import Conversation, Participation
from unmentor.db import alias_of, db
from unmentor.features import features
from unmentor.mail.actions import KEPT
from unmentor.mail.actions import forget as forget_mails
from unmentor.mail.kinds import LAST_WORDS
from unmentor.mail.models import Message, Stopped, Suppressed
from unmentor.people import actions as people
from unmentor.people.changing import changes
from unmentor.people.models import Person
from unmentor.privacy.models import Erasure
from unmentor.programmes.models import Membership

# No mail about a conversation has words for longer: some weeks after it was, none leaves, and then they are kept.
LATELY = 2 * KEPT
FINAL = ("sent", "failed", "expired")
# Parts and conversations beside one another; made once, since that copies every column.
THEIRS, PARTNER, ANOTHER = (alias_of(Participation) for _ in range(3))
TALK, OTHER_TALK = (alias_of(Conversation) for _ in range(2))


def erase(person: Person, now: datetime) -> None:
    """Empty the row of *person*, and drop all that belonged to them alone; a goodbye on its way still leaves.

    What they published stays, without a name. What names them in public, whoever wrote it, goes to a moderator.
    """
    for feature in features():
        feature.erase(person, now)
    if person.email:
        db.session.merge(Erasure(mark=people.person_hash(person), at=now))
    for table in (Membership, Stopped):
        db.session.execute(delete(table).where(table.person_id == person.id))
    going = Message.kind.in_(LAST_WORDS) & Message.state.not_in(FINAL)
    asked = Message.kind.in_(("confirm", "email-change")) & (Message.recipient == person.email)
    new = [f"email:{change.nonce}" for change in changes(person)]
    theirs_too = or_((Message.person_id == person.id) & ~going, asked, Message.about.in_(new))
    db.session.execute(delete(Message).where(theirs_too))
    theirs = update(Participation).where(Participation.person_id == person.id)
    db.session.execute(theirs.values(came_line="", place=None, notes=None, noted_at=None))
    people.erase(person, now)
    db.session.flush()


def forget_letters(now: datetime) -> None:
    """Drop mails that are out: those to people who have left, and the words of those that may name them."""
    left = select(Person.id).where(Person.left_at.is_not(None))
    to_them = Message.person_id.in_(left) & Message.state.in_(FINAL)
    refused = select(func.lower(Message.recipient)).where(to_them)
    db.session.execute(delete(Suppressed).where(Suppressed.address.in_(refused)))
    db.session.execute(delete(Message).where(to_them))
    forget_mails(Message.about.in_(_conversations_near(left, now - LATELY)) & Message.state.in_(FINAL))


def _conversations_near(left: Select[int], since: datetime) -> Select[str]:
    """Return what mails are about that may name these: their conversations *since*, and others of their partners there.

    A letter about a conversation that is off names whom its reader meets instead, in another of the same round.
    """
    return (
        select(literal("conversation:") + cast(ANOTHER.c.conversation_id, String))
        .join_from(THEIRS, TALK, TALK.c.id == THEIRS.c.conversation_id)
        .join(PARTNER, PARTNER.c.conversation_id == TALK.c.id)
        .join(ANOTHER, ANOTHER.c.person_id == PARTNER.c.person_id)
        .join(OTHER_TALK, (OTHER_TALK.c.id == ANOTHER.c.conversation_id) & (OTHER_TALK.c.round_id == TALK.c.round_id))
        .where(THEIRS.c.person_id.in_(left), TALK.c.starts_at > since)
    )
