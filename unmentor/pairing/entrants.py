"""Who takes part, under which rules, and what a draw gives back."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any, Literal

Id = str | int
Meeting = tuple[int, Id, Id]
"""A round number and the two who met in it; three people who met are three meetings."""

Odd = Literal["trio", "sit-out", "standby"]
SameOrganisation = Literal["avoid", "forbid", "allow"]
NOBODY: frozenset[Any] = frozenset()

ALGORITHM = "unmentor-2"
"""The name of this way to draw: a seed means the same pairs only under the same name."""


@dataclass(frozen=True, slots=True)
class Entrant:
    """One person in one round.

    *last_out* is the number of the round in which they last were left out or third in a trio.
    *conversations* is how many they would gladly have; a second one is asked of them only to make the numbers even.
    """

    id: Id
    organisation: str | None = ""
    region: str | None = ""
    slots: AbstractSet[str] = NOBODY
    not_with: AbstractSet[Id] = NOBODY
    standby: bool = False
    last_out: int | None = None
    conversations: int = 1


@dataclass(frozen=True, slots=True)
class Rules:
    """What a programme has decided: what becomes of an odd one out, and whether colleagues may be paired.

    With “trio” one group may be of three, if somebody more would be left out otherwise.
    """

    odd: Odd = "trio"
    same_organisation: SameOrganisation = "avoid"

    def __post_init__(self) -> None:
        """Raise ValueError naming a rule that does not exist."""
        if self.odd not in {"trio", "sit-out", "standby"}:
            raise ValueError(f"odd is “trio”, “sit-out” or “standby”, not {self.odd!r}")
        if self.same_organisation not in {"avoid", "forbid", "allow"}:
            raise ValueError(f"same_organisation is “avoid”, “forbid” or “allow”, not {self.same_organisation!r}")


@dataclass(frozen=True, slots=True)
class Repeat:
    """Two people who meet again, and the round in which they last met."""

    a: Id
    b: Id
    last_met: int


@dataclass(frozen=True, slots=True)
class Draw:
    """What was drawn, why it is the best there is, and all that is needed to draw it again.

    The first of each group is the one who starts; the third of a trio comes last in it and is named in *thirds*.
    *stepped_in* are standbys, and people with a second conversation, who made the numbers even.
    *certificate* and *plan* hold only what JSON can store. *digest* is a fingerprint of all that was given, seed and
    rules included, and of the plan of the draw before, of which *plan_digest* is one of its own.
    """

    groups: tuple[tuple[Id, ...], ...]
    left_out: tuple[Id, ...] = ()
    thirds: tuple[Id, ...] = ()
    stepped_in: tuple[Id, ...] = ()
    repeats: tuple[Repeat, ...] = ()
    certificate: dict[str, Any] = field(default_factory=dict)
    plan: dict[str, Any] | None = None
    seed: int = 0
    algorithm: str = ""
    digest: str = ""
    note: str = ""
    plan_digest: str = ""


class NotValid(Exception):  # noqa: N818 - reads as what it says: the draw is not valid
    """The draw breaks a rule that holds always, or does not say what it did."""


class NotOptimal(Exception):  # noqa: N818 - reads as what it says: the draw is not optimal
    """The draw is not proven to be the best there is."""
