"""Rounds as everybody may know them: of one that is not sent yet, only that it is there."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from unmentor.links import link
from unmentor.rounds.figures import figures_of
from unmentor.rounds.models import Round

COUNTED = ("people", "pairs", "threes", "conversations", "repeats", "crossing")
BY_HAND = {"swap": "swaps", "leave-out": "taken_out", "take-in": "taken_in"}


def told_rounds(rounds: Sequence[Round]) -> dict[int, dict[str, Any]]:
    """Return what may be told of some rounds, by their ids."""
    figures = figures_of([each for each in rounds if each.sent_at])
    told = dict[int, dict[str, Any]]()
    for each in rounds:
        counted, changes = figures.get(each.id), Counter(change.kind for change in each.changes)
        checked = counted is not None and each.commitment is not None
        told[each.id] = {
            "programme": each.programme.slug,
            "url": link("rounds.show", slug=each.programme.slug, number=each.number),
            **{name: getattr(each, name) for name in ("number", "state", "drawn_at", "sent_at", "draws", "own_seed")},
            **{name: getattr(counted, name, None) for name in COUNTED},
            **{name: changes[kind] if counted else None for kind, name in BY_HAND.items()},
            "left_out": counted.out if counted else None,
            "proved": each.proved if counted else None,
            "put_aside": each.tries if counted else None,
            **{name: getattr(each, name) for name in ("commitment", "committed_at", "secret")},
            "digest": each.digest if checked else None,
            "seed": str(each.seed) if checked else None,
        }
    return told
