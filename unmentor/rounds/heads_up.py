"""Some days before a draw, one short letter to everybody it will include: you are in; skip this one, or pause.

Where somebody has yet to say how their last conversation went, it asks that too, instead of a mail of its own. It is
written slice by slice, like what a round tells, and who has had it is marked in the same short transaction.
"""

from datetime import datetime, timedelta
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import Select, or_, select, update
from sqlalchemy.orm import contains_eager

from unmentor import runtime
from unmentor.conversations.asking import note_asked, open_questions
from unmentor.conversations.calendar_entry import key
from unmentor.conversations.models import Participation
from unmentor.db import db, reading
from unmentor.links import Above, link, sign
from unmentor.mail.message import Letter
from unmentor.mail.models import Message
from unmentor.mail.outbox import keep, written
from unmentor.programmes.models import Membership, Programme
from unmentor.programmes.schedule import all_unclaimed, first_of, heads_up_at, promised
from unmentor.programmes.turn import turn
from unmentor.rounds.turns import in_draw
from unmentor.words import day, listed, when

# So many people at a time.
SLICE = 50
# Later than this before a draw nobody has the time to think about it.
IN_TIME = timedelta(hours=12)
# Somebody to write to, and the conversation of theirs that is asked about.
Due = tuple[Membership, Participation | None]


def give_heads_up(programme: Programme) -> int:
    """Write to some whom the next draw of *programme* will include; return how many, 0 once all have heard.

    A draw that an outage has brought too near is not told of. Like all that is sliced, it is a transaction of its own.
    """
    with reading():
        draw, due = _next(programme, runtime.now())
        ready = {_version(each, draw): written([_letter(*each, draw)], runtime.now())[0] for each in due}
    if ready:
        with turn(programme) as now:
            # Who has paused, answered or heard meanwhile is looked at anew in another slice.
            draw, due = _next(programme, now, lock=True)
            still = {_version(each, draw): each for each in due if _version(each, draw) in ready}
            stored = keep([ready[version] for version in still], now)
            reached = set(db.session.scalars(select(Message.person_id).where(Message.id.in_(stored))))
            note_asked((part for member, part in still.values() if part and member.person_id in reached), now)
            heard = update(Membership).where(Membership.id.in_([member.id for member, _part in still.values()]))
            db.session.execute(heard.values(heads_up_for=draw.date()))
    return len(ready)


def to_hear(now: datetime) -> list[Programme]:
    """Return the programmes in which somebody is to have a heads-up now, asked once for all."""
    draws = [(programme, first_of(due, programme, now)) for programme, due in all_unclaimed(now)]
    near = [(programme, draw, since) for programme, draw in draws if (since := _told_since(programme, draw, now))]
    if not near:
        return []
    there = db.session.execute(select(*[_to_hear(*each).exists() for each in near])).one()
    return [programme for (programme, _draw, _since), somebody in zip(near, there, strict=True) if somebody]


def _next(programme: Programme, now: datetime, *, lock: bool = False) -> tuple[datetime, list[Due]]:
    """Return the draw that people wait for, and some who are to hear of it now."""
    draw = promised(programme, now)
    since = None if programme.ended_at else _told_since(programme, draw, now)
    if since is None:
        return draw, []
    query = _to_hear(programme, draw, since).options(contains_eager(Membership.person))
    members = db.session.scalars(query.order_by(Membership.id).limit(SLICE)).all()
    questions = open_questions(programme, [each.person_id for each in members], now, lock=lock)
    return draw, [(each, questions.get(each.person_id)) for each in members]


def _told_since(programme: Programme, draw: datetime, now: datetime) -> datetime | None:
    """Return since when people hear of a draw, while they do."""
    since = heads_up_at(programme, draw)
    return since if since and since <= now <= draw - IN_TIME else None


def _to_hear(programme: Programme, draw: datetime, since: datetime) -> Select[Membership]:
    """Return the question for whom a draw will include and who have not heard of it.

    Whoever joined *since* has just read when it is.
    """
    return in_draw(programme, draw.date()).where(
        Membership.joined_at < since,
        or_(Membership.heads_up_for.is_(None), Membership.heads_up_for != draw.date()),
    )


def _version(due: Due, draw: datetime) -> tuple[object, ...]:
    """Return what tells a letter from one that would be written by now."""
    member, part = due
    return member.id, draw, part and (part.id, part.asks)


def _letter(member: Membership, part: Participation | None, draw: datetime) -> Letter:
    person, programme = member.person, member.programme
    with force_locale(person.language):
        values = _says(member, part, draw)
    return Letter(
        kind="heads-up",
        to=(person.name, person.email or ""),
        about=f"draw:{programme.id}:{draw:%Y-%m-%d}",
        person_id=person.id,
        reader=person.nonce,
        values=values,
        programme_id=programme.id,
        language=person.language,
        expires_at=draw,
    )


def _says(member: Membership, part: Participation | None, draw: datetime) -> dict[str, Any]:
    programme = member.programme
    told = {"programme": programme.name, "when": when(draw, programme.time_zone)}
    stands_by = member.standby and programme.odd == "standby"
    skip = (_("Skip this round"), link("rounds.skip", token=sign("skip", member.nonce)))
    ways = [(_("Pause for longer"), link(Above.PAUSE, programme=programme.slug))]
    says = [
        _("You stand by: only if the number is odd do you talk to somebody, and then we write to you.")
        if stands_by
        else _("There is nothing you need to do. Once it is drawn we write to you whom you meet."),
        _("If it does not suit you this time, skip it with one tap: the round after includes you again."),
    ]
    if part:
        zone = programme.time_zone
        partners, on = listed(each.first_name for each in part.partners), day(part.conversation.starts_at, zone)
        question = _("One thing is still open: how was it with %(partners)s on %(day)s? Three taps tell us. "
                     "If it did not happen, say that: nobody minds.", partners=partners, day=on)  # fmt: skip
        says, ways = [*says, question], [skip, *ways]
    return {
        "programme": programme.name,
        "title": _("%(programme)s draws on %(when)s, and you stand by.", **told)
        if stands_by
        else _("%(programme)s draws on %(when)s, and you are in.", **told),
        "says": says,
        "button": (_("Say how it was"), link("conversations.show", token=key(part))) if part else skip,
        "ways": ways,
    }
