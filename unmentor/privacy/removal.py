"""Take somebody out of one programme; whatever else they are in stays as it is."""

from datetime import datetime

from sqlalchemy import delete, select, update

from unmentor.conversations.queries import upcoming
from unmentor.db import db
from unmentor.mail.outbox import queue
from unmentor.people.models import Person, Request
from unmentor.privacy.erasure import erase
from unmentor.programmes.actions import remove_organiser
from unmentor.programmes.mails import removed
from unmentor.programmes.models import Membership, Programme
from unmentor.programmes.queries import memberships
from unmentor.programmes.turn import lock, lock_diaries_in
from unmentor.rounds.mend import withdraw


class NotIn(LookupError):  # noqa: N818 - it is named by what is wrong
    """They are not in the programme, or somebody was faster."""


def remove(person: Person, programme: Programme, seed: int, now: datetime) -> None:
    """Take *person* out of *programme*: what is ahead is called off and mended, as if they had left it themselves.

    They are told. Who never confirmed, and is in nothing else, is forgotten instead: they may never have asked.
    A round that waits is put right when it is sent. Raises NotIn, and LastOrganiser.
    """
    lock(programme)
    lock_diaries_in(programme)
    mine = select(Membership).where(Membership.person_id == person.id, Membership.programme_id == programme.id)
    member = db.session.scalar(mine)
    if member is None:
        raise NotIn
    if member.role == "organiser":
        remove_organiser(person.email or "", programme)
    for part in upcoming(person, now):
        if part.conversation.round.programme_id == programme.id:
            withdraw(part, "", seed, now, leaving=True)
    letter = removed(member) if person.confirmed_at else None
    db.session.execute(delete(Membership).where(Membership.id == member.id))
    _end_questions(person, programme)
    if letter:
        queue(letter, now)
    elif not memberships(person):
        erase(person, now)


def _end_questions(person: Person, programme: Programme) -> None:
    """Let no link that asks somebody to confirm bring them into *programme* any more."""
    asked = update(Request).where(Request.email == person.email, Request.programme == programme.slug)
    db.session.execute(asked.values(details=None))
