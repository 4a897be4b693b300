"""Whoever takes all that is public, and solves for what is not, finds no small number."""

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from random import Random

import pytest

from unmentor.impact.cells import AMONG, OPINIONS, SMALL, added, shown, together

Counts = dict[str, int]
Form = dict[tuple[int, str], Fraction]
FUNNEL = ("invited", "met", "answered", "rated", "challenged", "wrote")


def rounds(chance: Random, number: int, most: int) -> list[Counts]:
    """Return rounds as they may be: each counts some of whom another counts."""
    made = []
    for _each in range(number):
        counts = {"invited": chance.randint(2, most)}
        for name in FUNNEL[1:]:
            of = counts[AMONG[name]]
            counts[name] = chance.choice([chance.randint(0, of), of, max(0, of - chance.randint(0, 4))])
        made.append(counts)
    return made


def published(these: Sequence[Counts]) -> Iterator[tuple[list[int], Counts]]:
    """Yield what is shown, and of which rounds it is the sum."""
    begun = 0
    for size in together(these, "challenged"):
        here = list(range(begun, begun + size))
        yield here, shown(added(these[each] for each in here))
        begun += size


class Attacker:
    """Solves for what somebody would rather not have known: Gaussian elimination, in fractions."""

    def __init__(self) -> None:
        self.known: list[tuple[tuple[int, str], Form, Fraction]] = []

    def learns(self, form: Form, value: int) -> None:
        """Take in that a sum is a value."""
        rest, left = self._reduced(form, Fraction(value))
        if rest:
            first = min(rest)
            scale = rest[first]
            self.known.append((first, {name: much / scale for name, much in rest.items()}, left / scale))

    def solves(self, form: Form) -> Fraction | None:
        """Return what a sum must be; None where it may be many things."""
        rest, left = self._reduced(form, Fraction(0))
        return None if rest else -left

    def _reduced(self, form: Form, value: Fraction) -> tuple[Form, Fraction]:
        form = dict(form)
        for first, known, total in self.known:
            if much := form.get(first):
                for name, each in known.items():
                    form[name] = form.get(name, Fraction(0)) - much * each
                value -= much * total
        return {name: much for name, much in form.items() if much}, value


def total(name: str, of: Iterable[int]) -> Form:
    return {(each, name): Fraction(1) for each in of}


def minus(one: Form, other: Form) -> Form:
    return one | {name: -much for name, much in other.items()}


def found(attacker: Attacker, number: int) -> Iterator[tuple[str, Fraction]]:
    """Yield every small number that can be solved for: of any run of rounds, any count and any gap between two."""
    runs = [range(first, last) for first in range(number) for last in range(first + 1, number + 1)]
    for run in runs:
        for name, above in AMONG.items():
            if name not in FUNNEL:
                continue
            gaps = [(name, total(name, run), 1), (f"{above}-{name}", minus(total(above, run), total(name, run)), 1)]
            if name == "challenged":
                gaps += [("answered-challenged", minus(total("answered", run), total(name, run)), 1)]
            for what, form, _one in gaps:
                value = attacker.solves(form)
                least = 0 if what in OPINIONS or what == "rated-challenged" else 1
                if value is not None and least <= value < SMALL:
                    yield what, value


@pytest.mark.parametrize("seed", range(40))
def test_nobody_solves_for_a_small_number(seed: int) -> None:
    chance = Random(seed)
    these = rounds(chance, number=chance.randint(1, 7), most=chance.choice([12, 30, 60]))
    attacker = Attacker()
    # They keep every edition: after each round what there is to read.
    for number in range(1, len(these) + 1):
        rows = list(published(these[:number]))
        for name in FUNNEL:
            there = [here for here, counts in rows if name in counts]
            for here in there:
                attacker.learns(total(name, here), sum(these[each][name] for each in here))
            left = [here for here, counts in rows if name not in counts]
            begun = 0
            for size in together([added(these[each] for each in here) for here in left], name):
                there += left[begun : begun + size]
                begun += size
            every = [each for here in there for each in here]
            attacker.learns(total(name, every), sum(these[each][name] for each in every))
    # How many were invited to a round is no secret.
    for each, counts in enumerate(these):
        attacker.learns(total("invited", [each]), counts["invited"])
    assert list(found(attacker, len(these))) == []


def test_this_attacker_does_solve_for_what_is_only_left_blank() -> None:
    these = [
        {"invited": 30, "met": 25, "answered": 24, "rated": 24, "challenged": 12, "wrote": 6},
        {"invited": 30, "met": 25, "answered": 20, "rated": 20, "challenged": 3, "wrote": 6},
    ]
    attacker = Attacker()
    attacker.learns(total("challenged", [0]), 12)
    attacker.learns(total("challenged", [0, 1]), 15)
    assert ("challenged", Fraction(3)) in list(found(attacker, len(these)))


def test_what_is_shown_is_what_was_counted_and_every_round_comes_in_turn() -> None:
    chance = Random(7)
    these = rounds(chance, 40, 60)
    rows = list(published(these))
    assert [each for here, _counts in rows for each in here] == list(range(sum(len(here) for here, _counts in rows)))
    for here, counts in rows:
        assert counts.items() <= added(these[each] for each in here).items()
        assert {"rated", "challenged"} <= counts.keys()
