"""What a round has to tell the people of its conversations, and has not yet come to."""

from collections.abc import Collection, Iterator
from datetime import datetime

from sqlalchemy import select, update

from unmentor.conversations import mails
from unmentor.conversations.models import Conversation, Participation
from unmentor.conversations.prompts import with_these
from unmentor.db import db
from unmentor.mail.message import Letter
from unmentor.mail.outbox import queue_all
from unmentor.people.models import Person


def news(conversation: Conversation) -> Iterator[Letter]:
    """Yield what a round tells the people of one of its conversations: that it stands, or that all was called off."""
    were = [part for part in conversation.present if part.person.email]
    yield from map(mails.called_off if conversation.state == "cancelled" else mails.invitation, were)


def tell(conversation: Conversation, now: datetime) -> None:
    """Tell its people of a conversation where its round has not come to them yet, before something else is told."""
    if conversation.to_tell:
        queue_all(news(conversation), now)
        remember_questions([conversation.id])
        conversation.to_tell = False


def remember_questions(conversations: Collection[int]) -> None:
    """Remember which questions the people of these conversations were told of, unless it was that all is off."""
    told = (
        select(Person.id, Person.prompts_had, Conversation.prompts)
        .join(Participation, Participation.person_id == Person.id)
        .join(Conversation, Conversation.id == Participation.conversation_id)
        .where(Conversation.id.in_(conversations), Conversation.state != "cancelled", Person.email.is_not(None))
    )
    found = db.session.execute(told).all()
    rows = [{"id": person, "prompts_had": with_these(had, chosen)} for person, had, chosen in found if chosen]
    if rows:
        db.session.execute(update(Person), rows)
