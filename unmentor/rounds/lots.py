"""Draw a round among pseudonyms, by the chance that a programme has committed to, and find the people again.

What such a draw is given may be shown to whoever was in the round, so it holds no more than the draw needs. It is tried
in three ways, and the first that does is taken:

- MET: as if everybody who met had met in the same round, which is all there is to know where nobody need meet again;
- ROUNDS: with the round in which each two last met, since some must meet again;
- WHOLE: with who is to be kept apart. This is nobody's to know, so there is no draw file.

In the first two a draw in which two meet who are to be kept apart is put aside, and another made. So each draw that
keeps them apart is as likely as before, and none tells who they are. A few people give each other away whatever is
left out, so theirs is drawn WHOLE at once.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, combinations
from typing import Any

from unmentor.pairing import Draw, Entrant, Rules
from unmentor.pairing.entrants import NOBODY, Id, Meeting
from unmentor.pairing.lottery import digest_of, drawn_from, inputs_of

MET, ROUNDS, WHOLE = "met", "rounds", "whole"
FEW = 8
TRIES = 16


@dataclass(frozen=True, slots=True)
class Lot:
    """How a draw was made: who is called what in it, in which way it was drawn, and how many were put aside."""

    names: dict[Id, str]
    way: str
    tries: int


@dataclass(frozen=True, slots=True)
class Bag:
    """All that chance does not decide, and what everybody is called."""

    people: Sequence[Entrant]
    history: Sequence[Meeting]
    rules: Rules
    plan: dict[str, Any] | None
    names: dict[Id, str]

    def inputs(self, way: str) -> dict[str, Any]:
        """Return what a draw is given, under pseudonyms, ready for JSON."""
        names, turns = self.names, sorted({who.last_out for who in self.people if who.last_out is not None})
        numbers: dict[str | None, str] = {"": "", None: ""}
        people = [
            replace(
                who,
                id=names[who.id],
                organisation=self._organisation(who, numbers),
                # Only whose turn it is: not when they last had it.
                last_out=None if who.last_out is None else turns.index(who.last_out),
                not_with={names[other] for other in who.not_with} if way == WHOLE else NOBODY,
            )
            for who in sorted(self.people, key=lambda who: names[who.id])
        ]
        met = ((1 if way == MET else number, names.get(a, ""), names.get(b, "")) for number, a, b in self.history)
        return inputs_of(people, met, self.rules, self._plan())

    def _organisation(self, who: Entrant, numbers: dict[str | None, str]) -> str:
        """Return a number that is good for this draw alone, none where it does not matter."""
        if self.rules.same_organisation == "allow":
            return ""
        return numbers.setdefault(who.organisation, str(len(numbers) - 1))

    def _plan(self) -> dict[str, Any] | None:
        rounds = (self.plan or {}).get("rounds", ())
        if not {who for pairs in rounds for who in chain(*pairs) if who is not None} <= self.names.keys():
            return None
        called: dict[Any, str | None] = {None: None, **self.names}
        return {"rounds": [[[called[who] for who in pair] for pair in pairs] for pairs in rounds]}


def draw_lots(bag: Bag, seed: Callable[[str, int], int]) -> tuple[Draw, Lot]:
    """Return a draw of who is in *bag*, by their own ids, and how it was made; *seed* follows from digest and tries.

    Raises as ``drawn_from`` does.
    """
    apart = {frozenset((who.id, other)) for who in bag.people for other in who.not_with}
    for way in (MET, ROUNDS) if len(bag.people) >= FEW else ():
        inputs = bag.inputs(way)
        digest = digest_of(inputs)
        for tries in range(TRIES):
            result = drawn_from(inputs, seed(digest, tries))
            if way == MET and result.certificate != {"proof": "clean"}:
                break
            found = _found(bag, result, digest)
            if apart.isdisjoint(_pairs(found)):
                return found, Lot(bag.names, way, tries)
    inputs = bag.inputs(WHOLE)
    digest = digest_of(inputs)
    return _found(bag, drawn_from(inputs, seed(digest, 0)), digest), Lot(bag.names, WHOLE, 0)


def draw_again(bag: Bag, way: str, seed: int) -> Draw:
    """Return a draw that was made in one *way*, made once more. Raises as ``drawn_from`` does."""
    inputs = bag.inputs(way)
    return _found(bag, drawn_from(inputs, seed), digest_of(inputs))


def _found(bag: Bag, result: Draw, digest: str) -> Draw:
    """Return a draw with people in the place of pseudonyms."""
    who: dict[Any, Any] = {None: None} | {name: person for person, name in bag.names.items()}

    def people(names: Iterable[Id | None]) -> tuple[Any, ...]:
        return tuple(who[name] for name in names)

    return replace(
        result,
        groups=tuple(map(people, result.groups)),
        left_out=people(result.left_out),
        thirds=people(result.thirds),
        stepped_in=people(result.stepped_in),
        repeats=tuple(replace(again, a=who[again.a], b=who[again.b]) for again in result.repeats),
        plan=result.plan and {"rounds": [[list(people(pair)) for pair in pairs] for pairs in result.plan["rounds"]]},
        digest=digest,
    )


def _pairs(result: Draw) -> Iterator[frozenset[Id]]:
    return (frozenset(pair) for group in result.groups for pair in combinations(group, 2))
