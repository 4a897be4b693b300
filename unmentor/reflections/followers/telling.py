"""Tell followers what became public: gather it once, then write the letters slice by slice.

What an organiser can still undo is not gathered yet. A bulletin is a row, and its letters are unique: so two workers
tell nobody twice. Letters are written while nobody waits, and queued in a short transaction that looks once more at
what is public and who still follows.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time

from sqlalchemy import Select, func, select

from unmentor import runtime
from unmentor.db import db, insert_new, reading, transaction
from unmentor.mail.message import Letter
from unmentor.mail.outbox import Written, keep, written
from unmentor.reflections.followers import queries
from unmentor.reflections.followers.mails import news
from unmentor.reflections.followers.models import AT_ONCE, EVERYTHING, WEEKLY, Bulletin, Follower, InBulletin
from unmentor.reflections.mails import STILL_NEWS, UNDO_WITHIN
from unmentor.reflections.models import Reflection
from unmentor.timetable.cadence import Cadence, latest_draw, slot_name
from unmentor.zones import zone

# So many followers at a time: their letters are about two megabytes.
SLICE = 100
MONDAY, NINE, FIRST_MONDAY = 0, time(9), date(2015, 1, 5)
# What readers see of a reflection, its topics aside, which change only where it is written anew.
Version = tuple[int, datetime, str, str, str]


def gather(now: datetime) -> int:
    """Make the bulletins that are due; return how many this call made.

    At once is once an hour at the most: what becomes public in an hour that had its bulletin is in the next. Weekly is
    Monday at nine, of what was public by then; late where nothing worked at that moment.
    """
    week = Cadence("weekly", MONDAY, NINE, zone(runtime.settings().time_zone), FIRST_MONDAY)
    monday = latest_draw(week, now) or now
    return _gather(AT_ONCE, f"{now:%Y-%m-%dT%H}", now, now) + _gather(WEEKLY, slot_name(monday), monday, now)


def tell(now: datetime) -> int:
    """Write letters to some followers, half of what leaves in a minute; return 0, for the rest is the next minute's.

    So no invitation or reminder waits behind thousands of letters, and what is taken back meanwhile was told to few.
    """
    left = max(1, runtime.settings().mail_per_minute // 2)
    while left > 0 and (some := tell_some(now, min(SLICE, left))):
        left -= some
    return 0


def tell_some(now: datetime, most: int = SLICE) -> int:
    """Write the letters of a bulletin to at most *most* followers; return how many those are, 0 once all were told.

    Where something that it tells was changed or taken back just now, the next minute writes them anew.
    """
    with reading():
        bulletin = queries.bulletin_to_tell()
        if bulletin is None:
            return 0
        reflections = db.session.scalars(queries.public_in(bulletin)).all()
        readers = queries.readers_of(bulletin, most) if reflections else []
        number, told_to, last = bulletin.id, bulletin.told_to, readers[-1].id if readers else None
        seen = {_version(each) for each in reflections}
        letters = list(_letters(bulletin, readers, reflections))
        ready = dict(
            zip([reader for reader, _letter in letters], written([each for _, each in letters], now), strict=True)
        )
    with transaction():
        return _keep(number, told_to, last, seen, ready, now)


def _gather(how_often: str, moment: str, until: datetime, now: datetime) -> int:
    with reading():
        if db.session.scalar(_fresh(how_often, until).limit(1)) is None:
            return 0
    with transaction():
        # What somebody has in hand at this moment is for the next bulletin.
        ours = _fresh(how_often, until).with_for_update(read=True, skip_locked=True)
        fresh = db.session.scalars(ours).all()
        if not fresh:
            return 0
        new = insert_new(Bulletin).values(slot=f"{how_often} {moment}", how_often=how_often, made_at=now)
        number = db.session.scalar(new.returning(Bulletin.id))
        if number is None:
            return 0
        rows = [{"reflection_id": each, "how_often": how_often, "bulletin_id": number} for each in fresh]
        db.session.execute(insert_new(InBulletin), rows)
    return 1


def _fresh(how_often: str, until: datetime) -> Select[int]:
    """Return the question for what was public *until* a moment, is not told yet, and cannot be undone any more."""
    told = select(InBulletin.reflection_id).where(InBulletin.how_often == how_often)
    certain = func.coalesce(Reflection.decided_at, Reflection.published_at) <= until - UNDO_WITHIN
    return (
        select(Reflection.id)
        .where(
            Reflection.state == "published",
            Reflection.published_at.between(until - STILL_NEWS, until - UNDO_WITHIN),
            certain,
            Reflection.id.not_in(told),
        )
        .order_by(Reflection.id)
    )


def _letters(
    bulletin: Bulletin, readers: Sequence[Follower], reflections: Sequence[Reflection]
) -> Iterator[tuple[int, Letter]]:
    """Yield the letters of a bulletin to those *readers* to whom something in it is new, by their numbers.

    Whoever follows several things has them in one letter: a second to an address would not be queued. What they are
    told at once is not told again on Monday.
    """
    addresses = {each.email for each in readers}
    choices, have = queries.choices_of(addresses), queries.written_to(bulletin, addresses)
    names = queries.names_of({each.topic for theirs in choices.values() for each in theirs})
    for reader in readers:
        theirs = choices[reader.email]
        paced = [each for each in theirs if each.how_often == bulletin.how_often and each.since <= bulletin.made_at]
        sooner = [each for each in theirs if each.how_often == AT_ONCE != bulletin.how_often]
        if reader.email in have:
            continue
        new = [
            each
            for each in reflections
            if any(queries.is_news(choice, each) for choice in paced)
            and not any(queries.is_news(choice, each) for choice in sooner)
        ]
        if new:
            slugs = [choice.topic for choice in paced]
            topics = {} if EVERYTHING in slugs else {slug: names.get(slug, slug) for slug in slugs}
            yield reader.id, news(bulletin, reader, new, topics)


def _keep(
    number: int, told_to: int, last: int | None, seen: set[Version], ready: dict[int, Written], now: datetime
) -> int:
    """Queue what is ready, where what it tells is public still and nobody else told the same; return how many."""
    mine = select(Bulletin).where(Bulletin.id == number, Bulletin.told_to == told_to, Bulletin.told_at.is_(None))
    # Whoever takes something back has the bulletin already, and then this is for the next minute; or waits for it, and
    # then drops these letters. So nothing here waits for anybody.
    bulletin = db.session.scalar(mine.with_for_update(skip_locked=True))
    if bulletin is None or {_version(each) for each in db.session.scalars(queries.public_in(bulletin))} != seen:
        return 0
    if last is None:
        bulletin.told_at = now
        return 1
    follow = select(Follower.id).where(Follower.id.in_(ready), Follower.how_often == bulletin.how_often)
    here = set(db.session.scalars(follow.with_for_update(skip_locked=True)))
    keep([mail for reader, mail in ready.items() if reader in here], now)
    bulletin.told_to = last
    return len(ready) or 1


def _version(reflection: Reflection) -> Version:
    signed = reflection.signed_name, reflection.signed_place
    return reflection.id, reflection.written_at, *signed, reflection.slug
