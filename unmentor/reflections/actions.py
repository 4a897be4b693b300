"""Share what was learned, look at it first where the programme wants that, take it back."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.exc import IntegrityError

from unmentor.budgets import DAY
from unmentor.conversations.models import Participation
from unmentor.db import db
from unmentor.mail.actions import unqueue
from unmentor.mail.models import Message
from unmentor.mail.outbox import queue
from unmentor.reflections.followers.taking_out import take_out
from unmentor.reflections.forms import Draft, topic_slug
from unmentor.reflections.mails import UNDO_WITHIN, published, returned, shared, subject_of
from unmentor.reflections.models import Reflection, Topic, letters_about, reflection_topic, signature
from unmentor.reflections.queries import at_once, others_in, reflection_of, told_lately
from unmentor.reflections.slugs import assign_slug, hide, is_hidden, out_of_sight
from unmentor.reports.actions import reopen_about, settle_about, settle_asked
from unmentor.reports.queries import asked_by


class ChangedMeanwhile(Exception):  # noqa: N818 - it is named by what happened
    """Somebody changed in another window what they are about to replace."""


def share(participation: Participation, draft: Draft, now: datetime, over: str | None = None) -> Reflection:
    """Return what somebody shares of a conversation: public at once, or pending where it is looked at first.

    One a participation: writing again replaces what was there, and what was public is not until it is looked at. Raises
    ChangedMeanwhile where that is not what they read, *over* which they write.
    """
    # Two windows of one writer take turns, and whoever decides on what is there goes before or after. The key of the
    # part stays free, since rows that name it are written meanwhile.
    part = select(Participation.id).where(Participation.id == participation.id)
    db.session.execute(part.with_for_update(key_share=True))
    db.session.execute(select(Reflection.id).where(Reflection.participation_id == participation.id).with_for_update())
    programme, person = participation.conversation.round.programme, participation.person
    reflection = reflection_of(participation) or Reflection(
        participation=participation, programme=programme, person=person
    )
    signed = signature(person, draft.attribution)
    if _is_already(reflection, draft, signed):
        return reflection
    if over not in {None, reflection.version}:
        raise ChangedMeanwhile
    looked_at = bool(at_once(participation, reflection, (draft.attribution,)))
    since = reflection.published_at if reflection.state != "withdrawn" else None
    if reflection.state == "published":
        _unsay(reflection, subject_of(reflection))
    if since:
        reflection.was = None if looked_at else reflection.was or reflection.shown
    reflection.state = "published" if looked_at else "pending"
    reflection.published_at = since or (now if looked_at else None)
    reflection.text, reflection.link, reflection.attribution = draft.text, draft.link, draft.attribution
    reflection.signed_name, reflection.signed_place = signed
    reflection.language, reflection.written_at, reflection.note = draft.language or person.language, now, ""
    reflection.decided_at = reflection.decided_from = None
    if since and not looked_at:
        hide(reflection)
    else:
        assign_slug(reflection)
    reflection.topics = topics(draft.topics)
    return reflection


def publish(reflection: Reflection, now: datetime, read: datetime | None = None) -> bool:
    """Make a pending reflection public and tell who was there, unless it is undone; say whether this call did it.

    It does not where its writer has changed what an organiser *read*, as it was written at that moment.
    """
    still, since = Reflection.written_at == (read or reflection.written_at), reflection.published_at or now
    if not _decide(reflection, "pending", "published", now, still, published_at=since):
        return False
    if is_hidden(reflection):
        assign_slug(reflection)
    settle_asked(reflection.id, "done", now)
    tell(reflection, now)
    return True


def tell(reflection: Reflection, now: datetime) -> None:
    """Tell whose words they are, and who was in the conversation, that they are public; once for each writing.

    Their writer hears it where they are public at once too: the key that wrote them may have been forwarded. The others
    hear of what nobody has read once a day at most, however often it changes.
    """
    if reflection.state != "published":
        return
    if reflection.person.email:
        queue(published(reflection, now), now)
    for part in others_in(reflection):
        if reflection.decided_at or not told_lately(part, reflection, now - DAY):
            queue(shared(reflection, part, reflection.id in asked_by(part), now), now)


def undo(reflection: Reflection, now: datetime) -> bool:
    """Take back what an organiser decided on a reflection in the last minutes; say whether this call did it.

    Nobody hears of it, and an address with words in it is theirs again where they were public before.
    """
    before, since, published_at = reflection.decided_from, reflection.decided_at, reflection.published_at
    if before is None or since is None or since <= now - UNDO_WITHIN:
        return False
    about, published_at = subject_of(reflection), None if published_at == since else published_at
    if not _move(reflection, before, Reflection.decided_at == since, note="", published_at=published_at):
        return False
    _unsay(reflection, about)
    reopen_about(reflection.id, since)
    if before == "published":
        assign_slug(reflection)
    elif published_at:
        hide(reflection)
    return True


def return_(reflection: Reflection, note: str, now: datetime) -> bool:
    """Give a pending reflection back to its writer with what to change; say whether this call did it."""
    if not _decide(reflection, "pending", "returned", now, note=note):
        return False
    settle_asked(reflection.id, "down", now)
    if reflection.person.email:
        queue(returned(reflection, now), now)
    return True


def take_down(reflection: Reflection, note: str, now: datetime) -> bool:
    """Take a public reflection off the site and ask its writer to change it; say whether this call did it.

    Its words are out of its address as well.
    """
    news = subject_of(reflection)
    if not _decide(reflection, "published", "returned", now, note=note, slug=out_of_sight(reflection)):
        return False
    _unsay(reflection, news)
    settle_about(reflection.id, now)
    if reflection.person.email:
        queue(returned(reflection, now), now)
    return True


def look_again(reflection: Reflection) -> bool:
    """Take a public reflection off the site until an organiser has looked at it once more; say whether this did it.

    Nobody hears any more that it is public.
    """
    news = subject_of(reflection)
    if not _move(reflection, "pending", Reflection.state == "published", slug=out_of_sight(reflection)):
        return False
    _unsay(reflection, news)
    return True


def take_back(reflection: Reflection, now: datetime) -> None:
    """Take a reflection back. Its words are gone, from its address too, which says only that something was here."""
    if reflection.state != "withdrawn":
        hide(reflection)
    reflection.state = "withdrawn"
    reflection.decided_at = reflection.decided_from = None
    reflection.text = reflection.link = reflection.note = ""
    reflection.topics, reflection.was = [], None
    # The reflection first, then what is about it, as everywhere: whoever decides on it at this moment goes before.
    db.session.flush()
    settle_asked(reflection.id, "down", now)
    drop_letters_about(reflection, Message.state.in_(("queued", "held", "failed")))


def drop_letters_about(reflection: Reflection, which: ColumnElement[bool] = Message.state != "sending") -> None:
    """Drop letters about a reflection: those to others name its writer."""
    take_out(reflection.id)
    about = Message.about.startswith(letters_about(reflection), autoescape=True)
    db.session.execute(delete(Message).where(about, which))


def forget(now: datetime) -> None:
    """Forget what public words were before they were changed, once no organiser can think again about the change."""
    decided = Reflection.decided_at.is_(None) | (Reflection.decided_at <= now - UNDO_WITHIN)
    changed = update(Reflection).where(Reflection.was.is_not(None), Reflection.state == "published", decided)
    db.session.execute(changed.values(was=None))


def drop_unused_topics() -> None:
    """Drop the topics that nothing belongs to any more."""
    db.session.execute(delete(Topic).where(Topic.id.not_in(select(reflection_topic.c.topic_id))))


def topics(names: Iterable[str]) -> list[Topic]:
    """Return the topics of these names, made where they are new; different spellings are one."""
    return [_topic(name) for name in names]


def _topic(name: str) -> Topic:
    slug = topic_slug(name)
    same = select(Topic).where(Topic.slug == slug)
    with db.session.no_autoflush:
        if known := db.session.scalar(same):
            return known
        try:
            with db.session.begin_nested():
                new = Topic(slug=slug, name=name)
                db.session.add(new)
            return new
        except IntegrityError:
            # Somebody else wrote of it at this moment.
            return db.session.scalars(same).one()


def _unsay(reflection: Reflection, about: str) -> None:
    """Drop the letters that have not left and say that a reflection is public as it was."""
    unqueue(about)
    take_out(reflection.id)


def _is_already(reflection: Reflection, draft: Draft, signed: tuple[str, str]) -> bool:
    """Say whether readers would see nothing new: a button was selected twice."""
    if reflection.state not in {"pending", "published"}:
        return False
    here = (reflection.text, reflection.link, (reflection.signed_name, reflection.signed_place))
    if draft.language not in {"", reflection.language}:
        return False
    slugs = {topic_slug(name) for name in draft.topics}
    return here == (draft.text, draft.link, signed) and slugs == {topic.slug for topic in reflection.topics}


def _decide(
    reflection: Reflection, before: str, state: str, now: datetime, *still: ColumnElement[bool], **values: object
) -> bool:
    """Let an organiser move a reflection on, until they think again."""
    still = (Reflection.state == before, *still)
    return _move(reflection, state, *still, decided_at=now, decided_from=before, **values)


def _move(reflection: Reflection, state: str, *still: ColumnElement[bool], **values: object) -> bool:
    """Move a reflection on while something *still* holds of it, unless somebody else was faster."""
    known = {"decided_at": None, "decided_from": None} | values
    waits = (Reflection.id == reflection.id, *still)
    won = db.session.scalar(update(Reflection).where(*waits).values(state=state, **known).returning(Reflection.id))
    db.session.refresh(reflection)
    return won is not None
