"""Chance that can be replayed: only ``getrandbits``, whose stream every version of Python promises to keep."""

from collections.abc import MutableSequence, Sequence
from random import Random
from typing import TypeVar

Item = TypeVar("Item")


def below(n: int, chance: Random) -> int:
    """Return one of 0 … *n* − 1, each equally likely."""
    bits = n.bit_length()
    pick = chance.getrandbits(bits)
    while pick >= n:
        pick = chance.getrandbits(bits)
    return pick


def one_of(items: Sequence[Item], chance: Random) -> Item:
    """Return one of *items*, each equally likely."""
    return items[below(len(items), chance)]


def shuffle(items: MutableSequence[Item], chance: Random) -> None:
    """Put *items* into an order that is as likely as any other. Fisher and Yates (1938), O(n)."""
    draw_bits = chance.getrandbits
    for last in range(len(items) - 1, 0, -1):
        bits = (last + 1).bit_length()
        pick = draw_bits(bits)
        while pick > last:
            pick = draw_bits(bits)
        items[last], items[pick] = items[pick], items[last]
