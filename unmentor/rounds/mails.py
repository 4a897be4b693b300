"""What a round tells people whom no conversation tells it."""

from datetime import datetime, timedelta

from flask_babel import force_locale

from unmentor.links import Above, link
from unmentor.mail.message import Letter
from unmentor.people.models import Person
from unmentor.rounds.left_out import why_out
from unmentor.rounds.models import Round
from unmentor.rounds.summary import outcome

A_WEEK = timedelta(days=7)


def unpaired(round_: Round, person: Person, now: datetime) -> Letter:
    """Return the kind word to somebody for whom a round had nobody, and why."""
    return _letter("unpaired", round_, person, now, url=link(Above.OWN_PAGE), why=why_out(round_, person.id))


def round_report(round_: Round, organiser: Person, now: datetime) -> Letter:
    """Return what came of a round that is over, for an organiser."""
    with force_locale(organiser.language):
        said = outcome(round_)
    url = link(Above.ROUND, slug=round_.programme.slug, number=round_.number)
    return _letter("round-report", round_, organiser, now, url=url, summary=said)


def _letter(kind: str, round_: Round, person: Person, now: datetime, **values: str | list[str]) -> Letter:
    known = {"programme": round_.programme.name, "round": round_.number}
    return Letter(
        kind=kind,
        to=(person.name, person.email or ""),
        about=f"round:{round_.id}",
        person_id=person.id,
        reader=person.nonce,
        values=known | values,
        programme_id=round_.programme_id,
        language=person.language,
        expires_at=now + A_WEEK,
    )
