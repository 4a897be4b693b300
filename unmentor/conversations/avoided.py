"""Whom somebody would rather not meet, as they know them: by an address that they gave, or by name."""

from collections.abc import Sequence
from datetime import datetime

from unmentor.conversations.models import Participation
from unmentor.conversations.queries import past
from unmentor.people.models import Person
from unmentor.people.queries import exclusions


def met(person: Person, now: datetime) -> Sequence[Participation]:
    """Return the parts of all whom *person* has met, or was to meet: each once, in their newest conversation."""
    found = dict[int, Participation]()
    for mine in past(person, now):
        for part in mine.conversation.present:
            if part.person_id != person.id and part.person.email:
                found.setdefault(part.person_id, part)
    return list(found.values())


def avoided(person: Person, now: datetime) -> dict[int, str]:
    """Return what *person* knows of each whom they would rather not meet, by its number; "" for who has left."""
    names = {part.person.email: part.person.name for part in met(person, now)}
    return {each.id: "" if each.has_left else each.typed or names.get(each.email, "") for each in exclusions(person)}
