"""Let a round leave in a while, so that whoever let it go can still stop it."""

from datetime import datetime, timedelta

from unmentor.rounds.actions import check_seen, lock_and_refresh, lock_to_change, start_sending
from unmentor.rounds.models import Round
from unmentor.rounds.refusals import NotWaiting

# So long whoever let a round go can think better of it.
TIME_TO_STOP = timedelta(minutes=2)


def let_go(round_: Round, now: datetime, looked_at: str | None = None) -> datetime:
    """Let a drawn round leave by itself in two minutes, unless somebody stops it; return when that is.

    Raises NotWaiting, Leaving, and ChangedSince as ``start_sending`` does.
    """
    lock_to_change(round_)
    check_seen(round_, now, looked_at)
    round_.send_at = now + TIME_TO_STOP
    return round_.send_at


def stop(round_: Round) -> None:
    """Let a round that was about to leave wait again. Raises NotWaiting where it has left, or is stopped already."""
    lock_and_refresh(round_, "drawn")
    if round_.send_at is None:
        raise NotWaiting(round_.number, "stopped")
    round_.send_at = None


def start_sending_due(round_: Round, now: datetime) -> None:
    """Do what ``start_sending`` does where nobody has stopped it meanwhile. Raises NotWaiting where somebody did."""
    lock_and_refresh(round_, "drawn")
    if round_.send_at is None or round_.send_at > now:
        raise NotWaiting(round_.number, "stopped")
    start_sending(round_, now)
