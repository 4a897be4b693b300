"""The figures for everybody, in editions: one a month, and what is in one never changes.

Nobody's single answer can be watched arriving. A round is counted once, after it is over and we ask nobody about it any
more; what came of it once, after we have asked for the last time. What is said later counts for nothing here.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import JSON, ColumnElement, String, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from unmentor.conversations.models import Conversation, Participation
from unmentor.db import Base, db, insert_new
from unmentor.impact import compared
from unmentor.impact.by_round import people_by_round
from unmentor.impact.cells import added, shown, together
from unmentor.impact.growth import grown
from unmentor.people.models import Person
from unmentor.programmes.models import Programme
from unmentor.rounds.models import Round

# We ask what came of a conversation after 30 and after 90 days, and leave time to answer.
TOLD_BY = timedelta(days=110)
FUNNEL = ("invited", "met", "answered", "rated", "challenged", "wrote")
LATER = ("invited", "told", "came")
MAY_BE_LEFT_OUT = ("met", "answered", "wrote")


class Edition(Base):
    """What was public in a month."""

    __tablename__ = "edition"

    # YYYY-MM, in UTC
    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    made_at: Mapped[datetime]
    figures: Mapped[dict[str, Any]] = mapped_column(JSON)


def latest() -> Edition | None:
    """Return the newest edition."""
    return db.session.scalar(select(Edition).order_by(Edition.month.desc()).limit(1))


def make_edition(now: datetime) -> bool:
    """Make this month's edition where there is none yet; say whether this call did it."""
    begins = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    month = f"{begins:%Y-%m}"
    if db.session.get(Edition, month):
        return False
    before = latest()
    made = figures(before.figures if before else None, begins)
    new = insert_new(Edition).values(month=month, made_at=now, figures=made)
    return db.session.scalar(new.returning(Edition.month)) is not None


def drop_editions() -> None:
    """Drop every edition: a community that is in them is gone."""
    db.session.execute(delete(Edition))


def figures(before: dict[str, Any] | None, at: datetime) -> dict[str, Any]:
    """Return the figures of the edition after *before*, with what was over *at* a moment."""
    known = before or {"rounds": [], "later": [], "rest": {}, "compared": {}}
    still = _talks_after(at - TOLD_BY)
    rounds = known["rounds"] + _rows(known["rounds"], Round.closed_at < at, FUNNEL, "challenged")
    later = known["later"] + _rows(known["later"], (Round.closed_at < at) & ~still, LATER, "came")
    rest = {name: _rest(known["rest"].get(name, []), rounds, name) for name in MAY_BE_LEFT_OUT}
    told = {"rounds": rounds, "later": later, "rest": rest, "compared": _compared(known["compared"], _ids(rounds))}
    talked = [row["ids"] for row in (*rounds, *rest["met"]) if "met" in row]
    return told | {"reach": _reach(_ids(rounds)), "network": grown(known.get("network", []), talked)}


def _talks_after(moment: datetime) -> ColumnElement[bool]:
    """Return the condition that a conversation of a round is later than a moment."""
    return select(Conversation.id).where(Conversation.round_id == Round.id, Conversation.starts_at > moment).exists()


def _rows(known: list[dict[str, Any]], over: ColumnElement[bool], names: Sequence[str], opinion: str) -> list[Any]:
    """Return a row for each round that is over and in none yet, small ones together."""
    query = select(Round.id, Round.number, Round.programme_id, Programme.slug, Programme.name, Round.drawn_at)
    waiting = query.join(Programme, Programme.id == Round.programme_id)
    waiting = waiting.where(Round.state == "closed", over, Round.id.not_in(_ids(known)))
    ripe = db.session.execute(waiting.order_by(Round.programme_id, Round.number)).all()
    people = people_by_round([each.id for each in ripe])
    rows = []
    for _programme, of_one in groupby(ripe, attrgetter("programme_id")):
        rounds = [each for each in of_one if each.id in people]
        counts = [{name: people[each.id][name] for name in names} for each in rounds]
        begun = 0
        for size in together(counts, opinion):
            rows.append(_row(rounds[begun : begun + size], shown(added(counts[begun : begun + size]))))
            begun += size
    return rows


def _row(rounds: Sequence[Any], counts: dict[str, int]) -> dict[str, Any]:
    first, last = rounds[0], rounds[-1]
    return {
        "programme": first.slug,
        "name": first.name,
        "first": first.number,
        "last": last.number,
        "from": f"{first.drawn_at:%Y-%m-%d}",
        "to": f"{last.drawn_at:%Y-%m-%d}",
        "ids": [each.id for each in rounds],
        **counts,
    }


def _rest(known: list[dict[str, Any]], rows: Sequence[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    """Return sums of what is left out of rows, as many rows together as it takes; those that are known stay."""
    summed = set(_ids(known))
    left = [row["ids"] for row in rows if name not in row and not summed.intersection(row["ids"])]
    people = people_by_round([number for ids in left for number in ids])
    counts = [added({each: people[number][each] for each in FUNNEL} for number in ids) for ids in left]
    sums, begun = list(known), 0
    for size in together(counts, name):
        here = added(counts[begun : begun + size])
        ids = [number for row in left[begun : begun + size] for number in row]
        sums.append({"ids": ids, "invited": here["invited"], name: here[name]})
        begun += size
    return sums


def _reach(rounds: Sequence[int]) -> dict[str, int]:
    """Return how many rounds these are, and how many people and organisations were in their conversations."""
    known = select(Participation.person_id, Person.organisation).join(Person, Person.id == Participation.person_id)
    there = known.join(Participation.conversation).where(Conversation.round_id.in_(rounds))
    standing = there.where(Conversation.state != "cancelled", Participation.withdrew_at.is_(None))
    people = db.session.execute(standing.distinct()).all()
    places = {place.casefold() for _person, place in people if place}
    return {"rounds": len(rounds), "people": len({number for number, _place in people}), "organisations": len(places)}


def _compared(before: dict[str, Any], rounds: Sequence[int]) -> dict[str, Any]:
    """Return what is held against what, with the rounds that are in it; new ones only where they are enough."""
    now = dict[str, Any]()
    for question in compared.ARMS:
        known = before.get(question, {"ids": [], "arms": {}})
        new = [number for number in rounds if number not in known["ids"]]
        came = compared.arms(new)[question] if new else {}
        if new and compared.may_be_added(came):
            known = {"ids": known["ids"] + new, "arms": _summed(known["arms"], came)}
        now[question] = known
    return now


def _summed(known: dict[str, list[int]], new: dict[str, list[int]]) -> dict[str, list[int]]:
    return {arm: [a + b for a, b in zip(known.get(arm, [0, 0]), new[arm], strict=True)] for arm in new}


def _ids(rows: Iterable[dict[str, Any]]) -> list[int]:
    return [number for row in rows for number in row["ids"]]
