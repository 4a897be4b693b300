"""The draw: random pairs, nobody twice while avoidable, and a proof that it could not be better.

Pure: people, history, rules and a seed go in, a draw comes out; no clock, no database, no framework.
"""

from unmentor.pairing.draw import draw
from unmentor.pairing.entrants import ALGORITHM, Draw, Entrant, NotOptimal, NotValid, Repeat, Rules
from unmentor.pairing.history import History
from unmentor.pairing.line_up import history_of
from unmentor.pairing.verify import verify

__all__ = [
    "ALGORITHM",
    "Draw",
    "Entrant",
    "History",
    "NotOptimal",
    "NotValid",
    "Repeat",
    "Rules",
    "draw",
    "history_of",
    "verify",
]
