"""What a draw is given, kept with the round so that anybody may draw it again and check its proof."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from functools import partial
from typing import Any

from flask_babel import gettext as _

from unmentor.pairing import ALGORITHM, Draw, Entrant, NotOptimal, Rules, draw, history_of, verify
from unmentor.pairing.entrants import Id
from unmentor.pairing.lottery import commitment, pseudonym, seed_of
from unmentor.programmes.commitment import Standing
from unmentor.programmes.models import Programme
from unmentor.rounds import draw_queries, queries
from unmentor.rounds.lots import WHOLE, Bag, Lot, draw_again, draw_lots
from unmentor.rounds.memory import remembered
from unmentor.rounds.models import Mending, Round


class CannotReplay(ValueError):  # noqa: N818 - it is named by what happened
    """A round does not come out of its stored inputs again; its one line says why."""


@dataclass(frozen=True, slots=True)
class Given:
    """People, history, rules and the plan of a round before: all that chance does not decide."""

    people: list[Entrant]
    history: list[tuple[int, int, int]]
    rules: Rules
    # The number of the round whose plan looked ahead to this one, and that plan.
    planned_in: int | None
    plan: dict[str, Any] | None

    def as_json(self) -> dict[str, Any]:
        """Return what to keep; the history and the plan are kept apart, since they are those of the rounds before."""
        # Not asdict, which copies deeply: others wait while a draw is stored.
        names = [field.name for field in fields(Entrant)]
        people = [{name: _plain(value) for name in names if (value := getattr(person, name))} for person in self.people]
        return {"people": people, "rules": asdict(self.rules), "planned_in": self.planned_in}

    def bag(self, names: dict[Id, str]) -> Bag:
        """Return the same for a draw among pseudonyms."""
        return Bag(self.people, self.history, self.rules, self.plan, names)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A draw, what it was given, and whether its proof holds; by which chance, where the programme had committed."""

    given: Given
    result: Draw
    proved: bool
    standing: Standing | None = None
    lot: Lot | None = None

    @property
    def again(self) -> set[frozenset[Id]]:
        """Return the pairs who have met before."""
        return {frozenset((repeat.a, repeat.b)) for repeat in self.result.repeats}

    @property
    def kept(self) -> dict[str, Any]:
        """Return what a stored draw keeps of it, by the names of its columns."""
        told = ("seed", "algorithm", "digest", "certificate")
        return {
            "inputs": self.given.as_json() | self._lot,
            "proved": self.proved,
            "groups": [list(group) for group in self.result.groups],
        } | {name: getattr(self.result, name) for name in told}

    @property
    def chance(self) -> dict[str, Any]:
        """Return what a round keeps of its chance, by the names of its columns; nothing where it has none to show."""
        if self.standing is None or self.lot is None:
            return {}
        tries = None if self.lot.way == WHOLE else self.lot.tries
        return {"commitment": commitment(self.standing.secret), "draws": self.standing.draws, "tries": tries}

    @property
    def _lot(self) -> dict[str, Any]:
        if self.lot is None:
            return {}
        return {"names": [self.lot.names[person.id] for person in self.given.people], "way": self.lot.way}


def given_now(programme: Programme, now: datetime) -> Given:
    """Return what a draw of *programme* is given at this moment."""
    before = queries.latest_sent(programme)
    return Given(
        people=draw_queries.entrants(programme, programme.today(now)),
        history=draw_queries.history(programme),
        rules=Rules(odd=programme.odd, same_organisation=programme.same_organisation),  # type: ignore[arg-type]  # - Rules checks them
        planned_in=before.number if before else None,
        plan=before.plan if before else None,
    )


def still_given(programme: Programme, given: Given, now: datetime) -> bool:
    """Say whether a draw of *programme* would be given the same at this moment, but for people who have come since."""
    drawn = {person.id for person in given.people}
    present = given_now(programme, now)
    return given == replace(present, people=[person for person in present.people if person.id in drawn])


def given_then(kept: Round | Mending) -> Given:
    """Return what a stored draw was given. A mending knows no history: whoever had met was kept apart in it."""
    number = kept.inputs["planned_in"]
    before = queries.round_numbered(kept.programme, number) if number else None
    return Given(
        people=[Entrant(**{name: _set(value) for name, value in person.items()}) for person in kept.inputs["people"]],
        history=remembered(kept.programme, kept.number) if isinstance(kept, Round) else [],
        rules=Rules(**kept.inputs["rules"]),
        planned_in=number,
        plan=before.plan if before else None,
    )


def draw_from(given: Given, seed: int) -> Drawn:
    """Return the draw that *seed* gives, checked. A draw that breaks a rule raises NotValid and reaches nobody."""
    history = history_of(given.people, given.history, given.rules)
    result = draw(given.people, history, given.rules, seed=seed, plan=given.plan)
    try:
        verify(given.people, history, given.rules, result)
    except NotOptimal:
        return Drawn(given, result, proved=False)
    return Drawn(given, result, proved=True)


def draw_by_lot(given: Given, standing: Standing, tickets: Mapping[Id, str]) -> Drawn:
    """Return the draw that the chance gives to which a programme has committed, checked; *tickets* tell who is who.

    Raises NotValid and NotOptimal.
    """
    # Who has left since they were read has no ticket: it will be drawn again, without them.
    held = {person.id: tickets.get(person.id, f"left {person.id}") for person in given.people}
    names = {person: pseudonym(standing.secret, ticket) for person, ticket in held.items()}
    result, lot = draw_lots(given.bag(names), partial(_seed, standing))
    return Drawn(given, result, proved=True, standing=standing, lot=lot)


def names_then(kept: Round) -> dict[Id, str]:
    """Return what everybody was called in a draw among pseudonyms, by their ids; nobody in any other."""
    people = kept.inputs["people"] if "names" in kept.inputs else ()
    return {person["id"]: name for person, name in zip(people, kept.inputs.get("names", ()), strict=True)}


def replay(kept: Round | Mending) -> Drawn:
    """Return a stored draw made once more. Raises CannotReplay where it differs, NotValid where it broke a rule."""
    if kept.algorithm != ALGORITHM:
        raise CannotReplay(_("Drawn by %(then)s, this is %(now)s.", then=kept.algorithm, now=ALGORITHM))
    given = given_then(kept)
    names = names_then(kept) if isinstance(kept, Round) else {}
    if names:
        again = Drawn(given, draw_again(given.bag(names), kept.inputs["way"], kept.seed), proved=True)
    else:
        again = draw_from(given, kept.seed)
    if any(_stored(again.kept[what]) != _stored(getattr(kept, what)) for what in ("digest", "groups", "certificate")):
        raise CannotReplay(_("What round %(number)s was drawn from has changed since.", number=kept.number))
    return again


def _seed(standing: Standing, digest: str, tries: int) -> int:
    return seed_of(standing.secret, digest, standing.draws, tries)


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, set | frozenset) else value


def _stored(value: Any) -> Any:
    """Return a value as it comes back from the database, where tuples are lists."""
    return json.loads(json.dumps(value))


def _set(value: Any) -> Any:
    return frozenset(value) if isinstance(value, list) else value
