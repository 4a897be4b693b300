"""What is public, what waits, and what somebody wrote."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from flask_sqlalchemy.pagination import Pagination
from sqlalchemy import Row, Select, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from unmentor.conversations.models import Conversation, Participation
from unmentor.db import db
from unmentor.mail.models import Message
from unmentor.paging import paged
from unmentor.people.models import Person
from unmentor.programmes.models import Programme
from unmentor.reflections.models import Reflection, Topic, letters_about, reflection_topic, signature
from unmentor.reflections.slugs import hidden
from unmentor.reports.queries import is_asked_about

# What an organiser reads at one go: each may be a page of words.
LOOKED_AT, UNDOABLE = 10, 20


def writers_by_round(rounds: Sequence[int]) -> dict[int, int]:
    """Return how many people wrote what is public of these rounds, by the id of each; where nobody did, none."""
    query = select(Conversation.round_id, func.count(Participation.person_id.distinct()))
    query = query.join(Participation, Participation.conversation_id == Conversation.id)
    query = query.join(Reflection, Reflection.participation_id == Participation.id)
    public = query.where(Conversation.round_id.in_(rounds), Reflection.state == "published")
    return dict(db.session.execute(public.group_by(Conversation.round_id)).all())


def reflection_named(slug: str) -> Reflection | None:
    """Return the reflection at *slug*, public or not; or what was there and is gone."""
    found = _reflections().where(Reflection.slug.in_((slug, hidden(slug))))
    return db.session.scalar(found.order_by(Reflection.slug != slug))


def reflection_of(participation: Participation) -> Reflection | None:
    """Return what somebody wrote of a conversation, in whatever state."""
    written = _reflections().where(Reflection.participation_id == participation.id)
    return db.session.scalar(written.execution_options(populate_existing=True))


def reflections_of(person: Person) -> Sequence[Reflection]:
    """Return what *person* wrote, oldest first."""
    written = _reflections().where(Reflection.person_id == person.id)
    return db.session.scalars(written.order_by(Reflection.written_at)).all()


def reflections_in(parts: Iterable[Participation]) -> dict[int, Reflection]:
    """Return what was written in these parts of conversations, by the part's number."""
    written = select(Reflection).where(Reflection.participation_id.in_([part.id for part in parts]))
    return {each.participation_id: each for each in db.session.scalars(written)}


def others_in(reflection: Reflection) -> Sequence[Participation]:
    """Return the parts of who was in the conversation with its writer, and can be written to."""
    conversation = select(Participation).where(
        Participation.conversation_id == reflection.participation.conversation_id,
        Participation.id != reflection.participation_id,
        Participation.withdrew_at.is_(None),
    )
    reachable = conversation.join(Person).where(Person.email.is_not(None), Person.left_at.is_(None))
    return db.session.scalars(reachable.order_by(Participation.id)).all()


def told_lately(part: Participation, reflection: Reflection, since: datetime) -> bool:
    """Say whether somebody was told since a moment that what another shared of their conversation is public."""
    about = Message.about.startswith(letters_about(reflection), autoescape=True)
    told = select(Message.id).where(about, Message.person_id == part.person_id, Message.queued_at > since)
    return db.session.scalar(told.limit(1)) is not None


def of_others(part: Participation) -> Sequence[Reflection]:
    """Return what the others in a conversation shared: what is public, and what was and is read again."""
    theirs = (
        _reflections()
        .join(Participation)
        .where(
            Participation.conversation_id == part.conversation_id,
            Participation.id != part.id,
            Reflection.published_at.is_not(None),
            Reflection.state.in_(("published", "pending")),
        )
    )
    return db.session.scalars(theirs.order_by(Reflection.id)).all()


def related(reflection: Reflection, most: int = 3) -> Sequence[Reflection]:
    """Return the newest others that share a topic with *reflection*."""
    topics = [topic.id for topic in reflection.topics]
    shared = published().where(Reflection.topics.any(Topic.id.in_(topics)), Reflection.id != reflection.id)
    return db.session.scalars(shared.limit(most)).all() if topics else []


def pending(programme: Programme, number: int) -> Pagination:
    """Return a page of what waits for an organiser's yes, longest waiting first."""
    waiting = _pending(programme).order_by(Reflection.written_at, Reflection.id)
    return paged(waiting, number, LOOKED_AT)


def count_pending(programme: Programme) -> int:
    """Return how many wait for an organiser's yes."""
    waiting = select(func.count()).where(Reflection.programme_id == programme.id, Reflection.state == "pending")
    return db.session.scalar(waiting) or 0


def decided(programme: Programme, since: datetime) -> Sequence[Reflection]:
    """Return the newest of what organisers decided on after a moment, newest first."""
    theirs = select(Reflection).where(Reflection.programme_id == programme.id, Reflection.decided_at > since)
    newest_first = theirs.order_by(Reflection.decided_at.desc(), Reflection.id.desc()).limit(UNDOABLE)
    return db.session.scalars(newest_first.options(joinedload(Reflection.person))).all()


def decided_reflection(programme: Programme, number: int) -> Reflection | None:
    """Return one that an organiser decided on, and nobody changed since."""
    decided = select(Reflection).where(Reflection.programme_id == programme.id, Reflection.decided_at.is_not(None))
    return db.session.scalar(decided.where(Reflection.id == number))


def published_before(reflections: Iterable[Reflection]) -> dict[int, int]:
    """Return how many others of the people who wrote these were ever public, by person; who is new is not in it."""
    these = {each.id: each.person_id for each in reflections}
    public = select(Reflection.person_id, func.count()).where(
        Reflection.person_id.in_(these.values()), Reflection.id.not_in(these), Reflection.published_at.is_not(None)
    )
    return dict(db.session.execute(public.group_by(Reflection.person_id)).all())


def pending_reflection(programme: Programme, number: int) -> Reflection | None:
    """Return one that waits, or None where it does not any more."""
    return db.session.scalar(_pending(programme).where(Reflection.id == number))


def at_once(part: Participation, written: Reflection | None, attributions: Iterable[str]) -> frozenset[str]:
    """Return with which of these *attributions* what somebody writes, in place of *written*, is public unread.

    Where the programme reads what is first, that is with a name that is public on something else of theirs; and not
    while an organiser waits for them to change something that was public. What was taken off the site is always read,
    and so is what somebody in the conversation asked about.
    """
    programme = part.conversation.round.programme
    taken_off = written and written.published_at and written.state in {"pending", "returned"}
    if programme.moderation == "all" or taken_off or (written and is_asked_about(written.id)):
        return frozenset()
    if programme.moderation == "none":
        return frozenset(attributions)
    others = _public_once(part.person, programme, written)
    known = [(name, place) for name, place, state in others if state == "published"]
    if not known or any(state == "returned" for _name, _place, state in others):
        return frozenset()
    names, places = {"", *(name for name, _place in known)}, {"", *(place for _name, place in known)}
    signed = {each: signature(part.person, each) for each in attributions}
    return frozenset(each for each, (name, place) in signed.items() if name in names and place in places)


def _public_once(person: Person, programme: Programme, other_than: Reflection | None) -> Sequence[Row[str, str, str]]:
    """Return how all of *person* that was ever public in *programme* is signed, and its state."""
    theirs = select(Reflection.signed_name, Reflection.signed_place, Reflection.state).where(
        Reflection.person_id == person.id,
        Reflection.programme_id == programme.id,
        Reflection.published_at.is_not(None),
        # What changes vouches for nobody.
        Reflection.id != (other_than.id if other_than else 0),
    )
    return db.session.execute(theirs).all()


def public_reflection(programme: Programme, number: int) -> Reflection | None:
    """Return one that is public, or None where it is not any more."""
    return db.session.scalar(published().where(Reflection.programme_id == programme.id, Reflection.id == number))


def public_ones(numbers: Sequence[int]) -> list[Reflection]:
    """Return those of these numbers that are public, in their order."""
    # Found by number alone, since SQLite would rather look through all that is public.
    found = {each.id: each for each in db.session.scalars(_reflections().where(Reflection.id.in_(numbers)))}
    return [found[each] for each in numbers if each in found and found[each].state == "published"]


def topics(most: int = 12) -> Sequence[Topic]:
    """Return the topics that most public reflections share."""
    return db.session.scalars(_topics().limit(most)).all()


def all_topics() -> list[tuple[Topic, int]]:
    """Return every topic that something public belongs to, with how many do, most first."""
    return [(topic, times) for topic, times in db.session.execute(_topics())]


def topic_named(slug: str) -> Topic | None:
    """Return the topic at *slug*, where something public belongs to it."""
    belongs = select(reflection_topic.c.topic_id).join(Reflection).where(Reflection.state == "published")
    return db.session.scalar(select(Topic).where(Topic.slug == slug, Topic.id.in_(belongs)))


def _topics() -> Select[Topic, int]:
    belongs = reflection_topic.c
    # Counted by number first, and all less the few that are not public: to look at each takes five times as long.
    counted = select(belongs.topic_id, func.count().label("times")).group_by(belongs.topic_id)
    hidden = select(Reflection.id).where(or_(Reflection.state < "published", Reflection.state > "published"))
    others = counted.where(belongs.reflection_id.in_(hidden)).subquery()
    used = counted.subquery()
    times = used.c.times - func.coalesce(others.c.times, 0)
    query = select(Topic, times).join(used, used.c.topic_id == Topic.id)
    query = query.outerjoin(others, others.c.topic_id == Topic.id).where(times > 0)
    return query.order_by(times.desc(), Topic.name)


def _reflections() -> Select[Reflection]:
    return select(Reflection).options(selectinload(Reflection.topics))


def _pending(programme: Programme) -> Select[Reflection]:
    waiting = _reflections().where(Reflection.programme_id == programme.id, Reflection.state == "pending")
    return waiting.options(joinedload(Reflection.person))


def published() -> Select[Reflection]:
    """Select what is public, newest first."""
    newest_first = (Reflection.published_at.desc(), Reflection.id.desc())
    return _reflections().where(Reflection.state == "published").order_by(*newest_first)
