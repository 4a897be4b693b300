"""Who met whom, and when last."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, compress, repeat
from operator import eq

from unmentor.pairing.entrants import Id, Meeting


class History:
    """The meetings among some people, kept so that a million of them fit in memory: 8 bytes a meeting a person.

    Person *i* met ``met[start[i]:start[i + 1]]``, in rising order, last in the rounds of the same places of *when*.
    Meetings with people not among *ids* are forgotten, except for *latest*, the last round of all. Build it once, with
    the ids in order, to draw several times; anything that yields meetings will do for a single draw.
    """

    __slots__ = ("ids", "latest", "met", "oldest", "start", "when")
    latest: int

    def __init__(self, ids: Sequence[Id], meetings: Iterable[Meeting] = ()) -> None:
        """Read *meetings* once; raise ValueError for a person paired with themselves."""
        self.ids = tuple(ids)
        place = {who: i for i, who in enumerate(self.ids)}
        rows = list(meetings)
        numbers, ones, others = [[row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows]]
        if any(map(eq, ones, others)):
            number, who = next((number, a) for number, a, b in zip(numbers, ones, others, strict=True) if a == b)
            raise ValueError(f"round {number} of the history pairs {who!r} with themselves")
        try:
            rounds = array("i", numbers)
        except OverflowError:
            raise ValueError(f"round {max(numbers, key=abs)} of the history is beyond all counting") from None
        first, second = (array("i", map(place.get, column, repeat(-1))) for column in (ones, others))
        if -1 in first or -1 in second:
            here = [i >= 0 and j >= 0 for i, j in zip(first, second, strict=True)]
            rounds, first, second = (array("i", compress(column, here)) for column in (rounds, first, second))
        latest = meetings.latest if isinstance(meetings, History) else max(numbers, default=0)
        self.latest = latest
        self.start, self.met, self.when = _by_person(len(self.ids), rounds, first, second)
        self.oldest = min(self.when, default=self.latest)

    def __iter__(self) -> Iterator[Meeting]:
        """Yield the last meeting of every two people who met."""
        for i, a in enumerate(self.ids):
            for j, number in self.last(i).items():
                if i < j:
                    yield number, a, self.ids[j]

    def partners(self, i: int) -> "array[int]":
        """Return everyone person *i* met, in rising order."""
        return self.met[self.start[i] : self.start[i + 1]]

    def last(self, i: int) -> dict[int, int]:
        """Return everyone person *i* met with the round of their last meeting."""
        here, there = self.start[i], self.start[i + 1]
        return dict(zip(self.met[here:there], self.when[here:there], strict=True))


def _by_person(
    n: int, rounds: "array[int]", first: "array[int]", second: "array[int]"
) -> tuple["array[int]", "array[int]", "array[int]"]:
    """Sort meetings by person, keeping only the last of each pair."""
    degree = array("q", bytes(8 * (n + 1)))
    for ends in (first, second):
        for i in ends:
            degree[i + 1] += 1
    slot = array("q", accumulate(degree))
    there, seen = array("i", bytes(4 * 2 * len(first))), array("i", bytes(4 * 2 * len(first)))
    for here, other in ((first, second), (second, first)):
        for k, i in enumerate(here):
            at = slot[i]
            there[at], seen[at], slot[i] = other[k], rounds[k], at + 1
    start, met, when = array("q", [0]), array("i"), array("i")
    begin = 0
    for i in range(n):
        end = slot[i]
        last = dict(sorted(zip(there[begin:end], seen[begin:end], strict=True)))
        met.extend(last)
        when.extend(last.values())
        start.append(len(met))
        begin = end
    return start, met, when
