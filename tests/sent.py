"""A round that was sent, and who withdraws from it."""

from typing import Any

from cast import letter_to, member, person, programme
from conftest import Clock
from icalendar import Calendar

from unmentor.conversations.models import Conversation, Participation
from unmentor.db import db
from unmentor.people.models import Person
from unmentor.programmes.models import Membership
from unmentor.rounds.actions import draw_round, send_round
from unmentor.rounds.mend import withdraw
from unmentor.rounds.models import Round


def sent(clock: Clock, *names: str, **rules: Any) -> Round:
    """Return a sent round of a community; a day later it is."""
    ours = programme(**rules)
    for name in names:
        member(person(name), ours)
    round_ = draw_round(ours, 7, clock())
    send_round(round_, clock())
    db.session.commit()
    clock.advance(days=1)
    return round_


def part_of(someone: Person | str) -> Participation:
    """Return the part of somebody in the newest conversation that they are in."""
    name = someone if isinstance(someone, str) else someone.name
    query = db.session.query(Participation).join(Participation.person).filter(Person.name == name)
    return query.order_by(Participation.id.desc()).first()


def partners(name: str) -> set[str]:
    part = part_of(name)
    return set() if part.conversation.state == "cancelled" else {each.name for each in part.partners}


def leave(name: str, clock: Clock, reason: str = "") -> list[Conversation]:
    found = withdraw(part_of(name), reason, 3, clock())
    db.session.commit()
    return found


def membership(name: str) -> Membership:
    return db.session.query(Membership).join(Membership.person).filter(Person.name == name).one()


def other(name: str) -> str:
    return part_of(name).partners[0].name


def calendar(recipient: str, kind: str) -> Any:
    part = next(p for p in letter_to(recipient, kind).walk() if p.get_content_type() == "text/calendar")
    return part.get_param("method"), Calendar.from_ical(part.get_payload(decode=True)).walk("VEVENT")[0]
