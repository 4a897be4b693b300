"""Ask to follow, say yes, stop; and forget whoever never said yes, or whom no email reaches."""

from collections.abc import Container
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from unmentor.budgets import DAY, HOUR, Limit, spend
from unmentor.db import db, insert_new, reading
from unmentor.links import keyed_hash
from unmentor.mail.actions import KEPT
from unmentor.mail.models import Message, Suppressed
from unmentor.mail.outbox import queue_all
from unmentor.people.door import CONFIRM_WITHIN, FROM_ONE_SOURCE, SOMEBODY_WAITS, TooMany
from unmentor.privacy.models import Erasure
from unmentor.reflections.followers.mails import is_it_yours
from unmentor.reflections.followers.models import Bulletin, Follower, FollowRequest, letters_of
from unmentor.reflections.followers.queries import names_of

# Counted apart from who joins, so that neither can use up what the other has.
FOLLOWS = (Limit("follows", 500, HOUR), Limit("follows", 2000, DAY))
# Whoever has not confirmed may never have asked.
TO_A_STRANGER = (Limit("letters to follow", 3, DAY),)
ANSWERED, FORGOTTEN = 50, 100
KINDS = ("follow-confirm", "follow-update")


def ask(email: str, topic: str, how_often: str, language: str, source: str, now: datetime) -> None:
    """Note that somebody at *source* asks that we write to an address. Raises TooMany.

    It does the same for an address that follows already and for one that does not; the letter is written elsewhere.
    """
    if not spend(FROM_ONE_SOURCE, source, now) or not spend(FOLLOWS, "", now):
        raise TooMany
    db.session.add(FollowRequest(email=email, topic=topic, how_often=how_often, language=language, asked_at=now))


def answer(now: datetime) -> int:
    """Ask some of the addresses that wait whether they mean it; return how many requests that was.

    An address is asked three times a day at the most, and not at all where it refused our mail or called it spam.
    """
    waiting = select(FollowRequest).where(
        FollowRequest.answered_at.is_(None), FollowRequest.asked_at > now - SOMEBODY_WAITS
    )
    with reading():
        if db.session.scalar(waiting.limit(1)) is None:
            return 0
    requests = db.session.scalars(
        waiting.order_by(FollowRequest.id).limit(ANSWERED).with_for_update(skip_locked=True)
    ).all()
    names, refused = names_of({each.topic for each in requests}), _refused({each.email for each in requests})
    # Whoever selected the button twice gets one letter.
    wanted = {(each.email, each.topic, each.how_often): each for each in requests}
    letters = [
        is_it_yours(each, names.get(each.topic, ""))
        for each in sorted(wanted.values(), key=lambda each: each.email)
        if each.email not in refused and spend(TO_A_STRANGER, each.email, now)
    ]
    for each in requests:
        each.answered_at = now
    db.session.flush()
    queue_all(letters, now)
    return len(requests)


def confirm(request: FollowRequest, now: datetime) -> bool:
    """Let the address of *request* follow what was asked; False where it was stopped at this moment.

    Whoever follows it already keeps what they had, and is told as often as they say now.
    """
    # Whoever stops at this moment drops the request first, and waits here or is waited for.
    still = select(FollowRequest.id).where(FollowRequest.id == request.id).with_for_update()
    if db.session.scalar(still) is None:
        return False
    dialect = postgresql if db.session.get_bind().dialect.name == "postgresql" else sqlite
    new = dialect.insert(Follower).values(
        email=request.email, topic=request.topic, how_often=request.how_often, language=request.language, since=now
    )
    # What they were told before, at another pace, is not told again.
    changed = {"how_often": new.excluded.how_often, "language": new.excluded.language, "since": new.excluded.since}
    other = Follower.how_often != new.excluded.how_often
    db.session.execute(
        new.on_conflict_do_update(index_elements=[Follower.email, Follower.topic], set_=changed, where=other)
    )
    return True


def stop(email: str, now: datetime) -> None:
    """Write to an address no more: it is erased, with every letter to it, even where one is just leaving."""
    # The requests first, as whoever confirms takes them.
    db.session.execute(delete(FollowRequest).where(FollowRequest.email == email))
    gone = db.session.scalars(delete(Follower).where(Follower.email == email).returning(Follower.nonce)).all()
    to_them = Message.person_id.is_(None) & Message.kind.in_(KINDS)
    db.session.execute(delete(Message).where(Message.recipient == email, to_them))
    # So that no backup brings them back; where one did, they are known already.
    if gone:
        db.session.execute(insert_new(Erasure), [{"mark": mark(nonce), "at": now} for nonce in gone])


def mark(nonce: str) -> str:
    """Return what a follower who stopped is known again by in a backup."""
    return keyed_hash("follower", nonce)


def stop_again(stopped: Container[str], now: datetime) -> None:
    """Stop whoever is back from a backup, and is among those who had stopped."""
    for nonce, email in db.session.execute(select(Follower.nonce, Follower.email)).all():
        if mark(nonce) in stopped:
            stop(email, now)


def forget(now: datetime) -> None:
    """Forget who never said yes, whose address refuses our mail, and the letters of bulletins that are long out."""
    late = select(FollowRequest.nonce).where(FollowRequest.asked_at <= now - CONFIRM_WITHIN).limit(FORGOTTEN)
    if nonces := db.session.scalars(late).all():
        _drop_letters([f"follow:{nonce}" for nonce in nonces])
        db.session.execute(delete(FollowRequest).where(FollowRequest.nonce.in_(nonces)))
    refused = select(Follower.email).where(Follower.email.in_(select(Suppressed.address))).distinct()
    for email in db.session.scalars(refused.limit(FORGOTTEN)).all():
        stop(email, now)
    old = select(Bulletin.id).where(Bulletin.made_at < now - KEPT).limit(FORGOTTEN)
    if numbers := db.session.scalars(old).all():
        _drop_letters([letters_of(number) for number in numbers])
        db.session.execute(delete(Bulletin).where(Bulletin.id.in_(numbers)))


def _drop_letters(about: list[str]) -> None:
    db.session.execute(delete(Message).where(Message.person_id.is_(None), Message.about.in_(about)))


def _refused(addresses: set[str]) -> set[str]:
    return set(db.session.scalars(select(Suppressed.address).where(Suppressed.address.in_(addresses))))
