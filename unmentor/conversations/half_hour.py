"""The half hour, step by step: hello, each thinks aloud while the others ask, and what each of them takes away."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from unmentor.conversations.models import Conversation
from unmentor.people.models import Person

# Of six parts of the time, hello has the first, what each takes away the last, and those who think aloud the rest.
PARTS = 6


@dataclass(frozen=True, slots=True)
class Step:
    """A part of the time: whoever thinks aloud then, or none at the beginning and at the end."""

    starts_at: datetime
    ends_at: datetime
    thinks: Person | None = None

    def is_now(self, now: datetime) -> bool:
        """Say whether it is time for it."""
        return self.starts_at <= now < self.ends_at


def steps(conversation: Conversation) -> list[Step]:
    """Return the steps of a conversation in order, on whole minutes; whoever starts asks first."""
    talking = sorted(conversation.present, key=lambda part: part.starts)
    thinkers = [None, *(part.person for part in talking), None]
    ends = list(_ends(conversation.minutes, len(talking)))
    starts = [0, *ends[:-1]]
    return [
        Step(conversation.starts_at + timedelta(minutes=start), conversation.starts_at + timedelta(minutes=end), who)
        for start, end, who in zip(starts, ends, thinkers, strict=True)
    ]


def _ends(minutes: int, people: int) -> Iterator[int]:
    for place in range(people + 1):
        yield round(minutes * (1 + (PARTS - 2) * place / people) / PARTS)
    yield minutes
