"""What needs an organiser, each with the one thing to do about it.

Rooms that stand above the console bring their own: see ``features``.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from unmentor.features import features
from unmentor.mail.queries import held_since
from unmentor.organise import queries
from unmentor.organise.sending import Sending
from unmentor.people.models import Person
from unmentor.programmes.models import Programme
from unmentor.programmes.queries import how_many_wait
from unmentor.reports.queries import how_many_open
from unmentor.rounds.queries import waiting_round
from unmentor.words import Counted, when


@dataclass(frozen=True, slots=True)
class Need:
    """Something that needs an organiser: what, in a sentence; and what to do about it, in words and an address."""

    says: str
    action: str
    address: str


def needs(programme: Programme, reader: Person, sending: Sending, taking_part: int, now: datetime) -> Sequence[Need]:
    """Return what needs an organiser of *programme*, the most pressing first; each costs a question or two."""
    brought = [need for feature in features() for need in feature.needs(programme, reader)]
    mine = _people(programme), _email(programme, sending, now)
    return [*_reports(programme, reader), *_rounds(programme, taking_part), *brought, *chain(*mine)]


def _reports(programme: Programme, reader: Person) -> Iterable[Need]:
    """Yield what was reported, but for what is about whoever reads this."""
    if reports := how_many_open(programme, reader):
        says = ngettext(
            "%(num)s report of something that went wrong.",
            "%(num)s reports of something that went wrong.",
            Counted(reports),
        )
        yield Need(says, _("Read"), url_for("organise.reports", slug=programme.slug))


def _rounds(programme: Programme, taking_part: int) -> Iterable[Need]:
    waiting = waiting_round(programme)
    if waiting:
        address = url_for("organise.round_", slug=programme.slug, number=waiting.number)
        says = _("Round %(number)s is drawn, and nobody has been told yet.", number=waiting.number)
        yield Need(says, _("Look at round %(number)s", number=waiting.number), address)
        return
    alone = queries.left_alone(programme)
    if alone is None or programme.ended_at:
        return
    outcome, moment = alone
    day = when(moment, programme.time_zone)
    if outcome == "late":
        says = _("The draw of %(when)s was not made, since the service was away for more than a day then.", when=day)
    else:
        says = _("On %(when)s fewer than two people took part, so nothing was drawn.", when=day)
    if taking_part > 1:
        yield Need(says, _("Draw a round now"), url_for("organise.ask_to_draw", slug=programme.slug))
    else:
        yield Need(says, _("See who takes part"), url_for("organise.people", slug=programme.slug))


def _people(programme: Programme) -> Iterable[Need]:
    if asking := how_many_wait(programme):
        says = ngettext("%(num)s person waits for your yes.", "%(num)s people wait for your yes.", Counted(asking))
        yield Need(says, _("See who waits"), url_for("organise.people", slug=programme.slug, show="waiting"))
    if refused := queries.how_many_refused(programme):
        says = ngettext(
            "%(num)s address was refused for good. No draw includes whose it is.",
            "%(num)s addresses were refused for good. No draw includes those whose they are.",
            Counted(refused),
        )
        yield Need(says, _("Mend it"), url_for("organise.mail", slug=programme.slug))


def _email(programme: Programme, sending: Sending, now: datetime) -> Iterable[Need]:
    page = url_for("organise.mail", slug=programme.slug)
    if held_since():
        yield Need(_("All email is held: nothing leaves."), _("See why"), page)
    elif sending.stopped:
        waits = sending.to_go + sending.put_off
        says = ngettext(
            "%(num)s message waits, and nothing leaves.",
            "%(num)s messages wait, and nothing leaves.",
            Counted(waits),
        )
        yield Need(says, _("See why"), page)
    if failed := queries.how_many_may_go_again(programme, now):
        says = ngettext("%(num)s message was refused.", "%(num)s messages were refused.", Counted(failed))
        yield Need(says, _("Try again"), page)
