"""What the schedule tells of a period, once: the organisers what came of it, and whoever was the only one in it.

Each letter is about its period. That makes the next period's another letter, and the same one never leaves twice.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from flask_babel import force_locale, ngettext
from flask_babel import gettext as _

from unmentor.links import Above, link
from unmentor.mail.message import Letter
from unmentor.people.models import Person
from unmentor.programmes.models import Period, Programme
from unmentor.programmes.queries import next_draw, organisers
from unmentor.rounds.mails import A_WEEK
from unmentor.rounds.models import Round
from unmentor.rounds.summary import summary
from unmentor.rounds.turns import members_in
from unmentor.words import when


def drawn(round_: Round, period: Period, now: datetime) -> Iterator[Letter]:
    """Yield the request to look at a round that waits: one that the period drew, or one that kept it from drawing."""
    programme = round_.programme
    url = link(Above.ROUND, slug=programme.slug, number=round_.number)
    for organiser in organisers(programme):
        with force_locale(organiser.language):
            since = when(round_.drawn_at, programme.time_zone) if period.outcome == "waiting" else ""
            told: dict[str, Any] = {"round": round_.number, "summary": summary(round_), "since": since, "url": url}
        yield _letter("round-ready", programme, period, organiser, now, **told)


def late(programme: Programme, period: Period, due: datetime, now: datetime, before: int) -> Iterator[Letter]:
    """Yield the news that a draw was missed, and so many *before* it, and that they are the organisers' now."""
    for organiser in organisers(programme):
        with force_locale(organiser.language):
            told = {
                "title": _("The draw of %(when)s did not happen.", when=when(due, programme.time_zone)),
                "says": [
                    *([ngettext("Nor did one before it.", "Nor did %(num)s before it.", before)] if before else []),
                    _("The service was down when it was due, for more than a day. Nobody was told anything."),
                    _(
                        "Draw now, or let it pass. The next draw is on %(when)s.",
                        when=when(next_draw(programme, now), programme.time_zone),
                    ),
                ],
                "button": (_("Draw a round"), link(Above.PROGRAMME, slug=programme.slug)),
            }
        yield _letter("heads-up", programme, period, organiser, now, **told, ways=[], as_organiser=True)


def too_few(programme: Programme, period: Period, due: datetime, now: datetime) -> Iterator[Letter]:
    """Yield the news that there were too few to draw, and a kind word to whoever was the only one."""
    people = [member.person for member in members_in(programme, programme.today(now))]
    for organiser in organisers(programme):
        with force_locale(organiser.language):
            told = {
                "title": _("Too few take part for the draw of %(when)s.", when=when(due, programme.time_zone)),
                "says": [
                    _("A draw needs two people, and one takes part.")
                    if people
                    else _("A draw needs two people, and nobody takes part."),
                    _("Tell colleagues where to join: %(url)s", url=link(Above.JOIN)),
                ],
                "button": (_("See who is in it"), link(Above.PEOPLE, slug=programme.slug)),
            }
        yield _letter("heads-up", programme, period, organiser, now, **told, ways=[], as_organiser=True)
    if len(people) == 1:
        yield _alone(programme, period, people[0], now)


def _alone(programme: Programme, period: Period, person: Person, now: datetime) -> Letter:
    with force_locale(person.language):
        told = {
            "title": _("You were the only one this time."),
            "says": [
                _("It takes two to talk, so there was no draw. You need do nothing: the next one includes you again."),
                _("The next draw is on %(when)s.", when=when(next_draw(programme, now), programme.time_zone)),
                _("If you know somebody who would enjoy it, send them this address: %(url)s", url=link(Above.JOIN)),
            ],
            "button": (_("See your page"), link(Above.OWN_PAGE)),
        }
    # Whoever is alone may be the organiser too: this is their second letter about the period.
    return _letter("heads-up", programme, period, person, now, sequence=1, **told, ways=[])


def _letter(
    kind: str, programme: Programme, period: Period, person: Person, now: datetime, sequence: int = 0, **values: Any
) -> Letter:
    return Letter(
        kind=kind,
        to=(person.name, person.email or ""),
        about=f"period:{period.id}",
        person_id=person.id,
        reader=person.nonce,
        values={"programme": programme.name} | values,
        programme_id=programme.id,
        language=person.language,
        sequence=sequence,
        expires_at=now + A_WEEK,
    )
