"""Which chance decides a round: a seed that somebody chose, or the secret that its programme has committed to."""

import secrets
from contextlib import suppress
from datetime import datetime

from unmentor.pairing import NotOptimal
from unmentor.programmes.commitment import commit, standing
from unmentor.programmes.models import Programme
from unmentor.rounds import draw_queries
from unmentor.rounds.draw_inputs import Drawn, Given, draw_by_lot, draw_from, still_given
from unmentor.rounds.models import Round

SEEDS = 2**62


def new_seed() -> int:
    """Return a seed that nobody can guess; kept with the round, it makes the draw repeatable."""
    return secrets.randbelow(SEEDS)


def draw_by(programme: Programme, given: Given, seed: int | None) -> Drawn:
    """Return the draw that *seed* gives; without one, that of the chance to which *programme* has committed."""
    committed = standing(programme) if seed is None else None
    if committed:
        # What nothing proves to be the best is nothing to show.
        with suppress(NotOptimal):
            return draw_by_lot(given, committed, draw_queries.tickets(programme))
    return draw_from(given, new_seed() if seed is None else seed)


def still_so(programme: Programme, ready: Drawn, now: datetime) -> bool:
    """Say whether a draw that is *ready* is still the one to be made, in the programme's turn."""
    return ready.standing in {None, standing(programme)} and still_given(programme, ready.given, now)


def show_secret(round_: Round, now: datetime) -> None:
    """Tell the secret that a round that is sent was drawn with, and commit to another for the next."""
    programme, told = round_.programme, standing(round_.programme)
    if told and round_.commitment != programme.commitment:
        programme.draws = 0  # an organiser chose the seed: the secret decided nothing that was sent
        return
    round_.secret = told.secret.hex() if told else None
    commit(programme, now)
