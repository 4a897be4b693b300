"""How the demo community's conversations went: most met, some missed, not everybody answers."""

from collections.abc import Iterable, Set
from datetime import datetime, timedelta
from random import Random
from typing import TypeVar

from unmentor.conversations.actions import answer
from unmentor.conversations.came_of_it import A_MONTH, tell_what_came
from unmentor.conversations.models import Conversation
from unmentor.rounds.models import Round

Answer = TypeVar("Answer", int, str)
MET, ANSWER, AGAIN, TELL = 0.76, 0.78, 0.9, 0.5
# How often people say 1 to 5: not challenged at all, to very much.
CHALLENGED = {1: 7, 2: 16, 3: 29, 4: 33, 5: 15}
CHALLENGED_ENOUGH_TO_WRITE = {3: 2, 4: 5, 5: 3}
CAME_OF_IT = {"nothing": 10, "idea": 6, "again": 3, "together": 2, "changed": 1}


def answer_all(rounds: Iterable[Round], writers: Set[int], now: datetime) -> None:
    """Answer for everybody how it went. The parts in *writers* met, and say so, since they tell of it later."""
    for round_ in rounds:
        chance = Random(round_.number)  # noqa: S311 - the same community each time, not a secret
        for conversation in round_.conversations:
            _answer(conversation, writers, chance, now)
        chance = Random(round_.number + 1)  # noqa: S311 - as above
        for conversation in round_.conversations:
            _tell(conversation, chance, now)


def _tell(conversation: Conversation, chance: Random, now: datetime) -> None:
    """Ask those who talked a month ago what came of it, and let some of them say."""
    moment = conversation.ends_at + A_MONTH
    for part in conversation.participations if moment <= now else ():
        part.came_asks, part.came_asked_at = 1, moment
        if part.met == "yes" and chance.random() < TELL:
            tell_what_came(part, _one_of(CAME_OF_IT, chance), "", moment)


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


def _one_of(weights: dict[Answer, int], chance: Random) -> Answer:
    return chance.choices(list(weights), list(weights.values()))[0]
