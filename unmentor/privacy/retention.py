"""Keep nothing for longer than somebody needs it."""

from datetime import datetime, timedelta

from sqlalchemy import String, cast, delete, literal, or_, select

from unmentor import budgets
from unmentor.conversations.models import Participation
from unmentor.db import db
from unmentor.mail.actions import forget as forget_mails
from unmentor.mail.models import Message, Stopped
from unmentor.people import actions as people
from unmentor.people import door
from unmentor.people.models import Person
from unmentor.people.queries import silent_since
from unmentor.programmes.models import Membership

FINAL = ("sent", "failed", "expired")
UNCONFIRMED = timedelta(days=30)
LAST_WORDS = ("goodbye", "cancelled")


def forget(now: datetime) -> None:
    """Keep nothing that nobody needs: addresses that were never confirmed, and mails that name who has left."""
    for person in silent_since(now - UNCONFIRMED):
        erase(person, now)
    door.forget(now, UNCONFIRMED)
    budgets.forget(now)
    unanswered = Message.person_id.is_(None) & (Message.kind == "confirm") & (Message.queued_at <= now - UNCONFIRMED)
    db.session.execute(delete(Message).where(unanswered))
    forget_letters()


def forget_letters() -> None:
    """Drop mails that are out: those to people who have left, and the words of those about their conversations."""
    left = select(Person.id).where(Person.left_at.is_not(None))
    shared = select(literal("conversation:") + cast(Participation.conversation_id, String)).where(
        Participation.person_id.in_(left)
    )
    db.session.execute(delete(Message).where(Message.person_id.in_(left), Message.state.in_(FINAL)))
    # Without its Message-ID nobody can send it again.
    forget_mails(Message.about.in_(shared) & Message.state.in_(FINAL) & (Message.message_id != ""))


def erase(person: Person, now: datetime) -> None:
    """Empty the row of *person*, and drop all that belonged to them alone; a goodbye on its way still leaves."""
    for table in (Membership, Stopped):
        db.session.execute(delete(table).where(table.person_id == person.id))
    going = Message.kind.in_(LAST_WORDS) & Message.state.not_in(FINAL)
    asked = (Message.kind == "confirm") & (Message.recipient == person.email)
    db.session.execute(delete(Message).where(or_((Message.person_id == person.id) & ~going, asked)))
    people.erase(person, now)
    db.session.flush()
