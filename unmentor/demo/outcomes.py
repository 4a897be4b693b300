"""How the demo community's conversations went: most met, some missed, not everybody answers."""

from collections.abc import Iterable, Set
from datetime import datetime, timedelta
from random import Random

from unmentor.conversations.actions import answer
from unmentor.conversations.models import Conversation
from unmentor.rounds.models import Round

MET, ANSWER, AGAIN = 0.8, 0.86, 0.9
# How often people say 1 to 5: not challenged at all, to very much.
CHALLENGED = {1: 7, 2: 16, 3: 29, 4: 33, 5: 15}
CHALLENGED_ENOUGH_TO_WRITE = {3: 2, 4: 5, 5: 3}


def answer_all(rounds: Iterable[Round], writers: Set[int], now: datetime) -> None:
    """Answer for everybody how it went. The parts in *writers* met, and say so, since they tell of it later."""
    for round_ in rounds:
        chance = Random(round_.seed)  # noqa: S311 - the same community each time, not a secret
        for conversation in round_.conversations:
            _answer(conversation, writers, chance, now)


def _answer(conversation: Conversation, writers: Set[int], chance: Random, now: datetime) -> None:
    writes = {part.id for part in conversation.participations} & writers
    met = bool(writes) or chance.random() < MET
    for part in conversation.participations:
        part.asked_at = conversation.ends_at
        moment = min(conversation.ends_at + timedelta(hours=chance.uniform(0.2, 30)), now)
        if part.id in writes:
            answer(part, "yes", _one_of(CHALLENGED_ENOUGH_TO_WRITE, chance), True, moment)
        elif chance.random() < ANSWER:
            challenged, again = _one_of(CHALLENGED, chance), chance.random() < AGAIN
            answer(part, "yes", challenged, again, moment) if met else answer(part, "no", None, None, moment)


def _one_of(weights: dict[int, int], chance: Random) -> int:
    return chance.choices(list(weights), list(weights.values()))[0]
