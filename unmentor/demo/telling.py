"""Give each story to somebody whom the draw lets tell it, and share it at a time between then and now."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from operator import itemgetter

from unmentor.conversations.models import Conversation, Participation
from unmentor.demo.tables import Story, stories
from unmentor.features import features
from unmentor.people.models import Person
from unmentor.rounds.models import Round

Told = list[tuple[Story, Participation]]

ROUNDS_TOLD = 6
AN_HOUR = timedelta(hours=1)


def places(rounds: Sequence[Round], people: Mapping[str, Person]) -> Told:
    """Return each story with the part in a conversation that it is told from, oldest first, near its round.

    A story is left out where its person is, or where every part that it could be told from has one.
    """
    # Whoever has a story of their own tells no other: more voices, and who waits for a first look is new.
    authors = {people[story.by].id for story in stories() if story.by in people}
    talks = _conversations(rounds)
    told: Told = []
    for story in stories():
        person = people.get(story.by or story.met)
        taken = {part.id for _story, part in told}
        free = [
            (abs(number * ROUNDS_TOLD / len(rounds) - story.round), part)
            for number, talk in talks.get(person, ())
            for part in talk.participations
            if part.id not in taken and (part.person is person) == bool(story.by)
            if story.by or part.person_id not in authors
        ]
        if free:
            told.append((story, min(free, key=itemgetter(0))[1]))
    return sorted(told, key=lambda each: (each[0].waits, each[1].conversation.starts_at))


def tell_all(told: Told, now: datetime) -> None:
    """Share every story at its time, and let an organiser say yes some hours later, except where it waits."""
    first = min((part.conversation.ends_at for _story, part in told), default=now)
    for place, (story, part) in enumerate(told):
        # The nearer to now, the closer together, so that there is always something new.
        ago = (now - first) * ((len(told) - place - 0.5) / len(told)) ** 1.5
        written = _by_day(now - ago, place, part.conversation, now)
        public = None if story.waits else min(written + AN_HOUR * (2 + place % 5), now)
        for feature in features():
            feature.tell(story, part, written, public)


def _conversations(rounds: Sequence[Round]) -> dict[Person | None, list[tuple[int, Conversation]]]:
    """Return everybody's conversations, each with the number of its round."""
    found: dict[Person | None, list[tuple[int, Conversation]]] = {}
    for round_ in rounds:
        for talk in round_.conversations:
            for person in talk.people:
                found.setdefault(person, []).append((round_.number, talk))
    return found


def _by_day(moment: datetime, place: int, talk: Conversation, now: datetime) -> datetime:
    """Return a moment of about that day when people are awake, after they talked and before now."""
    awake = moment.replace(hour=9 + place % 9, minute=place * 7 % 60, second=0, microsecond=0)
    return max(awake if awake < now else awake - timedelta(days=1), talk.ends_at + AN_HOUR)
