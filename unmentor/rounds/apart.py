"""Keep two people apart for good: no draw, mending or change by hand pairs them, and what they have ahead is off."""

from datetime import datetime

from unmentor.conversations.queries import upcoming
from unmentor.people import actions as people
from unmentor.people.models import Person
from unmentor.programmes.models import Programme
from unmentor.programmes.queries import memberships
from unmentor.programmes.turn import lock_diaries_in
from unmentor.rounds.mend import call_off


def keep_apart(one: Person, other: Person, programme: Programme, seed: int, now: datetime) -> int:
    """Never pair these two again, and call off, without a word on why, what they have before them together.

    A round that waits is mended when it is sent. Return the number by which the two are known. Needs the turn of all
    ``programmes_of`` them. Raises CannotKeepApart.
    """
    number = people.keep_apart(one, other, programme.id, now)
    together = [part.conversation for part in upcoming(one, now) if other in part.partners]
    lock_diaries_in(*{talk.round.programme for talk in together})
    for talk in together:
        call_off(talk, seed, now)
    return number


def programmes_of(programme: Programme, *people: Person) -> set[Programme]:
    """Return *programme*, and all in which one of these people is."""
    return {programme, *(each.programme for person in people for each in memberships(person))}
