"""A round in numbers, counted by the database: a page about five thousand conversations reads none of them for it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, String, and_, cast, func, literal, or_, select

from unmentor.conversations.models import Conversation, Participation
from unmentor.db import db
from unmentor.mail.models import Message
from unmentor.people.models import Person
from unmentor.rounds.models import LeftOut, Round

THREE = 3


@dataclass(frozen=True, slots=True)
class Figures:
    """Whom a draw brought together: how many people, pairs and threes, and how many conversations of which kind."""

    people: int
    pairs: int
    threes: int
    out: int
    conversations: int
    repeats: int
    crossing: int

    @property
    def paired(self) -> int:
        """Return how many people have a conversation."""
        return self.people - self.out


def figures(round_: Round) -> Figures:
    """Return a round's draw in numbers, without what mended it later."""
    return figures_of([round_])[round_.id]


def figures_of(rounds: Iterable[Round]) -> dict[int, Figures]:
    """Return the draws of some rounds in numbers, by their ids."""
    ids = [each.id for each in rounds]
    drawn = (Participation.conversation_id == Conversation.id, Participation.joined_at.is_(None))
    places = func.count(func.distinct(func.nullif(func.lower(Person.organisation), "")))
    crosses = select(places > 1).join(Participation.person)
    # Looked up by conversation, as they are asked for here: in a join PostgreSQL reads the parts of all rounds.
    talk = (
        select(
            select(func.count()).where(*drawn).scalar_subquery().label("size"),
            Conversation.round_id,
            Conversation.repeat,
            crosses.select_from(Participation).where(*drawn).scalar_subquery().label("crosses"),
        )
        .where(Conversation.round_id.in_(ids), ~Conversation.mended)
        .cte("talk")
        .prefix_with("MATERIALIZED")
    )
    kinds = (talk.c.size == THREE - 1, talk.c.size == THREE, talk.c.repeat, talk.c.crosses)
    sums = (func.sum(talk.c.size), func.count(), *(func.count().filter(kind) for kind in kinds))
    paired = {row[0]: row[1:] for row in db.session.execute(select(talk.c.round_id, *sums).group_by(talk.c.round_id))}
    alone = select(LeftOut.round_id, func.count()).where(LeftOut.round_id.in_(ids)).group_by(LeftOut.round_id)
    out = dict(db.session.execute(alone).all())
    return {each: _counted(paired.get(each, (0,) * len(sums)), out.get(each, 0)) for each in ids}


def _counted(row: Sequence[int], out: int) -> Figures:
    people, conversations, pairs, threes, repeats, crossing = row
    return Figures(people + out, pairs, threes, out, conversations, repeats, crossing)


def fates(now: datetime) -> dict[str, ColumnElement[bool]]:
    """Return what can have become of a conversation by a moment, as conditions; more than one may hold."""
    part = Conversation.participations
    arranged = Conversation.state == "arranged"
    return {
        "met": Conversation.state == "met",
        "missed": Conversation.state == "missed",
        "unknown": and_(arranged, Conversation.starts_at <= now),
        "ahead": and_(arranged, Conversation.starts_at > now),
        "moved": part.any(Participation.moves > 0),
        "withdrawn": part.any(Participation.withdrew_at.is_not(None)),
        "mended": Conversation.mended.is_(True),
        "cancelled": Conversation.state == "cancelled",
    }


def how_it_goes(round_: Round, now: datetime) -> dict[str, int]:
    """Return how many conversations of a round met each fate by now."""
    conditions = fates(now)
    counts = select(*(func.count().filter(fate) for fate in conditions.values()))
    found = db.session.execute(counts.where(Conversation.round_id == round_.id)).one()
    return dict(zip(conditions, found, strict=True))


def left_so_far(round_: Round) -> tuple[int, int]:
    """Return how many invitations of a round have left, and how many there are, written already or not."""
    about = literal("conversation:") + cast(Conversation.id, String)
    of_it = Conversation.round_id == round_.id
    written = (
        select(func.count(), func.count().filter(Message.state == "sent"))
        .select_from(Conversation)
        .join(Message, and_(Message.about == about, Message.kind == "invitation"))
    )
    there, left = db.session.execute(written.where(of_it)).one()
    ahead = select(func.count()).select_from(Participation).join(Participation.conversation)
    unwritten = ahead.where(of_it, Conversation.to_tell, Conversation.state != "cancelled")
    return left, there + (db.session.scalar(unwritten) or 0)


def found(words: str) -> ColumnElement[bool]:
    """Return the condition that somebody in a conversation is called, or works, like *words*."""
    return Conversation.participations.any(Participation.person.has(says(words)))


def says(words: str) -> ColumnElement[bool]:
    """Return the condition that a person's name or organisation has *words* in it."""
    columns = (Person.name, Person.organisation)
    return or_(*(func.lower(column).contains(words.lower(), autoescape=True) for column in columns))


def still_out(round_: Round, most: int) -> Sequence[Person]:
    """Return some of those whom a round left out and nobody was found for since."""
    talks = (
        select(Participation.id)
        .join(Participation.conversation)
        .where(
            Participation.person_id == LeftOut.person_id,
            Conversation.round_id == round_.id,
            Conversation.state != "cancelled",
            Participation.withdrew_at.is_(None),
        )
    )
    out = select(Person).join(LeftOut, LeftOut.person_id == Person.id).where(LeftOut.round_id == round_.id)
    return db.session.scalars(out.where(~talks.exists()).order_by(Person.name, Person.id).limit(most)).all()
