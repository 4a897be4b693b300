"""What a round has to tell the people of its conversations, and has not yet come to."""

from collections.abc import Iterator
from datetime import datetime

from unmentor.conversations import mails
from unmentor.conversations.models import Conversation
from unmentor.conversations.prompts import with_these
from unmentor.mail.message import Letter
from unmentor.mail.outbox import queue_all


def news(conversation: Conversation) -> Iterator[Letter]:
    """Yield what a round tells the people of one of its conversations: that it stands, or that all was called off."""
    were = [part for part in conversation.present if part.person.email]
    if conversation.prompts and conversation.state != "cancelled":
        for part in were:
            part.person.prompts_had = with_these(part.person.prompts_had, conversation.prompts)
    yield from map(mails.called_off if conversation.state == "cancelled" else mails.invitation, were)


def tell(conversation: Conversation, now: datetime) -> None:
    """Tell its people of a conversation where its round has not come to them yet, before something else is told."""
    if conversation.to_tell:
        queue_all(news(conversation), now)
        conversation.to_tell = False
