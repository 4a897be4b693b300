"""What a change by hand would make of a drawn round: swap two, leave somebody out, take somebody in."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import sha256

from flask_babel import gettext as _

from unmentor.rounds import draw_queries
from unmentor.rounds.queries import name_of
from unmentor.rounds.seats import Group, Refused, Seats

THREE = 3


@dataclass(frozen=True, slots=True)
class Plan:
    """A change before it is made: the conversations that it undoes, by id, and the groups that it makes instead."""

    kind: str
    one: int
    other: int | None = None
    undone: dict[int, Group] = field(default_factory=dict)
    made: list[Group] = field(default_factory=list)

    @property
    def put_out(self) -> set[int]:
        """Return who had a conversation and loses it."""
        return set[int]().union(*self.undone.values()).difference(*self.made)

    @property
    def taken_in(self) -> set[int]:
        """Return who had no conversation and gets one."""
        return set[int]().union(*self.made).difference(*self.undone.values())

    @property
    def mark(self) -> str:
        """Return what tells this change from every other; conversations have new ids once they were changed."""
        return sha256(repr((self.kind, self.one, self.other, self.undone, self.made)).encode()).hexdigest()[:16]


Planner = Callable[[Seats], Plan]


def swap(one: int, other: int) -> Planner:
    """Return what lets *one* and *other* change places; one of the two may have no conversation so far."""
    return partial(_swap, one=one, other=other)


def leave_out(person: int) -> Planner:
    """Return what takes *person* out; whoever they leave alone talks to somebody who is free, or to a pair."""
    return partial(_leave_out, person=person)


def take_in(person: int) -> Planner:
    """Return what gives *person* a conversation: with somebody who is free, or as the third of a pair."""
    return partial(_take_in, person=person)


def _swap(seats: Seats, one: int, other: int) -> Plan:
    mine, theirs = seats.at(one), seats.at(other)
    if one == other:
        raise Refused(_("Choose somebody else to swap %(name)s with.", name=name_of(one)))
    if mine is None and theirs is None:
        raise Refused(
            _("Neither %(one)s nor %(other)s has a conversation in it.", one=name_of(one), other=name_of(other))
        )
    if mine == theirs:
        raise Refused(_("%(one)s and %(other)s talk to each other already.", one=name_of(one), other=name_of(other)))
    instead = {one: other, other: one}
    undone = {talk: seats.groups[talk] for talk in (mine, theirs) if talk is not None}
    made = [[instead.get(person, person) for person in group] for group in undone.values()]
    return _checked(seats, Plan("swap", one, other, undone, made))


def _leave_out(seats: Seats, person: int) -> Plan:
    talk = seats.at(person)
    if talk is None:
        raise Refused(_("%(name)s has no conversation in it.", name=name_of(person)))
    undone = {talk: seats.groups[talk]}
    stay = [each for each in seats.groups[talk] if each != person]
    if len(stay) > 1:
        return _checked(seats, Plan("leave-out", person, None, undone, [stay]))
    plan = Plan("leave-out", person, None, undone, [])
    return (_with_somebody(seats, plan, stay[0], but={person}) if stay[0] in seats.here else None) or plan


def _take_in(seats: Seats, person: int) -> Plan:
    if seats.at(person) is not None:
        raise Refused(_("%(name)s has a conversation in it already.", name=name_of(person)))
    seats.check([person])
    # Nobody who only stands by is asked for the sake of somebody else who only stands by.
    but = {each for each in seats.free if seats.stands_by(each)} if seats.stands_by(person) else set[int]()
    plan = _with_somebody(seats, Plan("take-in", person), person, but)
    if plan is None:
        raise Refused(
            _("There is nobody for %(name)s to talk to. Swap them with somebody instead.", name=name_of(person))
        )
    return plan


def _with_somebody(seats: Seats, plan: Plan, person: int, but: Collection[int]) -> Plan | None:
    """Return *plan* with the best company for *person*, None where there is none.

    First somebody who is free, then the third of a three, then who stands by, then a pair; in each whom they never met,
    then somebody from elsewhere, then where a time suits all.
    """
    met = draw_queries.meetings(seats.programme, [person])

    def weight(others: Group) -> tuple[int, ...]:
        repeats = sum(frozenset((person, other)) in met for other in others)
        alike = sum(seats.colleagues(person, other) for other in others if seats.programme.same_organisation != "allow")
        return repeats, alike, not seats.suits([person, *others]), *others

    for company in _companies(seats, person, {person, *but}):
        fitting = [others for others in company if all(seats.allow(person, other) for other in others)]
        if fitting:
            others = min(fitting, key=weight)
            return _joined(seats, plan, person, others)
    return None


def _companies(seats: Seats, person: int, but: Collection[int]) -> Iterator[list[Group]]:
    """Yield those whom *person* could join, best kind first: without them they would be alone, or are three, or two."""
    free, mine = seats.free.difference(but), seats.at(person)
    groups = [group for talk, group in seats.groups.items() if talk != mine]
    yield [[each] for each in free if not seats.stands_by(each)]
    yield [group[2:] for group in groups if len(group) == THREE]
    yield [[each] for each in free if seats.stands_by(each)]
    yield [group for group in groups if len(group) == THREE - 1] if seats.programme.odd == "trio" else []


def _joined(seats: Seats, plan: Plan, person: int, others: Group) -> Plan:
    talk = seats.at(others[0])
    was = {} if talk is None else {talk: seats.groups[talk]}
    rest = [group[:2] for group in was.values() if len(group) == THREE]
    return replace(plan, undone=plan.undone | was, made=[*rest, [*others, person]])


def _checked(seats: Seats, plan: Plan) -> Plan:
    for group in plan.made:
        seats.check(group)
    return plan
