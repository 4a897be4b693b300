"""Foresight: a plan of rounds to come, so that today's pairs never force tomorrow's to repeat.

Drawing one best pairing after another dead-ends, with forty people about two rounds before all have met. So each draw
leaves a plan behind that splits who has not met yet into as many repeat-free rounds as can be found. The next draw
proposes whatever chance likes best, and takes it if what it leaves can be split again; else it takes a round of the
plan. While the same people take part there are therefore as many rounds without repeats as were planned.
"""

from collections.abc import Callable
from random import Random
from typing import Any

from unmentor.pairing.chance import below, one_of, shuffle
from unmentor.pairing.digest import plan_digest
from unmentor.pairing.entrants import Id
from unmentor.pairing.promise import Groups, Promise

MOST_PEOPLE = 100
STEPS_A_HOLE = 25
ATTEMPTS = 4
Round = list[tuple[int, int]]


class Foresight:
    """The plan for one round's people. Where they are odd in number, who is left out is paired with an empty chair."""

    def __init__(self, want: Promise, plan: dict[str, Any] | None, chance: Random) -> None:
        """Take over what *plan* says about exactly these people, if it does."""
        self.want, self.chance = want, chance
        self.chair = want.regulars
        odd = want.regulars % 2
        self.size = want.regulars + odd
        self.able = 2 <= want.regulars <= MOST_PEOPLE and not (odd and (want.trio or len(want.who) > want.regulars))
        self.unmet: list[set[int]] = []
        self.rounds: list[Round] = []
        if self.able:
            self.unmet = [{j for j in range(want.regulars) if want.fits(i, j)} for i in range(want.regulars)]
            if odd:
                self.unmet = [*(row | {self.chair} for row in self.unmet), set(range(want.regulars))]
            self._take_over(plan)
        self.followed = plan_digest(self._with_ids())

    def _take_over(self, plan: Any) -> None:
        """Keep the rounds of *plan* that seat exactly these people, as long as nobody meets again."""
        place: dict[Any, int] = {who.id: i for i, who in enumerate(self.want.people[: self.want.regulars])}
        if self.size > self.want.regulars:
            place[None] = self.chair
        rounds = plan.get("rounds") if isinstance(plan, dict) else None
        unmet = [set(row) for row in self.unmet]
        for pairs in rounds if isinstance(rounds, list | tuple) else ():
            try:
                seats = [(place[a], place[b]) for a, b in pairs]
            except (KeyError, TypeError, ValueError):
                continue  # a plan from elsewhere may hold anything
            seated = sorted(i for pair in seats for i in pair)
            if seated == list(range(self.size)) and all(b in unmet[a] for a, b in seats):
                self.rounds.append(seats)
                for a, b in seats:
                    unmet[a].discard(b)
                    unmet[b].discard(a)

    def choose(self, propose: Callable[[], tuple[Groups, dict[str, Any]]]) -> tuple[Groups, dict[str, Any]]:
        """Return the proposal if as many rounds can follow it as the plan holds, else the plan's kindest round."""
        groups, certificate = propose()
        flawless = certificate.get("proof") == "clean"
        if not self.rounds:
            # Where today cannot do without a flaw, neither can a plan for the same people.
            if self.able and flawless:
                self.rounds = self._split_what_is_left(groups)
            return groups, certificate
        if flawless:
            rest = self._split(groups, len(self.rounds) - 1)
            if rest is not None:
                self.rounds = rest
                return groups, certificate
        shuffle(self.rounds, self.chance)
        due = [pairs for pairs in self.rounds if self._in_turn(pairs)]
        if not due:
            self.rounds = self._split_what_is_left(groups)
            return groups, certificate
        kindest = min(due, key=lambda pairs: sum(self.want.soft(i, j) for i, j in pairs if self.chair not in (i, j)))
        self.rounds.remove(kindest)
        return [pair for pair in kindest if self.chair not in pair], {"proof": "clean"}

    def _in_turn(self, pairs: Round) -> bool:
        """Return whether nobody, or one of those whose turn it is, sits with the empty chair."""
        return all(self.want.rank[min(pair)] == 0 for pair in pairs if self.chair in pair)

    def _split_what_is_left(self, groups: Groups) -> list[Round]:
        """Return as many rounds as could be found to follow *groups*."""
        taken = self._graph_without(groups)
        rounds = min((len(row) for row in taken), default=0)
        for _ in range(ATTEMPTS):
            found = split(taken, rounds, self.chance)
            if found is not None:
                return found
            rounds = rounds * 3 // 4
        return []

    def _split(self, groups: Groups, rounds: int) -> list[Round] | None:
        return split(self._graph_without(groups), rounds, self.chance)

    def _graph_without(self, groups: Groups) -> list[set[int]]:
        seated = {i for group in groups for i in group}
        alone = [i for i in range(self.size) if i not in seated]
        rest = [set(row) for row in self.unmet]
        for i, j in [*(group[:2] for group in groups), *([(alone[0], alone[1])] if len(alone) == 2 else [])]:
            rest[i].discard(j)
            rest[j].discard(i)
        return rest

    def plan(self) -> dict[str, Any] | None:
        """Return the plan as JSON can keep it; the empty chair is null."""
        rounds = self._with_ids()
        return {"rounds": rounds} if rounds else None

    def _with_ids(self) -> list[list[list[Id | None]]]:
        ids = [who.id for who in self.want.people]
        return [[[None if i == self.chair else ids[i] for i in pair] for pair in pairs] for pairs in self.rounds]


def split(graph: list[set[int]], rounds: int, chance: Random) -> list[Round] | None:
    """Return *rounds* perfect matchings of *graph* that share no pair, or None where climbing finds none soon.

    Jeffrey Dinitz and Douglas Stinson, “A hill-climbing algorithm for the construction of one-factorizations and Room
    squares”, SIAM J. Algebraic Discrete Methods 8 (1987): both of its steps, on any graph. Mostly O(people · rounds).
    """
    if any(len(row) < rounds for row in graph):
        return None
    climb = _Climb(graph, rounds)
    for _ in range(STEPS_A_HOLE * len(climb.holes) + 200):
        if not climb.holes:
            break
        climb.step(chance)
    return climb.rounds() if not climb.holes else None


class _Climb:
    """Rounds being filled: a hole is a person without a partner in a round, and no step ever makes more of them."""

    def __init__(self, graph: list[set[int]], rounds: int) -> None:
        self.partner = [[-1] * rounds for _ in graph]
        self.spare = [sorted(row) for row in graph]
        self.at = [{j: k for k, j in enumerate(row)} for row in self.spare]
        self.held: list[dict[int, int]] = [{} for _ in graph]
        self.holes = [(i, number) for i in range(len(graph)) for number in range(rounds)]
        self.hole_at = {hole: k for k, hole in enumerate(self.holes)}

    def step(self, chance: Random) -> None:
        """Fill one hole, with a partner not met in any round yet or by moving a pair from another round."""
        i, number = one_of(self.holes, chance)
        if chance.getrandbits(2) == 0:
            j, other = one_of(self.holes, chance)
            if other == number and j in self.held[i]:
                self._part(i, j)
                self._pair(i, j, number)
                return
        j = self.spare[i][below(len(self.spare[i]), chance)]
        if self.partner[j][number] >= 0:
            self._part(j, self.partner[j][number])
        self._pair(i, j, number)

    def _pair(self, i: int, j: int, number: int) -> None:
        for a, b in ((i, j), (j, i)):
            self.partner[a][number] = b
            self.held[a][b] = number
            self._fill((a, number))
            row, at = self.spare[a], self.at[a]
            k, last = at.pop(b), row.pop()
            if last != b:
                row[k], at[last] = last, k

    def _part(self, i: int, j: int) -> None:
        number = self.held[i][j]
        for a, b in ((i, j), (j, i)):
            self.partner[a][number] = -1
            del self.held[a][b]
            self.hole_at[a, number] = len(self.holes)
            self.holes.append((a, number))
            self.at[a][b] = len(self.spare[a])
            self.spare[a].append(b)

    def _fill(self, hole: tuple[int, int]) -> None:
        k, last = self.hole_at.pop(hole), self.holes.pop()
        if last != hole:
            self.holes[k], self.hole_at[last] = last, k

    def rounds(self) -> list[Round]:
        """Return the finished rounds."""
        count = len(self.partner[0])
        return [[(i, row[number]) for i, row in enumerate(self.partner) if i < row[number]] for number in range(count)]
