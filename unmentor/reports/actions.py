"""Report what went wrong, and settle what was reported."""

from datetime import datetime, timedelta

from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.exc import IntegrityError

from unmentor.budgets import DAY, HOUR, Limit, spend
from unmentor.conversations.models import Participation
from unmentor.db import db
from unmentor.mail.outbox import queue_all
from unmentor.people.models import Person
from unmentor.reports.mails import reported
from unmentor.reports.models import ASKS_AGAIN, Report

KEPT = timedelta(days=365)
OF_ONE_PART = (Limit("reports of a conversation", 5, DAY),)
FROM_ONE_SOURCE = (Limit("reports from a source", 5, HOUR), Limit("reports from a source", 20, DAY))
OF_ONE_REFLECTION = (Limit("reports of a reflection", 10, DAY),)
BY_ALL = (Limit("reports of reflections", 100, DAY),)


class TooManyReports(Exception):  # noqa: N818 - it is named by what happened
    """More was reported from here, or of this, than anybody needs to report; nothing was kept."""


class AskedAlready(Exception):  # noqa: N818 - it is named by what happened
    """They asked that these words are read again before, and nobody asks twice."""


def report_conversation(part: Participation, reason: str, operator: tuple[str, str], now: datetime) -> None:
    """Tell the organisers at once what somebody says went wrong in their conversation. Raises TooManyReports."""
    if not spend(OF_ONE_PART, str(part.id), now):
        raise TooManyReports
    talk = part.conversation
    about = [each.person_id for each in talk.participations if each is not part]
    _keep(Report(programme=talk.round.programme, participation=part, reason=reason, about=about, at=now), operator, now)


def report_words(report: Report, source: str, operator: tuple[str, str], now: datetime) -> None:
    """Tell the organisers at once what somebody, known by their *source*, says of public words. Raises TooManyReports.

    While a report of the same words is open they hear of no other: whoever floods us fills no mailbox.
    """
    words = str(report.reflection_id)
    if not (spend(FROM_ONE_SOURCE, source, now) and spend(OF_ONE_REFLECTION, words, now) and spend(BY_ALL, "", now)):
        raise TooManyReports
    same = select(Report.id).where(Report.reflection_id == report.reflection_id, Report.settled_at.is_(None))
    known = db.session.scalar(same.limit(1)) is not None
    _keep(report, operator, now, told=not known)


def ask_again(report: Report, operator: tuple[str, str]) -> None:
    """Tell the organisers that somebody asks that what was shared of their conversation is read again; once.

    Raises AskedAlready, also where they ask in two windows at once.
    """
    try:
        with db.session.begin_nested():
            db.session.add(report)
    except IntegrityError:
        raise AskedAlready from None
    queue_all(reported(report, operator), report.at)


def settle(report: Report, outcome: str, now: datetime) -> bool:
    """Count a report as settled: done, or two people kept apart, or words taken down; say whether this call did it."""
    won = update(Report).where(Report.id == report.id, Report.settled_at.is_(None))
    return db.session.scalar(won.values(settled_at=now, outcome=outcome).returning(Report.id)) is not None


def settle_about(reflection: int, now: datetime) -> None:
    """Count all that was reported of some words as settled: they are taken down."""
    about = update(Report).where(Report.reflection_id == reflection, Report.settled_at.is_(None))
    db.session.execute(about.values(settled_at=now, outcome="down"))


def settle_asked(reflection: int, outcome: str, now: datetime) -> None:
    """Count as settled that some words were to be read again: they stay, or are down."""
    asked = update(Report).where(ASKS_AGAIN, Report.reflection_id == reflection, Report.settled_at.is_(None))
    db.session.execute(asked.values(settled_at=now, outcome=outcome))


def reopen_about(reflection: int, since: datetime) -> None:
    """Take back that the reports of some words were settled by what was decided on those, since a moment."""
    about = update(Report).where(Report.reflection_id == reflection, ASKS_AGAIN | (Report.outcome == "down"))
    db.session.execute(about.where(Report.settled_at >= since).values(settled_at=None, outcome=""))


def forget(now: datetime) -> None:
    """Forget reports after a year, and once they are settled as soon as somebody in the conversation has left."""
    left = select(Participation.conversation_id).join(Person).where(Person.left_at.is_not(None))
    parts = select(Participation.id).where(Participation.conversation_id.in_(left))
    over = and_(Report.settled_at.is_not(None), Report.participation_id.in_(parts))
    db.session.execute(delete(Report).where(or_(Report.at < now - KEPT, over)))


def _keep(report: Report, operator: tuple[str, str], now: datetime, *, told: bool = True) -> None:
    db.session.add(report)
    db.session.flush()
    if told:
        queue_all(reported(report, operator), now)
