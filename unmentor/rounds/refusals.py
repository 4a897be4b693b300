"""Why a round cannot be drawn, or changed, or sent, by now: each refusal says so in a line for whoever asked."""

from datetime import datetime

from flask_babel import gettext as _

from unmentor.programmes.models import Programme
from unmentor.rounds.models import Round
from unmentor.words import clock


class CannotDraw(ValueError):  # noqa: N818 - it is named by what happened
    """A programme cannot draw now; it says why."""


class TooFewPeople(CannotDraw):
    """A draw needs at least two people who take part."""

    def __init__(self, programme: Programme) -> None:
        super().__init__(_("%(name)s needs at least two people who take part before it can draw.", name=programme.name))


class HasEnded(CannotDraw):
    """A programme that has ended draws no more."""

    def __init__(self, programme: Programme) -> None:
        super().__init__(_("%(name)s has ended. Reopen it in its settings before it can draw.", name=programme.name))


class NotWaiting(ValueError):  # noqa: N818 - it is named by what happened
    """It is too late for what was asked of a round: somebody was faster, or it is over."""

    def __init__(self, number: int, state: str) -> None:
        said = {
            "sent": _("Round %(number)s was sent already.", number=number),
            "closed": _("Round %(number)s is over.", number=number),
            "cancelled": _("Round %(number)s was cancelled already.", number=number),
            "stopped": _("Round %(number)s was stopped already. Nothing has left.", number=number),
            "gone": _("Somebody was faster and drew again. Look at the new draw."),
        }
        super().__init__(said[state])


class Leaving(ValueError):  # noqa: N818 - it is named by what happened
    """A round is about to leave, so that nothing is changed of it before somebody has stopped it."""

    def __init__(self, round_: Round, send_at: datetime) -> None:
        at = clock(send_at, round_.programme.time_zone)
        super().__init__(
            _("Round %(number)s leaves at %(at)s. Stop it first to change anything.", number=round_.number, at=at)
        )
