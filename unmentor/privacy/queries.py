"""What belongs to one person, across all rooms."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from unmentor.audit.models import AuditEvent
from unmentor.audit.queries import near
from unmentor.conversations.models import Conversation, Participation
from unmentor.db import db
from unmentor.mail.models import Message, Stopped
from unmentor.people.models import Person, SignIn
from unmentor.rounds.models import LeftOut, Round


def conversations_met(person: Person) -> int:
    """Return how many conversations of *person* happened."""
    met = (
        select(func.count(Participation.id))
        .join(Participation.conversation)
        .where(Participation.person_id == person.id, Conversation.state == "met", Participation.withdrew_at.is_(None))
    )
    return db.session.scalar(met) or 0


def rounds_without(person: Person) -> Sequence[Round]:
    """Return the rounds that had nobody for *person*."""
    return db.session.scalars(
        select(Round).join(LeftOut).where(LeftOut.person_id == person.id).order_by(Round.drawn_at)
    ).all()


def participations(person: Person) -> Sequence[Participation]:
    """Return every part that *person* has had in a conversation, cancelled ones too."""
    return db.session.scalars(
        select(Participation)
        .join(Participation.conversation)
        .where(Participation.person_id == person.id)
        .options(joinedload(Participation.conversation))
        .order_by(Conversation.starts_at)
    ).all()


def letters(person: Person) -> Sequence[Message]:
    """Return the mails to *person* that the outbox knows, oldest first."""
    return db.session.scalars(
        select(Message).where(Message.person_id == person.id).order_by(Message.queued_at, Message.id)
    ).all()


def sign_ins(person: Person) -> Sequence[SignIn]:
    """Return when *person* asked to sign in."""
    return db.session.scalars(select(SignIn).where(SignIn.person_id == person.id).order_by(SignIn.asked_at)).all()


def deeds(person: Person) -> Sequence[AuditEvent]:
    """Return what *person* did as an organiser, and what organisers did about them."""
    return db.session.scalars(near(person.id)).all()


def stopped_kinds(person: Person) -> Sequence[str]:
    """Return the kinds of mail that *person* does not want."""
    return db.session.scalars(select(Stopped.kind).where(Stopped.person_id == person.id).order_by(Stopped.kind)).all()
